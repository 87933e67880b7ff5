//! The body of a request, with a deadline.

use std::{
    error::Error,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use thiserror::Error;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::session::Session;

/// A request's body; it fails once [`body_deadline`](crate::Limits::body_deadline) has passed.
///
/// The deadline counts from the end of the head, so a body cannot be drawn out by sending a little
/// of it at a time. A body that failed or was not read to its end ends its connection, with the answer saying so.
#[derive(Debug)]
pub struct RequestBody {
    incoming: Incoming,
    session: Arc<Session>,
    /// None where nothing is to come.
    deadline: Option<Instant>,
    /// Set only for a body that did not come together with its head.
    alarm: Option<Pin<Box<Sleep>>>,
    failed: bool,
}

/// Why a request's body could not be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BodyError {
    /// It did not end in time: answer 408.
    #[error("the body of the request did not end in time")]
    TimedOut,
    /// It is malformed (answer 400), or the connection broke and nobody reads an answer.
    #[error("the body of the request is broken: {0}")]
    Broken(#[source] hyper::Error),
}

/// Whether `error` is, or was caused by, [`BodyError::TimedOut`], however often it was wrapped.
pub fn is_body_timeout(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(BodyError::TimedOut) = error.downcast_ref() {
            return true;
        }
        cause = error.source();
    }
    false
}

impl RequestBody {
    pub(crate) fn new(incoming: Incoming, session: Arc<Session>) -> Self {
        let deadline =
            (!incoming.is_end_stream()).then(|| Instant::now() + session.limits.body_deadline);
        Self {
            incoming,
            session,
            deadline,
            alarm: None,
            failed: false,
        }
    }

    /// The address of the other end of its connection.
    pub fn peer(&self) -> SocketAddr {
        self.session.peer
    }

    fn poll_incoming(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = match Pin::new(&mut self.incoming).poll_frame(cx) {
            Poll::Pending => return self.poll_alarm(cx).map(|()| Some(Err(BodyError::TimedOut))),
            Poll::Ready(frame) => frame.transpose().map_err(BodyError::Broken),
        };
        match frame {
            Ok(None) => self.session.pace().body_complete(),
            Ok(Some(_)) if self.incoming.is_end_stream() => self.session.pace().body_complete(),
            Ok(Some(_)) if self.deadline.is_some_and(|at| Instant::now() >= at) => {
                return Poll::Ready(Some(Err(BodyError::TimedOut)));
            }
            Ok(Some(_)) | Err(_) => {}
        }
        Poll::Ready(frame.transpose())
    }

    fn poll_alarm(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = self.deadline else {
            return Poll::Pending;
        };
        self.alarm
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)))
            .as_mut()
            .poll(cx)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        if this.failed {
            return Poll::Ready(None);
        }
        let frame = ready!(this.poll_incoming(cx));
        if let Some(Err(error)) = &frame {
            this.failed = true;
            if let BodyError::TimedOut = error {
                this.session.counters.body_timeouts.increment();
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.failed || self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
