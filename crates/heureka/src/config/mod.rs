//! The configuration: flags over variables over a file over defaults.
//!
//! `table` is the one list of settings. The flags, the names of the variables, the keys of the
//! file, `--help` and `docs/configuration.md` are all made from it, so none of them can be behind.

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
    environment::Note,
    layers::shown,
    setting::AnySetting,
    settings::{
        LeaseCompat, LeaseGrace, ListenAddress, LogFormat, LogSettings, RateLimiter,
        RegionSettings, ServeSettings,
    },
    table::SERVE_SETTINGS,
};

/// The flags that were given, by key.
pub(crate) type Flags = Vec<(&'static str, String)>;

/// A valid configuration.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) settings: ServeSettings,
    /// What deserves a line in the log, once there is one.
    pub(crate) notes: Vec<Note>,
}

/// Reads and checks the whole configuration; on failure, tells all problems and not just the first.
pub(crate) fn load(
    flags: Flags,
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Loaded, Vec<Problem>> {
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
    } = environment::read(variables);
    let file = match file_path(&flags, &variables) {
        Some(path) => file::read(Path::new(path)),
        None => Ok(Layer::new()),
    };
    let file = file.unwrap_or_else(|in_file| {
        problems.extend(in_file);
        Layer::new()
    });
    let mut values = Values::resolve([flags, variables, file]);
    problems.extend(values.problems());
    if !problems.is_empty() {
        return Err(problems);
    }
    let settings = ServeSettings::take_from(&mut values).map_err(|problem| vec![problem])?;
    let problems = settings.problems();
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Loaded { settings, notes })
}

fn file_path<'a>(flags: &'a Layer, variables: &'a Layer) -> Option<&'a str> {
    let key = table::CONFIG.entry.key;
    let given = flags.get(key).or_else(|| variables.get(key))?;
    Some(given.text.as_str())
}

/// The key that somebody who wrote `unknown` may have meant.
pub(crate) fn nearest(unknown: &str) -> Option<&'static str> {
    const SIMILAR: f64 = 0.8;
    table::entries()
        .map(|entry| (strsim::jaro_winkler(unknown, entry.key), entry.key))
        .filter(|(similarity, _)| *similarity >= SIMILAR)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, key)| key)
}
