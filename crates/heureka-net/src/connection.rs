//! One connection, from its first byte to its last.

use std::{
    convert::Infallible,
    error::Error,
    future::poll_fn,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::{Request, Response};
use http_body::Body;
use hyper::{server::conn::http1, service::Service};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, Sleep, sleep, sleep_until},
};
use tracing::{debug, warn};

use crate::{
    farewell::say_farewell, front::Front, leave::AwaitedLeave, pace::Overdue, paced_io::PacedIo,
    request_body::RequestBody, session::Session,
};

/// How long an idle connection stays open once the loop was told to stop, so that requests that are
/// on their way at that moment are still answered, each with `Connection: close`.
const LAST_CALL: Duration = Duration::from_millis(100);

const HEAD_TIMED_OUT: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// How a connection ended.
enum End {
    /// By itself, or by one side's closing it.
    Closed(hyper::Result<()>),
    /// It was too slow.
    Overdue(Overdue),
}

/// Serves a connection until it ends; once it is to leave, it ends after its current request. One whose
/// client does not read is given to `abandon`.
pub(crate) async fn attend<Io, S, B>(
    io: Io,
    session: Arc<Session>,
    service: S,
    mut leave: AwaitedLeave,
    abandon: fn(Io),
) where
    Io: AsyncRead + AsyncWrite + Unpin,
    S: Service<Request<RequestBody>, Response = Response<B>, Error = Infallible>,
    B: Body + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let mut connection = http1::Builder::new()
        .max_header_size(session.limits.header_bytes)
        // hyper's own deadline for heads runs from the end of the previous request, and so would
        // close connections that rest in a client's pool.
        .header_read_timeout(None)
        // Names of headers have no case, but scripts that were written against a Java server look
        // for them as it writes them.
        .title_case_headers(true)
        .serve_connection(
            TokioIo::new(PacedIo::new(io, Arc::clone(&session))),
            Front::new(service, Arc::clone(&session)),
        );
    match watch_until_stopped(&mut connection, &session, &mut leave).await {
        End::Closed(Ok(())) => {}
        End::Closed(Err(error)) if error.is_parse_too_large() => {
            session.counters.heads_too_large.increment();
            warn!(peer = %session.peer, "refused: the head is too large");
        }
        End::Closed(Err(error)) if error.is_parse() => {
            session.counters.malformed_heads.increment();
            warn!(peer = %session.peer, %error, "refused: the request is not HTTP/1.1");
        }
        End::Closed(Err(error)) => debug!(peer = %session.peer, %error, "connection failed"),
        End::Overdue(overdue) => {
            debug!(peer = %session.peer, ?overdue, "connection closed");
            count(overdue, &session);
            let io = connection.into_parts().io.into_inner().into_inner();
            match overdue {
                Overdue::Head => say_farewell(io, HEAD_TIMED_OUT).await,
                Overdue::Write | Overdue::Answer => abandon(io),
                Overdue::FirstByte | Overdue::Idle | Overdue::Linger => {}
            }
        }
    }
}

async fn watch_until_stopped<Io, S, B>(
    connection: &mut http1::Connection<TokioIo<PacedIo<Io>>, Front<S>>,
    session: &Session,
    leave: &mut AwaitedLeave,
) -> End
where
    Io: AsyncRead + AsyncWrite + Unpin,
    S: Service<Request<RequestBody>, Response = Response<B>, Error = Infallible>,
    B: Body + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let mut alarm = pin!(sleep_until(Instant::now() + session.limits.header_deadline));
    tokio::select! {
        biased;
        () = leave => session.leave(),
        end = watch(connection, alarm.as_mut(), session) => return end,
    }
    tokio::select! {
        biased;
        end = watch(connection, alarm.as_mut(), session) => return end,
        () = sleep(LAST_CALL) => {}
    }
    Pin::new(&mut *connection).graceful_shutdown();
    watch(connection, alarm, session).await
}

/// Drives the connection until it ends or its pace says that it must.
async fn watch<C>(connection: &mut C, mut alarm: Pin<&mut Sleep>, session: &Session) -> End
where
    C: Future<Output = hyper::Result<()>> + Unpin,
{
    poll_fn(|cx| match Pin::new(&mut *connection).poll(cx) {
        Poll::Ready(result) => Poll::Ready(End::Closed(result)),
        Poll::Pending => poll_overdue(alarm.as_mut(), session, cx).map(End::Overdue),
    })
    .await
}

/// The alarm is moved forward when it must ring earlier, and back only when it has rung, so that
/// most requests do not touch it: each of them moves the time at which the connection is due back.
fn poll_overdue(
    mut alarm: Pin<&mut Sleep>,
    session: &Session,
    cx: &mut Context<'_>,
) -> Poll<Overdue> {
    loop {
        let Some((due, overdue)) = session.pace().due(&session.limits, Instant::now) else {
            return Poll::Pending;
        };
        if alarm.deadline() > due {
            alarm.as_mut().reset(due);
        }
        ready!(alarm.as_mut().poll(cx));
        if alarm.deadline() == due {
            return Poll::Ready(overdue);
        }
        alarm.as_mut().reset(due);
    }
}

fn count(overdue: Overdue, session: &Session) {
    let counters = &session.counters;
    match overdue {
        Overdue::FirstByte | Overdue::Head => counters.header_timeouts.increment(),
        Overdue::Idle => counters.idle_closed.increment(),
        Overdue::Write => counters.write_timeouts.increment(),
        Overdue::Answer => counters.answer_timeouts.increment(),
        Overdue::Linger => {}
    }
}
