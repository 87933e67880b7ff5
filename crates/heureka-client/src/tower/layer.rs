//! A layer that sends each request to an instance.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response, StatusCode, header};
use tokio::time::Instant;
use tower::{BoxError, Layer, Service};

use crate::balance::{AffinityKey, Ask, Balancer, FAILING_STATUSES, Picked};

/// Sends each request to the instance that a balancer picks: scheme, host and port of its URI become those of the instance,
/// path and query stay (RS6).
///
/// A request with an [`AffinityKey`] in its extensions goes where the key belongs. What becomes of requests is reported to
/// the balancer: an error, or a status of [`FAILING_STATUSES`], is the instance's failure. The instance that answered stands
/// in the extensions of the response, as an [`Instance`](crate::Instance).
#[derive(Clone, Debug)]
pub struct BalanceLayer {
    balancer: Balancer,
    failing: Arc<[StatusCode]>,
}

impl BalanceLayer {
    /// Sends requests where `balancer` says.
    #[must_use]
    pub fn new(balancer: Balancer) -> Self {
        Self {
            balancer,
            failing: FAILING_STATUSES.into(),
        }
    }

    /// Which statuses are the instance's failure, instead of [`FAILING_STATUSES`].
    #[must_use]
    pub fn failing_statuses(mut self, statuses: &[StatusCode]) -> Self {
        self.failing = statuses.into();
        self
    }
}

impl<S> Layer<S> for BalanceLayer {
    type Service = Balanced<S>;

    fn layer(&self, inner: S) -> Balanced<S> {
        Balanced {
            inner,
            layer: self.clone(),
        }
    }
}

/// What [`BalanceLayer`] makes of a service.
#[derive(Clone, Debug)]
pub struct Balanced<S> {
    inner: S,
    layer: BalanceLayer,
}

impl<S, B, R: 'static> Service<Request<B>> for Balanced<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError> + 'static,
    S::Future: Send + 'static,
{
    type Response = Response<R>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let key = request.extensions().get::<AffinityKey>();
        let ask = key.map_or_else(Ask::new, |key| Ask::new().key(key));
        let picked = match self.layer.balancer.pick_for(&ask) {
            Ok(picked) => picked,
            Err(none) => return Box::pin(async { Err(none.into()) }),
        };
        redirect(&mut request, &picked);
        let answered = self.inner.call(request);
        Box::pin(reported(answered, picked, Arc::clone(&self.layer.failing)))
    }
}

fn redirect<B>(request: &mut Request<B>, picked: &Picked) {
    *request.uri_mut() = picked.base_uri().rebase(request.uri());
    // It names the service; whoever sends the request says `Host` as the URI does.
    request.headers_mut().remove(header::HOST);
}

async fn reported<R, E: Into<BoxError>>(
    answered: impl Future<Output = Result<Response<R>, E>>,
    picked: Picked,
    failing: Arc<[StatusCode]>,
) -> Result<Response<R>, BoxError> {
    let began = Instant::now();
    let answer = answered.await;
    let instance = picked.instance().clone();
    match &answer {
        Ok(response) if !failing.contains(&response.status()) => picked.succeeded(began.elapsed()),
        Ok(_) | Err(_) => picked.failed(),
    }
    let mut response = answer.map_err(Into::into)?;
    response.extensions_mut().insert(instance);
    Ok(response)
}
