//! Names on the wire (wire.md 2.5 and 2.7): each is read as what it was written from, and no other text is.

use heureka_model::{
    ActionType, DataCenter, InstanceStatus, Metadata, ReplicationAction, UnixMillis, UnknownStatus,
};

#[test]
fn statuses() {
    let names = InstanceStatus::ALL.map(InstanceStatus::as_str);
    assert_eq!(
        names,
        ["DOWN", "OUT_OF_SERVICE", "STARTING", "UNKNOWN", "UP"]
    );
    for status in InstanceStatus::ALL {
        assert_eq!(status.as_str().parse(), Ok(status));
        assert_eq!(InstanceStatus::from_name(status.as_str()), status);
    }
    for other in ["", "up", "Up", " UP", "UP ", "BOGUS"] {
        assert_eq!(other.parse::<InstanceStatus>(), Err(UnknownStatus));
        assert_eq!(InstanceStatus::from_name(other), InstanceStatus::Unknown);
    }
    let refusal = UnknownStatus.to_string();
    assert!(
        names.into_iter().all(|name| refusal.contains(name)),
        "{refusal}"
    );
}

#[test]
fn kinds_of_change() {
    use ActionType::{Added, Deleted, Modified};
    for (kind, name) in [
        (Added, "ADDED"),
        (Modified, "MODIFIED"),
        (Deleted, "DELETED"),
    ] {
        assert_eq!(
            (kind.as_str(), ActionType::from_name(name)),
            (name, Some(kind))
        );
    }
    for other in ["", "added", "UP"] {
        assert_eq!(ActionType::from_name(other), None);
    }
}

#[test]
fn actions_of_peers() {
    use ReplicationAction::{Cancel, DeleteStatusOverride, Heartbeat, Register, StatusUpdate};
    for (action, name) in [
        (Heartbeat, "Heartbeat"),
        (Register, "Register"),
        (Cancel, "Cancel"),
        (StatusUpdate, "StatusUpdate"),
        (DeleteStatusOverride, "DeleteStatusOverride"),
    ] {
        assert_eq!(
            (action.as_str(), ReplicationAction::from_name(name)),
            (name, Some(action))
        );
    }
    for other in ["", "heartbeat", "REGISTER"] {
        assert_eq!(ReplicationAction::from_name(other), None);
    }
}

#[test]
fn data_centers() {
    let machine: Metadata = [("instance-id", "i-1")].into_iter().collect();
    assert!(!machine.is_empty());
    for (data_center, name, unique_id) in [
        (DataCenter::MyOwn, "MyOwn", None),
        (DataCenter::Netflix, "Netflix", None),
        (DataCenter::Amazon(machine), "Amazon", Some("i-1")),
        (DataCenter::Amazon(Metadata::new()), "Amazon", None),
    ] {
        assert_eq!(
            (data_center.name(), data_center.unique_id()),
            (name, unique_id)
        );
    }
}

#[test]
fn times_are_written_as_plain_numbers() {
    for (time, text) in [(0, "0"), (-1, "-1"), (1_700_000_000_000, "1700000000000")] {
        assert_eq!(UnixMillis(time).to_string(), text);
    }
    let last = UnixMillis(i64::MAX);
    assert_eq!(last.after(std::time::Duration::MAX), last);
}
