//! The configuration: flags over variables over a file over defaults.
//!
//! `table` is the one list of the server's settings, `agent_table` of the agent's. The flags, the names of the variables,
//! the keys of the file, `--help`, `docs/configuration.md` and `docs/agent.md` are all made from them, so none of these can
//! be behind.

mod agent_settings;
mod agent_table;
mod environment;
mod file;
mod layers;
#[cfg(test)]
mod reference;
mod setting;
mod settings;
mod table;
mod value;

use std::{ffi::OsString, path::Path};

use environment::Variables;
use layers::{Given, Layer, Problem, Source, Values};

pub(crate) use self::{
    agent_settings::{
        AgentSettings, HealthSettings, HealthTarget, HttpTarget, InstanceSettings, StopSettings,
    },
    agent_table::{AGENT, SERVER},
    environment::Note,
    layers::shown,
    setting::{AnySetting, Table},
    settings::{
        LeaseCompat, LeaseGrace, ListenAddress, LogFormat, LogSettings, RateLimiter,
        RegionSettings, ServeSettings,
    },
    table::SERVE,
};

/// The configuration of one command.
pub(crate) trait Settings: Sized {
    /// Where its settings are listed.
    const TABLE: &'static Table;

    /// Takes each setting of the table out of `values`.
    fn take_from(values: &mut Values) -> Result<Self, Problem>;

    /// What is wrong with settings that are right one by one.
    fn problems(&self) -> Vec<Problem>;
}

/// The flags that were given, by key.
pub(crate) type Flags = Vec<(&'static str, String)>;

/// A valid configuration.
#[derive(Debug)]
pub(crate) struct Loaded<S> {
    pub(crate) settings: S,
    /// What deserves a line in the log, once there is one.
    pub(crate) notes: Vec<Note>,
}

/// Reads and checks the whole configuration; on failure, tells all problems and not just the first.
pub(crate) fn load<S: Settings>(
    flags: Flags,
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Loaded<S>, Vec<Problem>> {
    let table = S::TABLE;
    let flags: Layer = flags
        .into_iter()
        .map(|(key, text)| {
            (
                key,
                Given {
                    text,
                    source: Source::Flag,
                },
            )
        })
        .collect();
    let Variables {
        layer: variables,
        notes,
        mut problems,
    } = environment::read(table, variables);
    let file = match file_path(table, &flags, &variables) {
        Some(path) => file::read(table, Path::new(path)),
        None => Ok(Layer::new()),
    };
    let file = file.unwrap_or_else(|in_file| {
        problems.extend(in_file);
        Layer::new()
    });
    let mut values = Values::resolve(table, [flags, variables, file]);
    problems.extend(values.problems(table));
    if !problems.is_empty() {
        return Err(problems);
    }
    let settings = S::take_from(&mut values).map_err(|problem| vec![problem])?;
    let problems = settings.problems();
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Loaded { settings, notes })
}

fn file_path<'a>(table: &Table, flags: &'a Layer, variables: &'a Layer) -> Option<&'a str> {
    let key = table.file?.key;
    let given = flags.get(key).or_else(|| variables.get(key))?;
    Some(given.text.as_str())
}
