//! From keys and values to settings.

use std::cmp::Reverse;

use super::fields::Settings;
use super::key::{free_part, is_pattern, is_same, without_start};
use super::kind::Unfit;
use super::note::{InvalidSetting, InvalidSettings, Note, NoteReason};
use super::table::{Meaning, Row, rows};

/// What all keys begin with, but for some of Spring.
pub(super) const PREFIX: &str = "eureka";
/// How similar a key has to be to be the one that was meant.
const SIMILAR: f64 = 0.8;

/// A key and its value.
#[derive(Clone, Debug)]
pub(super) struct Given {
    /// As it was written.
    pub(super) shown: Box<str>,
    /// With `eureka` before it where it belongs there.
    pub(super) key: String,
    pub(super) value: String,
    /// Whether it comes from the environment, whose names have no dots and no lower case.
    pub(super) is_variable: bool,
}

/// A row that a key is about.
struct Match {
    row: &'static Row,
    /// The part of the key that is free.
    free: Option<String>,
    /// Its place among the keys of the row: the first counts before the others.
    rank: usize,
}

/// Reads all of them; of two that set the same, the later counts. An empty value is none.
pub(super) fn read(all: &[Given]) -> Result<Settings, InvalidSettings> {
    let mut settings = Settings::default();
    let mut found = Vec::new();
    for given in all.iter().filter(|given| !given.value.trim().is_empty()) {
        let matches = matches_of(given);
        if matches.is_empty() && without_start(&given.key, PREFIX).is_some() {
            settings.notes.push(unknown(given));
        }
        found.extend(matches.into_iter().map(|found| (found, given)));
    }
    found.sort_by_key(|(found, _)| Reverse(found.rank));
    let mut invalid = Vec::new();
    for (found, given) in found {
        let set = found.set(&mut settings, given);
        invalid.extend(set.err().map(|unfit| found.row.invalid(given, unfit)));
    }
    if invalid.is_empty() {
        Ok(settings)
    } else {
        Err(InvalidSettings(invalid))
    }
}

fn matches_of(given: &Given) -> Vec<Match> {
    let own = without_start(&given.key, PREFIX);
    let netflix = own.filter(|_| !given.is_variable);
    let mut matches = Vec::new();
    for row in rows() {
        let keys = [
            (row.netflix, netflix),
            (row.spring, own),
            (row.beside, Some(given.key.as_str())),
        ];
        let found = keys
            .into_iter()
            .find_map(|(patterns, key)| row.found(patterns, key?));
        matches.extend(found);
    }
    matches
}

impl Row {
    fn found(&'static self, patterns: &[&str], key: &str) -> Option<Match> {
        let mut patterns = patterns.iter().enumerate();
        patterns.find_map(|(rank, pattern)| {
            let free = if is_pattern(pattern) {
                Some(free_part(pattern, key)?.to_owned())
            } else {
                is_same(pattern, key).then_some(())?;
                None
            };
            Some(Match {
                row: self,
                free,
                rank,
            })
        })
    }

    fn invalid(&self, given: &Given, Unfit(write): Unfit) -> InvalidSetting {
        let value = Some(given.value.trim().into());
        InvalidSetting {
            key: given.shown.clone(),
            setting: self.name,
            value: value.filter(|_| !self.is_secret),
            takes: self.takes,
            write: write.into(),
        }
    }
}

impl Match {
    fn set(&self, settings: &mut Settings, given: &Given) -> Result<(), Unfit> {
        let value = given.value.trim();
        match self.row.meaning {
            Meaning::Sets(set) => set(settings, value),
            Meaning::SetsOf { set, join } => {
                let free = self.free.as_deref().unwrap_or_default();
                if given.is_variable {
                    set(
                        settings,
                        &free.to_ascii_lowercase().replace('_', join),
                        value,
                    )
                } else {
                    set(settings, free, value)
                }
            }
            Meaning::Ignored(reason) => {
                settings.notes.push(Note {
                    key: given.shown.clone(),
                    reason: NoteReason::Ignored(reason),
                });
                Ok(())
            }
        }
    }
}

fn unknown(given: &Given) -> Note {
    let key = without_start(&given.key, PREFIX).unwrap_or(&given.key);
    Note {
        key: given.shown.clone(),
        reason: NoteReason::Unknown {
            nearest: nearest(&key.to_ascii_lowercase().replace('_', "-")),
        },
    }
}

/// The key that somebody who wrote `unknown` may have meant.
fn nearest(unknown: &str) -> Option<&'static str> {
    let keys = rows().flat_map(|row| row.spring.iter().chain(row.netflix));
    let keys = keys.copied().filter(|key| !is_pattern(key));
    keys.map(|key| {
        (
            strsim::jaro_winkler(unknown, &key.to_ascii_lowercase()),
            key,
        )
    })
    .filter(|(similarity, _)| *similarity >= SIMILAR)
    .max_by(|(one, _), (other, _)| one.total_cmp(other))
    .map(|(_, key)| key)
}
