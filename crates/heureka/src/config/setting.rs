//! What one setting is.

use super::{
    layers::{Given, Problem, Values},
    value::{Kind, Unfit},
};

/// A setting whose value is a `T`.
#[derive(Debug)]
pub(crate) struct Setting<T> {
    pub(crate) entry: Entry,
    kind: Kind<T>,
}

/// What is told about a setting, whatever its type.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its name as a flag (behind `--`) and in the file.
    pub(crate) key: &'static str,
    pub(crate) default: Default,
    pub(crate) help: &'static str,
}

/// What counts when nothing was given.
#[derive(Debug)]
pub(crate) enum Default {
    /// The same everywhere.
    Text(&'static str),
    /// Found out where the process runs.
    Local {
        description: &'static str,
        text: fn() -> String,
    },
}

/// Settings that belong together.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) title: &'static str,
    pub(crate) settings: &'static [&'static dyn AnySetting],
}

/// A setting, its type forgotten.
pub(crate) trait AnySetting: std::fmt::Debug + Sync {
    fn entry(&self) -> &Entry;

    /// A word for the values it takes.
    fn takes(&self) -> &'static str;

    /// Whether `text` is a value for it.
    fn check(&self, text: &str) -> Result<(), Unfit>;
}

impl<T> Setting<T> {
    pub(crate) const fn new(
        key: &'static str,
        default: &'static str,
        kind: Kind<T>,
        help: &'static str,
    ) -> Self {
        Self {
            entry: Entry {
                key,
                default: Default::Text(default),
                help,
            },
            kind,
        }
    }

    pub(crate) const fn local(
        key: &'static str,
        (description, text): (&'static str, fn() -> String),
        kind: Kind<T>,
        help: &'static str,
    ) -> Self {
        Self {
            entry: Entry {
                key,
                default: Default::Local { description, text },
                help,
            },
            kind,
        }
    }

    /// Takes the setting's value out of all values.
    pub(crate) fn take(&self, values: &mut Values) -> Result<T, Problem> {
        let key = self.entry.key;
        let given = values.take(key).ok_or(Problem::NotInTable { key })?;
        (self.kind.read)(&given.text).map_err(|unfit| Problem::Unfit { key, given, unfit })
    }
}

impl<T: std::fmt::Debug> AnySetting for Setting<T> {
    fn entry(&self) -> &Entry {
        &self.entry
    }

    fn takes(&self) -> &'static str {
        self.kind.takes
    }

    fn check(&self, text: &str) -> Result<(), Unfit> {
        (self.kind.read)(text).map(|_| ())
    }
}

impl Entry {
    /// Its name as an environment variable.
    pub(crate) fn variable(&self) -> String {
        format!(
            "HEUREKA_{}",
            self.key.replace('-', "_").to_ascii_uppercase()
        )
    }

    pub(crate) fn given_by_default(&self) -> Given {
        Given::by_default(match self.default {
            Default::Text(text) => text.to_owned(),
            Default::Local { text, .. } => text(),
        })
    }
}

impl Default {
    pub(crate) fn description(&self) -> &'static str {
        match self {
            Self::Text("") => "none",
            Self::Text(description) | Self::Local { description, .. } => description,
        }
    }
}
