//! What Java clients really sent, at the times at which they sent it, answered by this server under simulated time.
//!
//! Requests that a recorder swallowed on their way to the server are not delivered: that is what the clients met. For
//! each story: every request gets the status that Java's server gave, nobody is evicted while his client lives, heartbeats
//! have no body, and a client that follows by deltas never sees a hash that is not its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that fails says so by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod reader;
mod story;

use heureka_core::Grace;
use heureka_server::ServerConfig;
use story::{replay, replay_with};

macro_rules! stories {
    ($($name:ident: $path:literal),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                replay(include_str!(concat!("../recordings/client-traffic/", $path, ".jsonl")));
            }
        )*

        /// A story that is recorded but not told here would be forgotten.
        #[test]
        fn no_story_is_left_out() {
            let told = [$($path),*].len();
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/client-traffic");
            let recorded: usize = ["netflix", "spring"]
                .map(|client| std::fs::read_dir(folder.join(client)).unwrap().count())
                .iter()
                .sum();
            assert_eq!(told, recorded);
        }
    };
}

stories! {
    netflix_n01_default_one_minute: "netflix/n01-default-one-minute",
    netflix_n02_fast: "netflix/n02-fast",
    netflix_n03_heartbeat_404: "netflix/n03-heartbeat-404",
    netflix_n04_delta_bad_hash_and_errors: "netflix/n04-delta-bad-hash-and-errors",
    spring_c01_default_one_minute: "spring/c01-default-one-minute",
    spring_c02_fast: "spring/c02-fast",
    spring_c03_heartbeat_404: "spring/c03-heartbeat-404",
    spring_c04_delta_bad_hash_and_errors: "spring/c04-delta-bad-hash-and-errors",
    spring_c05_register_fails: "spring/c05-register-fails",
    spring_c06_redirect_and_timeout: "spring/c06-redirect-and-timeout",
    spring_c07_override_from_server: "spring/c07-override-from-server",
    spring_c08_vip_and_no_delta: "spring/c08-vip-and-no-delta",
    spring_c09_delta_off_gzip_off: "spring/c09-delta-off-gzip-off",
}

/// The heartbeat of the client in c06 hung, and its timer doubled: it was silent for longer than its lease. This shows
/// that the replay would notice an eviction, and what the grace is for.
#[test]
#[should_panic(expected = "at 18.46")]
fn without_grace_a_client_whose_heartbeat_hung_is_evicted() {
    let mut config = ServerConfig::default();
    config.node.lease.grace = Grace::Fixed(std::time::Duration::ZERO);
    replay_with(
        include_str!("../recordings/client-traffic/spring/c06-redirect-and-timeout.jsonl"),
        config,
    );
}
