//! Sends requests that name a service to its instances.

use std::sync::Arc;

use http::{Extensions, StatusCode};
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use thiserror::Error;
use tokio::time::Instant;

use super::target::{Named, at};
use crate::EurekaClient;
use crate::balance::{AffinityKey, Ask, Balancer, Balancers, Balancing, FAILING_STATUSES, Picked};

/// How many instances one request may try, unless it is said otherwise.
pub const MAX_ATTEMPTS: usize = 3;

/// Sends a request whose URL names a service to an instance of it (RS7): `http://orders/stock`, `https://orders/stock` and
/// `lb://orders/stock`, in any case.
///
/// Scheme, host and port become those of the instance; everything else of the request stays. `https` stays `https`. A URL
/// with a port, or with an address, names no service but with `lb`.
///
/// Where an instance is not reached, the next one is tried. Where it breaks off or answers with one of
/// [`FAILING_STATUSES`], that is done for idempotent requests alone, for the first one may have done what was asked. A
/// request whose body is a stream is sent once. What became of each attempt is reported to the service's balancer.
///
/// A request with an [`AffinityKey`] in its extensions goes where the key belongs. The instance that answered stands in the
/// extensions of the response, as an [`Instance`](crate::Instance).
#[derive(Debug)]
pub struct EurekaMiddleware {
    client: EurekaClient,
    balancers: Balancers,
    secure_balancers: Balancers,
    retry: Retry,
    unknown_hosts: UnknownHosts,
}

/// What becomes of a request that names neither a service nor an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownHosts {
    /// It is sent as it is.
    #[default]
    Pass,
    /// It fails with [`UnknownService`].
    Refuse,
}

/// A URL names a service that the registry never had.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no service {name} is known: check the name, and that an instance has registered under it")]
#[non_exhaustive]
pub struct UnknownService {
    /// The name, as it stands in the URL.
    pub name: Box<str>,
}

#[derive(Clone, Debug)]
struct Retry {
    max_attempts: usize,
    statuses: Arc<[StatusCode]>,
}

/// What the answer of an instance means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It did what it was asked, or the request was wrong.
    Answered,
    /// It is to blame.
    Failed {
        /// Whether another instance may be asked the same.
        may_retry: bool,
    },
    /// Nobody can tell.
    Unclear,
}

impl EurekaMiddleware {
    /// Takes turns among the instances of each service that are up.
    #[must_use]
    pub fn new(client: &EurekaClient) -> Self {
        Self::with_rules(client, &Balancing::new())
    }

    /// Balances each service by these rules.
    #[must_use]
    pub fn with_rules(client: &EurekaClient, rules: &Balancing) -> Self {
        Self {
            client: client.clone(),
            balancers: Balancers::new(client, rules.clone()),
            secure_balancers: Balancers::new(client, rules.clone().only_secure()),
            retry: Retry {
                max_attempts: MAX_ATTEMPTS,
                statuses: FAILING_STATUSES.into(),
            },
            unknown_hosts: UnknownHosts::default(),
        }
    }

    /// How many instances one request may try; 1 is without retries.
    #[must_use]
    pub fn max_attempts(mut self, attempts: usize) -> Self {
        self.retry.max_attempts = attempts;
        self
    }

    /// Which statuses are the instance's failure, and make an idempotent request go to the next one, instead of
    /// [`FAILING_STATUSES`].
    #[must_use]
    pub fn retry_statuses(mut self, statuses: &[StatusCode]) -> Self {
        self.retry.statuses = statuses.into();
        self
    }

    /// What becomes of a request that names neither a service nor an address; it passes unless it is said otherwise.
    #[must_use]
    pub fn unknown_hosts(mut self, unknown: UnknownHosts) -> Self {
        self.unknown_hosts = unknown;
        self
    }

    /// The client whose registry names services.
    #[must_use]
    pub fn client(&self) -> &EurekaClient {
        &self.client
    }

    fn balancer(&self, request: &Request) -> Result<Option<Balancer>> {
        let unknown = |name: &str| Error::middleware(UnknownService { name: name.into() });
        match Named::by(request.url()) {
            Named::Host => Ok(None),
            Named::Service(name) => match self.balancers.find(name) {
                Some(balancer) => Ok(Some(balancer)),
                None => Err(unknown(name)),
            },
            Named::Either { name, secure } => {
                let balancers = if secure {
                    &self.secure_balancers
                } else {
                    &self.balancers
                };
                match (balancers.find(name), self.unknown_hosts) {
                    (None, UnknownHosts::Refuse) => Err(unknown(name)),
                    (balancer, _) => Ok(balancer),
                }
            }
        }
    }

    async fn send(
        &self,
        mut request: Request,
        balancer: &Balancer,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let key = extensions.get::<AffinityKey>().cloned();
        let ask = key
            .as_ref()
            .map_or_else(Ask::new, |key| Ask::new().key(key));
        let mut tried = Vec::new();
        let mut picked = balancer.pick_for(&ask).map_err(Error::middleware)?;
        loop {
            let may_try_more = tried.len() + 1 < self.retry.max_attempts;
            let spare = may_try_more.then(|| request.try_clone()).flatten();
            tried.push(picked.key());
            let (answer, may_retry) = self.attempt(request, picked, extensions, &next).await;
            let Some(spare) = spare.filter(|_| may_retry) else {
                return answer;
            };
            // Where nobody else is left, the last answer is as good as any.
            match balancer.pick_for(&ask.not(&tried)) {
                Ok(other) => (request, picked) = (spare, other),
                Err(_) => return answer,
            }
        }
    }

    /// One attempt at one instance, and whether another one may be asked the same.
    async fn attempt(
        &self,
        mut request: Request,
        picked: Picked,
        extensions: &mut Extensions,
        next: &Next<'_>,
    ) -> (Result<Response>, bool) {
        match at(picked.base_uri(), request.url()) {
            Ok(url) => *request.url_mut() = url,
            Err(no_host) => {
                picked.failed();
                return (Err(Error::middleware(no_host)), true);
            }
        }
        let is_idempotent = request.method().is_idempotent();
        let began = Instant::now();
        let mut answer = next.clone().run(request, extensions).await;
        if let Ok(response) = &mut answer {
            response.extensions_mut().insert(picked.instance().clone());
        }
        let verdict = self.retry.verdict(&answer, is_idempotent);
        match verdict {
            Verdict::Answered => picked.succeeded(began.elapsed()),
            Verdict::Failed { .. } => picked.failed(),
            Verdict::Unclear => drop(picked),
        }
        (answer, verdict == Verdict::Failed { may_retry: true })
    }
}

impl Retry {
    fn verdict(&self, answer: &Result<Response>, is_idempotent: bool) -> Verdict {
        match answer {
            Ok(response) if self.statuses.contains(&response.status()) => Verdict::Failed {
                may_retry: is_idempotent,
            },
            Ok(_) => Verdict::Answered,
            // Nothing was sent.
            Err(Error::Reqwest(error)) if error.is_connect() => Verdict::Failed { may_retry: true },
            // The time that the caller gave is over.
            Err(Error::Reqwest(error)) if error.is_timeout() => {
                Verdict::Failed { may_retry: false }
            }
            Err(Error::Reqwest(error)) if error.is_request() => Verdict::Failed {
                may_retry: is_idempotent,
            },
            Err(_) => Verdict::Unclear,
        }
    }
}

#[async_trait::async_trait]
impl Middleware for EurekaMiddleware {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        match self.balancer(&request)? {
            Some(balancer) => self.send(request, &balancer, extensions, next).await,
            None => next.run(request, extensions).await,
        }
    }
}
