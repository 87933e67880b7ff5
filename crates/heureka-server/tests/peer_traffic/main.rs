//! What Java servers really sent to a peer, at the times at which they sent it, received by this server.
//!
//! For each story: every batch is answered whole, with the codes that a Java peer has for its items; what was registered
//! is shown with the status, the override and the version that came with it; and the bytes of every batch are what
//! [`heureka_wire::encode_batch`] makes of its items, so that what is sent to Java servers is written as they write it.

#![cfg(test)]

#[path = "../support/mod.rs"]
mod support;

mod copy;
mod receive;
mod recording;
mod write;

use copy::Copy;
use receive::receive;
use recording::{Exchange, Story, count_recorded};
use write::write_again;

macro_rules! stories {
    ($($name:ident: $path:literal),* $(,)?) => {
        const RECORDINGS: &[&str] = &[
            $(include_str!(concat!("../recordings/peer-traffic/", $path, ".jsonl"))),*
        ];

        $(
            #[test]
            fn $name() {
                let recording = include_str!(concat!("../recordings/peer-traffic/", $path, ".jsonl"));
                let story = Story::read(recording);
                receive(&story);
                write_again(&story);
            }
        )*
    };
}

stories! {
    netflix_p01_startup_sync: "netflix/p01-startup-sync",
    netflix_p02_startup_peer_empty: "netflix/p02-startup-peer-empty",
    netflix_p03_startup_peer_503: "netflix/p03-startup-peer-503",
    netflix_p04_replicate_each: "netflix/p04-replicate-each",
    netflix_p05_replication_header_stops: "netflix/p05-replication-header-stops",
    netflix_p06_batching: "netflix/p06-batching",
    netflix_p07_batch_item_errors: "netflix/p07-batch-item-errors",
    netflix_p08_batch_http_errors: "netflix/p08-batch-http-errors",
    netflix_p09_task_expiry: "netflix/p09-task-expiry",
    netflix_p10_eviction: "netflix/p10-eviction",
    netflix_p11_two_urls_same_host: "netflix/p11-two-urls-same-host",
    netflix_p12_batching_off: "netflix/p12-batching-off",
    spring_p01_startup_sync: "spring/p01-startup-sync",
    spring_p02_startup_peer_empty: "spring/p02-startup-peer-empty",
    spring_p03_startup_peer_503: "spring/p03-startup-peer-503",
    spring_p04_replicate_each: "spring/p04-replicate-each",
    spring_p05_replication_header_stops: "spring/p05-replication-header-stops",
    spring_p06_batching: "spring/p06-batching",
    spring_p07_batch_item_errors: "spring/p07-batch-item-errors",
    spring_p08_batch_http_errors: "spring/p08-batch-http-errors",
    spring_p09_task_expiry: "spring/p09-task-expiry",
    spring_p10_eviction: "spring/p10-eviction",
    spring_p11_two_urls_same_host: "spring/p11-two-urls-same-host",
    spring_p12_batching_off: "spring/p12-batching-off",
}

/// A story that is recorded but not told here would be forgotten.
#[test]
fn no_story_is_left_out() {
    assert_eq!(RECORDINGS.len(), count_recorded());
}

/// What all stories hold, so that a recording that was packed wrongly is not taken for one that passes.
#[test]
fn every_action_of_a_peer_is_in_the_stories() {
    let stories = RECORDINGS.iter().map(|recording| Story::read(recording));
    let batches: Vec<_> = stories.flat_map(Story::batches).collect();
    let items: Vec<_> = batches.iter().flat_map(Exchange::items).collect();
    let count = |action: &str| items.iter().filter(|item| item.action == action).count();
    let actions = [
        "Register",
        "Heartbeat",
        "StatusUpdate",
        "DeleteStatusOverride",
        "Cancel",
    ];
    assert_eq!(
        (batches.len(), actions.map(count)),
        (217, [116, 192, 10, 8, 10])
    );
}

/// Each item that is not answered 200: heartbeats of a sender that has another version than we, because the recorder in
/// our place had given it that one, or because its client's operations overtook each other (p06).
#[test]
fn few_items_are_answered_otherwise_than_200() {
    let mut others = Vec::new();
    for recording in RECORDINGS {
        let mut copy = Copy::default();
        for item in Story::read(recording)
            .batches()
            .flat_map(|batch| batch.items())
        {
            let code = copy.take(&item);
            if code != 200 {
                others.push(format!("{} {} {code}", item.action, item.id));
            }
        }
    }
    let of_each_server = ["Heartbeat dup 409"]
        .into_iter()
        .chain(["Heartbeat host1:orders:8080 404"; 4]);
    assert_eq!(
        others,
        [of_each_server.clone(), of_each_server]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
    );
}
