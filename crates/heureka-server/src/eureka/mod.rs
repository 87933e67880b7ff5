//! The protocol's resources: from a request to a call into the registry to an answer.
//!
//! A request is judged in the order of Java's servers: the path (400, 404), the method (405), for a registration the
//! type of the body (415), what the client accepts (406), and then what it asks for.

mod answer;
mod batch;
mod batch_item;
mod body;
mod info;
mod instance;
mod listings;
mod path;
mod query;
mod refusal;
mod register;
mod separated;

use std::borrow::Cow;
use std::net::SocketAddr;

use bytes::Bytes;
use heureka_core::{Origin, Sender};
use heureka_wire::{AnswerType, Format, Version, instance_answer, instance_format};
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode, header};
use http_body::Body;
use tower::BoxError;

pub(crate) use self::body::{BodyError, BodyLimit, coding_of, read as read_body, unpack};

use self::answer::Answer;
use self::path::{Resource, Target};
use self::query::Query;
use self::refusal::Refusal;
use crate::answer_body::AnswerBody;
use crate::app::App;
use crate::request_metrics::ResourceKind;
use crate::router::Answering;

/// What Java's servers allow at a path when they do not look at the path.
const ANY_METHOD: &str = "HEAD, DELETE, POST, GET, OPTIONS, PUT";

/// How much of a path a log line holds (faults-and-attacks.md S30).
const LOGGED_PATH_CHARS: usize = 256;

/// The header by which a peer says that it passes on what it was told.
const REPLICATION: HeaderName = HeaderName::from_static("x-netflix-discovery-replication");

/// A request, taken apart.
#[derive(Debug)]
struct Call<'a> {
    head: &'a Parts,
    query: Query<'a>,
    version: Version,
    /// As it came: perhaps packed.
    body: Bytes,
    origin: Origin,
    sender: Sender,
    peer: Option<SocketAddr>,
}

impl Call<'_> {
    fn header(&self, name: HeaderName) -> Option<&str> {
        text_of(&self.head.headers, name)
    }

    fn accept(&self) -> Option<Cow<'_, str>> {
        list_of(&self.head.headers, header::ACCEPT)
    }

    /// What an answer is written as that is no listing.
    fn answer_format(&self) -> Result<Format, Refusal> {
        Ok(instance_format(self.accept().as_deref())?)
    }

    /// The same, and how it is called.
    fn answer_type(&self) -> Result<AnswerType, Refusal> {
        Ok(instance_answer(self.accept().as_deref())?)
    }
}

/// server.md H16: only exactly this text counts.
fn origin_of(headers: &HeaderMap, sender: Sender) -> Origin {
    match text_of(headers, REPLICATION) {
        Some("true") => Origin::Peer(sender),
        Some(_) | None => Origin::Client,
    }
}

/// What only peers may do is honoured only from a peer, where peers have credentials (server.md D-44, F62).
fn judge_sender(app: &App, call: &Call<'_>, wanted: &Resource<'_>) -> Result<(), Refusal> {
    let speaks_as_peer = *wanted == Resource::Batch || call.origin != Origin::Client;
    if speaks_as_peer && !app.peer_secrets().admit(&call.head.headers) {
        return Err(Refusal::NotAPeer);
    }
    Ok(())
}

/// A header that is no text says nothing that a rule knows; it is not the same as none.
fn text_of(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers
        .get(name)
        .map(|value| value.to_str().unwrap_or("\u{fffd}"))
}

/// A header that is a list, on as many lines as it has (RFC 9110, 5.3).
fn list_of(headers: &HeaderMap, name: HeaderName) -> Option<Cow<'_, str>> {
    let lines = headers.get_all(name).into_iter();
    let texts = lines.map(|line| Cow::Borrowed(line.to_str().unwrap_or("\u{fffd}")));
    texts.reduce(|list, line| Cow::Owned(format!("{list},{line}")))
}

/// What was asked for, and what is said to it.
type Judged = (ResourceKind, Result<Answer, Refusal>);

