//! Where values come from, and what can be wrong with them.

use std::{
    collections::BTreeMap,
    fmt::{self, Display},
    path::{Path, PathBuf},
    sync::Arc,
};

use thiserror::Error;

use super::{setting::Table, value::Unfit};

/// What one source gives, by key.
pub(crate) type Layer = BTreeMap<&'static str, Given>;

/// The text of a value and who gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) text: String,
    pub(crate) source: Source,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Flag,
    Variable(String),
    File(Arc<Path>),
    Default,
}

/// One thing that the operator has to change; it is displayed as one line.
#[derive(Debug, Error)]
pub(crate) enum Problem {
    #[error("{key} = {} (from {}) is no {}", shown(&.given.text), .given.source, .unfit)]
    Unfit {
        key: &'static str,
        given: Given,
        unfit: Unfit,
    },
    #[error("{key} is missing: give --{key} or the variable {variable}")]
    Missing { key: &'static str, variable: String },
    #[error("unknown key {key:?} in {}: {}", .path.display(), advice(*.nearest))]
    UnknownKey {
        path: PathBuf,
        key: String,
        nearest: Option<&'static str>,
    },
    #[error(
        "{key} in {} is {found}: write a text, a number, true or false, or a list of texts",
        .path.display()
    )]
    NotAValue {
        path: PathBuf,
        key: &'static str,
        found: &'static str,
    },
    #[error("config = {:?} cannot be read: {reason}", .path.display())]
    UnreadableFile { path: PathBuf, reason: String },
    #[error("the variable {variable} is not valid UTF-8: write it anew")]
    NotUtf8 { variable: String },
    #[error(
        "remote-region-allow names the region {region:?}, which remote-regions does not: name it \
         in both, or write * for all regions"
    )]
    UnknownRegion { region: String },
    #[error(
        "lease has to be longer than renewal-interval, or it ends before it is renewed; three times as long leaves room \
         for a renewal that is lost"
    )]
    LeaseTooShort,
    #[error("the setting {key} is missing in the table of settings, which is our own mistake")]
    NotInTable { key: &'static str },
}

/// A value as a message repeats it; one that may hold a password is not repeated. The line end behind a flag that can be
/// repeated is not part of what was written.
pub(crate) fn shown(text: &str) -> String {
    if text.contains('@') {
        "(not shown, for it may hold a password)".to_owned()
    } else {
        format!("{:?}", text.strip_suffix('\n').unwrap_or(text))
    }
}

fn advice(nearest: Option<&str>) -> String {
    match nearest {
        Some(key) => format!("did you mean {key}?"),
        None => "`heureka serve --help` lists all keys".to_owned(),
    }
}

impl Given {
    pub(crate) fn by_default(text: String) -> Self {
        Self {
            text,
            source: Source::Default,
        }
    }
}

impl Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("the command line"),
            Self::Variable(name) => write!(f, "the variable {name}"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Default => f.write_str("the defaults"),
        }
    }
}

/// The value that counts for each setting.
#[derive(Debug)]
pub(crate) struct Values(Layer);

impl Values {
    /// Takes each value from the first of the `layers` that has it.
    pub(crate) fn resolve(table: &Table, layers: [Layer; 3]) -> Self {
        let mut values = Layer::new();
        for mut layer in layers.into_iter().rev() {
            values.append(&mut layer);
        }
        for entry in table.entries() {
            values
                .entry(entry.key)
                .or_insert_with(|| entry.given_by_default());
        }
        Self(values)
    }

    /// All values that their settings do not take.
    pub(crate) fn problems(&self, table: &Table) -> Vec<Problem> {
        let unfit = |setting: &dyn super::AnySetting| {
            let entry = setting.entry();
            let (key, given) = (entry.key, self.0.get(entry.key)?);
            if given.text.is_empty() && entry.is_required() {
                let variable = table.variable(key);
                return Some(Problem::Missing { key, variable });
            }
            let unfit = setting.check(&given.text).err()?;
            Some(Problem::Unfit {
                key,
                given: given.clone(),
                unfit,
            })
        };
        table.settings().filter_map(unfit).collect()
    }

    pub(crate) fn take(&mut self, key: &str) -> Option<Given> {
        self.0.remove(key)
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
