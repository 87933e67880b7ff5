//! The registry: what to fetch, and when (K1 to K4); `fetched.rs` has what becomes of it.

use std::sync::Arc;
use std::time::Duration;

use heureka_model::{Now, ServiceUrl};

use super::Agent;
use super::lane::Plan;
use super::starting::Phase;
use super::timers::Timer;
use crate::{FetchConfig, Listing, ListingOf, Operation, RegionsConfig, UnknownZones, Unserved};

/// After this long without a success a delta may not tell everything: servers keep changes for 180 s (`server.md` R80). The
/// hash would not always show it, because it only counts.
const DELTA_TRUSTED_FOR: Duration = Duration::from_secs(150);

/// What an errand on the query line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fetching {
    /// Everything, or everything under a vip.
    Full,
    /// What changed.
    Delta,
    /// Everything, because the changes did not add up; the version is the delta's (K5).
    Reconcile {
        /// The delta's version.
        version: i64,
        /// How many changes it brought.
        changes: usize,
    },
}

/// How fetches go.
#[derive(Debug, Default)]
pub(crate) struct FetchingState {
    pub(super) failures_in_a_row: u32,
    pub(super) last_success: Option<Duration>,
    pub(super) started_with: Option<usize>,
    pub(super) mismatches: u64,
    pub(super) full_fetches: u64,
    pub(super) deltas: u64,
    /// Everything is fetched next, whatever else speaks for a delta (K1, RS9).
    pub(super) wants_full: bool,
    /// Since when servers list nobody where instances are known.
    pub(super) doubts_since: Option<Duration>,
    /// Another fetch was asked for while one was under way.
    pub(super) again: bool,
    /// The server from which everything was fetched.
    pub(super) listed_by: Option<ServiceUrl>,
    pub(super) full_etag: Option<Arc<str>>,
    pub(super) delta_etag: Option<Arc<str>>,
}

impl FetchingState {
    /// Everything is fetched next.
    pub(super) fn want_full(&mut self) {
        self.wants_full = true;
        self.full_etag = None;
    }
}

impl Agent {
    pub(super) fn fetch_now(&mut self, now: Now) {
        if matches!(self.phase, Phase::Leaving | Phase::Stopped) || self.config.fetch.is_none() {
            return;
        }
        if self.query.is_busy() {
            self.fetching.again = true;
            return;
        }
        self.agenda.timers.stop(Timer::Fetch);
        let purpose = if self.needs_full(now.mono) {
            Fetching::Full
        } else {
            Fetching::Delta
        };
        self.begin_fetch(now, purpose);
    }

    /// K2; and, here, when the last success is so long ago that changes may have fallen out of the delta.
    fn needs_full(&self, mono: Duration) -> bool {
        let Some(fetch) = &self.config.fetch else {
            return true;
        };
        let has_vip = fetch
            .single_vip
            .as_deref()
            .is_some_and(|vip| !vip.is_empty());
        let is_recent = |success| mono.saturating_sub(success) <= DELTA_TRUSTED_FOR;
        let trusts_delta =
            self.config.profile.keeps_quirks() || self.fetching.last_success.is_some_and(is_recent);
        !fetch.delta
            || has_vip
            || self.fetching.wants_full
            || self.holdings.needs_full()
            || !trusts_delta
    }

    pub(super) fn begin_fetch(&mut self, now: Now, purpose: Fetching) {
        let Some(fetch) = &self.config.fetch else {
            return;
        };
        let plan = Plan {
            purpose,
            operation: Operation::Fetch(listing(fetch, purpose)),
            known: self.known_etag(purpose),
            attempt_timeout: self.config.attempt_timeout,
            timeout: self.fetch_timeout(),
        };
        let done = self.query.begin(now.mono, plan, &mut self.agenda);
        self.fetch_done(now, done);
    }

    /// S3: a fetch has until the next one is due. Where that is soon, it has time for every server here.
    fn fetch_timeout(&self) -> Duration {
        let interval = self.fetch_interval();
        if self.config.profile.keeps_quirks() {
            return interval;
        }
        let attempts = u32::try_from(self.config.line.max_attempts).unwrap_or(u32::MAX);
        interval.max(self.config.attempt_timeout.saturating_mul(attempts))
    }

    pub(super) fn fetch_interval(&self) -> Duration {
        let fetch = self.config.fetch.as_ref();
        fetch.map_or(FetchConfig::INTERVAL, |fetch| fetch.interval)
    }

    /// The tag of everything is that of what was fetched, so it says nothing of what changes have made of it.
    fn known_etag(&self, purpose: Fetching) -> Option<Arc<str>> {
        match purpose {
            Fetching::Full => self.fetching.full_etag.clone(),
            Fetching::Delta => self.fetching.delta_etag.clone(),
            Fetching::Reconcile { .. } => None,
        }
    }

    pub(super) fn fetch_overdue(&mut self, now: Now) {
        if let Some(purpose) = self.query.give_up(now.mono, &mut self.agenda) {
            let timed_out = Unserved::TimedOut(self.fetch_timeout());
            self.fetch_done(now, Some((purpose, Err(timed_out))));
        }
    }

    pub(super) fn change_regions(
        &mut self,
        now: Now,
        regions: RegionsConfig,
    ) -> Result<(), UnknownZones> {
        if self.holdings.set_regions(Some(regions.clone()))? {
            // What is on its way was asked for with the regions before.
            self.query.abandon(&mut self.agenda);
            if let Some(fetch) = &mut self.config.fetch {
                fetch.regions = Some(regions);
            }
            self.fetching.want_full();
            if matches!(self.phase, Phase::Starting(_) | Phase::Running) {
                self.fetch_now(now);
            }
        }
        Ok(())
    }
}

fn listing(fetch: &FetchConfig, purpose: Fetching) -> Listing {
    let of = match (&fetch.single_vip, purpose) {
        (_, Fetching::Delta) => ListingOf::Delta,
        (Some(vip), _) if !vip.is_empty() => ListingOf::Vip(Arc::clone(vip)),
        _ => ListingOf::All,
    };
    let regions = fetch.regions.iter().flat_map(|regions| &regions.remote);
    Listing {
        of,
        regions: regions.map(|remote| remote.region.clone()).collect(),
    }
}
