//! One request over all its attempts.

use std::collections::VecDeque;

use heureka_model::ServiceUrl;

use crate::{Attempt, CallFailure, Endpoint, Unserved};

/// What kind of request it is: each accepts other answers (T1, T13), and has another path (T2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    /// POST `apps/{APP}`
    Register,
    /// PUT `apps/{APP}/{id}`
    Renew,
    /// DELETE `apps/{APP}/{id}`
    Cancel,
    /// GET `apps/`
    FetchAll,
    /// GET `apps/delta`
    FetchDelta,
    /// GET `vips/{vip}`
    FetchVip,
}

/// The state of one request.
#[derive(Debug)]
pub(crate) struct Request {
    kind: RequestKind,
    /// The session in which it began: what it finds out says nothing of which server a later session keeps.
    pub(super) session: u64,
    /// How many attempts it has made; a redirect that was followed belongs to its attempt.
    pub(super) attempts: usize,
    /// Every server that was asked, redirected to or not.
    pub(super) asked: Vec<ServiceUrl>,
    /// The servers that are left, once they have been listed.
    pub(super) candidates: Option<VecDeque<Endpoint>>,
    pub(super) in_flight: Option<InFlight>,
    /// Where the last server redirected to.
    pub(super) redirected: Option<InFlight>,
    failures: Vec<Attempt>,
}

/// What an attempt means for its request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Verdict {
    /// The answer counts.
    Accepted,
    /// Another server is to be asked, or the one that was redirected to.
    Again,
    /// Nobody is left to ask.
    Failed(Unserved),
}

/// A server that was chosen, and where it is really.
#[derive(Clone, Debug)]
pub(super) struct Server {
    /// As it was listed.
    pub(super) endpoint: Endpoint,
    /// Where it redirected to, or else where it is listed.
    pub(super) url: ServiceUrl,
}

/// An attempt.
#[derive(Debug)]
pub(super) struct InFlight {
    pub(super) server: Server,
    /// How many redirects led there.
    pub(super) redirects: usize,
    /// Whether it was a candidate, rather than the server that served before.
    pub(super) was_candidate: bool,
}

impl Request {
    pub(super) fn new(kind: RequestKind, session: u64) -> Self {
        Self {
            kind,
            session,
            attempts: 0,
            asked: Vec::new(),
            candidates: None,
            in_flight: None,
            redirected: None,
            failures: Vec::new(),
        }
    }

    /// What kind of request it is.
    pub(crate) fn kind(&self) -> RequestKind {
        self.kind
    }

    /// The attempts that failed so far, in their order.
    pub(crate) fn failures(&self) -> &[Attempt] {
        &self.failures
    }

    pub(super) fn failed(&mut self, server: ServiceUrl, failure: CallFailure) {
        self.failures.push(Attempt { server, failure });
    }

    pub(super) fn unserved(&self) -> Unserved {
        if self.failures.is_empty() {
            Unserved::NoServers
        } else {
            Unserved::AllFailed(self.failures.clone())
        }
    }

    pub(super) fn has_asked(&self, url: &ServiceUrl) -> bool {
        self.asked.contains(url)
    }

    pub(super) fn has_candidates(&self) -> bool {
        self.candidates
            .as_ref()
            .is_some_and(|left| !left.is_empty())
    }

    pub(super) fn next_candidate(&mut self) -> Option<Endpoint> {
        self.candidates.as_mut()?.pop_front()
    }
}

impl InFlight {
    pub(super) fn to_sticky(server: Server) -> Self {
        Self {
            server,
            redirects: 0,
            was_candidate: false,
        }
    }

    pub(super) fn to_candidate(endpoint: Endpoint) -> Self {
        let url = endpoint.url.clone();
        Self {
            server: Server { endpoint, url },
            redirects: 0,
            was_candidate: true,
        }
    }

    pub(super) fn redirected_to(&self, url: ServiceUrl) -> Self {
        let endpoint = self.server.endpoint.clone();
        Self {
            server: Server { endpoint, url },
            redirects: self.redirects + 1,
            was_candidate: self.was_candidate,
        }
    }
}
