//! What is worth a line in the log, and what is wrong.

use std::fmt;

use thiserror::Error;

/// A key that has no effect here. It is no error: the same file may be for others as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The key, as it was written.
    pub key: Box<str>,
    /// Why it has no effect.
    pub reason: NoteReason,
}

/// Why a key has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteReason {
    /// No client knows it. Perhaps another was meant.
    Unknown {
        /// One that is similar.
        nearest: Option<&'static str>,
    },
    /// Java's clients know it, and here there is nothing to set, for this reason.
    Ignored(&'static str),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.key;
        match self.reason {
            NoteReason::Unknown { nearest: None } => {
                write!(f, "{key} is not known and has no effect")
            }
            NoteReason::Unknown {
                nearest: Some(nearest),
            } => write!(
                f,
                "{key} is not known and has no effect; did you mean eureka.{nearest}?"
            ),
            NoteReason::Ignored(reason) => write!(f, "{key} has no effect: {reason}"),
        }
    }
}

/// A value that cannot be taken, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{key}: {} is no {takes}: {write}", shown(.value))]
#[non_exhaustive]
pub struct InvalidSetting {
    /// The key, as it was written.
    pub key: Box<str>,
    /// What it would set, as a path within [`Settings`](super::Settings).
    pub setting: &'static str,
    /// The value; `None` where it may hold a password.
    pub value: Option<Box<str>>,
    /// What the key takes.
    pub takes: &'static str,
    /// What to write instead.
    pub write: Box<str>,
}

/// All values that cannot be taken, so that they can be mended at once.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", joined(.0))]
pub struct InvalidSettings(pub(super) Vec<InvalidSetting>);

impl InvalidSettings {
    /// Each of them; at least one.
    pub fn iter(&self) -> impl Iterator<Item = &InvalidSetting> {
        self.0.iter()
    }
}

fn shown(value: &Option<Box<str>>) -> String {
    match value {
        Some(value) => format!("{value:?}"),
        None => "the value (not shown, as it may hold a password)".to_owned(),
    }
}

fn joined(settings: &[InvalidSetting]) -> String {
    let texts: Vec<String> = settings.iter().map(ToString::to_string).collect();
    texts.join("; ")
}
