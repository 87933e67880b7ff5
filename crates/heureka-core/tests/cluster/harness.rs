//! Hosts in one thread, the lines between them, and a clock that all of them share.

use std::collections::BTreeMap;
use std::time::Duration;

use heureka_core::{
    CallId, ClusterConfig, Failure, Node, NodeConfig, Origin, PeerCall, PeerResult, PeerTarget,
    Request,
};
use heureka_model::{Now, ServiceUrl, UnixMillis};

use crate::instances::{At, START, address, secs};
use crate::java::Java;

/// The time on the cluster's clock when it starts.
const BEGIN: Duration = Duration::from_secs(10_000);

/// Nodes that make more calls than this without a pause never come to rest.
const MOST_CALLS: usize = 20_000;

/// What happens to a call on its way from one host to another.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Line {
    /// It fails at once.
    Fails(Failure),
    /// It does not arrive, and nobody says so before its deadline.
    Hangs,
    /// It arrives, but the answer does not.
    LosesAnswers,
}

/// No way there.
pub(crate) const CUT: Line = Line::Fails(Failure::Unreachable);

enum Host {
    Node(Box<Node>),
    Java(Box<Java>),
    /// Nobody listens: connections are refused.
    Nobody,
}

struct Site {
    host: Host,
    started: Duration,
    skew_ms: i64,
}

/// Several hosts.
pub(crate) struct Cluster {
    sites: Vec<Site>,
    /// Which host is meant by an authority.
    pub(crate) names: BTreeMap<String, usize>,
    pub(crate) lines: BTreeMap<(usize, usize), Line>,
    hanging: Vec<(Duration, usize, CallId)>,
    mono: Duration,
    /// Every call, from whom to whom.
    pub(crate) sent: Vec<(usize, usize, Request)>,
}

impl Cluster {
    /// Nodes that know each other and are open.
    pub(crate) fn of(count: usize) -> Self {
        Self::with(count, |_| {})
    }

    /// The same without self-preservation, so that everybody goes when its time has come.
    pub(crate) fn unprotected(count: usize) -> Self {
        Self::with(count, |config| config.self_preservation.enabled = false)
    }

    pub(crate) fn with(count: usize, configure: impl Fn(&mut NodeConfig)) -> Self {
        let mut cluster = Self {
            sites: Vec::new(),
            names: BTreeMap::new(),
            lines: BTreeMap::new(),
            hanging: Vec::new(),
            mono: BEGIN,
            sent: Vec::new(),
        };
        let mut config = NodeConfig::default();
        configure(&mut config);
        for _ in 0..count {
            cluster.add_node(config, Duration::ZERO);
        }
        for host in 0..count {
            cluster.know(
                host,
                &(0..count)
                    .filter(|other| *other != host)
                    .collect::<Vec<_>>(),
            );
        }
        cluster.settle();
        cluster
    }

    /// One node that is open, and a Java server that it knows; the Java server is host 1.
    pub(crate) fn with_java() -> Self {
        let mut cluster = Self::of(1);
        let java = cluster.add(Host::Java(Box::new(Java::new())));
        cluster.know(0, &[java]);
        cluster.settle();
        cluster
    }

    /// One more node, closed until it has taken over or `start_hold` has passed. It knows nobody yet.
    pub(crate) fn add_node(&mut self, config: NodeConfig, start_hold: Duration) -> usize {
        let host = self.add(Host::Nobody);
        self.start(host, config, start_hold);
        host
    }

    /// A node's process is started anew.
    pub(crate) fn start(&mut self, host: usize, config: NodeConfig, start_hold: Duration) {
        // Processes have been running for different times.
        self.sites[host].started = self.mono - secs(100 * (u64::try_from(host).unwrap() + 1));
        let now = self.now(host);
        let seed = u64::try_from(self.sent.len() * 100 + host).unwrap();
        let mut node = Node::new(config, seed, now);
        let cluster = ClusterConfig {
            node_name: format!("node-{host}"),
            start_hold,
            ..ClusterConfig::default()
        };
        node.join_cluster(now, cluster);
        node.handle_timeout(now);
        self.sites[host].host = Host::Node(Box::new(node));
    }

