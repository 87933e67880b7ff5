//! Names under which instances are found.

use heureka_model::vip_names;

use crate::row::Row;

/// A name under which instances are found.
#[derive(Clone, Copy, Debug)]
pub enum Vip<'a> {
    /// One of those in `vipAddress`.
    Usual(&'a str),
    /// One of those in `secureVipAddress`.
    Secure(&'a str),
}

impl Vip<'_> {
    pub(crate) fn is_of(self, row: &Row) -> bool {
        let [usual, secure] = row.vip_addresses();
        self.is_in(usual, secure)
    }

    fn is_in(self, usual: Option<&str>, secure: Option<&str>) -> bool {
        let (names, name) = match self {
            Self::Usual(name) => (usual, name),
            Self::Secure(name) => (secure, name),
        };
        vip_names(names).any(|own| own == name)
    }
}

/// Under which names neighbouring rows are found: all of them under the same, as instances of one application mostly are, or
/// each under its own.
///
/// The names are here once more, so that nobody has to look for them through a row and its document, which are elsewhere in
/// memory.
#[derive(Clone, Debug)]
pub(crate) enum VipsOfRows {
    Same {
        usual: Option<Box<str>>,
        secure: Option<Box<str>>,
    },
    Various,
}

impl VipsOfRows {
    pub(crate) fn new(rows: &[Row]) -> Self {
        let Some((first, others)) = rows.split_first() else {
            return Self::Various;
        };
        let names = first.vip_addresses();
        if others.iter().any(|other| other.vip_addresses() != names) {
            return Self::Various;
        }
        let [usual, secure] = names.map(|names| names.map(Box::from));
        Self::Same { usual, secure }
    }

    /// Whether all of the rows, or none, are found under a name, where one answer is true of all.
    pub(crate) fn have(&self, vip: Vip<'_>) -> Option<bool> {
        match self {
            Self::Same { usual, secure } => Some(vip.is_in(usual.as_deref(), secure.as_deref())),
            Self::Various => None,
        }
    }
}
