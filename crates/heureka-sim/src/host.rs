//! A machine on which the process of a node runs, ends and is started anew.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use heureka_core::{CallId, ClusterConfig, Node, NodeConfig, PeerTarget};
use heureka_model::{Now, ServiceUrl, UnixMillis};

use crate::alarm::Alarm;
use crate::java::JavaProcess;
use crate::peers::Event;
use crate::readers::Reader;

/// The wall clock when the world begins.
pub(crate) const WALL_AT_START: UnixMillis = UnixMillis(1_700_000_000_000);

/// A machine.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) index: usize,
    pub(crate) url: ServiceUrl,
    /// How far its wall clock is ahead, in milliseconds.
    pub(crate) wall_ahead_ms: i64,
    /// The process of a node.
    pub(crate) process: Option<Process>,
    /// The process of a Java-like server.
    pub(crate) java: Option<JavaProcess>,
    pub(crate) is_java: bool,
    /// How many processes there have been.
    pub(crate) runs: u64,
}

/// A run of a node.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) run: u64,
    pub(crate) node: Node,
    pub(crate) started: Duration,
    pub(crate) alarm: Alarm,
    /// Calls that have no result yet.
    pub(crate) open_calls: BTreeSet<CallId>,
    /// What arrived while it was stopped.
    pub(crate) stopped: Option<Vec<Event>>,
    pub(crate) stopped_at: Duration,
    /// Until when it may evict nobody, because it was stopped (I21).
    pub(crate) spares_until: Duration,
    pub(crate) reader: Reader,
    /// When self-preservation was last seen to be on.
    pub(crate) protected_at: Duration,
    /// Since when it answers listings.
    pub(crate) open_since: Option<Duration>,
}

/// How late a timer may be noticed: a round comes every second.
const NOTICED_WITHIN: Duration = Duration::from_millis(1100);

impl Process {
    /// It goes on after having been stopped: for as long again it evicts nobody.
    pub(crate) fn stood_still(&mut self, at: Duration) {
        let late = at.saturating_sub(self.stopped_at);
        let counted = late.saturating_sub(NOTICED_WITHIN);
        if !counted.is_zero() {
            self.spares_until = self.spares_until.max(at).saturating_add(counted);
        }
    }
}

impl Host {
    pub(crate) fn new(index: usize, is_java: bool) -> Option<Self> {
        let url = format!("http://node-{index}:8761/eureka/");
        Some(Self {
            index,
            url: ServiceUrl::parse(&url).ok()?,
            wall_ahead_ms: 0,
            process: None,
            java: None,
            is_java,
            runs: 0,
        })
    }

    pub(crate) fn address(&self) -> IpAddr {
        let last = u8::try_from(self.index).unwrap_or(u8::MAX);
        IpAddr::V4(Ipv4Addr::new(10, 0, 0, last))
    }

    /// As others call it.
    pub(crate) fn target(&self, is_presumed_own: bool) -> PeerTarget {
        PeerTarget {
            url: self.url.clone(),
            addresses: vec![self.address()],
            is_presumed_own,
        }
    }

    /// Starts a process. Where lines are so slow that the answer to a question takes longer than usual, its operator has
    /// set a deadline that fits.
    pub(crate) fn start(
        &mut self,
        at: Duration,
        seed: u64,
        peers: Vec<PeerTarget>,
        slowest: Duration,
    ) {
        self.runs += 1;
        let now = Now {
            mono: Duration::ZERO,
            wall: self.wall(at),
        };
        let mut node = Node::new(NodeConfig::default(), seed, now);
        let round_trip = slowest.saturating_mul(2);
        let config = ClusterConfig {
            ages_deadline: round_trip.max(ClusterConfig::default().ages_deadline),
            node_name: format!("node-{}", self.index),
            ..ClusterConfig::default()
        };
        node.join_cluster(now, config);
        node.set_peers(now, peers);
        self.process = Some(Process {
            run: self.runs,
            node,
            started: at,
            alarm: Alarm::default(),
            open_calls: BTreeSet::new(),
            stopped: None,
            stopped_at: Duration::ZERO,
            spares_until: Duration::ZERO,
            reader: Reader::default(),
            protected_at: Duration::ZERO,
            open_since: None,
        });
    }

    pub(crate) fn wall(&self, at: Duration) -> UnixMillis {
        let wall = WALL_AT_START.after(at);
        UnixMillis(wall.0.saturating_add(self.wall_ahead_ms))
    }

    /// Both clocks of its process.
    pub(crate) fn now(&self, at: Duration) -> Now {
        let started = self.process.as_ref().map_or(at, |process| process.started);
        Now {
            mono: at.saturating_sub(started),
            wall: self.wall(at),
        }
    }

    /// The node, where its process runs and is not stopped.
    pub(crate) fn running(&self) -> Option<&Process> {
        self.process
            .as_ref()
            .filter(|process| process.stopped.is_none())
    }

    pub(crate) fn is_run(&self, run: u64) -> bool {
        self.run() == Some(run)
    }

    /// The run of its process, of whichever kind.
    pub(crate) fn run(&self) -> Option<u64> {
        let java = self.java.as_ref().map(|java| java.run);
        java.or_else(|| self.process.as_ref().map(|process| process.run))
    }

    /// What waits for its process to go on, where that is stopped.
    pub(crate) fn waiting(&mut self) -> Option<&mut Vec<Event>> {
        match (&mut self.java, &mut self.process) {
            (Some(java), _) => java.stopped.as_mut(),
            (None, Some(process)) => process.stopped.as_mut(),
            (None, None) => None,
        }
    }

    /// Whether its process runs and is not stopped.
    pub(crate) fn is_running(&self) -> bool {
        let java = self.java.as_ref();
        self.running().is_some() || java.is_some_and(|java| java.stopped.is_none())
    }

    /// Stops its process. Answers whether there is one that was not stopped.
    pub(crate) fn stop(&mut self, at: Duration) -> bool {
        if !self.is_running() {
            return false;
        }
        if let Some(java) = &mut self.java {
            java.stopped = Some(Vec::new());
        }
        if let Some(process) = &mut self.process {
            process.stopped = Some(Vec::new());
            process.stopped_at = at;
        }
        true
    }

    /// Lets its process go on. Answers what arrived meanwhile, if it was stopped.
    pub(crate) fn go_on(&mut self, at: Duration) -> Option<Vec<Event>> {
        let arrived = std::mem::take(self.waiting()?);
        if let Some(java) = &mut self.java {
            java.stopped = None;
        }
        if let Some(process) = &mut self.process {
            process.stopped = None;
            process.stood_still(at);
            process.alarm.forget();
        }
        Some(arrived)
    }
}
