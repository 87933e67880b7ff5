//! What is taken from a server's listing: a server's word, so only a name is asked for.

use heureka_model::{
    ActionType, AppName, DataCenter, InstanceDraft, InstanceStatus, InvalidInstance, LeaseTimes,
    UnixMillis,
};

use crate::builders::{RECEIVED, draft_with};

#[test]
fn what_the_server_says_is_taken_over() {
    let times = LeaseTimes {
        registration: UnixMillis(1),
        last_renewal: UnixMillis(2),
        eviction: UnixMillis(3),
        service_up: UnixMillis(4),
    };
    let draft = draft_with(|draft| {
        (draft.status, draft.overridden_status) = (InstanceStatus::Down, InstanceStatus::Starting);
        draft.lease.times = times;
        draft.is_coordinating = true;
        draft.last_updated = Some(UnixMillis(5));
        draft.last_dirty = Some(UnixMillis(6));
        draft.action = Some(ActionType::Modified);
    });
    let info = draft.into_listed(RECEIVED).unwrap();
    let statuses = (info.status, info.overridden_status);
    assert_eq!(statuses, (InstanceStatus::Down, InstanceStatus::Starting));
    assert_eq!((info.lease, info.is_coordinating), (times, true));
    assert_eq!(
        (info.last_updated, info.action),
        (UnixMillis(5), Some(ActionType::Modified))
    );
    assert_eq!(info.document.last_dirty, UnixMillis(6));
}

#[test]
fn times_that_are_absent_are_those_of_the_fetch() {
    let info = draft_with(|_| {}).into_listed(RECEIVED).unwrap();
    assert_eq!(
        (info.last_updated, info.document.last_dirty),
        (RECEIVED, RECEIVED)
    );
    assert_eq!(info.action, None);
}

#[test]
fn an_id_is_all_that_is_asked_for() {
    let mut draft = InstanceDraft::new(AppName::new("orders"));
    assert_eq!(
        draft.clone().into_listed(RECEIVED),
        Err(InvalidInstance::MissingId)
    );
    draft.instance_id = Some("id".into());
    let document = draft.into_listed(RECEIVED).unwrap().document;
    assert_eq!((document.host_name(), document.ip_addr()), ("id", ""));
    assert_eq!(document.data_center, DataCenter::MyOwn);
}
