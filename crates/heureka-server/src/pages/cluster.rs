//! The peers and the start, as the status page shows them.

use std::time::Duration;

use heureka_core::{Failure, PeerId, PeerKind, PeerReport, Reach, StartReport};

use super::format;
use crate::peers::{Overview, is_reached, not_meshed_text};

/// How much is shown of what a peer says of itself.
const SHOWN_CHARS: usize = 64;

/// What a page says of the cluster.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) peers: Vec<PeerRow>,
    /// Why listings are closed, while they are.
    pub(super) closed: Option<String>,
    /// What is wrong with the lists of peers, if something is.
    pub(super) not_meshed: Option<String>,
}

#[derive(Debug)]
pub(super) struct PeerRow {
    pub(super) url: String,
    pub(super) kind: String,
    pub(super) is_well: bool,
    pub(super) reach: String,
    pub(super) is_behind: bool,
    pub(super) queued: usize,
    pub(super) last_answer: String,
    pub(super) last_same: String,
    pub(super) skew: String,
    pub(super) failures: u64,
    pub(super) last_failure: Option<String>,
}

impl Cluster {
    pub(super) fn new(overview: &Overview) -> Self {
        let url_of = |id| url_of(&overview.peers, id);
        let strangers = &overview.not_meshed;
        Self {
            peers: overview
                .peers
                .iter()
                .map(|peer| PeerRow::new(peer, &url_of, overview.mono))
                .collect(),
            closed: closed(&overview.start, &url_of),
            not_meshed: (!strangers.is_empty()).then(|| not_meshed_text(strangers)),
        }
    }
}

impl PeerRow {
    fn new(peer: &PeerReport, url_of: &dyn Fn(PeerId) -> String, mono: Duration) -> Self {
        let is_other = !matches!(peer.kind, PeerKind::Own | PeerKind::SameAs(_));
        Self {
            url: peer.url.to_string(),
            kind: kind(&peer.kind, url_of),
            is_well: !is_other || is_reached(peer),
            reach: reach(peer.reach, mono),
            is_behind: is_other && peer.is_behind,
            queued: peer.queued,
            last_answer: ago(peer.last_answer, mono),
            last_same: ago(peer.last_same, mono),
            skew: skew(peer),
            failures: peer.failures,
            last_failure: peer.last_failure.map(failure),
        }
    }
}

fn url_of(peers: &[PeerReport], id: PeerId) -> String {
    let peer = peers.iter().find(|peer| peer.id == id);
    peer.map_or_else(
        || "a peer that is no longer in the list".to_owned(),
        |peer| peer.url.to_string(),
    )
}

/// Why listings are closed, how far the start has come, and how long it takes at most (MERGE 8).
fn closed(start: &StartReport, url_of: &dyn Fn(PeerId) -> String) -> Option<String> {
    let (progress, left) = match *start {
        StartReport::Open => return None,
        StartReport::Waiting { left } => (
            "No peer has been found yet whose registry can be taken over.".to_owned(),
            left,
        ),
        StartReport::TakingOver {
            from,
            instances,
            questions_left,
            left,
        } => (
            format!(
                "The registry is being taken over from {} (instances here so far: {instances}, questions still to be \
                 asked: {questions_left}).",
                url_of(from)
            ),
            left,
        ),
    };
    Some(format!(
        "Listings are closed, because this server has just started and does not know yet who is registered; clients \
         keep what they know or ask another server. Registrations and heartbeats are taken. {progress} Listings open \
         in {} at the latest.",
        format::span(left)
    ))
}

fn kind(kind: &PeerKind, url_of: &dyn Fn(PeerId) -> String) -> String {
    match kind {
        PeerKind::Unknown => "not known yet".to_owned(),
        PeerKind::Heureka {
            name,
            version,
            is_open,
            ..
        } => {
            let closed = if *is_open { "" } else { ", listings closed" };
            format!("heureka {}, {}{closed}", shown(version), shown(name))
        }
        PeerKind::Java => "Java server".to_owned(),
        PeerKind::Own => "this server itself".to_owned(),
        PeerKind::SameAs(other) => format!("the same server as {}", url_of(*other)),
        PeerKind::Denied => "refuses the credentials in its URL".to_owned(),
    }
}

fn reach(reach: Reach, mono: Duration) -> String {
    let for_as_long = |since| format::span(mono.saturating_sub(since));
    match reach {
        Reach::Untried => "not called yet".to_owned(),
        Reach::Reached { since } => format!("reached for {}", for_as_long(since)),
        Reach::Gone { since } => format!("gone for {}", for_as_long(since)),
        Reach::Unreachable { since } => format!("unreachable for {}", for_as_long(since)),
    }
}

/// Only a node of ours says what its clock shows.
fn skew(peer: &PeerReport) -> String {
    if matches!(peer.kind, PeerKind::Heureka { .. }) {
        format!("{} ms", peer.skew_ms)
    } else {
        "unknown".to_owned()
    }
}

fn failure(failure: Failure) -> String {
    match failure {
        Failure::Refused => "nobody listens there".to_owned(),
        Failure::Unreachable => "no way there".to_owned(),
        Failure::ReadTimeout => "no whole answer in time".to_owned(),
        Failure::Broken => "the connection broke".to_owned(),
        Failure::Status { code, .. } => format!("answered with status {code}"),
        Failure::Unreadable => "the answer cannot be read".to_owned(),
    }
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN_CHARS).collect()
}

fn ago(at: Option<Duration>, mono: Duration) -> String {
    at.map_or_else(
        || "never".to_owned(),
        |at| format!("{} ago", format::span(mono.saturating_sub(at))),
    )
}
