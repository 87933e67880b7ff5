//! What the digest of a listing's content covers.

use heureka_listing::{Listing, Row};
use heureka_model::{ActionType, InstanceInfo, InstanceStatus, UnixMillis};

use crate::fleet::instance;

fn content_after(change: impl FnOnce(&mut InstanceInfo)) -> heureka_model::Digest {
    let mut info = instance("A", "1", 1, 0);
    change(&mut info);
    [Row::new(info)].into_iter().collect::<Listing>().content()
}

#[test]
fn what_differs_from_node_to_node_does_not_move_the_digest() {
    let before = content_after(|_| {});
    let changes: [fn(&mut InstanceInfo); 6] = [
        |info| info.last_updated = UnixMillis(99),
        |info| info.lease.registration = UnixMillis(99),
        |info| info.lease.last_renewal = UnixMillis(99),
        |info| info.lease.service_up = UnixMillis(99),
        |info| info.action = Some(ActionType::Modified),
        |info| info.is_coordinating = true,
    ];
    for change in changes {
        assert_eq!(content_after(change), before);
    }
}

#[test]
fn what_a_client_acts_on_moves_it() {
    let before = content_after(|_| {});
    let changes: [fn(&mut InstanceInfo); 6] = [
        |info| info.status = InstanceStatus::Down,
        |info| info.overridden_status = InstanceStatus::OutOfService,
        |info| *info = instance("A", "1", 2, 0),
        |info| *info = instance("A", "2", 1, 0),
        |info| *info = instance("B", "1", 1, 0),
        |info| *info = instance("A", "1", 1, 1),
    ];
    for change in changes {
        assert_ne!(content_after(change), before);
    }
}

#[test]
fn the_order_of_arrival_does_not_matter() {
    let rows = |ids: [&str; 3]| ids.map(|id| Row::new(instance("A", id, 1, 0)));
    let one: Listing = rows(["1", "2", "3"]).into_iter().collect();
    let other: Listing = rows(["3", "1", "2"]).into_iter().collect();
    assert_eq!(one.content(), other.content());
}
