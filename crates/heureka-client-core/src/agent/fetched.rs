//! What becomes of a fetch (K3 to K6, K17, D1, D2).

use std::sync::Arc;
use std::time::Duration;

use heureka_model::{Applications, InstanceStatus, Now};

use super::Agent;
use super::fetching::Fetching;
use super::lane::Done;
use super::starting::Phase;
use super::timers::Timer;
use crate::{Answer, BackOffOn, Event, FetchedHow, Unserved};

const NOT_MODIFIED: u16 = 304;

impl Agent {
    pub(super) fn fetch_done(&mut self, now: Now, done: Option<Done<Fetching>>) {
        let Some((purpose, result)) = done else {
            return;
        };
        match (purpose, result) {
            (_, Err(reason)) => self.fetch_failed(now, purpose, reason),
            (Fetching::Delta, Ok(_)) if self.is_of_another_server() => {
                self.begin_fetch(now, Fetching::Full);
            }
            (_, Ok(answer)) if answer.status == NOT_MODIFIED => {
                self.fetched(now, FetchedHow::Unchanged, 0)
            }
            (
                Fetching::Delta,
                Ok(Answer {
                    listing: Some(listing),
                    etag,
                    ..
                }),
            ) => {
                self.take_delta(now, listing, etag);
            }
            // K4: servers without deltas answer 403 or 404.
            (Fetching::Delta, Ok(_)) => self.begin_fetch(now, Fetching::Full),
            (
                _,
                Ok(Answer {
                    listing: Some(listing),
                    etag,
                    ..
                }),
            ) => self.take_full(now, purpose, listing, etag),
            (_, Ok(answer)) => self.take_nothing(now, purpose, answer.status),
        }
    }

    /// Servers may have differed for longer than they keep changes, and the hash only counts: an instance with a new address
    /// or other metadata would be missed for as long as it stays as it is. So what has changed is asked of the server that
    /// listed everything; Java asks whoever answers.
    fn is_of_another_server(&self) -> bool {
        !self.config.profile.keeps_quirks()
            && self.query.line().current() != self.fetching.listed_by.as_ref()
    }

    fn take_full(
        &mut self,
        now: Now,
        purpose: Fetching,
        listing: Applications,
        etag: Option<Arc<str>>,
    ) {
        let (how, before) = match purpose {
            Fetching::Reconcile { changes, .. } => (FetchedHow::Reconciled, changes),
            Fetching::Full | Fetching::Delta => (FetchedHow::Full, 0),
        };
        let mut listing = listing;
        if self.doubts(now.mono, purpose, &listing) {
            let known = self.registry().len();
            self.fetch_failed(now, purpose, Unserved::Doubtful { known });
            return;
        }
        if let Fetching::Reconcile { version, .. } = purpose {
            listing.version = version;
        }
        let changes = self.holdings.replace(listing).changes;
        self.fetching.listed_by = self.query.line().current().cloned();
        self.fetching.full_etag = etag;
        self.fetching.delta_etag = None;
        self.fetching.wants_full = false;
        self.fetching.full_fetches += 1;
        self.fetched(now, how, before + changes);
    }

    /// A server that is started anew lists nobody, and is found out by a wrong hash or by having failed before. To believe it
    /// would leave every caller without anybody to call.
    fn doubts(&mut self, mono: Duration, purpose: Fetching, listing: &Applications) -> bool {
        let lists_nobody = listing
            .applications
            .iter()
            .all(|app| app.instances.is_empty());
        let is_sudden =
            matches!(purpose, Fetching::Reconcile { .. }) || self.fetching.failures_in_a_row > 0;
        if !lists_nobody || !is_sudden || self.registry().is_empty() {
            return false;
        }
        let longest = self
            .config
            .fetch
            .as_ref()
            .map(|fetch| fetch.doubts_empty_for);
        let since = *self.fetching.doubts_since.get_or_insert(mono);
        longest.is_some_and(|longest| mono.saturating_sub(since) < longest)
    }

