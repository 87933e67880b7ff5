//! The choice of servers for one kind of requests.

mod judgement;
mod order;
mod quarantine;
mod redirect;
mod request;
mod session;
#[cfg(test)]
mod tests;

use std::mem;
use std::time::Duration;

use heureka_model::ServiceUrl;
use rand_pcg::Pcg64;
use rand_pcg::rand_core::SeedableRng as _;

use self::judgement::{Judgement, judge};
use self::quarantine::Quarantine;
use self::redirect::MAX_REDIRECTS;
use self::request::{InFlight, Server};
pub(crate) use self::request::{Request, RequestKind, Verdict};
use self::session::Sessions;
use crate::{Answer, CallFailure, Endpoint, LineConfig, Unserved};

/// Chooses a server for each attempt of each request: the one that served last, and when it fails, others.
///
/// There are two, one for registrations and one for queries, which know nothing of each other. For a request: call
/// [`Line::begin`], then [`Line::next`] for a server, send, give what came of it to [`Line::judge`], and start over from
/// `next` as long as the verdict is [`Verdict::Again`].
#[derive(Debug)]
pub(crate) struct Line {
    config: LineConfig,
    rng: Pcg64,
    /// In the order in which they are tried.
    listed: Vec<Endpoint>,
    sessions: Sessions,
    /// The server that served last in this session, and is asked first.
    sticky: Option<Server>,
    quarantine: Quarantine,
    /// The server that [`Line::poll_switch`] told last.
    told: Option<ServiceUrl>,
}

impl Line {
    /// A line that knows no server yet.
    pub(crate) fn new(config: LineConfig, seed: u64) -> Self {
        Self {
            rng: Pcg64::seed_from_u64(seed),
            listed: Vec::new(),
            sessions: Sessions::new(config.session),
            sticky: None,
            quarantine: Quarantine::of(&config),
            told: None,
            config,
        }
    }

    /// Takes the servers that there are now. The one that serves is kept until it fails or its session ends, as in Java.
    /// An empty list leaves everything as it is (7.3.14), but for Java's ways (T20).
    pub(crate) fn set_endpoints(&mut self, endpoints: Vec<Endpoint>) {
        if endpoints.is_empty() && !self.config.profile.keeps_quirks() {
            return;
        }
        self.listed = order::shuffled(&self.config, endpoints, &mut self.rng);
        self.quarantine.keep_listed(&self.listed);
    }

    /// Begins a request. This alone is where a session ends, never between two attempts (T10).
    pub(crate) fn begin(&mut self, mono: Duration, kind: RequestKind) -> Request {
        if self.sessions.begin(mono, &mut self.rng) {
            self.start_anew();
        }
        self.quarantine.release(mono);
        Request::new(kind, self.sessions.serial())
    }

    /// The server for the next attempt.
    ///
    /// # Errors
    ///
    /// [`Unserved::NoServers`] where none is known, [`Unserved::AllFailed`] where none is left to ask.
    pub(crate) fn next(
        &mut self,
        mono: Duration,
        request: &mut Request,
    ) -> Result<ServiceUrl, Unserved> {
        let redirected = request.redirected.take();
        let chosen = redirected.or_else(|| self.choose(mono, request));
        let in_flight = chosen.ok_or_else(|| request.unserved())?;
        let url = in_flight.server.url.clone();
        request.asked.push(url.clone());
        request.in_flight = Some(in_flight);
        Ok(url)
    }

    /// Judges what came of the attempt that the last [`Line::next`] gave the server for (T11, T13, T14).
    pub(crate) fn judge(
        &mut self,
        mono: Duration,
        request: &mut Request,
        result: Result<&Answer, &CallFailure>,
    ) -> Verdict {
        let Some(in_flight) = request.in_flight.take() else {
            return self.after_failure(mono, request);
        };
        let failure = match judge(&self.config, request.kind(), &in_flight, result) {
            Judgement::Accepted => {
                self.accept(mono, request, in_flight.server);
                return Verdict::Accepted;
            }
            Judgement::Redirected(location) => match self.follow(request, &in_flight, location) {
                Some(redirected) => {
                    request.redirected = Some(redirected);
                    return Verdict::Again;
                }
                None => redirect::unfollowed(location),
            },
            Judgement::Failed(failure) => failure,
        };
        self.reject(mono, &in_flight, judgement::retry_after(result));
        request.failed(in_flight.server.url, failure);
        self.after_failure(mono, request)
    }

    /// The server that served last, where it redirected to rather than where it is configured; none after a failure.
    pub(crate) fn current(&self) -> Option<&ServiceUrl> {
        self.sticky.as_ref().map(|server| &server.url)
    }

