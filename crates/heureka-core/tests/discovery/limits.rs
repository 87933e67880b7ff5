//! How many peers there may be.

use heureka_core::{DiscoveryConfig, MAX_NAMES_HELD};

use crate::story::{Story, services, texts};

const SERVICE: &str = "SRV _eureka._tcp.test";
const SOURCE: &str = "srv+http://_eureka._tcp.test/";

fn hosts(numbers: std::ops::Range<usize>) -> heureka_core::Found {
    let names: Vec<String> = numbers.map(|number| format!("h{number:04}")).collect();
    let targets: Vec<(&str, u16)> = names.iter().map(|name| (name.as_str(), 80)).collect();
    services(&targets)
}

#[test]
fn the_first_peers_in_their_order_are_taken_and_the_others_counted() {
    for (found, taken, left_out) in [(63, 63, 0), (64, 64, 0), (65, 64, 1), (500, 64, 436)] {
        let mut story = Story::of(&[SOURCE]);
        story.says(SERVICE, hosts(0..found)).look_up();
        let peers = story.peers();
        assert_eq!((peers.len(), story.directory.left_out()), (taken, left_out));
        assert_eq!(peers.last(), Some(&format!("http://h{:04}/", taken - 1)));
    }
}

#[test]
fn urls_come_first() {
    let config = DiscoveryConfig {
        max_peers: 3,
        ..DiscoveryConfig::default()
    };
    let mut story = Story::with(config, &[SOURCE, "http://z2/", "http://z1/"]);
    story.says(SERVICE, hosts(0..5)).look_up();
    assert_eq!(story.peers(), ["http://h0000/", "http://z1/", "http://z2/"]);
    assert_eq!(story.directory.left_out(), 4);
    let many = [
        "http://z1/",
        "http://z4/",
        "http://z3/",
        "http://z2/",
        "http://z1/",
    ];
    let story = Story::with(config, &many);
    assert_eq!(story.peers(), ["http://z1/", "http://z2/", "http://z3/"]);
    assert_eq!(story.directory.left_out(), 1);
}

/// A DNS that says something else each time must not fill the memory.
#[test]
fn names_that_change_each_time_are_not_kept_for_ever() {
    let mut story = Story::of(&[SOURCE]);
    for round in 0..10 {
        let found = hosts(round * 300..(round + 1) * 300);
        story.says(SERVICE, found).round();
        let known = story.directory.peers().len() + story.directory.left_out();
        assert!(known <= MAX_NAMES_HELD, "{known}");
        assert_eq!(known, 300);
    }
    story.says(SERVICE, hosts(0..10_000)).round();
    let known = story.directory.peers().len() + story.directory.left_out();
    assert_eq!(known, MAX_NAMES_HELD);
}

#[test]
fn only_so_many_zones_are_looked_at() {
    let zones: Vec<String> = (10..50).map(|number| format!("z{number}")).collect();
    let zones: Vec<&str> = zones.iter().map(String::as_str).collect();
    let mut story = Story::of(&["txt+http://txt.test/"]);
    story.says("TXT txt.test", texts(&zones));
    let asked = story.look_up();
    assert_eq!(asked.len(), 1 + DiscoveryConfig::MAX_ZONES);
    assert_eq!(asked.last().map(String::as_str), Some("TXT txt.z25"));
}
