//! Which path is whose.

use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body as PageBody;
use axum::routing::{get, post};
use bytes::Bytes;
use heureka_net::RequestBody;

use http::{Request, Response};
use http_body::Body;
use hyper::service::Service;
use tower::{BoxError, ServiceExt as _};

use crate::answer_body::AnswerBody;
use crate::app::App;
use crate::{eureka, pages, peers};

const STATUS: &str = "/";
const LAST_N: &str = "/lastn";
const METRICS: &str = "/metrics";
const HEALTH: &str = "/actuator/health";
const LIVENESS: &str = "/actuator/health/liveness";
const READINESS: &str = "/actuator/health/readiness";

/// The paths that are not the protocol's.
const PAGES: [&str; 7] = [
    STATUS,
    LAST_N,
    METRICS,
    HEALTH,
    LIVENESS,
    READINESS,
    peers::PEER_PATH,
];

/// All that a server answers: pages for people, numbers for machines, and the protocol on every other path.
#[must_use]
pub fn router(app: App) -> Routes {
    let pages = Router::new()
        .route(STATUS, get(pages::status))
        .route(LAST_N, get(pages::last_n))
        .route(METRICS, get(pages::metrics))
        .route(HEALTH, get(pages::health))
        .route(LIVENESS, get(pages::liveness))
        .route(READINESS, get(pages::readiness))
        .route(peers::PEER_PATH, post(peers::receive))
        .with_state(app.clone());
    Routes { app, pages }
}

/// The service of a server. The protocol is not the framework's affair: most requests are heartbeats, and for them its
/// boxes cost more than the registry does.
#[derive(Clone, Debug)]
pub struct Routes {
    app: App,
    pages: Router,
}

impl Routes {
    /// Answers a request that came from `peer`; one that was made in this process comes from nobody.
    pub fn answer<B>(&self, request: Request<B>, peer: Option<SocketAddr>) -> Answering
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        if PAGES.contains(&request.uri().path()) {
            let page = self.pages.clone().oneshot(request.map(PageBody::new));
            return Answering::later(async {
                let Ok(page) = page.await;
                page.map(AnswerBody::page)
            });
        }
        eureka::serve(&self.app, request, peer)
    }
}

impl Service<Request<RequestBody>> for Routes {
    type Response = Response<AnswerBody>;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, request: Request<RequestBody>) -> Answering {
        let peer = request.body().peer();
        self.answer(request, Some(peer))
    }
}

/// An answer that is there, or will be.
pub struct Answering(Progress);

enum Progress {
    Now(Option<Response<AnswerBody>>),
    Later(Pin<Box<dyn Future<Output = Response<AnswerBody>> + Send>>),
}

impl Answering {
    /// An answer for which nothing had to be waited for, which is most.
    pub(crate) fn now(answer: Response<AnswerBody>) -> Self {
        Self(Progress::Now(Some(answer)))
    }

    /// An answer to a request that has to be read first, or that the framework gives.
    pub(crate) fn later(
        answer: impl Future<Output = Response<AnswerBody>> + Send + 'static,
    ) -> Self {
        Self(Progress::Later(Box::pin(answer)))
    }
}

impl fmt::Debug for Answering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let progress = match &self.0 {
            Progress::Now(_) => "Now",
            Progress::Later(_) => "Later",
        };
        f.debug_tuple("Answering").field(&progress).finish()
    }
}

impl Future for Answering {
    type Output = Result<Response<AnswerBody>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.get_mut().0 {
            // A future that has given its answer is not asked again.
            Progress::Now(answer) => answer
                .take()
                .map_or(Poll::Pending, |answer| Poll::Ready(Ok(answer))),
            Progress::Later(answer) => answer.as_mut().poll(cx).map(Ok),
        }
    }
}