    /// The process at this host is gone.
    pub(crate) fn stop(&mut self, host: usize) {
        self.sites[host].host = Host::Nobody;
    }

    /// A Java server runs at this host from now on.
    pub(crate) fn start_java(&mut self, host: usize) {
        self.sites[host].host = Host::Java(Box::new(Java::new()));
    }

    fn add(&mut self, host: Host) -> usize {
        let index = self.sites.len();
        self.names.insert(url(&name(index)).authority(), index);
        self.sites.push(Site {
            host,
            started: Duration::ZERO,
            skew_ms: 0,
        });
        index
    }

    pub(crate) fn add_java(&mut self) -> usize {
        self.add(Host::Java(Box::new(Java::new())))
    }

    /// The list of peers of a node.
    pub(crate) fn know(&mut self, host: usize, others: &[usize]) {
        let targets = others.iter().map(|other| target(&name(*other), *other));
        self.list(host, targets.collect());
    }

    pub(crate) fn list(&mut self, host: usize, targets: Vec<PeerTarget>) {
        let now = self.now(host);
        self.node(host).set_peers(now, targets);
    }

    pub(crate) fn skew(&mut self, host: usize, skew_ms: i64) {
        self.sites[host].skew_ms = skew_ms;
    }

    pub(crate) fn now(&self, host: usize) -> Now {
        let (site, passed) = (&self.sites[host], self.mono - BEGIN);
        Now {
            mono: self.mono - site.started,
            wall: UnixMillis(START.after(passed).0 + site.skew_ms),
        }
    }

    pub(crate) fn node(&mut self, host: usize) -> &mut Node {
        self.running(host).expect("a node runs there")
    }

    fn running(&mut self, host: usize) -> Option<&mut Node> {
        match &mut self.sites[host].host {
            Host::Node(node) => Some(node),
            Host::Java(_) | Host::Nobody => None,
        }
    }

    pub(crate) fn java(&mut self, host: usize) -> &mut Java {
        match &mut self.sites[host].host {
            Host::Java(java) => java,
            Host::Node(_) | Host::Nobody => panic!("no Java server runs there"),
        }
    }

