//! What is shown of one instance after a few steps.

use heureka_core::Origin;
use heureka_model::InstanceStatus;

use crate::builders::{World, infos, instance, secs};

/// What happens to `A/1`. Each registration is newer than the one before, but for those that are said to be older.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Register(InstanceStatus),
    RegisterOlder(InstanceStatus),
    RegisterByPeer(InstanceStatus),
    /// With an override in the body.
    Bring(InstanceStatus, InstanceStatus),
    BringOlder(InstanceStatus, InstanceStatus),
    Override(InstanceStatus),
    Remove(InstanceStatus),
    Metadata,
    Beat,
    Cancel,
}
use Step::{
    Beat, Bring, BringOlder, Cancel, Metadata, Override, Register, RegisterByPeer, RegisterOlder,
    Remove,
};

impl Step {
    fn take(self, world: &mut World, version: i64) {
        let newer = |status| instance().status(status).dirty(version);
        match self {
            Register(status) => _ = world.register(newer(status)),
            RegisterOlder(status) => _ = world.register(instance().status(status).dirty(-1)),
            RegisterByPeer(status) => _ = world.register_from(Origin::SOME_PEER, newer(status)),
            Bring(status, overridden) => _ = world.register(newer(status).brings(overridden)),
            BringOlder(status, overridden) => {
                world.register(instance().status(status).dirty(-1).brings(overridden));
            }
            Override(status) => _ = world.override_with(status),
            Remove(shown) => _ = world.remove_override(shown),
            Metadata => _ = world.set_metadata(&[("version", &version.to_string())]),
            Beat => _ = world.beat(),
            Cancel => _ = world.cancel(),
        }
    }
}

pub(crate) fn after(steps: &[Step]) -> World {
    let mut world = World::new();
    for (version, step) in (1..).zip(steps) {
        world.stall(secs(1));
        step.take(&mut world, version);
    }
    world
}

/// After `steps` the status is `status` and the override `overridden`, in every view there is.
#[track_caller]
pub(crate) fn shows(steps: &[Step], status: InstanceStatus, overridden: InstanceStatus) {
    let mut world = after(steps);
    let own = world.shown();
    assert_eq!(
        (own.status, own.overridden_status),
        (status, overridden),
        "after {steps:?}"
    );
    let full = world.node.applications();
    assert_eq!(full.hash, format!("{status}_1_"));
    assert_eq!(infos(&full).collect::<Vec<_>>(), [&own]);
    let delta = world.delta().unwrap();
    assert_eq!(infos(&delta).collect::<Vec<_>>(), [&own]);
}
