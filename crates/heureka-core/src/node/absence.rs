//! What a Java peer changed while it, or this node, was away. It sends no stamps and does not repeat itself, so its listing
//! is compared with what is here (MERGE 6).

use std::collections::BTreeMap;
use std::time::Duration;

use heureka_model::{InstanceInfo, InstanceKey, InstanceStatus, Now, Stamp, UnixMillis};

use super::java::JAVA_TASK_LIFE;
use super::java_results::registration_of;
use super::{Node, Origin, Sender, StatusChange};
use crate::peers::PeerId;
use crate::replication::Intent;

/// A time in which a Java peer and this node did not hear each other, on the monotonic clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Absence {
    pub(crate) since: Duration,
    pub(crate) until: Duration,
    /// The peer's listing has been read since, but it may have shown what was before.
    pub(crate) is_heard: bool,
    /// What was left to tell when it ended: of these parts, what is here counts.
    pub(crate) ours: BTreeMap<InstanceKey, Intent>,
}

impl Absence {
    /// What was done here by then, and told, is in a listing that is read now, even if that lags.
    fn shown_until(&self, mono: Duration) -> Duration {
        self.since.min(mono.saturating_sub(JAVA_TASK_LIFE))
    }

    /// Whether everything from before it is shown by a listing that is read now.
    fn is_over(&self, mono: Duration) -> bool {
        self.shown_until(mono) == self.since
    }
}

/// What a listing after an absence says beside its instances.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) absence: Absence,
    /// All its leases began after the absence did: it is another process, which has lost what it was told before.
    pub(super) is_new_process: bool,
}

impl Node {
    /// What the peer's first listing after an absence says.
    pub(super) fn hear_after_absence(
        &mut self,
        now: Now,
        id: PeerId,
        listing: &[InstanceInfo],
    ) -> Option<Heard> {
        let peer = self.cluster.peers.get_mut(id)?;
        let mut absence = peer.away.clone()?;
        if !absence.is_heard {
            for (key, intent) in peer.left_to_tell() {
                let earlier = absence.ours.entry(key).or_default();
                *earlier = earlier.and(intent);
            }
            // It is told now, also where it lists nothing.
            absence.is_heard = true;
            peer.away = Some(absence.clone());
        }
        let began = now.wall.before(now.mono.saturating_sub(absence.since));
        let is_new_process = listing
            .iter()
            .all(|listed| listed.lease.registration > began);
        Some(Heard {
            absence,
            is_new_process,
        })
    }

    /// What was written shortly before a short absence is looked at again, when any listing shows it.
    pub(super) fn look_again_after_absence(&mut self, now: Now, id: PeerId, heard: Option<Heard>) {
        let unexplained = heard
            .map(|heard| heard.absence)
            .filter(|absence| !absence.is_over(now.mono));
        let is_starting = !self.is_open();
        if let Some(peer) = self.cluster.peers.get_mut(id) {
            peer.wants_listing = unexplained.is_some() || is_starting;
            peer.away = unexplained;
        }
    }

    /// Both have the same version of the registration: what else differs was changed by one of the two alone.
    pub(super) fn compare_after_absence(
        &mut self,
        now: Now,
        from: PeerId,
        key: &InstanceKey,
        listed: InstanceInfo,
        heard: &Heard,
    ) {
        if heard.is_new_process {
            self.tell_what_was_lost(from, key, &listed);
        } else {
            let sender = self.sender_of(from);
            self.take_what_changed_there(now, &heard.absence, listed, sender);
        }
    }

    /// A process that was started anew has no overrides but those that it was told since.
    fn tell_what_was_lost(&mut self, from: PeerId, key: &InstanceKey, listed: &InstanceInfo) {
        let entry = self.registry.get(key.app.as_str(), key.id.as_str());
        let lacks_override =
            entry.is_some_and(|entry| entry.overridden_status() != listed.overridden_status);
        if lacks_override && let Some(peer) = self.cluster.peers.get_mut(from) {
            peer.queue.note(key, Intent::OVERRIDE);
        }
    }

    /// A Java peer registers an instance without the override that it has here: the peer has never heard of it, or has
    /// been started anew, since it shows the overrides that it knows in what it sends (server.md R13).
    pub(super) fn tell_override_again(&mut self, key: &InstanceKey, sender: Sender) {
        let entry = self.registry.get(key.app.as_str(), key.id.as_str());
        let is_overridden = entry.is_some_and(|entry| entry.override_part.status().is_some());
        if is_overridden && let Some(peer) = self.cluster.peers.by_sender_mut(sender) {
            peer.queue.note(key, Intent::OVERRIDE);
        }
    }

    /// Until when a change that was made here, and told, is in a listing that is read now, in stamps: even if that lags.
    fn shown(&self, now: Now, absence: &Absence) -> UnixMillis {
        let shown_ago = now.mono.saturating_sub(absence.shown_until(now.mono));
        now.wall.before(shown_ago)
    }

    /// Java changes neither the dirty timestamp for an override nor for metadata, so the listing is compared with what is
    /// here (server.md D-7, D-50), each part where the listing shows what was last written here.
    fn take_what_changed_there(
        &mut self,
        now: Now,
        absence: &Absence,
        listed: InstanceInfo,
        sender: Sender,
    ) {
        let key = listed.document.key();
        let entry = self.registry.get(key.app.as_str(), key.id.as_str());
        let Some(entry) = entry else {
            return;
        };
        let shown = self.shown(now, absence);
        let is_shown = |stamp: Stamp| stamp.wall_ms <= shown.0;
        let ours = absence.ours.get(&key).copied().unwrap_or_default();
        let is_override_ours = ours.override_part || ours.cancelled;
        let is_document_ours = ours.document || ours.cancelled;
        let origin = Origin::Peer(sender);
        let (own, theirs) = (entry.override_part.status(), listed.overridden_status);
        let theirs = (theirs != InstanceStatus::Unknown).then_some(theirs);
        let change = match (own, theirs) {
            (own, Some(status)) if own != Some(status) => Some(StatusChange::Override(status)),
            (Some(_), None) => Some(StatusChange::RemoveOverride {
                shown: listed.status,
            }),
            (_, _) => None,
        };
        let change = change.filter(|_| is_shown(entry.override_part.stamp) && !is_override_ours);
        let has_other_metadata = entry.document.document.metadata != listed.document.metadata
            && is_shown(entry.document.stamp)
            && !is_document_ours;
        if has_other_metadata {
            // The same registration with other metadata; a registry that has it has room for it.
            _ = self.register(now, registration_of(listed), origin);
        }
        if let Some(change) = change {
            self.change_status(now, key.app.as_str(), key.id.as_str(), change, None, origin);
        }
    }
}
