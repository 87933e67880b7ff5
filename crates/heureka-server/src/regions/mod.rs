//! Follows remote regions: brings the core what it asks for, over HTTP (server.md 8).

mod dialled;
mod fetch;
mod listing;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use heureka_core::{FetchFailure, FetchKind, RegionFetch, RegionOutcome, RegionsConfig};
use heureka_model::{Applications, RegionName, ServiceUrl};
use heureka_net::AnswerLimits;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use self::fetch::{Fetch, FetchFuture};

use crate::app::App;

/// How much of a reason is kept: it may quote what was received.
const REASON_CHARS: usize = 200;

/// What an operator decides about remote regions.
#[derive(Clone, Debug)]
pub struct RegionsSettings {
    /// Which regions there are, and what is shown of them.
    pub follow: RegionsConfig,
    /// Where a server of each is (server.md G1).
    pub urls: BTreeMap<RegionName, ServiceUrl>,
    /// How long one fetch may take.
    pub fetch_timeout: Duration,
    /// Bytes of a listing, before and after it is unpacked.
    pub max_body_bytes: usize,
}

impl Default for RegionsSettings {
    fn default() -> Self {
        Self {
            follow: RegionsConfig::default(),
            urls: BTreeMap::new(),
            fetch_timeout: Duration::from_secs(10),
            max_body_bytes: 64 * 1024 * 1024,
        }
    }
}

/// Follows the regions until `shutdown` is cancelled. There is at most one fetch for each of them at a time, and none
/// waits for another.
pub async fn follow_regions(app: App, fetch: Arc<dyn Fetch>, shutdown: CancellationToken) {
    let mut fetches = JoinSet::new();
    let forever = async {
        loop {
            while let Some(due) = due(&app) {
                fetches.spawn(bring(app.clone(), Arc::clone(&fetch), due));
            }
            tokio::select! {
                () = until_due(&app) => {}
                Some(ended) = fetches.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "a fetch from a region broke off");
                    }
                }
            }
        }
    };
    shutdown.run_until_cancelled(forever).await;
}

/// Makes all fetches that are due now, one after the other: for tests and simulations.
pub async fn fetch_due_regions(app: &App, fetch: &Arc<dyn Fetch>) {
    while let Some(due) = due(app) {
        bring(app.clone(), Arc::clone(fetch), due).await;
    }
}

fn due(app: &App) -> Option<RegionFetch> {
    let mut node = app.node();
    node.poll_region_fetch(app.now().mono)
}

async fn until_due(app: &App) {
    let due = app.node().poll_region_timeout();
    match due {
        Some(at) => tokio::time::sleep(at.saturating_sub(app.now().mono)).await,
        None => std::future::pending().await,
    }
}

async fn bring(app: App, fetch: Arc<dyn Fetch>, due: RegionFetch) {
    let result = fetched(&app, &*fetch, &due).await;
    let outcome = {
        let mut node = app.node();
        let now = app.now();
        node.handle_region_fetched(now, &due, result)
    };
    app.metrics().count_region_fetch(&due, &outcome);
    tell(&due, &outcome);
}

async fn fetched(
    app: &App,
    fetch: &dyn Fetch,
    due: &RegionFetch,
) -> Result<Applications, FetchFailure> {
    let settings = &app.config().regions;
    let limit_bytes = settings.max_body_bytes;
    let server = settings.urls.get(&due.region);
    let server = server.ok_or_else(|| FetchFailure::Unreachable("it has no URL".to_owned()))?;
    let request = fetch::request(server, due.kind)?;
    let limits = AnswerLimits {
        deadline: settings.fetch_timeout,
        max_bytes: limit_bytes,
    };
    let answer = fetch.get(server, request, limits);
    let answer = tokio::time::timeout(settings.fetch_timeout, answer)
        .await
        .unwrap_or(Err(FetchFailure::TimedOut))?;
    let received = app.now().wall;
    let region = due.region.clone();
    // A large listing takes a while to read, during which others want to be served.
    let reading =
        tokio::task::spawn_blocking(move || listing::read(&region, answer, limit_bytes, received));
    reading.await.unwrap_or_else(|broken| {
        let why = format!("reading broke off: {broken}");
        Err(FetchFailure::Unreadable(why))
    })
}

/// A region that stays down is told of once; after that only on request.
fn tell(fetch: &RegionFetch, outcome: &RegionOutcome) {
    let (region, kind) = (fetch.region.as_str(), fetch.kind.as_str());
    match outcome {
        RegionOutcome::Replaced {
            instances,
            is_first: true,
        } => tracing::info!(region, instances, "the region is ready"),
        RegionOutcome::Replaced { instances, .. } => {
            tracing::debug!(region, instances, "the region was fetched anew");
        }
        RegionOutcome::Updated => tracing::debug!(region, "the region's changes were fetched"),
        RegionOutcome::Mismatched => tracing::info!(
            region,
            "the region's changes do not add up to its hash: everything is fetched"
        ),
        RegionOutcome::Failed {
            failure,
            in_a_row: 1,
            retry_after,
        } => tracing::warn!(
            region,
            kind,
            retry_after_ms = retry_after.as_millis(),
            "the region could not be fetched, and what is known of it stays: {failure}"
        ),
        RegionOutcome::Failed {
            failure, in_a_row, ..
        } => tracing::debug!(region, kind, in_a_row, "the region fails: {failure}"),
        RegionOutcome::Late => tracing::debug!(region, kind, "an answer came too late"),
    }
}

/// Where a listing of this kind is, below a service URL (server.md G5, G6).
fn path_of(kind: FetchKind) -> &'static str {
    match kind {
        FetchKind::Full => "apps/",
        FetchKind::Delta => "apps/delta",
    }
}

/// A reason as a log can have it: cut and cleaned, for it may quote what was received.
fn quotable(reason: &str) -> String {
    let printable = reason.chars().filter(|c| !c.is_control());
    printable.take(REASON_CHARS).collect()
}
