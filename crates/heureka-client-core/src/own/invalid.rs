//! Why a spec is no document, and what to do.

use heureka_model::InvalidInstance;
use thiserror::Error;

/// Why an [`InstanceSpec`](super::InstanceSpec) is no document. The text says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidSpec {
    /// The application's name is empty (I1).
    #[error(
        "the instance has no application name: give it one, as in InstanceSpec::new(\"orders\") or by the setting \
         eureka.instance.appname"
    )]
    NoAppName,
    /// Neither a host name nor an address is given, nor could one be found out (I2).
    #[error(
        "neither the name of the host nor its address is known: give host_name(…) or ip_addr(…), or the settings \
         eureka.instance.hostname or eureka.instance.ip-address"
    )]
    NoAddress,
    /// A port is to be in use, and its number is not given.
    #[error("the {field} is enabled and has no number: give the one that the listener has got")]
    NoPort {
        /// Which one.
        field: &'static str,
    },
    /// A port in use has the number 0, at which nobody listens.
    #[error("the {field} is 0, which is no port: give the one that the listener has got")]
    PortZero {
        /// Which one.
        field: &'static str,
    },
    /// The `${…}` of a vip stand for each other without end, or for too much (I6).
    #[error(
        "the {field} has ${{…}} that stand for each other without end: give a variable that contains no other"
    )]
    EndlessVariables {
        /// Which vip.
        field: &'static str,
    },
    /// A text with a character that servers refuse.
    #[error("{field} has a control character, such as the end of a line: take it out")]
    ControlCharacter {
        /// The field, as it is named on the wire.
        field: &'static str,
    },
    /// A text or a map that servers refuse for its size.
    #[error("{field} is too large: make it at most {limit} {unit}")]
    TooLarge {
        /// The field, as it is named on the wire.
        field: &'static str,
        /// How much is allowed.
        limit: usize,
        /// Of what.
        unit: &'static str,
    },
    /// Something else that servers refuse.
    #[error("a server would refuse the instance: {0}")]
    Refused(InvalidInstance),
}

impl From<InvalidInstance> for InvalidSpec {
    fn from(invalid: InvalidInstance) -> Self {
        match invalid {
            InvalidInstance::MissingAppName => Self::NoAppName,
            InvalidInstance::MissingHostName | InvalidInstance::MissingIpAddr => Self::NoAddress,
            InvalidInstance::ControlCharacter { field } => Self::ControlCharacter { field },
            InvalidInstance::TooLarge { field, limit, unit } => {
                Self::TooLarge { field, limit, unit }
            }
            other @ (InvalidInstance::MissingId
            | InvalidInstance::MismatchedAppName { .. }
            | InvalidInstance::MissingDataCenter
            | InvalidInstance::MissingDataCenterName) => Self::Refused(other),
        }
    }
}