    fn take_delta(&mut self, now: Now, listing: Applications, etag: Option<Arc<str>>) {
        let version = listing.version;
        let applied = self.holdings.apply(listing);
        let matches = applied.hash_matches();
        self.fetching.deltas += 1;
        if applied.changes > 0 {
            self.fetching.full_etag = None;
        }
        self.fetching.delta_etag = etag.filter(|_| matches);
        let reconciles_always = self
            .config
            .fetch
            .as_ref()
            .is_some_and(|fetch| fetch.log_delta_diff);
        if matches && !reconciles_always {
            self.fetched(now, FetchedHow::Delta, applied.changes);
            return;
        }
        if !matches {
            self.fetching.mismatches += 1;
            self.agenda.tell(Event::HashMismatch {
                known: (*applied.known_hash).into(),
                listed: applied.listed_hash,
            });
        }
        self.fetching.full_etag = None;
        let changes = applied.changes;
        self.begin_fetch(now, Fetching::Reconcile { version, changes });
    }

    /// A success without a listing. Java takes it for one (K3, L10) and keeps what it has.
    fn take_nothing(&mut self, now: Now, purpose: Fetching, status: u16) {
        if !self.config.profile.keeps_quirks() {
            self.fetch_failed(now, purpose, Unserved::Status(status));
            return;
        }
        let changes = match purpose {
            Fetching::Reconcile { changes, .. } => changes,
            Fetching::Full | Fetching::Delta => 0,
        };
        self.fetched(now, FetchedHow::Unchanged, changes);
    }

    fn fetched(&mut self, now: Now, how: FetchedHow, changes: usize) {
        self.fetching.failures_in_a_row = 0;
        self.fetching.doubts_since = None;
        // L11: Java does not count the first one.
        if self.phase == Phase::Running || !self.config.profile.keeps_quirks() {
            self.fetching.last_success = Some(now.mono);
        }
        self.agenda.tell(Event::Fetched { how, changes });
        self.look_for_self();
        self.plan_fetch(now, self.fetch_interval());
        self.first_fetch_over(now, None);
    }

    /// What is known stays. The next fetch is of everything, because changes may be missed (RS9); Java's is as if nothing had
    /// happened (K6).
    fn fetch_failed(&mut self, now: Now, purpose: Fetching, reason: Unserved) {
        if !self.config.profile.keeps_quirks() && purpose != Fetching::Full {
            self.fetching.wants_full = true;
        }
        let retry_after = self.fetch_back_off(&reason);
        self.agenda.tell(Event::FetchFailed {
            reason: reason.clone(),
            retry_after,
        });
        self.plan_fetch(now, retry_after);
        self.first_fetch_over(now, Some(reason));
    }

    fn fetch_back_off(&mut self, reason: &Unserved) -> Duration {
        let interval = self.fetch_interval();
        let Some(fetch) = &self.config.fetch else {
            return interval;
        };
        let is_reason = match fetch.back_off.on() {
            BackOffOn::Failures => true,
            BackOffOn::TimeOuts => matches!(reason, Unserved::TimedOut(_)),
        };
        if !is_reason {
            self.fetching.failures_in_a_row = 0;
            return interval;
        }
        self.fetching.failures_in_a_row = self.fetching.failures_in_a_row.saturating_add(1);
        fetch
            .back_off
            .wait(self.fetching.failures_in_a_row, &mut self.rng)
    }

    fn plan_fetch(&mut self, now: Now, wait: Duration) {
        let wait = if std::mem::take(&mut self.fetching.again) {
            Duration::ZERO
        } else {
            wait
        };
        self.agenda
            .timers
            .set(Timer::Fetch, now.mono.saturating_add(wait));
    }

    /// D2: the status that servers show for this very instance; unknown where they do not show it.
    fn look_for_self(&mut self) {
        let Some(own) = &mut self.own else {
            return;
        };
        let document = own.instance.document();
        let listed = self
            .holdings
            .snapshot()
            .get(document.app.as_str(), document.id.as_str());
        let current = listed.map_or(InstanceStatus::Unknown, crate::Instance::status);
        let previous = std::mem::replace(&mut own.remote_status, current);
        if previous != current {
            self.agenda
                .tell(Event::RemoteStatusChanged { previous, current });
        }
    }
}
