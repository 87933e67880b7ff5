//! Look-ups: what is asked, and what comes of it.

use std::net::IpAddr;

/// Tells look-ups apart; a late answer to an old one does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LookupId(pub(super) u64);

/// A look-up that is to be made now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// To be handed back with the answer.
    pub id: LookupId,
    /// What to ask.
    pub question: Question,
}

/// What to ask of DNS.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// The addresses of a name (A and AAAA).
    Addresses(String),
    /// The hosts and ports of a service (SRV).
    Services(String),
    /// The texts of a name (TXT).
    Texts(String),
}

impl Question {
    /// Whether something of this kind was asked for.
    pub(super) fn is_of_kind(&self, found: &Found) -> bool {
        matches!(
            (self, found),
            (Self::Addresses(_), Found::Addresses(_))
                | (Self::Services(_), Found::Services(_))
                | (Self::Texts(_), Found::Texts(_))
        )
    }
}

/// What was found; a kind that was not asked for counts as nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// To [`Question::Addresses`].
    Addresses(Vec<IpAddr>),
    /// To [`Question::Services`].
    Services(Vec<(String, u16)>),
    /// To [`Question::Texts`].
    Texts(Vec<String>),
}

/// Nothing could be found out. An answer without records may be given as this or as an empty [`Found`]: both leave the
/// peers as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LookupFailed;