    /// How many servers are known.
    pub(crate) fn len(&self) -> usize {
        self.listed.len()
    }

    /// Whether no server is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// How many servers are in quarantine, as of the last call.
    pub(crate) fn quarantined(&self) -> usize {
        self.quarantine.len()
    }

    /// For how long the session lasts already; none before the first request.
    pub(crate) fn session_age(&self, mono: Duration) -> Option<Duration> {
        self.sessions.age(mono)
    }

    /// The server that serves now and the one that was told before, if they differ.
    pub(crate) fn poll_switch(&mut self) -> Option<(Option<ServiceUrl>, ServiceUrl)> {
        let current = self.current()?;
        if self.told.as_ref() == Some(current) {
            return None;
        }
        let current = current.clone();
        Some((self.told.replace(current.clone()), current))
    }

    /// A session has ended: clients are to spread over the servers anew (T10). What is known of servers that fail is not
    /// forgotten for it, so the new session does not begin with one that this line has just left.
    fn start_anew(&mut self) {
        self.sticky = None;
        if self.config.profile.keeps_quirks() {
            self.quarantine.clear();
        } else {
            let listed = mem::take(&mut self.listed);
            self.listed = order::shuffled(&self.config, listed, &mut self.rng);
        }
    }

    fn choose(&mut self, mono: Duration, request: &mut Request) -> Option<InFlight> {
        if request.attempts >= self.max_attempts() {
            return None;
        }
        let chosen = if let Some(server) = self.sticky_for(request) {
            InFlight::to_sticky(server.clone())
        } else {
            self.list_candidates(mono, request);
            InFlight::to_candidate(request.next_candidate()?)
        };
        request.attempts += 1;
        Some(chosen)
    }

    /// The server that serves, where this request may ask it: Java's may ask one again that it has asked.
    fn sticky_for(&self, request: &Request) -> Option<&Server> {
        let may_repeat = self.config.profile.keeps_quirks();
        let sticky = self.sticky.as_ref();
        sticky.filter(|server| may_repeat || !request.has_asked(&server.url))
    }

    /// Lists the servers for a request, once, when it first needs one (T11); those that it has asked are passed over.
    fn list_candidates(&mut self, mono: Duration, request: &mut Request) {
        let list = || self.quarantine.candidates(mono, &self.listed).into();
        let candidates = request.candidates.get_or_insert_with(list);
        if !self.config.profile.keeps_quirks() {
            candidates.retain(|endpoint| !request.asked.contains(&endpoint.url));
        }
    }

    /// The attempt at the server that this one redirects to, where it can be followed.
    fn follow(&self, request: &Request, in_flight: &InFlight, location: &str) -> Option<InFlight> {
        if in_flight.redirects >= MAX_REDIRECTS {
            return None;
        }
        let profile = self.config.profile;
        let target = redirect::target(profile, request.kind(), &in_flight.server, location)?;
        // A server that this request has asked would only send it round in a circle.
        let is_circle = !profile.keeps_quirks() && request.has_asked(&target);
        (!is_circle).then(|| in_flight.redirected_to(target))
    }

    fn accept(&mut self, mono: Duration, request: &Request, server: Server) {
        self.quarantine.succeeded(&server);
        if request.session != self.sessions.serial() {
            return;
        }
        // A session is how long one server is kept, so a line that has just failed over is not torn from the new one.
        if !self.config.profile.keeps_quirks() && self.current() != Some(&server.url) {
            self.sessions.restart(mono, &mut self.rng);
        }
        self.sticky = Some(server);
    }

    fn reject(&mut self, mono: Duration, in_flight: &InFlight, retry_after: Option<Duration>) {
        let failed = &in_flight.server.endpoint;
        if self.sticky.as_ref().map(|server| &server.endpoint) == Some(failed) {
            self.sticky = None;
        }
        self.quarantine.failed(mono, in_flight, retry_after);
        self.quarantine.keep_listed(&self.listed);
    }

    fn after_failure(&mut self, mono: Duration, request: &mut Request) -> Verdict {
        let is_over = request.attempts >= self.max_attempts() || !self.has_more(mono, request);
        if is_over {
            Verdict::Failed(request.unserved())
        } else {
            Verdict::Again
        }
    }

    fn has_more(&mut self, mono: Duration, request: &mut Request) -> bool {
        if self.sticky_for(request).is_some() {
            return true;
        }
        self.list_candidates(mono, request);
        request.has_candidates()
    }

    fn max_attempts(&self) -> usize {
        self.config.max_attempts.max(1)
    }
}
