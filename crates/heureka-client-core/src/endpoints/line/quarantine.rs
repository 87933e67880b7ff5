//! Servers that have failed lately.

use std::collections::BTreeMap;
use std::time::Duration;

use heureka_model::ServiceUrl;

use super::request::{InFlight, Server};
use crate::{Endpoint, LineConfig};

/// Which servers have failed, and what that means for the order in which they are tried.
#[derive(Debug)]
pub(super) enum Quarantine {
    /// Java's (T12): they are not tried at all, until so large a share of the servers is among them that all are tried.
    OfShare { share: f64, failed: Vec<Endpoint> },
    /// This client's (RS9, 7.3.8): for some time they are tried after the others, however many servers there are.
    Timed {
        duration: Duration,
        ends: BTreeMap<ServiceUrl, Duration>,
        /// When each failed last, since any server has served. Where more servers are down than one request tries, the next
        /// one begins with those that were not tried for longest, or it would never come to some of them.
        in_vain: BTreeMap<ServiceUrl, Duration>,
    },
}

impl Quarantine {
    pub(super) fn of(config: &LineConfig) -> Self {
        if config.profile.keeps_quirks() {
            Self::OfShare {
                share: config.quarantine_share,
                failed: Vec::new(),
            }
        } else {
            Self::Timed {
                duration: config.quarantine,
                ends: BTreeMap::new(),
                in_vain: BTreeMap::new(),
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::OfShare { failed, .. } => failed.len(),
            Self::Timed { ends, .. } => ends.len(),
        }
    }

    /// The servers of `listed` that a request may ask, in their order.
    pub(super) fn candidates(&mut self, mono: Duration, listed: &[Endpoint]) -> Vec<Endpoint> {
        self.keep_listed(listed);
        self.release(mono);
        let mut candidates = listed.to_vec();
        match self {
            Self::OfShare { share, failed } => {
                if failed.len() >= threshold(listed.len(), *share) {
                    failed.clear();
                }
                candidates.retain(|endpoint| !failed.contains(endpoint));
            }
            // None comes before any time, and the sort keeps the order of equals.
            Self::Timed { ends, in_vain, .. } => candidates.sort_by_key(|endpoint| {
                let url = &endpoint.url;
                (ends.get(url).copied(), in_vain.get(url).copied())
            }),
        }
        candidates
    }

    /// Takes in the server of an attempt that failed: Java only one that was a candidate, not the one that served before.
    pub(super) fn failed(
        &mut self,
        mono: Duration,
        in_flight: &InFlight,
        retry_after: Option<Duration>,
    ) {
        let server = &in_flight.server;
        match self {
            Self::OfShare { failed, .. } => {
                if in_flight.was_candidate && !failed.contains(&server.endpoint) {
                    failed.push(server.endpoint.clone());
                }
            }
            Self::Timed {
                duration,
                ends,
                in_vain,
            } => {
                in_vain.insert(server.endpoint.url.clone(), mono);
                let end = mono.saturating_add((*duration).max(retry_after.unwrap_or_default()));
                // Both the server that redirected and the one that failed.
                for url in [&server.endpoint.url, &server.url] {
                    let known = ends.entry(url.clone()).or_insert(end);
                    *known = end.max(*known);
                }
            }
        }
    }

    /// Whoever answers is well; Java waits for the next session or for its share.
    pub(super) fn succeeded(&mut self, server: &Server) {
        if let Self::Timed { ends, in_vain, .. } = self {
            in_vain.clear();
            ends.remove(&server.endpoint.url);
            ends.remove(&server.url);
        }
    }

    /// Forgets the servers whose time is over.
    pub(super) fn release(&mut self, mono: Duration) {
        if let Self::Timed { ends, .. } = self {
            ends.retain(|_, end| *end > mono);
        }
    }

    /// Forgets the servers that are not listed any more.
    pub(super) fn keep_listed(&mut self, listed: &[Endpoint]) {
        match self {
            Self::OfShare { failed, .. } => failed.retain(|endpoint| listed.contains(endpoint)),
            Self::Timed { ends, in_vain, .. } => {
                let is_listed =
                    |url: &ServiceUrl| listed.iter().any(|endpoint| endpoint.url == *url);
                ends.retain(|url, _| is_listed(url));
                in_vain.retain(|url, _| is_listed(url));
            }
        }
    }

    pub(super) fn clear(&mut self) {
        match self {
            Self::OfShare { failed, .. } => failed.clear(),
            Self::Timed { ends, in_vain, .. } => {
                ends.clear();
                in_vain.clear();
            }
        }
    }
}

/// How many servers in quarantine are too many. A share that is no number is none.
fn threshold(servers: usize, share: f64) -> usize {
    let threshold = (servers as f64 * share).floor();
    (threshold as usize).min(servers)
}