/// Answers a request to any of the protocol's resources; at once, unless a body has to come first.
pub(crate) fn serve<B>(app: &App, request: Request<B>, peer: Option<SocketAddr>) -> Answering
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let (head, body) = request.into_parts();
    let message = Message { head, peer };
    if body.is_end_stream() {
        return message.answer(app);
    }
    let app = app.clone();
    Answering::later(async move { message.answer_with(&app, body).await })
}

/// A request but for its body.
#[derive(Debug)]
struct Message {
    head: Parts,
    peer: Option<SocketAddr>,
}

impl Message {
    fn answer(&self, app: &App) -> Answering {
        let judged = match admit(&self.head) {
            Admission::To(target) => self.judge(app, &target, Bytes::new()),
            Admission::Settled(judged) => judged,
        };
        self.conclude(app, judged)
    }

    async fn answer_with<B>(&self, app: &App, body: B) -> Response<AnswerBody>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        let judged = self.read_and_judge(app, body).await;
        let Ok(answer) = self.conclude(app, judged).await;
        answer
    }

    async fn read_and_judge<B>(&self, app: &App, body: B) -> Judged
    where
        B: Body<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        let target = match admit(&self.head) {
            Admission::To(target) => target,
            Admission::Settled(judged) => return judged,
        };
        let limit = if target.resource == Resource::Batch {
            BodyLimit::of_batches(app.config())
        } else {
            BodyLimit::of_others(app.config())
        };
        match body::read(body, limit).await {
            Ok(body) => self.judge(app, &target, body),
            Err(error) => (target.resource.kind(), Err(Refusal::Body(error))),
        }
    }

    fn judge(&self, app: &App, target: &Target<'_>, body: Bytes) -> Judged {
        let wanted = &target.resource;
        let sender = self.sender();
        let call = Call {
            query: Query::new(self.head.uri.query()),
            head: &self.head,
            version: target.version,
            body,
            origin: origin_of(&self.head.headers, sender),
            sender,
            peer: self.peer,
        };
        let outcome = judge_sender(app, &call, wanted).and_then(|()| dispatch(app, wanted, &call));
        (wanted.kind(), outcome)
    }

    /// Counts the request and gives its answer.
    fn conclude(&self, app: &App, (resource, outcome): Judged) -> Answering {
        let answer = outcome.unwrap_or_else(|refusal| self.refuse(app, refusal));
        let method = &self.head.method;
        let counts = app.metrics().requests();
        counts.count(resource, method, answer.status());
        answer.give(method)
    }

    /// Turns a refusal into its answer, and says why in one line.
    fn refuse(&self, app: &App, refusal: Refusal) -> Answer {
        let method = &self.head.method;
        if let Some(limit) = refusal.limit() {
            app.metrics().count_limit(limit);
        }
        if refusal.is_routine() {
            tracing::debug!(%method, path = ?self.path(), peer = self.peer(), "refused: {refusal}");
        } else {
            tracing::warn!(%method, path = ?self.path(), peer = self.peer(), "refused: {refusal}");
        }
        refusal.into_answer()
    }

    /// The address that it comes from, by which Java peers are told apart.
    fn sender(&self) -> Sender {
        Sender(self.peer.map(|address| address.ip().to_canonical()))
    }

    /// As a log line has it.
    fn path(&self) -> String {
        let path = self.head.uri.path();
        path.chars().take(LOGGED_PATH_CHARS).collect()
    }

    /// As a log line has it.
    fn peer(&self) -> String {
        self.peer.map(|peer| peer.to_string()).unwrap_or_default()
    }
}

/// What the path and the method of a request come to.
enum Admission<'a> {
    To(Target<'a>),
    /// Its body does not matter.
    Settled(Judged),
}

