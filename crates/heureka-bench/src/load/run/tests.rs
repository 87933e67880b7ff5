//! Short runs against the bare server, and against one that answers nothing.

use tokio::net::TcpListener;
use tokio::task::LocalSet;

use super::super::schedule::Kind;
use super::*;
use crate::fleet::{Coding, Fleet};
use crate::floor;
use crate::http::Target;

const DURATION: Duration = Duration::from_millis(2);
const CONNECTIONS: usize = 4;

/// What becomes of 40 heartbeats.
async fn run_against(target: Target) -> Report {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        let connection = Connection::open(target.address, None, 4096).await;
        connections.push(connection.unwrap());
    }
    let mut schedule = Schedule::default();
    schedule.add(Kind::Heartbeat, DURATION, 40);
    let work = Work::new(Fleet::new(target, 10, 1, 90), Coding::Gzip, false);
    run(work, schedule, connections, DURATION).await.unwrap()
}

fn against<F: Future<Output = ()> + 'static>(serve: impl FnOnce(TcpListener) -> F) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = Target::local(listener.local_addr().unwrap());
        let mut server = JoinSet::new();
        server.spawn_local(serve(listener));
        run_against(target).await
    })
}

#[test]
fn all_that_is_due_is_answered() {
    let report = against(|listener| async move {
        floor::accept(listener).await.unwrap();
    });
    let counts = (report.due(), report.unanswered(), report.errors());
    assert_eq!(counts, (40, 0, 0));
}

/// A server that stands still is charged with what could not be sent meanwhile (coordinated omission).
#[test]
fn latency_counts_from_the_time_that_a_request_was_due() {
    let late = Duration::from_millis(50);
    let target = Target::local("127.0.0.1:1".parse().unwrap());
    let work = Work::new(Fleet::new(target, 10, 1, 90), Coding::Gzip, false);
    let load = Load {
        work,
        started: Instant::now().checked_sub(late).unwrap(),
        duration: Duration::from_secs(1),
        waiting: RefCell::default(),
        arrived: Notify::new(),
        report: RefCell::new(Report::new().unwrap()),
        broken: Cell::new(0),
    };
    let due = Due {
        kind: Kind::Heartbeat,
        number: 0,
        at_ns: 0,
    };
    load.offer(due, late);
    load.count(due, Answer::default());
    let report = load.report.borrow();
    assert!(report.longest() >= late, "{:?}", report.longest());
    assert_eq!(report.own_delay, late);
}

#[test]
fn what_a_broken_connection_carried_is_lost() {
    // Each connection is ended as soon as it is there, and so are those that are opened in their place.
    let report = against(|listener| async move {
        loop {
            drop(listener.accept().await.unwrap());
        }
    });
    assert_eq!((report.due(), report.unanswered()), (40, 40));
}
