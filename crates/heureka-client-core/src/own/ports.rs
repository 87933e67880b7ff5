//! The ports of an instance.

use heureka_model::Port;

use super::InvalidSpec;
use crate::Profile;

/// The plain port of a Netflix client that names none (4.3).
const NETFLIX_PLAIN: u16 = 80;
/// The same of a Spring application.
const SPRING_PLAIN: u16 = 8080;
/// The secure port of an instance that has none in use, and Netflix's default (4.3).
const SECURE: u16 = 443;

/// What is given of a port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PortSpec {
    pub(super) number: Option<u16>,
    pub(super) enabled: Option<bool>,
}

/// Both ports of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ports {
    pub(super) plain: Port,
    pub(super) secure: Port,
}

impl Ports {
    pub(super) fn of(
        profile: Profile,
        plain: PortSpec,
        secure: PortSpec,
    ) -> Result<Self, InvalidSpec> {
        let ports = match profile {
            Profile::Netflix => Self::as_java(plain, secure, NETFLIX_PLAIN, SECURE),
            Profile::Spring => {
                let server_port = plain.number.unwrap_or(SPRING_PLAIN);
                let secure_default = if secure.enabled == Some(true) {
                    server_port
                } else {
                    SECURE
                };
                Self::as_java(plain, secure, SPRING_PLAIN, secure_default)
            }
            Profile::Modern => Self::as_given(plain, secure)?,
        };
        for (field, port) in [("port", ports.plain), ("secure port", ports.secure)] {
            if port.enabled && port.number == 0 {
                return Err(InvalidSpec::PortZero { field });
            }
        }
        Ok(ports)
    }

    /// 4.3: the plain port is in use unless it is disabled, the secure one only where it is enabled.
    fn as_java(plain: PortSpec, secure: PortSpec, plain_default: u16, secure_default: u16) -> Self {
        Self {
            plain: port(
                plain.number.unwrap_or(plain_default),
                plain.enabled.unwrap_or(true),
            ),
            secure: port(
                secure.number.unwrap_or(secure_default),
                secure.enabled.unwrap_or(false),
            ),
        }
    }

    /// A port is in use where it is given. A plain port that is not in use has the number of the secure one: clients of
    /// JavaScript tell instances apart by it (JS5).
    fn as_given(plain: PortSpec, secure: PortSpec) -> Result<Self, InvalidSpec> {
        for (field, port) in [("port", plain), ("secure port", secure)] {
            if port.enabled == Some(true) && port.number.is_none() {
                return Err(InvalidSpec::NoPort { field });
            }
        }
        let in_use = |spec: PortSpec| spec.enabled.unwrap_or_else(|| spec.number.is_some());
        let plain_number = plain.number.or(secure.number).unwrap_or(0);
        Ok(Self {
            plain: port(plain_number, in_use(plain)),
            secure: port(secure.number.unwrap_or(SECURE), in_use(secure)),
        })
    }

    /// The port by which an instance is told from others on its host.
    pub(super) fn telling(self) -> Option<i32> {
        let in_use = [self.plain, self.secure];
        in_use
            .into_iter()
            .find(|port| port.enabled)
            .map(|port| port.number)
    }
}

fn port(number: u16, enabled: bool) -> Port {
    Port {
        number: number.into(),
        enabled,
    }
}
