//! What one setting is, and all those of a command.

use super::{
    layers::{Given, Problem, Values},
    value::{Kind, Unfit},
};

/// The settings of one command.
#[derive(Debug)]
pub(crate) struct Table {
    /// The command, as it is written behind `heureka`.
    pub(crate) command: &'static str,
    /// What the names of its variables begin with.
    pub(crate) prefix: &'static str,
    /// What the names of another command's variables begin with, although they begin with `prefix` as well.
    pub(crate) others: &'static [&'static str],
    /// The setting that names a file with more of them, if there can be one.
    pub(crate) file: Option<&'static Entry>,
    /// The settings, in the order of the help.
    pub(crate) groups: &'static [Group],
}

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
    /// Whether its flag can be given several times; each adds a line to the value.
    pub(crate) is_repeatable: bool,
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
    /// Nothing: it has to be given.
    Required,
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
        Self::of(key, Default::Text(default), kind, help)
    }

    pub(crate) const fn required(key: &'static str, kind: Kind<T>, help: &'static str) -> Self {
        Self::of(key, Default::Required, kind, help)
    }

    pub(crate) const fn local(
        key: &'static str,
        (description, text): (&'static str, fn() -> String),
        kind: Kind<T>,
        help: &'static str,
    ) -> Self {
        Self::of(key, Default::Local { description, text }, kind, help)
    }

    const fn of(key: &'static str, default: Default, kind: Kind<T>, help: &'static str) -> Self {
        let entry = Entry {
            key,
            default,
            help,
            is_repeatable: false,
        };
        Self { entry, kind }
    }

    pub(crate) const fn repeatable(mut self) -> Self {
        self.entry.is_repeatable = true;
        self
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

impl Table {
    /// All settings, group after group.
    pub(crate) fn settings(&self) -> impl Iterator<Item = &'static dyn AnySetting> {
        self.groups.iter().flat_map(|group| group.settings).copied()
    }

    /// What is told about each of them.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &'static Entry> {
        self.settings().map(AnySetting::entry)
    }

    /// The name of a setting's variable.
    pub(crate) fn variable(&self, key: &str) -> String {
        let name = key.replace('-', "_").to_ascii_uppercase();
        format!("{}{name}", self.prefix)
    }

    /// The key that somebody who wrote `unknown` may have meant.
    pub(crate) fn nearest(&self, unknown: &str) -> Option<&'static str> {
        const SIMILAR: f64 = 0.8;
        self.entries()
            .map(|entry| (strsim::jaro_winkler(unknown, entry.key), entry.key))
            .filter(|(similarity, _)| *similarity >= SIMILAR)
            .max_by(|(one, _), (other, _)| one.total_cmp(other))
            .map(|(_, key)| key)
    }
}

impl Entry {
    pub(crate) fn is_required(&self) -> bool {
        matches!(self.default, Default::Required)
    }

    pub(crate) fn given_by_default(&self) -> Given {
        Given::by_default(match self.default {
            Default::Text(text) => text.to_owned(),
            Default::Local { text, .. } => text(),
            Default::Required => String::new(),
        })
    }
}

impl Default {
    pub(crate) fn description(&self) -> &'static str {
        match self {
            Self::Text("") => "none",
            Self::Text(description) | Self::Local { description, .. } => description,
            Self::Required => "none, it has to be given",
        }
    }
}
