//! The variables of the environment.

use std::{
    ffi::{OsStr, OsString},
    fmt::{self, Display},
};

use heureka_client::is_kubernetes_service;

use super::{
    layers::{Given, Layer, Problem, Source},
    setting::Table,
};

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
    /// The variable that may have been meant.
    nearest: Option<String>,
}

impl Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the variable {} is not known and has no effect",
            self.variable
        )?;
        let nearest = self.nearest.as_ref();
        nearest.map_or(Ok(()), |variable| write!(f, "; did you mean {variable}?"))
    }
}

/// Picks out the variables that are the table's. An empty one counts as not set.
pub(crate) fn read(
    table: &Table,
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Variables {
    let mut read = Variables::default();
    for (name, value) in variables {
        if let Some(name) = name.to_str().filter(|name| is_of(table, name))
            && !value.is_empty()
        {
            read.take(table, name, &value);
        }
    }
    read
}

fn is_of(table: &Table, name: &str) -> bool {
    let is_other = || table.others.iter().any(|prefix| name.starts_with(prefix));
    name.starts_with(table.prefix) && !is_other()
}

impl Variables {
    fn take(&mut self, table: &Table, name: &str, value: &OsStr) {
        let variable = name.to_owned();
        let known = table
            .entries()
            .find(|entry| table.variable(entry.key) == name);
        match (known, value.to_str()) {
            // First, because the port of a service has the name that the agent's has.
            (_, text) if is_kubernetes_service(name, text.unwrap_or_default()) => {}
            (Some(entry), Some(text)) => {
                let given = Given {
                    text: text.to_owned(),
                    source: Source::Variable(variable),
                };
                self.layer.insert(entry.key, given);
            }
            (Some(_), None) => self.problems.push(Problem::NotUtf8 { variable }),
            (None, _) => {
                let nearest = table.nearest(&key_of(table, name));
                let nearest = nearest.map(|key| table.variable(key));
                self.notes.push(Note { variable, nearest });
            }
        }
    }
}

/// `node-name` for `HEUREKA_NODE_NAME`.
fn key_of(table: &Table, variable: &str) -> String {
    let name = variable.strip_prefix(table.prefix).unwrap_or(variable);
    name.to_ascii_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use heureka_client::is_kubernetes_service;

    use super::{Table, read};
    use crate::config::{AGENT, SERVE};

    fn notes(table: &Table, variables: &[(&str, &str)]) -> Vec<String> {
        let variables = variables
            .iter()
            .map(|(name, value)| (OsString::from(name), OsString::from(value)));
        read(table, variables)
            .notes
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn variables_that_kubernetes_makes_are_passed_over() {
        let silent = notes(
            &SERVE,
            &[
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
            ],
        );
        assert_eq!(silent, Vec::<String>::new());
    }

    #[test]
    fn other_unknown_variables_are_noted() {
        let noted = notes(&SERVE, &[("HEUREKA_LISTNE", "x"), ("HEUREKA_PORT", "8761")]);
        assert_eq!(noted.len(), 2);
        assert_eq!(
            noted[0],
            "the variable HEUREKA_LISTNE is not known and has no effect; \
             did you mean HEUREKA_LISTEN?"
        );
    }

    #[test]
    fn no_setting_is_called_like_a_variable_of_kubernetes() {
        for entry in SERVE.entries() {
            assert!(
                !is_kubernetes_service(&SERVE.variable(entry.key), "tcp://"),
                "{}",
                entry.key
            );
        }
    }

    #[test]
    fn the_port_of_a_service_called_like_the_agent_is_not_the_agents() {
        for (value, text) in [("tcp://10.96.0.17:8000", None), ("8000", Some("8000"))] {
            let variable = (OsString::from("HEUREKA_AGENT_PORT"), OsString::from(value));
            let layer = read(&AGENT, [variable].into_iter()).layer;
            assert_eq!(layer.get("port").map(|given| &*given.text), text);
        }
    }

    #[test]
    fn each_command_has_variables_of_its_own() {
        let variables = [("HEUREKA_LISTNE", "x"), ("HEUREKA_AGENT_SEVRER", "x")];
        let (server, agent) = (notes(&SERVE, &variables), notes(&AGENT, &variables));
        assert_eq!((server.len(), agent.len()), (1, 1), "{server:?} {agent:?}");
        assert!(server[0].contains("HEUREKA_LISTEN?"), "{server:?}");
        assert!(agent[0].contains("HEUREKA_AGENT_SERVER?"), "{agent:?}");
    }
}
