//! Requests of one kind after the other, and what each costs the server.

mod after_change;
mod bench;
mod command;

use crate::fleet::{Coding, Listing};

pub(crate) use self::after_change::{AfterChange, Extra};
pub(crate) use self::bench::{Bench, Cost, Timing, override_step};
pub(crate) use self::command::{CasesArgs, TimingArgs, run};

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// `GET apps/` as gzip.
    FullGzip,
    /// `GET apps/` as it is.
    FullPlain,
    /// `GET apps/` by who has it already.
    FullNotModified,
    /// `GET apps/{app}`.
    App,
    /// `GET vips/{vip}`.
    Vip,
    /// `GET apps/{app}/{id}`.
    Instance,
    /// `GET instances/{id}`.
    InstanceById,
    /// `PUT apps/{app}/{id}`.
    Heartbeat,
    /// `GET apps/delta` as gzip.
    DeltaGzip,
    /// `GET apps/delta` as it is.
    DeltaPlain,
    /// `GET apps/delta` by who has it already.
    DeltaNotModified,
    /// An operator's `PUT` and `DELETE …/status`.
    StatusChange,
    /// `POST apps/{app}` of an instance that is there, with a changed document.
    Register,
    /// `POST apps/{app}` of an instance that is not there.
    RegisterNew,
}

/// What a case asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Request {
    /// A read.
    Read(Reading),
    /// A heartbeat.
    Heartbeat,
    /// Overrides set and taken back.
    StatusChange,
    /// Registrations of instances that are there.
    Register,
    /// Registrations of instances that are not.
    RegisterNew,
}

/// How a case reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// What is read; the number in it is chosen anew for each request.
    pub(crate) listing: Listing,
    /// In which form.
    pub(crate) coding: Coding,
    /// Whether the `ETag` of what is there is sent along.
    pub(crate) conditional: bool,
}

impl Case {
    /// All of them, those first that change nothing, so that the changes of registering can leave the delta meanwhile.
    pub(crate) const ALL: [Self; 14] = [
        Self::FullGzip,
        Self::FullPlain,
        Self::FullNotModified,
        Self::App,
        Self::Vip,
        Self::Instance,
        Self::InstanceById,
        Self::Heartbeat,
        Self::DeltaGzip,
        Self::DeltaPlain,
        Self::DeltaNotModified,
        Self::StatusChange,
        Self::Register,
        Self::RegisterNew,
    ];

    /// What tables call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::FullGzip => "full fetch, gzip",
            Self::FullPlain => "full fetch, plain",
            Self::FullNotModified => "full fetch, If-None-Match",
            Self::App => "one application",
            Self::Vip => "one vip",
            Self::Instance => "one instance",
            Self::InstanceById => "one instance by its id",
            Self::Heartbeat => "heartbeat",
            Self::DeltaGzip => "delta of 100 changes, gzip",
            Self::DeltaPlain => "delta of 100 changes, plain",
            Self::DeltaNotModified => "delta, If-None-Match",
            Self::StatusChange => "status change",
            Self::Register => "register again, changed",
            Self::RegisterNew => "register new",
        }
    }

    /// What it asks for.
    pub(crate) fn request(self) -> Request {
        let (listing, coding, conditional) = match self {
            Self::FullGzip => (Listing::Full, Coding::Gzip, false),
            Self::FullPlain => (Listing::Full, Coding::Plain, false),
            Self::FullNotModified => (Listing::Full, Coding::Gzip, true),
            Self::App => (Listing::App(0), Coding::Plain, false),
            Self::Vip => (Listing::Vip(0), Coding::Plain, false),
            Self::Instance => (Listing::Instance(0), Coding::Plain, false),
            Self::InstanceById => (Listing::InstanceById(0), Coding::Plain, false),
            Self::DeltaGzip => (Listing::Delta, Coding::Gzip, false),
            Self::DeltaPlain => (Listing::Delta, Coding::Plain, false),
            Self::DeltaNotModified => (Listing::Delta, Coding::Gzip, true),
            Self::Heartbeat => return Request::Heartbeat,
            Self::StatusChange => return Request::StatusChange,
            Self::Register => return Request::Register,
            Self::RegisterNew => return Request::RegisterNew,
        };
        Request::Read(Reading {
            listing,
            coding,
            conditional,
        })
    }

    /// What it reads, if it does.
    pub(crate) fn reading(self) -> Option<Reading> {
        match self.request() {
            Request::Read(reading) => Some(reading),
            Request::Heartbeat
            | Request::StatusChange
            | Request::Register
            | Request::RegisterNew => None,
        }
    }

    /// Whether the delta should have 100 changes when it runs.
    pub(crate) fn wants_changes(self) -> bool {
        self.reading()
            .is_some_and(|reading| reading.listing == Listing::Delta)
    }
}

/// The cases whose name has this text in it; all of them for no text.
pub(crate) fn chosen(names: &[String]) -> Vec<Case> {
    let wanted = |case: &Case| names.iter().any(|name| case.name().contains(name.as_str()));
    Case::ALL
        .into_iter()
        .filter(|case| names.is_empty() || wanted(case))
        .collect()
}

/// Whether what a change costs the next read is asked for, which is no case of its own.
pub(crate) fn wants_after_change(names: &[String]) -> bool {
    let is_meant = |name: &String| "full fetch after one change".contains(name.as_str());
    names.is_empty() || names.iter().any(is_meant)
}

#[cfg(test)]
mod tests {
    use super::{Case, chosen, wants_after_change};

    #[test]
    fn cases_are_chosen_by_a_part_of_their_name() {
        assert_eq!(chosen(&[]).len(), Case::ALL.len());
        let heartbeat = ["heartbeat".to_owned()];
        assert_eq!(chosen(&heartbeat), [Case::Heartbeat]);
        assert!(!wants_after_change(&heartbeat) && wants_after_change(&["after".to_owned()]));
        let deltas = chosen(&["delta".to_owned()]);
        assert!(deltas.len() == 3 && deltas.iter().all(|case| case.wants_changes()));
    }

    #[test]
    fn what_changes_something_comes_last() {
        let first_change = Case::ALL
            .iter()
            .position(|case| *case == Case::StatusChange);
        let last_read = Case::ALL.iter().rposition(|case| case.reading().is_some());
        assert!(last_read < first_change);
    }
}
