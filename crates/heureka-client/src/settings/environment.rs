//! The variables of the environment.

use std::ffi::OsStr;

use super::fields::Settings;
use super::key::without_start;
use super::note::InvalidSettings;
use super::read::{Given, PREFIX, read as read_all};

pub(super) fn read<K: AsRef<OsStr>, V: AsRef<OsStr>>(
    variables: impl IntoIterator<Item = (K, V)>,
) -> Result<Settings, InvalidSettings> {
    let given = variables
        .into_iter()
        .filter_map(|(name, value)| given(name.as_ref(), value.as_ref()));
    read_all(&given.collect::<Vec<_>>())
}

/// A variable that may be ours. What is not UTF-8 is no setting of anybody's; a mark in its place makes an error of it where
/// the name is ours.
fn given(name: &OsStr, value: &OsStr) -> Option<Given> {
    let (name, value) = (name.to_str()?, value.to_string_lossy());
    if without_start(name, PREFIX).is_some() && is_kubernetes_service(name, &value) {
        return None;
    }
    Some(Given {
        shown: name.into(),
        key: name.to_owned(),
        value: value.into_owned(),
        // Containers can have variables with dots in their names, and then they are written as in files.
        is_variable: !name.contains('.'),
    })
}

/// Whether a variable of the environment looks as if Kubernetes had made it for a service.
///
/// It tells each container about each service, such as one that is called `eureka`: `EUREKA_SERVICE_HOST`,
/// `EUREKA_SERVICE_PORT`, `EUREKA_SERVICE_PORT_HTTP`, `EUREKA_PORT=tcp://10.0.0.1:8761`, `EUREKA_PORT_8761_TCP`,
/// `EUREKA_PORT_8761_TCP_ADDR` and so on. Whoever reads variables by a prefix of their own passes these over.
#[must_use]
pub fn is_kubernetes_service(name: &str, value: &str) -> bool {
    const SCHEMES: [&str; 3] = ["tcp://", "udp://", "sctp://"];
    name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || name.ends_with("_PORT") && SCHEMES.iter().any(|scheme| value.starts_with(scheme))
        || name
            .split_once("_PORT_")
            .is_some_and(|(_, port)| names_a_port(port))
}

/// Whether `text` begins like `8761_TCP`.
fn names_a_port(text: &str) -> bool {
    let mut words = text.split('_');
    let number = words
        .next()
        .is_some_and(|number| number.parse::<u16>().is_ok());
    number && matches!(words.next(), Some("TCP" | "UDP" | "SCTP"))
}
