//! Requests over a few connections, each sent as soon as the one before it on its connection was answered.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::task::JoinSet;

use crate::http::{Answer, Connection, Target};

/// Large enough that a full listing takes few reads.
const BUFFER_BYTES: usize = 256 * 1024;

/// Writes the `n`th request.
pub(crate) type Write = dyn Fn(&mut Vec<u8>, u64);

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Until {
    /// After so long.
    Elapsed(Duration),
    /// After so many requests.
    Sent(u64),
    /// After so long, but not before so many requests.
    Both(Duration, u64),
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    /// Requests that were answered.
    pub(crate) requests: u64,
    /// Those whose answer was neither a success nor 304.
    pub(crate) failures: u64,
    /// Those of them whose answer was 404.
    pub(crate) not_found: u64,
    /// Those whose answer was 304.
    pub(crate) not_modified: u64,
    /// The first answer that was a failure.
    pub(crate) first_failure: Option<u16>,
    /// What was answered last.
    pub(crate) last: Answer,
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
}

impl Tally {
    fn count(&mut self, answer: Answer) {
        self.requests += 1;
        self.last = answer;
        self.not_modified += u64::from(answer.status == 304);
        if !matches!(answer.status, 200..=299 | 304) {
            self.failures += 1;
            self.not_found += u64::from(answer.status == 404);
            self.first_failure.get_or_insert(answer.status);
        }
    }
}

/// Connections to one server.
#[derive(Debug)]
pub(crate) struct Pool {
    connections: Vec<Connection>,
}

/// What the tasks of one run share.
struct Run {
    write: Rc<Write>,
    until: Until,
    started: Instant,
    next: Cell<u64>,
    tally: RefCell<Tally>,
}

impl Run {
    /// The number of the next request, unless it is time to stop.
    fn next(&self) -> Option<u64> {
        let n = self.next.get();
        let over = match self.until {
            Until::Elapsed(time) => self.started.elapsed() >= time,
            Until::Sent(count) => n >= count,
            Until::Both(time, count) => n >= count && self.started.elapsed() >= time,
        };
        self.next.set(n + 1);
        (!over).then_some(n)
    }
}

impl Pool {
    /// Connects.
    pub(crate) async fn open(target: &Target, connections: usize) -> Result<Self> {
        let mut pool = Vec::with_capacity(connections);
        for _ in 0..connections.max(1) {
            pool.push(Connection::open(target.address, None, BUFFER_BYTES).await?);
        }
        Ok(Self { connections: pool })
    }

    /// Sends requests on all connections; a connection that breaks is an error. Needs a `LocalSet` around it.
    pub(crate) async fn run(&mut self, until: Until, write: Rc<Write>) -> Result<Tally> {
        let run = Rc::new(Run {
            write,
            until,
            started: Instant::now(),
            next: Cell::new(0),
            tally: RefCell::default(),
        });
        let mut tasks = JoinSet::new();
        for connection in self.connections.drain(..) {
            tasks.spawn_local(keep_sending(connection, Rc::clone(&run)));
        }
        while let Some(done) = tasks.join_next().await {
            self.connections.push(done.context("a connection's task")??);
        }
        let mut tally = *run.tally.borrow();
        tally.elapsed = run.started.elapsed();
        Ok(tally)
    }

    /// Sends one request on the first connection.
    pub(crate) async fn one(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<Answer> {
        let connection = self.connections.first_mut().context("no connection")?;
        let mut request = Vec::new();
        write(&mut request);
        connection.exchange(&request).await
    }

    /// The last `ETag` on the first connection.
    pub(crate) fn etag(&self) -> Option<&str> {
        self.connections.first().and_then(Connection::etag)
    }
}

async fn keep_sending(mut connection: Connection, run: Rc<Run>) -> Result<Connection> {
    let mut request = Vec::new();
    while let Some(n) = run.next() {
        request.clear();
        (run.write)(&mut request, n);
        let answer = connection.exchange(&request).await?;
        run.tally.borrow_mut().count(answer);
    }
    Ok(connection)
}

#[cfg(test)]
mod tests;
