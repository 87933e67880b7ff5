//! One region: what is known of it, what changed in it lately, and how its fetches go.

use std::collections::BTreeSet;
use std::time::Duration;

use heureka_model::{ActionType, AppName, Applications, InstanceInfo, Now, RegionName, UnixMillis};

use super::config::{RegionConfig, RegionsConfig};
use super::content::{Content, RegionApp};
use super::follow::Follower;
use super::outcome::{FetchFailure, FetchKind, RegionFetch, RegionOutcome, RegionReport};
use crate::config::DeltaConfig;
use crate::hashing::SeededHash;
use crate::recent_changes::RecentChanges;

/// One region.
#[derive(Debug)]
pub(crate) struct Region {
    name: RegionName,
    allowed_apps: Option<BTreeSet<AppName>>,
    max_instances: usize,
    hash: SeededHash,
    content: Content,
    changes: RecentChanges,
    follower: Follower,
    numbers: Numbers,
}

/// What is counted for people.
#[derive(Debug, Default)]
struct Numbers {
    last_success_wall: Option<UnixMillis>,
    full_fetches: u64,
    deltas: u64,
    mismatches: u64,
    failures: u64,
    last_failure: Option<FetchFailure>,
}

impl Region {
    pub(crate) fn new(
        own: &RegionConfig,
        config: &RegionsConfig,
        delta: DeltaConfig,
        hash: SeededHash,
        mono: Duration,
    ) -> Self {
        // server.md R73: the region's own list, or else the one for all, or else everything.
        let allowed_apps = own.allowed_apps.as_ref().or(config.allowed_apps.as_ref());
        Self {
            name: own.name.clone(),
            allowed_apps: allowed_apps.cloned(),
            max_instances: config.max_instances,
            hash,
            content: Content::new(hash),
            changes: RecentChanges::new(delta, hash),
            follower: Follower::new(config.fetch_interval, config.delta, mono),
            numbers: Numbers::default(),
        }
    }

