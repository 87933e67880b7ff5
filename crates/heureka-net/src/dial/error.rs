//! Why there is no answer, told by what can be done about it.

use std::{error::Error, fmt::Write, io};

use rustls::AlertDescription;
use thiserror::Error;

use super::tunnel::ProxyError;

/// What a server does not like in the certificate that it was shown, or that it was shown none.
const UNWELCOME: &str = "the server speaks only to clients with a certificate that it trusts; give \
                         the client one, or another";

/// What can be done about a server that breaks the handshake off, by how it says why.
const ADVICE: [(AlertDescription, &str); 9] = [
    (AlertDescription::CertificateRequired, UNWELCOME),
    (AlertDescription::BadCertificate, UNWELCOME),
    (AlertDescription::UnsupportedCertificate, UNWELCOME),
    (AlertDescription::CertificateRevoked, UNWELCOME),
    (AlertDescription::CertificateExpired, UNWELCOME),
    (AlertDescription::CertificateUnknown, UNWELCOME),
    (AlertDescription::UnknownCA, UNWELCOME),
    (AlertDescription::AccessDenied, UNWELCOME),
    (
        AlertDescription::HandshakeFailure,
        "the server speaks no TLS that is spoken here, or only to clients with a certificate",
    ),
];

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DialError {
    /// The machine is there and nothing listens: the process is gone, and may be back soon.
    #[error("the connection is refused: no process listens there")]
    Refused,
    /// There is no way to the machine: its name is unknown, there is no route, or it did not answer
    /// in time. Nothing was sent.
    #[error("the machine cannot be reached: {reason}")]
    Unreachable {
        /// What the system says about it.
        reason: String,
    },
    /// The machine was reached, but the whole answer did not come in time: it may be overloaded or
    /// frozen, and the request may have been executed. To be tried again later, with less.
    #[error("the whole answer did not come in time")]
    ReadTimeout,
    /// The connection broke off, or what came is no HTTP. The request may have been executed.
    #[error("the exchange broke off: {0}")]
    Broken(String),
    /// The answer is larger than allowed; asking again will not help.
    #[error("the answer is larger than allowed")]
    TooLarge,
    /// TLS could not agree: a certificate is not trusted, be it the server's or ours, or the other
    /// side speaks no TLS. Somebody has to change something.
    #[error("TLS failed: {0}")]
    Tls(String),
    /// There is no way through the proxy. Somebody has to change something, unless it is overloaded.
    #[error("there is no way through the proxy: {0}")]
    Proxy(#[from] ProxyError),
}

impl DialError {
    /// Whether the other side is likely to have more to do than it can.
    pub fn is_congestion(&self) -> bool {
        matches!(self, Self::ReadTimeout)
    }

    /// Whether it is certain that nobody executed the request.
    pub fn is_unsent(&self) -> bool {
        match self {
            Self::Refused | Self::Unreachable { .. } | Self::Tls(_) | Self::Proxy(_) => true,
            Self::ReadTimeout | Self::Broken(_) | Self::TooLarge => false,
        }
    }

    /// One word for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Unreachable { .. } => "unreachable",
            Self::ReadTimeout => "timeout",
            Self::Broken(_) => "broken",
            Self::TooLarge => "too_large",
            Self::Tls(_) => "tls",
            Self::Proxy(_) => "proxy",
        }
    }

    pub(crate) fn of_connecting(failure: &io::Error) -> Self {
        if failure.kind() == io::ErrorKind::ConnectionRefused {
            return Self::Refused;
        }
        Self::Unreachable {
            reason: told(failure),
        }
    }

    /// Finds out what an error of the exchange is at bottom.
    pub(crate) fn of_exchange(failure: &(dyn Error + 'static)) -> Self {
        causes(failure)
            .find_map(Self::known)
            .unwrap_or_else(|| Self::Broken(told(failure)))
    }

    fn of_tls(failure: &rustls::Error) -> Self {
        let advice = ADVICE
            .iter()
            .find(|(alert, _)| *failure == rustls::Error::AlertReceived(*alert));
        Self::Tls(match advice {
            Some((_, advice)) => format!("{failure}: {advice}"),
            None => failure.to_string(),
        })
    }

    fn known(cause: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(own) = cause.downcast_ref::<Self>() {
            return Some(own.clone());
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return Some(Self::of_tls(tls));
        }
        let http = cause.downcast_ref::<hyper::Error>()?;
        http.is_parse_too_large().then_some(Self::TooLarge)
    }
}

/// An error and what caused it, down to the first cause.
pub(super) fn causes<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| cause_of(*error))
}

/// The source of an `io::Error` is that of the error it wraps, so the wrapped one has to be asked
/// for by itself.
fn cause_of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let io = error.downcast_ref::<io::Error>();
    match io.and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

/// An error with its causes, each of which is told once.
fn told(error: &(dyn Error + 'static)) -> String {
    let mut told = error.to_string();
    for cause in causes(error).skip(1) {
        let cause = cause.to_string();
        if !told.contains(&cause) {
            let _: Result<(), _> = write!(told, ": {cause}");
        }
    }
    told
}
