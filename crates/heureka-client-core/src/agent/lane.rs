//! One errand at a time on a line to the servers.

use std::sync::Arc;
use std::time::Duration;

use super::agenda::Agenda;
use super::timers::Timer;
use crate::endpoints::{Line, Request, RequestKind, Verdict};
use crate::{
    Answer, Attempt, Call, CallFailure, Endpoint, Event, LineConfig, LineName, ListingOf,
    Operation, Task, TaskId, Unserved,
};

/// A line to the servers, and the errand that is under way on it. Errands of one line never overlap (H15), so what a server
/// hears of an instance is in order.
///
/// An errand tries servers until one does what is asked; its purpose `P` says what is to become of the answer.
#[derive(Debug)]
pub(crate) struct Lane<P> {
    name: LineName,
    line: Line,
    errand: Option<Errand<P>>,
    allows_redirect: bool,
    /// Whether an errand found no server to ask.
    missed_servers: bool,
}

/// What is asked of the servers, and how far it has come.
#[derive(Debug)]
struct Errand<P> {
    purpose: P,
    operation: Operation,
    known: Option<Arc<str>>,
    attempt_timeout: Duration,
    request: Request,
    /// The attempt whose answer is waited for.
    call: TaskId,
    server: heureka_model::ServiceUrl,
}

/// An errand that is to be begun.
#[derive(Debug)]
pub(crate) struct Plan<P> {
    pub(crate) purpose: P,
    pub(crate) operation: Operation,
    /// The `ETag` of what is known already.
    pub(crate) known: Option<Arc<str>>,
    /// How long one attempt may take.
    pub(crate) attempt_timeout: Duration,
    /// How long all of it may take (S3).
    pub(crate) timeout: Duration,
}

/// An errand that is over: its purpose, and what came of it.
pub(crate) type Done<P> = (P, Result<Answer, Unserved>);

impl<P> Lane<P> {
    pub(crate) fn new(name: LineName, config: LineConfig, seed: u64) -> Self {
        Self {
            name,
            allows_redirect: config.allows_redirect,
            line: Line::new(config, seed),
            errand: None,
            missed_servers: false,
        }
    }

    pub(crate) fn line(&self) -> &Line {
        &self.line
    }

    pub(crate) fn set_endpoints(&mut self, endpoints: Vec<Endpoint>) {
        self.line.set_endpoints(endpoints);
    }

    /// Whether there are servers where there were none when an errand had to be given up for it. From now on there were.
    pub(crate) fn takes_found_servers(&mut self) -> bool {
        !self.line.is_empty() && std::mem::take(&mut self.missed_servers)
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.errand.is_some()
    }

    /// Begins an errand on a free lane; it may be over at once, where no server is known.
    pub(crate) fn begin(
        &mut self,
        mono: Duration,
        plan: Plan<P>,
        agenda: &mut Agenda,
    ) -> Option<Done<P>> {
        agenda
            .timers
            .set(self.errand_timer(), mono.saturating_add(plan.timeout));
        let mut request = self.line.begin(mono, kind_of(&plan.operation));
        match self.line.next(mono, &mut request) {
            Err(unserved) => {
                self.missed_servers |= unserved == Unserved::NoServers;
                agenda.timers.stop(self.errand_timer());
                Some((plan.purpose, Err(unserved)))
            }
            Ok(server) => {
                let errand = Errand {
                    purpose: plan.purpose,
                    operation: plan.operation,
                    known: plan.known,
                    attempt_timeout: plan.attempt_timeout,
                    request,
                    call: agenda.next_id(),
                    server,
                };
                self.send(mono, errand, agenda);
                None
            }
        }
    }

    /// Whether the answer to attempt `id` is waited for.
    pub(crate) fn awaits(&self, id: TaskId) -> bool {
        self.errand.as_ref().is_some_and(|errand| errand.call == id)
    }

    /// Takes the answer that is waited for; gives the errand if it is over.
    pub(crate) fn answered(
        &mut self,
        mono: Duration,
        result: Result<Answer, CallFailure>,
        agenda: &mut Agenda,
    ) -> Option<Done<P>> {
        let errand = self.errand.take()?;
        agenda.timers.stop(self.attempt_timer());
        self.judge(mono, errand, result, agenda)
    }

    /// The attempt under way takes too long: as if it had failed.
    pub(crate) fn attempt_overdue(
        &mut self,
        mono: Duration,
        agenda: &mut Agenda,
    ) -> Option<Done<P>> {
        let errand = self.errand.take()?;
        self.judge(mono, errand, Err(CallFailure::TimedOut), agenda)
    }

