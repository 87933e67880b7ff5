//! Metadata edits (wire.md 1.9).

use heureka_core::{MetadataOutcome, RegisterOutcome};
use heureka_model::InstanceStatus::Down;
use heureka_model::{ActionType, InvalidInstance};

use crate::builders::{World, dirty, ids, instance, secs};

#[track_caller]
fn check(before: &[(&str, &str)], edit: &[(&str, &str)], after: &[(&str, &str)]) {
    let mut world = World::new();
    world.register(instance().metadata(before));
    assert_eq!(world.set_metadata(edit), MetadataOutcome::Changed);
    let document = world.shown().document;
    assert_eq!(document.metadata.iter().collect::<Vec<_>>(), after);
}

#[test]
fn an_edit_sets_its_entries_and_leaves_the_others() {
    check(&[], &[("a", "1")], &[("a", "1")]);
    check(
        &[("a", "1"), ("b", "2")],
        &[("a", "3")],
        &[("a", "3"), ("b", "2")],
    );
    check(
        &[("a", "1")],
        &[("b", "2"), ("c", "")],
        &[("a", "1"), ("b", "2"), ("c", "")],
    );
    check(&[("a", "1")], &[("A", "2")], &[("a", "1"), ("A", "2")]);
    check(&[("a", "1")], &[], &[("a", "1")]);
}

// wire.md 1.9, golden/spring/16-metadata-update; MERGE 1: it writes the document, not the lease.
#[test]
fn an_edit_is_shown_as_added_and_keeps_version_status_and_lease() {
    let mut world = World::new();
    world.register(instance().dirty(5));
    world.override_with(Down);
    let before = world.shown();
    world.stall(secs(9));
    world.set_metadata(&[("a", "1")]);
    let after = world.shown();
    assert_eq!(after.document.last_dirty, dirty(5));
    assert_eq!((after.status, after.overridden_status), (Down, Down));
    assert_eq!(
        (after.action, after.last_updated),
        (Some(ActionType::Added), dirty(9000))
    );
    assert_eq!(after.lease.registration, dirty(9000));
    assert_eq!(after.lease.service_up, before.lease.service_up);
    assert_eq!(after.lease.last_renewal, before.lease.last_renewal);
}

#[test]
fn an_edit_appears_in_the_delta() {
    let mut world = World::new();
    world.register(instance().lease(30, 900));
    world.pass(secs(181));
    assert!(ids(&world.delta().unwrap()).is_empty());
    world.set_metadata(&[("a", "1")]);
    assert_eq!(ids(&world.delta().unwrap()), ["1"]);
    let version = world.delta().unwrap().version;
    world.set_metadata(&[("a", "2")]);
    assert_ne!(world.delta().unwrap().version, version);
}

// A later registration of the client says everything anew.
#[test]
fn a_registration_replaces_what_was_edited() {
    let mut world = World::new();
    world.register(instance().metadata(&[("a", "1")]));
    world.set_metadata(&[("b", "2")]);
    assert_eq!(
        world.register(instance().metadata(&[("a", "1")])),
        RegisterOutcome::Replaced
    );
    let document = world.shown().document;
    assert_eq!(document.metadata.iter().collect::<Vec<_>>(), [("a", "1")]);
}

#[test]
fn who_has_a_copy_of_the_instance_keeps_it_as_it_was() {
    let mut world = World::new();
    world.register(instance());
    let copy = world.shown();
    world.set_metadata(&[("a", "1")]);
    assert!(copy.document.metadata.is_empty());
}

#[test]
fn the_metadata_of_an_unknown_instance_cannot_be_changed() {
    let mut world = World::new();
    assert_eq!(world.set_metadata(&[("a", "1")]), MetadataOutcome::Unknown);
    assert!(world.keys().is_empty());
}

#[track_caller]
fn refused(before: &[(&str, &str)], edit: &[(&str, &str)], limit: usize, unit: &'static str) {
    let mut world = World::with(|config| {
        let limits = &mut config.limits.document;
        (
            limits.metadata_keys,
            limits.metadata_key_bytes,
            limits.metadata_bytes,
        ) = (3, 4, 10);
    });
    world.register(instance().metadata(before));
    let shown = world.shown();
    let version = world.delta().unwrap().version;
    world.stall(secs(1));
    let too_large = InvalidInstance::TooLarge {
        field: "metadata",
        limit,
        unit,
    };
    assert_eq!(
        world.set_metadata(edit),
        MetadataOutcome::Invalid(too_large)
    );
    assert_eq!(world.shown(), shown);
    assert_eq!(world.delta().unwrap().version, version);
}

// faults-and-attacks.md S04: what is there counts with what comes.
#[test]
fn an_edit_beyond_the_limits_is_refused_and_changes_nothing() {
    let full = [("a", ""), ("b", ""), ("c", "")];
    refused(&full, &[("d", "")], 3, "keys");
    refused(&[], &[("12345", "")], 4, "bytes in a key");
    refused(&[("a", "1234")], &[("b", "12345")], 10, "bytes in all");
}

#[test]
fn an_edit_up_to_the_limits_is_taken() {
    let mut world = World::with(|config| config.limits.document.metadata_bytes = 10);
    world.register(instance().metadata(&[("a", "1234")]));
    assert_eq!(
        world.set_metadata(&[("b", "1234")]),
        MetadataOutcome::Changed
    );
    assert_eq!(
        world.set_metadata(&[("b", "4321")]),
        MetadataOutcome::Changed
    );
}

#[test]
fn an_edit_with_control_characters_is_refused() {
    let mut world = World::new();
    world.register(instance());
    let field = "metadata";
    for edit in [
        ("a\n", ""),
        ("a", "\u{0}"),
        ("a", "\u{ffff}"),
        ("\u{7f}", ""),
    ] {
        let expected = MetadataOutcome::Invalid(InvalidInstance::ControlCharacter { field });
        assert_eq!(world.set_metadata(&[edit]), expected, "{edit:?}");
    }
    assert_eq!(
        world.set_metadata(&[("a", "two\nlines")]),
        MetadataOutcome::Changed
    );
}
