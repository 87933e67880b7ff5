//! Who is listed although the lease has ended, and why.

use std::time::Duration;

use heureka_core::{NodeReport, PeerReport, Protection, Reach, StartReport};

use super::format;
use crate::peers::Overview;

/// What a page says of instances whose lease has ended.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) count: usize,
    /// Some of them.
    pub(super) names: Vec<String>,
    pub(super) why: String,
}

impl Kept {
    pub(super) fn new(report: &NodeReport, overview: &Overview, hold_limit: Duration) -> Self {
        Self {
            count: report.protection.kept,
            names: report.kept.iter().map(ToString::to_string).collect(),
            why: why(report, overview, hold_limit),
        }
    }
}

/// Why nobody, or not everybody, of them is evicted now. The registry decides for each of them anew in each round, so
/// these are the reasons of the moment and not one for each.
fn why(report: &NodeReport, overview: &Overview, hold_limit: Duration) -> String {
    let reasons: Vec<String> = [
        while_closed(overview),
        while_protected(report),
        while_silent(overview, hold_limit),
    ]
    .into_iter()
    .flatten()
    .collect();
    if reasons.is_empty() {
        "They go in one of the next rounds, unless another server has heard of them since."
            .to_owned()
    } else {
        reasons.join(" ")
    }
}

fn while_closed(overview: &Overview) -> Option<String> {
    let is_closed = overview.start != StartReport::Open;
    is_closed.then(|| "Nobody is evicted before listings open.".to_owned())
}

fn while_protected(report: &NodeReport) -> Option<String> {
    let is_on = report.protection.protection != Protection::Off;
    is_on.then(|| "Self-preservation is on.".to_owned())
}

/// Silent peers may hear what this server does not (MERGE 7).
fn while_silent(overview: &Overview, hold_limit: Duration) -> Option<String> {
    let is_silent = |peer: &&PeerReport| matches!(peer.reach, Reach::Unreachable { .. });
    let silent: Vec<String> = overview
        .others()
        .filter(is_silent)
        .map(|peer| peer.url.to_string())
        .collect();
    let whose = if silent.is_empty() {
        return None;
    } else if overview.is_cut_off {
        "Most peers are silent, so this server may be the one that is cut off, and keeps everybody"
            .to_owned()
    } else {
        format!(
            "Who renewed at a peer that is silent now ({}) may be alive there, and is kept",
            silent.join(", ")
        )
    };
    let limit = format::span(hold_limit);
    Some(format!("{whose} for up to {limit} past the lease."))
}