    /// Gives the errand up; an answer that still comes does nothing. The server that did not answer is not to blame for all
    /// the time, but it is the one that was waited for.
    pub(crate) fn give_up(&mut self, mono: Duration, agenda: &mut Agenda) -> Option<P> {
        let mut errand = self.errand.take()?;
        agenda.timers.stop(self.attempt_timer());
        agenda.timers.stop(self.errand_timer());
        let failed_before = errand.request.failures().len();
        let timed_out = Err(&CallFailure::TimedOut);
        // Whatever the verdict, there is no time for another attempt.
        let _verdict = self.line.judge(mono, &mut errand.request, timed_out);
        tell_failures(&errand, failed_before, agenda);
        Some(errand.purpose)
    }

    /// Drops the errand, for a reason that is no server's.
    pub(crate) fn abandon(&mut self, agenda: &mut Agenda) {
        self.errand = None;
        agenda.timers.stop(self.attempt_timer());
        agenda.timers.stop(self.errand_timer());
    }

    /// Drops the errand at the end of everything.
    pub(crate) fn forget(&mut self) {
        self.errand = None;
    }

    fn judge(
        &mut self,
        mono: Duration,
        mut errand: Errand<P>,
        result: Result<Answer, CallFailure>,
        agenda: &mut Agenda,
    ) -> Option<Done<P>> {
        let failed_before = errand.request.failures().len();
        let verdict = self.line.judge(mono, &mut errand.request, result.as_ref());
        self.tell_switch(agenda);
        tell_failures(&errand, failed_before, agenda);
        let ended = match verdict {
            Verdict::Accepted => result.map_err(|failure| unserved(&errand, failure)),
            Verdict::Failed(unserved) => Err(unserved),
            Verdict::Again => match self.line.next(mono, &mut errand.request) {
                Ok(server) => {
                    errand.server = server;
                    errand.call = agenda.next_id();
                    self.send(mono, errand, agenda);
                    return None;
                }
                Err(unserved) => Err(unserved),
            },
        };
        agenda.timers.stop(self.errand_timer());
        Some((errand.purpose, ended))
    }

    fn send(&mut self, mono: Duration, errand: Errand<P>, agenda: &mut Agenda) {
        let deadline = mono.saturating_add(errand.attempt_timeout);
        let until = agenda
            .timers
            .get(self.errand_timer())
            .map_or(deadline, |end| end.min(deadline));
        // An attempt that would outlast its errand ends with it.
        if until < deadline {
            agenda.timers.stop(self.attempt_timer());
        } else {
            agenda.timers.set(self.attempt_timer(), deadline);
        }
        agenda.task(Task::Send(Call {
            id: errand.call,
            server: errand.server.clone(),
            operation: errand.operation.clone(),
            deadline: until,
            known: errand.known.clone(),
            allows_redirect: self.allows_redirect,
        }));
        self.errand = Some(errand);
    }

    fn tell_switch(&mut self, agenda: &mut Agenda) {
        if let Some((from, to)) = self.line.poll_switch() {
            agenda.tell(Event::ServerSwitched {
                line: self.name,
                from,
                to,
            });
        }
    }

    fn attempt_timer(&self) -> Timer {
        match self.name {
            LineName::Registration => Timer::RegistrationAttempt,
            LineName::Query => Timer::QueryAttempt,
            LineName::Bootstrap => Timer::BootstrapAttempt,
        }
    }

    fn errand_timer(&self) -> Timer {
        match self.name {
            LineName::Registration => Timer::RegistrationErrand,
            LineName::Query => Timer::QueryErrand,
            LineName::Bootstrap => Timer::BootstrapErrand,
        }
    }
}

/// What accepted a failure would have to be: the line accepts answers only.
fn unserved<P>(errand: &Errand<P>, failure: CallFailure) -> Unserved {
    Unserved::AllFailed(vec![Attempt {
        server: errand.server.clone(),
        failure,
    }])
}

/// Tells of the attempts that failed since there were `before`.
fn tell_failures<P>(errand: &Errand<P>, before: usize, agenda: &mut Agenda) {
    for attempt in errand.request.failures().iter().skip(before) {
        agenda.tell(Event::ServerFailed {
            server: attempt.server.clone(),
            failure: attempt.failure.clone(),
        });
    }
}

fn kind_of(operation: &Operation) -> RequestKind {
    match operation {
        Operation::Register(_) => RequestKind::Register,
        Operation::Renew { .. } => RequestKind::Renew,
        Operation::Cancel(_) => RequestKind::Cancel,
        Operation::Fetch(listing) => match listing.of {
            ListingOf::All => RequestKind::FetchAll,
            ListingOf::Delta => RequestKind::FetchDelta,
            ListingOf::Vip(_) => RequestKind::FetchVip,
        },
    }
}
