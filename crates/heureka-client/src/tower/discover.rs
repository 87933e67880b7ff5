//! The instances of a service, as tower learns of them.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use heureka_client_core::{Change, Instance};
use heureka_model::InstanceKey;
use tower::discover;

use crate::EurekaClient;
use crate::balance::{Balancing, BaseUri};
use crate::changes::Changes;
use crate::service_name::ServiceName;

/// The instances of a service as a [`Discover`](discover::Discover): it tells which come and go, with a service that `make`
/// made for each (RS6).
///
/// An instance that changes is made anew. It never fails; it ends with the client, and whoever is told by then stays.
pub struct EurekaDiscover<M> {
    changes: Changes,
    rules: Balancing,
    make: M,
    told: BTreeSet<InstanceKey>,
}

type Told<S> = discover::Change<InstanceKey, S>;

impl<M> EurekaDiscover<M> {
    /// Tells of all instances that are up and have a port. `make` is given an instance and where it is reached, and makes a
    /// service that sends requests there, or `None` where that is not possible.
    pub fn new<S>(client: &EurekaClient, service: impl Into<ServiceName>, make: M) -> Self
    where
        M: FnMut(&Instance, &BaseUri) -> Option<S>,
    {
        Self {
            changes: client.changes(service),
            rules: Balancing::new(),
            make,
            told: BTreeSet::new(),
        }
    }

    /// Tells of those instances alone which these rules admit, and reaches them as they say. How to choose among them is
    /// not up to discovery, so strategies, zones that come first, and times of avoidance do nothing here.
    #[must_use]
    pub fn rules(mut self, rules: Balancing) -> Self {
        self.rules = rules;
        self
    }

    fn present<S>(&mut self, instance: &Instance) -> Option<Told<S>>
    where
        M: FnMut(&Instance, &BaseUri) -> Option<S>,
    {
        let base = self.rules.admit(instance);
        let Some(service) = base.and_then(|base| (self.make)(instance, &base)) else {
            return self.gone(instance);
        };
        self.told.insert(instance.key());
        Some(discover::Change::Insert(instance.key(), service))
    }

    fn gone<S>(&mut self, instance: &Instance) -> Option<Told<S>> {
        let key = instance.key();
        let was_told = self.told.remove(&key);
        was_told.then_some(discover::Change::Remove(key))
    }
}

impl<M, S> Stream for EurekaDiscover<M>
where
    M: FnMut(&Instance, &BaseUri) -> Option<S> + Unpin,
{
    type Item = Result<Told<S>, Infallible>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            let Some(change) = ready!(Pin::new(&mut this.changes).poll_next(context)) else {
                return Poll::Ready(None);
            };
            let told = match &change {
                Change::Added(instance)
                | Change::Modified {
                    after: instance, ..
                } => this.present(instance),
                Change::Removed(instance) => this.gone(instance),
            };
            if let Some(told) = told {
                return Poll::Ready(Some(Ok(told)));
            }
        }
    }
}

impl<M> fmt::Debug for EurekaDiscover<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EurekaDiscover")
            .field("rules", &self.rules)
            .field("told", &self.told)
            .finish_non_exhaustive()
    }
}
