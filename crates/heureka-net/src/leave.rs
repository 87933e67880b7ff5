//! The word by which the accept loop tells its connections to end.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
};

use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Tells all connections of one accept loop to end.
#[derive(Debug, Default)]
pub(crate) struct Leave {
    /// Set before the token is cancelled, so that who is woken finds it set.
    given: Arc<AtomicBool>,
    token: CancellationToken,
}

impl Leave {
    pub(crate) fn give(&self) {
        self.given.store(true, Ordering::Release);
        self.token.cancel();
    }

    /// For a new connection.
    pub(crate) fn awaited(&self) -> AwaitedLeave {
        AwaitedLeave {
            given: Arc::clone(&self.given),
            // A token of its own: the parent's lock would be shared by all connections.
            cancelled: Box::pin(self.token.child_token().cancelled_owned()),
            waker: None,
        }
    }
}

/// What a connection waits for besides requests.
///
/// It is polled with every request, and looks at its token, which takes locks, only when it was
/// given or is polled for another task than before.
#[derive(Debug)]
pub(crate) struct AwaitedLeave {
    given: Arc<AtomicBool>,
    cancelled: Pin<Box<WaitForCancellationFutureOwned>>,
    /// Whom the token wakes.
    waker: Option<Waker>,
}

impl Future for AwaitedLeave {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let is_registered = self
            .waker
            .as_ref()
            .is_some_and(|waker| waker.will_wake(cx.waker()));
        if is_registered && !self.given.load(Ordering::Acquire) {
            return Poll::Pending;
        }
        self.waker = Some(cx.waker().clone());
        self.cancelled.as_mut().poll(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::{JoinSet, yield_now};

    use super::*;

    #[tokio::test]
    async fn who_waits_is_woken_however_often_it_was_polled() {
        let leave = Leave::default();
        let mut awaited = leave.awaited();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            for _ in 0..3 {
                tokio::select! {
                    biased;
                    () = &mut awaited => return false,
                    () = yield_now() => {}
                }
            }
            awaited.await;
            true
        });
        for _ in 0..8 {
            yield_now().await;
        }
        assert!(tasks.try_join_next().is_none());
        leave.give();
        assert!(tasks.join_next().await.unwrap().unwrap());
        leave.awaited().await;
    }

    #[tokio::test]
    async fn another_task_may_go_on_waiting() {
        let leave = Leave::default();
        let mut awaited = leave.awaited();
        let mut elsewhere = Context::from_waker(Waker::noop());
        assert!(Pin::new(&mut awaited).poll(&mut elsewhere).is_pending());
        let mut tasks = JoinSet::new();
        tasks.spawn(awaited);
        yield_now().await;
        leave.give();
        tasks.join_next().await.unwrap().unwrap();
    }
}