    pub(crate) fn name(&self) -> &RegionName {
        &self.name
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

    /// Once fetched, it stays ready (server.md G2).
    pub(crate) fn is_ready(&self) -> bool {
        self.follower.last_success().is_some()
    }

    /// Whether listings take `app` from here (server.md R73).
    pub(crate) fn allows(&self, app: &AppName) -> bool {
        self.allowed_apps
            .as_ref()
            .is_none_or(|allowed| allowed.contains(app))
    }

    /// The applications that listings take from here.
    pub(crate) fn allowed(&self) -> impl Iterator<Item = (&AppName, &RegionApp)> {
        self.content.apps().filter(|(app, _)| self.allows(app))
    }

    pub(crate) fn poll_timeout(&self) -> Duration {
        self.follower.poll_timeout()
    }

    pub(crate) fn poll_fetch(&mut self, mono: Duration) -> Option<RegionFetch> {
        let (kind, serial) = self.follower.poll_fetch(mono)?;
        Some(RegionFetch {
            region: self.name.clone(),
            kind,
            serial,
        })
    }

    /// Takes what a fetch brought.
    pub(crate) fn handle_fetched(
        &mut self,
        now: Now,
        fetch: &RegionFetch,
        result: Result<Applications, FetchFailure>,
    ) -> RegionOutcome {
        if !self.follower.land(fetch.serial) {
            return RegionOutcome::Late;
        }
        self.changes.forget_old(now.mono);
        let taken = result.and_then(|listing| self.take(now, fetch.kind, listing));
        match taken {
            Ok(outcome) => {
                self.numbers.last_success_wall = Some(now.wall);
                self.numbers.last_failure = None;
                outcome
            }
            Err(failure) => self.fail(now.mono, fetch.kind, failure),
        }
    }

    pub(crate) fn report(&self) -> RegionReport {
        let numbers = &self.numbers;
        RegionReport {
            name: self.name.clone(),
            is_ready: self.is_ready(),
            instances: self.content.len(),
            applications: self.content.apps().len(),
            last_success: self.follower.last_success(),
            last_success_wall: numbers.last_success_wall,
            full_fetches: numbers.full_fetches,
            deltas: numbers.deltas,
            mismatches: numbers.mismatches,
            failures: numbers.failures,
            last_failure: numbers.last_failure.clone(),
        }
    }

    fn take(
        &mut self,
        now: Now,
        kind: FetchKind,
        listing: Applications,
    ) -> Result<RegionOutcome, FetchFailure> {
        match kind {
            FetchKind::Full => self.replace(now.mono, listing),
            FetchKind::Delta => self.update(now.mono, listing),
        }
    }

    /// Everything as it is now (server.md G5). Clients of this node are told by delta what that changes; the hash of a
    /// full listing is not checked, because there is nothing better to fetch.
    fn replace(
        &mut self,
        mono: Duration,
        listing: Applications,
    ) -> Result<RegionOutcome, FetchFailure> {
        let content = Content::of(instances_of(listing).map(present), self.hash);
        self.check_size(content.len())?;
        let is_first = !self.is_ready();
        let earlier = std::mem::replace(&mut self.content, content);
        for info in earlier.instances() {
            if self.held(info).is_none() {
                self.changes.record_listed(&gone(info), true, mono);
            }
        }
        for info in self.content.instances() {
            let key = info.document.key();
            let before = earlier.get(key.app.as_str(), key.id.as_str());
            if !before.is_some_and(|before| shows_the_same(before, info)) {
                self.changes.record_listed(info, false, mono);
            }
        }
        self.follower.succeeded(mono, self.content.len() == 0);
        self.numbers.full_fetches += 1;
        Ok(RegionOutcome::Replaced {
            instances: self.content.len(),
            is_first,
        })
    }

    /// What changed, and whether that is all (server.md G6).
    fn update(
        &mut self,
        mono: Duration,
        listing: Applications,
    ) -> Result<RegionOutcome, FetchFailure> {
        let Applications {
            hash, applications, ..
        } = listing;
        let changed: Vec<InstanceInfo> = applications
            .into_iter()
            .flat_map(|application| application.instances)
            .collect();
        self.check_size(self.content.len() + self.count_new(&changed))?;
        for info in changed {
            self.apply(info, mono);
        }
        if self.content.counts().hash() == hash {
            self.follower.succeeded(mono, self.content.len() == 0);
            self.numbers.deltas += 1;
            Ok(RegionOutcome::Updated)
        } else {
            self.follower.mismatched(mono);
            self.numbers.mismatches += 1;
            Ok(RegionOutcome::Mismatched)
        }
    }

    /// A change without a kind says nothing (wire.md 4).
    fn apply(&mut self, info: InstanceInfo, mono: Duration) {
        match info.action {
            Some(ActionType::Added | ActionType::Modified) => self.put(info, mono),
            Some(ActionType::Deleted) => self.take_out(&info, mono),
            None => {}
        }
    }

    /// Deltas repeat themselves (server.md R83), so what is known is no change.
    fn put(&mut self, info: InstanceInfo, mono: Duration) {
        let held = self.held(&info);
        if !held.is_some_and(|held| shows_the_same(held, &info)) {
            self.changes.record_listed(&info, false, mono);
            self.content.insert(info);
        }
    }

    fn take_out(&mut self, info: &InstanceInfo, mono: Duration) {
        let document = &info.document;
        let removed = self
            .content
            .remove(document.app.as_str(), document.id.as_str());
        if removed.is_some() {
            self.changes.record_listed(info, true, mono);
        }
    }

    fn fail(&mut self, mono: Duration, kind: FetchKind, failure: FetchFailure) -> RegionOutcome {
        let (in_a_row, retry_after) = self.follower.failed(mono, kind, &failure);
        self.numbers.failures += 1;
        self.numbers.last_failure = Some(failure.clone());
        RegionOutcome::Failed {
            failure,
            in_a_row,
            retry_after,
        }
    }

    fn held(&self, info: &InstanceInfo) -> Option<&InstanceInfo> {
        let document = &info.document;
        self.content
            .get(document.app.as_str(), document.id.as_str())
    }

    /// How many of `changed` are not known yet; at most, because one may be named twice.
    fn count_new(&self, changed: &[InstanceInfo]) -> usize {
        let is_new = |info: &&InstanceInfo| {
            info.action
                .is_some_and(|action| action != ActionType::Deleted)
                && self.held(info).is_none()
        };
        changed.iter().filter(is_new).count()
    }

    fn check_size(&self, instances: usize) -> Result<(), FetchFailure> {
        let limit = self.max_instances;
        if instances > limit {
            Err(FetchFailure::TooMany { limit })
        } else {
            Ok(())
        }
    }
}

fn instances_of(listing: Applications) -> impl Iterator<Item = InstanceInfo> {
    listing
        .applications
        .into_iter()
        .flat_map(|application| application.instances)
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
