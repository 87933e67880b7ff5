//! How the instances of a service come and go.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use heureka_client_core::{Change, Instance, Registry};
use tokio::sync::watch;
use tokio_util::sync::ReusableBoxFuture;

use crate::service_name::ServiceName;

/// Tells how the instances of a service come, change and go (RS4).
///
/// It begins with those that are there. Whoever asks late hears what is different from what was told before, not what
/// happened in between: nothing is kept for a slow consumer.
#[derive(Debug)]
pub struct Changes {
    service: ServiceName,
    told: Arc<[Instance]>,
    to_tell: VecDeque<Change>,
    next_snapshot: ReusableBoxFuture<'static, Option<Seen>>,
}

type Registries = watch::Receiver<Arc<Registry>>;

/// A snapshot, and where the next one will come from.
type Seen = (Arc<Registry>, Registries);

impl Changes {
    pub(crate) fn of(service: ServiceName, mut registries: Registries) -> Self {
        registries.mark_changed();
        Self {
            service,
            told: Arc::default(),
            to_tell: VecDeque::new(),
            next_snapshot: ReusableBoxFuture::new(next_snapshot(registries)),
        }
    }

    /// The next change, as soon as there is one; `None` once the client has ended.
    ///
    /// A future that is dropped loses nothing.
    pub async fn next(&mut self) -> Option<Change> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Change>> {
        loop {
            if let Some(change) = self.to_tell.pop_front() {
                return Poll::Ready(Some(change));
            }
            // A future that has ended must not be asked again, so the end is a future too.
            let Some((registry, registries)) = ready!(self.next_snapshot.poll(context)) else {
                self.next_snapshot.set(std::future::ready(None));
                return Poll::Ready(None);
            };
            self.next_snapshot.set(next_snapshot(registries));
            let instances = Arc::clone(self.service.instances(&registry));
            self.to_tell = Change::between(&self.told, &instances).into();
            self.told = instances;
        }
    }
}

async fn next_snapshot(mut registries: Registries) -> Option<Seen> {
    registries.changed().await.ok()?;
    let registry = Arc::clone(&registries.borrow_and_update());
    Some((registry, registries))
}

#[cfg(feature = "stream")]
impl futures_core::Stream for Changes {
    type Item = Change;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Change>> {
        self.get_mut().poll(context)
    }
}
