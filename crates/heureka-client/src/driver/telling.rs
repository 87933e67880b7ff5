//! What people are told in the log: what changes, once, and not what stays as it is.

use std::collections::BTreeMap;

use heureka_client_core::{CallFailure, Event, LineName, StartFailure, Unserved};
use heureka_model::ServiceUrl;

/// How many servers' failures are remembered; who has more is told some of them again.
const MAX_SERVERS: usize = 100;

/// What was told last of what may fail again and again.
#[derive(Debug, Default)]
pub(super) struct Telling {
    failing: BTreeMap<Subject, Class>,
    servers: BTreeMap<ServiceUrl, Class>,
    registration_server: Option<ServiceUrl>,
    query_server: Option<ServiceUrl>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Registration,
    Heartbeat,
    Fetch,
    Resolve,
    Health,
}

/// Failures of one class are told once in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Class(&'static str, u16);

impl Telling {
    pub(super) fn tell(&mut self, event: &Event) {
        match event {
            Event::Started => tracing::info!("the Eureka client has started"),
            Event::StartFailed(failure) => tell_failed_start(failure),
            Event::Registered { status, again } => self.registered(*status, *again),
            Event::RegistrationFailed(reason) => {
                self.failed(Subject::Registration, class(reason), reason);
            }
            Event::Renewed => self.renewed(),
            Event::HeartbeatFailed { reason, .. } => {
                self.failed(Subject::Heartbeat, class(reason), reason);
            }
            Event::Deregistered => tracing::info!("the instance has left the registry"),
            Event::DeregistrationFailed(reason) => tracing::warn!(
                %reason,
                "the instance could not leave the registry: it is listed until its lease ends"
            ),
            Event::Fetched { how, changes } => {
                self.recovered(Subject::Fetch);
                forget(&mut self.servers, self.query_server.as_ref());
                tracing::debug!(?how, changes, "the registry is up to date");
            }
            Event::FetchFailed { reason, .. } => self.failed(Subject::Fetch, class(reason), reason),
            Event::HashMismatch { known, listed } => tracing::info!(
                known,
                listed,
                "the changes do not add up to the server's hash: everything is fetched"
            ),
            Event::RemoteStatusChanged { previous, current } => {
                tracing::info!(%previous, %current, "servers show another status of this instance");
            }
            Event::StatusChanged { previous, current } => {
                tracing::info!(%previous, %current, "this instance has another status");
            }
            Event::Unhealthy(reason) => self.failed(Subject::Health, Class("health", 0), reason),
            Event::ServerSwitched { line, from, to } => self.switched(*line, from.as_ref(), to),
            Event::ServerFailed { server, failure } => self.server_failed(server, failure),
            Event::ResolveFailed(reason) => {
                self.failed(Subject::Resolve, Class("resolve", 0), reason);
            }
            Event::Stopped => tracing::info!("the Eureka client has ended"),
            _ => tracing::debug!(?event),
        }
    }

    fn registered(&mut self, status: heureka_model::InstanceStatus, again: bool) {
        self.recovered(Subject::Registration);
        forget(&mut self.servers, self.registration_server.as_ref());
        if again {
            tracing::info!(%status, "a server had lost the instance, and has it again");
        } else {
            tracing::info!(%status, "the instance is registered");
        }
    }

    fn renewed(&mut self) {
        self.recovered(Subject::Heartbeat);
        forget(&mut self.servers, self.registration_server.as_ref());
    }

    fn failed(&mut self, subject: Subject, class: Class, reason: &dyn std::fmt::Display) {
        if self.failing.insert(subject, class) == Some(class) {
            tracing::debug!(%reason, "{} fails again", subject.name());
        } else {
            tracing::warn!(%reason, "{}", subject.failure());
        }
    }

    fn recovered(&mut self, subject: Subject) {
        if self.failing.remove(&subject).is_some() {
            tracing::info!("{} works again", subject.name());
        }
    }

    fn switched(&mut self, line: LineName, from: Option<&ServiceUrl>, to: &ServiceUrl) {
        match from {
            Some(from) => tracing::info!(?line, %from, %to, "another Eureka server answers"),
            None => tracing::debug!(?line, %to, "a Eureka server answers"),
        }
        let current = match line {
            LineName::Registration => &mut self.registration_server,
            LineName::Query => &mut self.query_server,
            LineName::Bootstrap | _ => return,
        };
        *current = Some(to.clone());
    }

    fn server_failed(&mut self, server: &ServiceUrl, failure: &CallFailure) {
        if self.servers.len() >= MAX_SERVERS {
            self.servers.clear();
        }
        let class = class_of_call(failure);
        if self.servers.insert(server.clone(), class) == Some(class) {
            tracing::debug!(%server, %failure, "a Eureka server fails again");
        } else {
            tracing::warn!(%server, %failure, "a Eureka server fails");
        }
    }
}

impl Subject {
    fn name(self) -> &'static str {
        match self {
            Self::Registration => "registering",
            Self::Heartbeat => "the heartbeat",
            Self::Fetch => "fetching the registry",
            Self::Resolve => "finding servers",
            Self::Health => "the health check",
        }
    }

    fn failure(self) -> &'static str {
        match self {
            Self::Registration => "no server took the registration; it is tried again",
            Self::Heartbeat => "no server took the heartbeat; it is tried again",
            Self::Fetch => "the registry could not be fetched, and what is known of it stays",
            Self::Resolve => {
                "it could not be found out which servers there are; the known ones stay"
            }
            Self::Health => "the health check says that this instance is not well",
        }
    }
}

fn forget(servers: &mut BTreeMap<ServiceUrl, Class>, server: Option<&ServiceUrl>) {
    if let Some(server) = server {
        servers.remove(server);
    }
}

fn tell_failed_start(failure: &StartFailure) {
    tracing::error!(%failure, "the Eureka client could not start");
}

fn class(reason: &Unserved) -> Class {
    match reason {
        Unserved::NoServers => Class("no servers", 0),
        Unserved::AllFailed(attempts) => {
            let last = attempts.last();
            last.map_or(Class("all failed", 0), |last| class_of_call(&last.failure))
        }
        Unserved::TimedOut(_) => Class("timed out", 0),
        Unserved::Doubtful { .. } => Class("doubtful", 0),
        Unserved::Status(status) => Class("status", *status),
        _ => Class("other", 0),
    }
}

fn class_of_call(failure: &CallFailure) -> Class {
    match failure {
        CallFailure::Unreachable(_) => Class("unreachable", 0),
        CallFailure::TimedOut => Class("timed out", 0),
        CallFailure::Broken(_) => Class("broken", 0),
        CallFailure::Unreadable(_) => Class("unreadable", 0),
        CallFailure::TooLarge { .. } => Class("too large", 0),
        CallFailure::Refused(_) => Class("refused", 0),
        CallFailure::Status(status) => Class("status", *status),
        CallFailure::Redirect(_) => Class("redirect", 0),
        _ => Class("other", 0),
    }
}