    /// A client or an operator talks to a node.
    pub(crate) fn at(&mut self, host: usize) -> At<'_> {
        let now = self.now(host);
        At {
            node: self.node(host),
            now,
            origin: Origin::Client,
        }
    }

    pub(crate) fn line(&mut self, from: usize, to: usize, line: Line) {
        self.lines.insert((from, to), line);
    }

    /// Neither can reach the other.
    pub(crate) fn part(&mut self, one: usize, other: usize) {
        self.line(one, other, CUT);
        self.line(other, one, CUT);
    }

    pub(crate) fn heal(&mut self) {
        self.lines.clear();
    }

    /// Makes the calls that the nodes want made now, until there are no more.
    pub(crate) fn settle(&mut self) {
        for _ in 0..MOST_CALLS {
            if !(0..self.sites.len()).any(|host| self.step(host).is_some()) {
                return self.assert_rest();
            }
        }
        panic!("the nodes never come to rest");
    }

    /// Who has no call to make does not ask to be called at once for another one.
    #[track_caller]
    fn assert_rest(&mut self) {
        for host in 0..self.sites.len() {
            let mono = self.now(host).mono;
            let asks_at = self.running(host).and_then(|node| node.poll_call_timeout());
            assert!(
                asks_at.is_none_or(|at| at > mono),
                "host {host}: {asks_at:?}"
            );
        }
    }

    /// Makes the next call of one node, if it wants to make one.
    pub(crate) fn step(&mut self, from: usize) -> Option<Request> {
        let call = self.poll(from)?;
        let answer = match self.names.get(&call.url.authority()).copied() {
            Some(to) => {
                self.sent.push((from, to, call.request.clone()));
                self.carry(from, to, &call.request)
            }
            None => Some(PeerResult::Failed(Failure::Unreachable)),
        };
        match answer {
            Some(answer) => self.answer(from, call.id, answer),
            None => self
                .hanging
                .push((self.mono + call.deadline, from, call.id)),
        }
        Some(call.request)
    }

    /// The next call that a node wants made, which nobody makes.
    pub(crate) fn poll(&mut self, from: usize) -> Option<PeerCall> {
        let now = self.now(from);
        self.running(from)?.poll_call(now)
    }

    pub(crate) fn answer(&mut self, from: usize, call: CallId, answer: PeerResult) {
        let now = self.now(from);
        if let Some(node) = self.running(from) {
            node.handle_result(now, call, answer);
        }
    }

    fn carry(&mut self, from: usize, to: usize, request: &Request) -> Option<PeerResult> {
        match self.lines.get(&(from, to)) {
            Some(Line::Fails(failure)) => Some(PeerResult::Failed(*failure)),
            Some(Line::Hangs) => None,
            Some(Line::LosesAnswers) => {
                self.deliver(to, request);
                None
            }
            None => Some(self.deliver(to, request)),
        }
    }

    /// What a host answers.
    pub(crate) fn deliver(&mut self, to: usize, request: &Request) -> PeerResult {
        let now = self.now(to);
        match (&mut self.sites[to].host, request) {
            (Host::Node(node), Request::Ours(header, message)) => {
                let (header, reply) = node.handle_peer_message(now, header, (**message).clone());
                PeerResult::Ours(Box::new(header), Box::new(reply))
            }
            (Host::Java(_), Request::Ours(..)) => PeerResult::NotOurs,
            (Host::Java(java), Request::Batch(items)) => java.take(items),
            (Host::Java(java), Request::Listing) => java.list(),
            (Host::Node(_), Request::Batch(_) | Request::Listing) => {
                PeerResult::Failed(Failure::Status {
                    code: 404,
                    retry_after: None,
                })
            }
            (Host::Nobody, _) => PeerResult::Failed(Failure::Refused),
        }
    }

    /// Time passes, and each node is called whenever it wants to be.
    pub(crate) fn pass(&mut self, time: Duration) {
        const SHORTEST_STEP: Duration = Duration::from_millis(10);
        let end = self.mono + time;
        self.settle();
        while self.mono < end {
            let next = self.next_due().max(self.mono + SHORTEST_STEP);
            self.mono = next.min(end);
            self.give_up_hanging();
            for host in 0..self.sites.len() {
                let now = self.now(host);
                if let Some(node) = self.running(host)
                    && node.poll_own_timeout().0 <= now.mono
                {
                    node.handle_timeout(now);
                }
            }
            self.settle();
        }
    }

    /// Time passes in which nothing is done: all processes are stopped.
    pub(crate) fn stand_still(&mut self, time: Duration) {
        self.mono += time;
    }

    fn next_due(&self) -> Duration {
        let of_site = |site: &Site| match &site.host {
            Host::Node(node) => Some(site.started + node.poll_timeout().0),
            Host::Java(_) | Host::Nobody => None,
        };
        let hanging = self.hanging.iter().map(|(deadline, ..)| *deadline);
        let due = self.sites.iter().filter_map(of_site).chain(hanging).min();
        due.unwrap_or(Duration::MAX)
    }

    fn give_up_hanging(&mut self) {
        let mono = self.mono;
        let over = self
            .hanging
            .extract_if(.., |(deadline, ..)| *deadline <= mono);
        for (_, from, call) in over.collect::<Vec<_>>() {
            self.answer(from, call, PeerResult::Failed(Failure::ReadTimeout));
        }
    }

    /// The hosts at which a node runs.
    pub(crate) fn running_nodes(&mut self) -> Vec<usize> {
        let hosts = 0..self.sites.len();
        hosts.filter(|host| self.running(*host).is_some()).collect()
    }
}

fn name(host: usize) -> String {
    format!("host-{host}")
}

pub(crate) fn url(name: &str) -> ServiceUrl {
    ServiceUrl::parse(&format!("http://{name}:8761/eureka/")).unwrap()
}

/// A name in a list of peers, and the host it leads to.
pub(crate) fn target(name: &str, host: usize) -> PeerTarget {
    PeerTarget {
        url: url(name),
        addresses: vec![address(host)],
        is_presumed_own: false,
    }
}
