//! A server among made-up peers, none of which is called over a network.

use std::sync::Arc;
use std::time::Duration;

use heureka_core::{Failure, PeerCall, PeerResult, PeerSource, PeerTarget, Request};
use heureka_model::{
    Changes, Compared, DocumentState, KeyState, LeaseState, NodeId, OverrideState, OverrideValue,
    PeerHeader, PeerMessage, PeerReply, PresentState, ServiceUrl, Stamp, UnixMillis,
};
use heureka_server::{PeersSettings, ServerConfig, take_peer_result};

use crate::support::{TestServer, WALL_AT_START, instance};

/// The node that the tests make up.
pub(crate) const OTHER: NodeId = NodeId(0x5f1c);

/// A node that only the made-up one reaches.
pub(crate) const STRANGER: NodeId = NodeId(0x77a0);

/// More calls than any test has answered.
const MAX_CALLS: usize = 100;

/// A server that has these peers in its settings, and has not called one of them yet.
pub(crate) fn server(peers: &[&str]) -> TestServer {
    let sources = peers.iter().map(|peer| PeerSource::parse(peer).unwrap());
    TestServer::start(ServerConfig {
        peers: PeersSettings {
            sources: sources.collect(),
            ..PeersSettings::default()
        },
        max_batch_body_bytes: 64 * 1024,
        ..ServerConfig::default()
    })
}

/// Tells the server what its discovery would have found.
pub(crate) fn find(server: &TestServer, urls: &[&str]) {
    let targets = urls.iter().map(|url| PeerTarget {
        url: url.parse::<ServiceUrl>().unwrap(),
        addresses: Vec::new(),
        is_presumed_own: false,
    });
    server
        .app
        .node()
        .set_peers(server.app.now(), targets.collect());
}

/// Has the calls that are due answered: `heureka` is a node of ours, `open` one that is open and does not answer
/// questions yet, `java` a Java server, `gone` has nobody who listens, and `self` is the server itself.
pub(crate) fn answer_calls(server: &TestServer) {
    answer_calls_without(server, "nobody");
}

/// The same, but there is no way to `silent`.
pub(crate) fn answer_calls_without(server: &TestServer, silent: &str) {
    let mut calls = 0;
    while let Some(call) = next_call(server) {
        calls += 1;
        assert!(calls < MAX_CALLS, "the calls do not end");
        let result = if call.url.host() == silent {
            Some(PeerResult::Failed(Failure::Unreachable))
        } else {
            result_of(server, &call)
        };
        if let Some(result) = result {
            take_peer_result(&server.app, &call, result);
        }
    }
}

fn next_call(server: &TestServer) -> Option<PeerCall> {
    let mut node = server.app.node();
    node.poll_call(server.app.now())
}

fn result_of(server: &TestServer, call: &PeerCall) -> Option<PeerResult> {
    let result = match (call.url.host(), &call.request) {
        ("heureka", Request::Ours(_, message)) => {
            PeerResult::Ours(Box::new(header(OTHER)), Box::new(reply(message)))
        }
        ("open", Request::Ours(_, message)) if **message == PeerMessage::Hello => {
            let header = PeerHeader {
                is_open: true,
                ..header(OTHER)
            };
            PeerResult::Ours(Box::new(header), Box::new(PeerReply::Noted))
        }
        ("open", _) => return None,
        ("self", Request::Ours(..)) => {
            let own = server.app.node().id();
            PeerResult::Ours(Box::new(header(own)), Box::new(PeerReply::Noted))
        }
        ("java", Request::Ours(..)) => PeerResult::NotOurs,
        ("java", Request::Listing) => PeerResult::Listing(Vec::new()),
        _ => PeerResult::Failed(Failure::Refused),
    };
    Some(result)
}

fn reply(message: &PeerMessage) -> PeerReply {
    match message {
        PeerMessage::Compare(_) => PeerReply::Compared(Compared::Same),
        PeerMessage::Changes(_) => PeerReply::Taken(heureka_model::ChangesTaken::default()),
        PeerMessage::Ages(_) => PeerReply::Ages(Vec::new()),
        PeerMessage::Hello | PeerMessage::Leave => PeerReply::Noted,
    }
}

/// What a made-up node says of itself; its clock is two seconds ahead.
pub(crate) fn header(node: NodeId) -> PeerHeader {
    PeerHeader {
        node,
        name: "<b>eu-1</b>".to_owned(),
        version: "9.8.7".to_owned(),
        uptime: Duration::from_secs(100),
        reading: stamp(),
        wall: UnixMillis(stamp().wall_ms),
        is_open: false,
        reaches: vec![STRANGER],
    }
}

fn stamp() -> Stamp {
    Stamp {
        wall_ms: WALL_AT_START.0 + 2000,
        count: 0,
        node: OTHER,
    }
}

/// What the made-up node says when an instance has registered there.
pub(crate) fn registered_elsewhere(app: &str, id: &str) -> PeerMessage {
    let elsewhere = TestServer::start(ServerConfig::default());
    elsewhere.register_json(app, &instance(app, id));
    let info = elsewhere.app.node().instance(app, id).unwrap();
    let state = PresentState {
        document: DocumentState {
            generation: 0,
            stamp: stamp(),
            reported: stamp(),
            document: Arc::clone(&info.document),
        },
        override_state: OverrideState {
            value: OverrideValue::Absent,
            stamp: Stamp::NEVER,
        },
        presence: stamp(),
        lease: LeaseState {
            age: Duration::ZERO,
            ever_renewed: false,
            origin: Some(OTHER),
        },
        registered: WALL_AT_START,
        service_up: UnixMillis(0),
    };
    PeerMessage::Changes(Changes {
        states: vec![KeyState::Present(Box::new(state))],
        renewed: Vec::new(),
    })
}
