//! What every request passes on its way to the service, and every answer on its way back.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{HeaderValue, Request, Response, StatusCode, Version, header::CONNECTION};
use http_body::{Body, Frame, SizeHint};
use hyper::{body::Incoming, service::Service};
use pin_project_lite::pin_project;
use tracing::warn;

use crate::{request_body::RequestBody, session::Session};

/// After these, the client or we lost the thread: nothing that follows can be trusted. The Java
/// servers close after the same ones.
const CLOSING: [StatusCode; 7] = [
    StatusCode::BAD_REQUEST,
    StatusCode::REQUEST_TIMEOUT,
    StatusCode::PAYLOAD_TOO_LARGE,
    StatusCode::URI_TOO_LONG,
    StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
    StatusCode::INTERNAL_SERVER_ERROR,
    StatusCode::NOT_IMPLEMENTED,
];

/// The service of one connection, as hyper calls it.
#[derive(Debug)]
pub(crate) struct Front<S> {
    service: S,
    session: Arc<Session>,
}

/// What becomes of the connection after an answer.
#[derive(Clone, Copy, Debug)]
enum Afterwards {
    KeepAlive,
    Close,
}

impl<S> Front<S> {
    pub(crate) fn new(service: S, session: Arc<Session>) -> Self {
        Self { service, session }
    }

    /// Refuses a request with a status, or says what comes after its answer.
    fn admit(&self, request: &Request<Incoming>) -> Result<Afterwards, StatusCode> {
        let body_bytes = request.body().size_hint().exact();
        if self.session.pace().head_complete(body_bytes) {
            self.session.counters.malformed_heads.increment();
            warn!(peer = %self.session.peer, "refused: a line of the head ends in a bare LF");
            return Err(StatusCode::BAD_REQUEST);
        }
        let target = request
            .uri()
            .path_and_query()
            .map_or("", |target| target.as_str());
        if target.len() > self.session.limits.target_bytes {
            let bytes = target.len();
            self.session.counters.targets_too_long.increment();
            warn!(peer = %self.session.peer, bytes, "refused: the path is too long");
            return Err(StatusCode::URI_TOO_LONG);
        }
        // hyper reads a request with Content-Length and Transfer-Encoding by its chunks, as the RFC
        // demands. A proxy that went by the length sees its end elsewhere, and takes the rest for
        // something else than we would; so we do not look at the rest.
        let is_chunked = body_bytes.is_none();
        if is_chunked || request.version() < Version::HTTP_11 {
            return Ok(Afterwards::Close);
        }
        Ok(Afterwards::KeepAlive)
    }
}

impl<S, B> Service<Request<Incoming>> for Front<S>
where
    S: Service<Request<RequestBody>, Response = Response<B>, Error = Infallible>,
    B: Body,
{
    type Response = Response<Answer<B>>;
    type Error = Infallible;
    type Future = Answering<S::Future>;

    /// A service that answers without waiting has let go of the request when this returns, so hyper
    /// reads the next one into the same buffer.
    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let version = request.version();
        let outcome = match self.admit(&request) {
            Err(status) => Outcome::Refused { status },
            Ok(afterwards) => {
                let body = |incoming| RequestBody::new(incoming, Arc::clone(&self.session));
                Outcome::Served {
                    answer: self.service.call(request.map(body)),
                    afterwards,
                }
            }
        };
        Answering {
            outcome,
            version,
            end: Some(EndOfAnswer(Arc::clone(&self.session))),
        }
    }
}

pin_project! {
    /// An answer in the making.
    pub(crate) struct Answering<F> {
        #[pin]
        outcome: Outcome<F>,
        version: Version,
        // None once it is the answer's.
        end: Option<EndOfAnswer>,
    }
}

pin_project! {
    #[project = OutcomeProj]
    enum Outcome<F> {
        Refused { status: StatusCode },
        Served { #[pin] answer: F, afterwards: Afterwards },
    }
}

impl<F, B> Future for Answering<F>
where
    F: Future<Output = Result<Response<B>, Infallible>>,
{
    type Output = Result<Response<Answer<B>>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut answer = Response::new(None);
        match this.outcome.project() {
            OutcomeProj::Refused { status } => *answer.status_mut() = *status,
            OutcomeProj::Served {
                answer: served,
                afterwards,
            } => {
                answer = ready!(served.poll(cx))?.map(Some);
                if let Afterwards::Close = afterwards {
                    close_after(&mut answer);
                }
            }
        }
        let end = this.end.take();
        let is_last = end.as_ref().is_some_and(|end| end.is_last());
        if is_last || CLOSING.contains(&answer.status()) {
            close_after(&mut answer);
        }
        // Told otherwise, hyper would promise an old client to keep the connection.
        *answer.version_mut() = *this.version;
        Poll::Ready(Ok(answer.map(|body| Answer { body, _end: end })))
    }
}

/// hyper acts on the header as well: it reads nothing further.
fn close_after<B>(answer: &mut Response<B>) {
    answer
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
}

pin_project! {
    /// The body of an answer; none for those the front gives itself.
    #[derive(Debug)]
    pub(crate) struct Answer<B> {
        #[pin]
        body: Option<B>,
        _end: Option<EndOfAnswer>,
    }
}

/// Reports that hyper is done with an answer, whether it took all of it or not.
#[derive(Debug)]
struct EndOfAnswer(Arc<Session>);

impl EndOfAnswer {
    /// Whether nothing is to be answered after it. hyper does not read on where the service has left more
    /// of a body than has come, and would close without a word.
    fn is_last(&self) -> bool {
        self.0.is_leaving() || self.0.pace().is_body_unread()
    }
}

impl Drop for EndOfAnswer {
    fn drop(&mut self) {
        self.0.pace().answered();
    }
}

impl<B: Body> Body for Answer<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        match self.project().body.as_pin_mut() {
            Some(body) => body.poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}
