//! One region: what is known of it, what changed in it lately, and how its fetches go.

use std::collections::BTreeSet;
use std::time::Duration;

use heureka_model::{AppName, Applications, InstanceInfo, Now, RegionName, SeededHash, UnixMillis};

use super::config::{RegionConfig, RegionsConfig};
use super::content::{Content, RegionApp};
use super::follow::Follower;
use super::holdings::{Holdings, IsOurs};
use super::outcome::{FetchFailure, FetchKind, RegionFetch, RegionOutcome, RegionReport};
use crate::config::DeltaConfig;
use crate::recent_changes::RecentChanges;

/// One region.
#[derive(Debug)]
pub(crate) struct Region {
    name: RegionName,
    allowed_apps: Option<BTreeSet<AppName>>,
    max_instances: usize,
    holdings: Holdings,
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
            holdings: Holdings::new(delta, hash),
            follower: Follower::new(config.fetch_interval, config.delta, mono),
            numbers: Numbers::default(),
        }
    }

    pub(crate) fn name(&self) -> &RegionName {
        &self.name
    }

    pub(crate) fn content(&self) -> &Content {
        self.holdings.content()
    }

    pub(crate) fn changes(&self) -> &RecentChanges {
        self.holdings.changes()
    }

    pub(crate) fn forget_old_changes(&mut self, mono: Duration) {
        self.holdings.forget_old_changes(mono);
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
        self.content().apps().filter(|(app, _)| self.allows(app))
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
        is_ours: IsOurs<'_>,
    ) -> RegionOutcome {
        if !self.follower.land(fetch.serial) {
            return RegionOutcome::Late;
        }
        self.holdings.forget_old_changes(now.mono);
        let taken = result.and_then(|listing| self.take(now.mono, fetch.kind, listing, is_ours));
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
            instances: self.content().len(),
            applications: self.content().apps().len(),
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
        mono: Duration,
        kind: FetchKind,
        listing: Applications,
        is_ours: IsOurs<'_>,
    ) -> Result<RegionOutcome, FetchFailure> {
        match kind {
            FetchKind::Full => self.replace(mono, listing, is_ours),
            FetchKind::Delta => self.update(mono, listing, is_ours),
        }
    }

    /// Everything as it is now (server.md G5). The hash of a full listing is not checked, because there is nothing better
    /// to fetch.
    fn replace(
        &mut self,
        mono: Duration,
        listing: Applications,
        is_ours: IsOurs<'_>,
    ) -> Result<RegionOutcome, FetchFailure> {
        let listed = listing.applications.iter();
        self.check_size(listed.map(|application| application.instances.len()).sum())?;
        let is_first = !self.is_ready();
        self.holdings.replace(instances_of(listing), is_ours, mono);
        self.follower.succeeded(mono, self.holdings.len() == 0);
        self.numbers.full_fetches += 1;
        Ok(RegionOutcome::Replaced {
            instances: self.content().len(),
            is_first,
        })
    }

    /// What changed, and whether that is all (server.md G6).
    fn update(
        &mut self,
        mono: Duration,
        mut listing: Applications,
        is_ours: IsOurs<'_>,
    ) -> Result<RegionOutcome, FetchFailure> {
        let hash = std::mem::take(&mut listing.hash);
        let changed: Vec<InstanceInfo> = instances_of(listing).collect();
        self.check_size(self.holdings.len_with(&changed))?;
        for info in changed {
            self.holdings.apply(info, is_ours, mono);
        }
        if self.holdings.hash() == hash {
            self.follower.succeeded(mono, self.holdings.len() == 0);
            self.numbers.deltas += 1;
            Ok(RegionOutcome::Updated)
        } else {
            self.follower.mismatched(mono);
            self.numbers.mismatches += 1;
            Ok(RegionOutcome::Mismatched)
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