fn admit(head: &Parts) -> Admission<'_> {
    let refused = |refusal| Admission::Settled((ResourceKind::None, Err(refusal)));
    let target = match Target::find(head.uri.path()) {
        Ok(Some(target)) => target,
        Ok(None) => return refused(Refusal::NoResource),
        Err(bad_path) => return refused(Refusal::BadPath(bad_path)),
    };
    match judge_method(head, &target.resource) {
        Some(answered) => Admission::Settled((target.resource.kind(), answered)),
        None => Admission::To(target),
    }
}

/// OPTIONS and methods that a resource does not have are answered without a look at the rest.
fn judge_method(head: &Parts, resource: &Resource<'_>) -> Option<Result<Answer, Refusal>> {
    let method = &head.method;
    if *method == Method::TRACE {
        return Some(Err(Refusal::Method {
            allowed: ANY_METHOD.to_owned(),
        }));
    }
    let methods = resource.methods();
    let has_get = methods.contains(&Method::GET);
    if *method == Method::OPTIONS {
        let allowed = allowed(has_get.then_some("HEAD"), methods);
        let accept = list_of(&head.headers, header::ACCEPT);
        return Some(info::options(accept.as_deref(), &allowed));
    }
    let is_allowed = methods.contains(method) || (has_get && *method == Method::HEAD);
    (!is_allowed).then(|| {
        Err(Refusal::Method {
            allowed: allowed(None, methods),
        })
    })
}

/// A list for `Allow`, in Java's order.
fn allowed(head: Option<&'static str>, methods: &'static [Method]) -> String {
    let (before, after): (Vec<&Method>, Vec<&Method>) =
        methods.iter().partition(|method| **method != Method::PUT);
    let names = before.into_iter().map(Method::as_str);
    let rest = after.into_iter().map(Method::as_str);
    head.into_iter()
        .chain(names)
        .chain(["OPTIONS"])
        .chain(rest)
        .collect::<Vec<_>>()
        .join(",")
}

fn dispatch(app: &App, resource: &Resource<'_>, call: &Call<'_>) -> Result<Answer, Refusal> {
    let method = &call.head.method;
    match resource {
        Resource::Apps => listings::applications(app, call),
        Resource::Delta => listings::delta(app, call),
        Resource::App(name) if *method == Method::POST => register::register(app, call, name),
        Resource::App(name) => listings::application(app, call, name),
        Resource::Vip(vip) => listings::by_vip(app, call, vip),
        Resource::SecureVip(vip) => listings::by_secure_vip(app, call, vip),
        Resource::Instance(name, id) => match *method {
            Method::PUT => instance::renew(app, call, name, id),
            Method::DELETE => instance::cancel(app, call, name, id),
            _ => instance::show(app, call, name, id),
        },
        Resource::InstanceStatus(name, id) => match *method {
            Method::DELETE => instance::remove_override(app, call, name, id),
            _ => instance::override_status(app, call, name, id),
        },
        Resource::InstanceMetadata(name, id) => instance::update_metadata(app, call, name, id),
        Resource::InstanceById(id) => instance::show_by_id(app, call, id),
        Resource::AsgStatus => Err(Refusal::NoScalingGroups),
        Resource::Batch => batch::receive(app, call),
        Resource::Status => info::status(app, call),
        Resource::StatusOverrides => Ok(info::status_overrides(app)),
        Resource::HealthCheck => Ok(Answer::empty(StatusCode::OK)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allow_is_written_in_javas_order() {
        let instance = Resource::Instance("".into(), "".into());
        for (resource, head, list) in [
            (Resource::Apps, None, "GET,OPTIONS"),
            (Resource::Apps, Some("HEAD"), "HEAD,GET,OPTIONS"),
            (Resource::App("".into()), None, "POST,GET,OPTIONS"),
            (instance, Some("HEAD"), "HEAD,DELETE,GET,OPTIONS,PUT"),
            (Resource::AsgStatus, None, "OPTIONS,PUT"),
            (Resource::Batch, None, "POST,OPTIONS"),
        ] {
            assert_eq!(allowed(head, resource.methods()), list);
        }
    }
}
