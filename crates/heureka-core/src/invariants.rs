//! What must hold after each change; checked in debug builds, where the tests, the simulation and the fuzzers run.

#![cfg_attr(
    not(debug_assertions),
    allow(dead_code, reason = "checked in debug builds only")
)]

use heureka_model::{Digest, StatusCounts};

use crate::entry::Entry;
use crate::instances::Instances;
use crate::lease_watch::LeaseWatch;
use crate::recent_changes::RecentChanges;
use crate::recent_names::RecentNames;
use crate::registry::Registry;
use crate::sums::Sum;

/// Beyond this size a full check after each change would make a test that fills a registry quadratic.
const FULLY_CHECKED: usize = 64;

/// Panics where the parts of a node disagree with each other.
pub(crate) fn check(
    registry: &Registry,
    watch: &LeaseWatch,
    changes: &RecentChanges,
    names: &RecentNames,
) {
    assert!(names.len() <= RecentNames::capacity());
    assert!(watch.ended().len() <= registry.len());
    assert!(watch.planned() <= registry.len());
    if changes.len() <= FULLY_CHECKED {
        changes.check();
    }
    if registry.len() > FULLY_CHECKED {
        return;
    }
    let entries = || registry.apps().flat_map(Instances::values);
    assert_eq!(entries().count(), registry.len());
    assert_eq!(registry.found_by_id(), registry.len());
    let counts: StatusCounts = entries().map(|entry| entry.shown.status).collect();
    assert_eq!(counts, *registry.counts());
    assert_eq!(
        entries()
            .filter(|entry| entry.pulse.silence.is_missing)
            .count(),
        watch.missing()
    );
    assert_eq!(
        entries()
            .filter(|entry| entry.pulse.silence.has_ended)
            .count(),
        watch.ended().len()
    );
    let looks = entries().filter(|entry| entry.pulse.look.is_some()).count();
    assert_eq!(looks, watch.planned());
    let mut total = Digest::default();
    registry.apps().for_each(|app| total.add(app.sum.digest));
    assert_eq!(total, registry.total());
    registry.apps().for_each(check_app);
    entries().for_each(|entry| check_entry(entry, registry, watch));
}

fn check_app(app: &Instances) {
    assert!(!app.is_empty());
    let mut sum = Sum::default();
    app.values()
        .filter_map(|entry| entry.counted)
        .for_each(|digest| sum.add(digest));
    assert_eq!(app.sum, sum);
}

fn check_entry(entry: &Entry, registry: &Registry, watch: &LeaseWatch) {
    let id = &entry.document.document.id;
    assert!(
        registry
            .find(id.as_str())
            .is_some_and(|found| found.document.document.id == *id)
    );
    let digested = &entry.document.document;
    assert_eq!(digested.digest(), Digest::of(&**digested));
    let counted = (!entry.pulse.silence.has_ended).then(|| entry.digest());
    assert_eq!(entry.counted, counted);
    let reported = entry.document.document.status;
    let status = entry
        .override_part
        .status_in_force(reported, entry.document.reported);
    assert_eq!(entry.shown.status, status);
    assert_eq!(entry.pulse.status, status);
    assert_eq!(entry.pulse.last_dirty, entry.document.document.last_dirty);
    assert_eq!(entry.pulse.settings, entry.document.document.lease);
    assert_eq!(
        watch.ended().contains(&entry.document.document.key()),
        entry.pulse.silence.has_ended
    );
    let is_finished = entry.pulse.silence.is_missing && entry.pulse.silence.has_ended;
    assert_eq!(entry.pulse.look.is_none(), is_finished);
}
