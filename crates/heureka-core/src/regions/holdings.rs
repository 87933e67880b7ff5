//! What one region has, and what changed in it lately.

use std::time::Duration;

use heureka_model::{ActionType, InstanceInfo, SeededHash, StatusCounts, UnixMillis};

use super::content::Content;
use crate::config::DeltaConfig;
use crate::recent_changes::RecentChanges;

/// Whether an instance that a region lists is registered here, with this very lease.
pub(crate) type IsOurs<'a> = &'a dyn Fn(&InstanceInfo) -> bool;

/// What one region has, and what changed in it lately.
///
/// A region that follows this one in its turn, and shows what it hears, sends this node's own instances back. Such an echo
/// is known by the time of its registration, which is from here. It counts for the region's hash and for nothing else:
/// otherwise what is cancelled here would go on being shown until the region has heard of it, or for ever where that
/// region is down.
#[derive(Debug)]
pub(crate) struct Holdings {
    content: Content,
    echoes: Content,
    changes: RecentChanges,
    hash: SeededHash,
}

impl Holdings {
    pub(crate) fn new(delta: DeltaConfig, hash: SeededHash) -> Self {
        Self {
            content: Content::new(hash),
            echoes: Content::new(hash),
            changes: RecentChanges::new(delta, hash),
            hash,
        }
    }

    pub(crate) fn content(&self) -> &Content {
        &self.content
    }

    pub(crate) fn changes(&self) -> &RecentChanges {
        &self.changes
    }

    pub(crate) fn forget_old_changes(&mut self, mono: Duration) {
        self.changes.forget_old(mono);
    }

    /// How many instances the region lists.
    pub(crate) fn len(&self) -> usize {
        self.content.len() + self.echoes.len()
    }

    /// How many it would list at most with these changes.
    pub(crate) fn len_with(&self, changed: &[InstanceInfo]) -> usize {
        let is_new = |info: &&InstanceInfo| {
            let stays = info
                .action
                .is_some_and(|action| action != ActionType::Deleted);
            stays && held(&self.content, info).is_none() && held(&self.echoes, info).is_none()
        };
        self.len() + changed.iter().filter(is_new).count()
    }

    /// The hash of what the region lists (wire.md 4).
    pub(crate) fn hash(&self) -> String {
        let mut counts: StatusCounts = *self.content.counts();
        let echoes = self.echoes.instances();
        echoes.for_each(|info| counts.add(info.status));
        counts.hash()
    }

    /// Takes everything as it is now. Clients of this node are told by delta what that changes.
    pub(crate) fn replace(
        &mut self,
        instances: impl Iterator<Item = InstanceInfo>,
        is_ours: IsOurs<'_>,
        mono: Duration,
    ) {
        let (mut content, mut echoes) = (Content::new(self.hash), Content::new(self.hash));
        for info in instances.map(present) {
            if self.is_echo(&info, is_ours) {
                echoes.insert(info);
            } else {
                content.insert(info);
            }
        }
        self.echoes = echoes;
        let earlier = std::mem::replace(&mut self.content, content);
        self.record_differences(&earlier, mono);
    }

    /// Takes one change. One without a kind says nothing (wire.md 4).
    pub(crate) fn apply(&mut self, info: InstanceInfo, is_ours: IsOurs<'_>, mono: Duration) {
        match info.action {
            Some(ActionType::Added | ActionType::Modified) if self.is_echo(&info, is_ours) => {
                self.take_out(&gone(&info), mono);
                self.echoes.insert(info);
            }
            Some(ActionType::Added | ActionType::Modified) => self.put(info, mono),
            Some(ActionType::Deleted) => self.take_out(&info, mono),
            None => {}
        }
    }

    /// Deltas repeat themselves (server.md R83), so what is known is no change.
    fn put(&mut self, info: InstanceInfo, mono: Duration) {
        remove(&mut self.echoes, &info);
        let held = held(&self.content, &info);
        if !held.is_some_and(|held| shows_the_same(held, &info)) {
            self.changes.record_listed(&info, false, mono);
            self.content.insert(info);
        }
    }

    fn take_out(&mut self, info: &InstanceInfo, mono: Duration) {
        remove(&mut self.echoes, info);
        if remove(&mut self.content, info).is_some() {
            self.changes.record_listed(info, true, mono);
        }
    }

    fn record_differences(&mut self, earlier: &Content, mono: Duration) {
        for info in earlier.instances() {
            if held(&self.content, info).is_none() {
                self.changes.record_listed(&gone(info), true, mono);
            }
        }
        for info in self.content.instances() {
            let before = held(earlier, info);
            if !before.is_some_and(|before| shows_the_same(before, info)) {
                self.changes.record_listed(info, false, mono);
            }
        }
    }

    /// Once an echo, it is one until the region registers the instance itself, which is another registration.
    fn is_echo(&self, info: &InstanceInfo, is_ours: IsOurs<'_>) -> bool {
        let registration = info.lease.registration;
        let was_echo =
            held(&self.echoes, info).is_some_and(|echo| echo.lease.registration == registration);
        registration != UnixMillis::default() && (was_echo || is_ours(info))
    }
}

fn held<'a>(content: &'a Content, info: &InstanceInfo) -> Option<&'a InstanceInfo> {
    let document = &info.document;
    content.get(document.app.as_str(), document.id.as_str())
}

fn remove(content: &mut Content, info: &InstanceInfo) -> Option<InstanceInfo> {
    let document = &info.document;
    content.remove(document.app.as_str(), document.id.as_str())
}

/// Who is in a full listing is there, whatever is said to have happened to it last.
fn present(mut info: InstanceInfo) -> InstanceInfo {
    let action = info.action.filter(|action| *action != ActionType::Deleted);
    info.action = action.or(Some(ActionType::Added));
    info
}

fn gone(info: &InstanceInfo) -> InstanceInfo {
    InstanceInfo {
        action: Some(ActionType::Deleted),
        ..info.clone()
    }
}

/// Whether nothing changed that a client acts on. Times differ from server to server of one region, and a renewed lease is
/// no change.
fn shows_the_same(one: &InstanceInfo, other: &InstanceInfo) -> bool {
    one.status == other.status
        && one.overridden_status == other.overridden_status
        && one.document == other.document
}
