//! The variables of the environment.

use std::{
    ffi::{OsStr, OsString},
    fmt::{self, Display},
};

use super::{
    layers::{Given, Layer, Problem, Source},
    nearest, table,
};

const PREFIX: &str = "HEUREKA_";

/// What the environment gives.
#[derive(Debug, Default)]
pub(crate) struct Variables {
    pub(crate) layer: Layer,
    pub(crate) notes: Vec<Note>,
    pub(crate) problems: Vec<Problem>,
}

/// A variable that looks like ours and is none. It is no error: others name variables as well.
#[derive(Debug)]
pub(crate) struct Note {
    variable: String,
    nearest: Option<&'static str>,
}

impl Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the variable {} is not known and has no effect",
            self.variable
        )?;
        let meant = table::entries().find(|entry| Some(entry.key) == self.nearest);
        meant.map_or(Ok(()), |entry| {
            write!(f, "; did you mean {}?", entry.variable())
        })
    }
}

/// Picks out the variables that are ours. An empty one counts as not set.
pub(crate) fn read(variables: impl Iterator<Item = (OsString, OsString)>) -> Variables {
    let mut read = Variables::default();
    for (name, value) in variables {
        if let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX))
            && !value.is_empty()
        {
            read.take(name, &value);
        }
    }
    read
}

impl Variables {
    fn take(&mut self, name: &str, value: &OsStr) {
        let variable = name.to_owned();
        let known = table::entries().find(|entry| entry.variable() == name);
        match (known, value.to_str()) {
            (Some(entry), Some(text)) => {
                let given = Given {
                    text: text.to_owned(),
                    source: Source::Variable(variable),
                };
                self.layer.insert(entry.key, given);
            }
            (Some(_), None) => self.problems.push(Problem::NotUtf8 { variable }),
            (None, text) if is_kubernetes_service(name, text.unwrap_or_default()) => {}
            (None, _) => {
                let nearest = nearest(&key_of(name));
                self.notes.push(Note { variable, nearest });
            }
        }
    }
}

/// `node-name` for `HEUREKA_NODE_NAME`.
fn key_of(variable: &str) -> String {
    let name = variable.strip_prefix(PREFIX).unwrap_or(variable);
    name.to_ascii_lowercase().replace('_', "-")
}

/// Whether Kubernetes made the variable for a service called `heureka` or `heureka-…`.
///
/// It tells each container about each service: `HEUREKA_SERVICE_HOST`, `HEUREKA_SERVICE_PORT`,
/// `HEUREKA_SERVICE_PORT_HTTP`, `HEUREKA_PORT=tcp://10.0.0.1:8761`, `HEUREKA_PORT_8761_TCP`,
/// `HEUREKA_PORT_8761_TCP_ADDR` and so on.
fn is_kubernetes_service(name: &str, value: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::{is_kubernetes_service, read};
    use crate::config::table;

    fn notes(variables: &[(&str, &str)]) -> Vec<String> {
        let variables = variables
            .iter()
            .map(|(name, value)| (OsString::from(name), OsString::from(value)));
        read(variables)
            .notes
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn variables_that_kubernetes_makes_are_passed_over() {
        let silent = notes(&[
            ("HEUREKA_SERVICE_HOST", "10.96.0.17"),
            ("HEUREKA_SERVICE_PORT", "8761"),
            ("HEUREKA_SERVICE_PORT_HTTP", "8761"),
            ("HEUREKA_PORT", "tcp://10.96.0.17:8761"),
            ("HEUREKA_PORT_8761_TCP", "tcp://10.96.0.17:8761"),
            ("HEUREKA_PORT_8761_TCP_PROTO", "tcp"),
            ("HEUREKA_PORT_8761_TCP_PORT", "8761"),
            ("HEUREKA_PORT_8761_TCP_ADDR", "10.96.0.17"),
            ("HEUREKA_HEADLESS_SERVICE_HOST", "10.96.0.18"),
            ("HEUREKA_HEADLESS_PORT_53_UDP", "udp://10.96.0.18:53"),
            ("HEUREKA_LISTEN", "0.0.0.0:8761"),
            ("HEUREKA_EMPTY", ""),
            ("HEUREKAX", "1"),
            ("PATH", "/bin"),
        ]);
        assert_eq!(silent, Vec::<String>::new());
    }

    #[test]
    fn other_unknown_variables_are_noted() {
        let noted = notes(&[("HEUREKA_LISTNE", "x"), ("HEUREKA_PORT", "8761")]);
        assert_eq!(noted.len(), 2);
        assert_eq!(
            noted[0],
            "the variable HEUREKA_LISTNE is not known and has no effect; \
             did you mean HEUREKA_LISTEN?"
        );
    }

    #[test]
    fn no_setting_is_called_like_a_variable_of_kubernetes() {
        for entry in table::entries() {
            assert!(
                !is_kubernetes_service(&entry.variable(), "tcp://"),
                "{}",
                entry.key
            );
        }
    }
}
