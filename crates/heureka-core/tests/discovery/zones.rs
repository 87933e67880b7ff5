//! Netflix's two steps: texts that name zones, and texts that name their hosts (server.md N2).

use crate::story::{Story, addresses, texts};

const ROOT: &str = "TXT txt.region.test";
const ZONE_A: &str = "TXT txt.a.region.test";
const ZONE_B: &str = "TXT txt.b.region.test";

fn region() -> Story {
    let mut story = Story::of(&["txt+http://user:pass@txt.region.test:7001/eureka/v2/"]);
    story
        .says(ROOT, texts(&["a.region.test", "b.region.test"]))
        .says(ZONE_A, texts(&["host1.test", "host2.test"]))
        .says(ZONE_B, texts(&["host3.test"]));
    story
}

fn url(host: u8) -> String {
    format!("http://host{host}.test:7001/eureka/v2/")
}

#[test]
fn zones_lead_to_hosts() {
    let mut story = region();
    assert_eq!(story.look_up(), [ROOT, ZONE_A, ZONE_B]);
    assert_eq!(story.peers(), [1, 2, 3].map(url));
    let peers = story.directory.peers();
    assert!(peers.iter().all(|peer| peer.credentials().is_some()));
    assert_eq!(story.round(), [ROOT, ZONE_A, ZONE_B]);
}

#[test]
fn it_is_not_settled_before_its_zones_are() {
    let mut story = region();
    for settled in [false, false, false, true] {
        assert_eq!(story.directory.is_settled(), settled);
        if let Some(lookup) = story.directory.poll_lookup(story.now) {
            let found = texts(&["a.region.test", "b.region.test"]);
            story
                .directory
                .handle_lookup(story.now, lookup.id, Ok(found));
        }
    }
}

#[test]
fn one_text_may_have_several_names_and_nonsense() {
    let mut story = region();
    story
        .says(
            ROOT,
            texts(&[" A.region.test.  b.region.test 10.0.0.1 v=spf1! ", ""]),
        )
        .says(
            ZONE_A,
            texts(&[
                "host1.test host2.test.",
                "HOST1.test",
                "no/host",
                "10.0.0.7",
            ]),
        );
    assert_eq!(story.look_up(), [ROOT, ZONE_A, ZONE_B]);
    let address = "http://10.0.0.7:7001/eureka/v2/".to_owned();
    assert_eq!(story.peers(), [address, url(1), url(2), url(3)]);
}

#[test]
fn a_zone_that_fails_keeps_its_hosts_and_costs_the_others_nothing() {
    let mut story = region();
    story.look_up();
    story.fails(ZONE_A).says(ZONE_B, texts(&["host4.test"]));
    story.round();
    story.round();
    assert_eq!(story.peers(), [1, 2, 4].map(url));
}

#[test]
fn zones_that_fail_or_are_empty_keep_everything() {
    for nothing in [None, Some(texts(&[])), Some(addresses(&["10.0.0.1"]))] {
        let mut story = region();
        story.look_up();
        match nothing {
            None => story.fails(ROOT),
            Some(nothing) => story.says(ROOT, nothing),
        };
        for _ in 0..3 {
            assert_eq!(story.round(), [ROOT, ZONE_A, ZONE_B]);
        }
        assert_eq!(story.peers(), [1, 2, 3].map(url));
    }
}

#[test]
fn a_zone_goes_after_two_equal_answers_without_it() {
    let mut story = region();
    story.look_up();
    story.says(ROOT, texts(&["b.region.test"]));
    assert_eq!(story.round(), [ROOT, ZONE_A, ZONE_B]);
    assert_eq!(story.peers(), [1, 2, 3].map(url));
    assert_eq!(story.round(), [ROOT, ZONE_B]);
    assert_eq!(story.peers(), [3].map(url));
    story.says(ROOT, texts(&["a.region.test", "b.region.test"]));
    assert_eq!(story.round(), [ROOT, ZONE_B, ZONE_A]);
    assert_eq!(story.peers(), [1, 2, 3].map(url));
}

#[test]
fn a_source_that_comes_first_counts_first_though_its_hosts_are_found_last() {
    let mut story = Story::of(&["txt+http://txt:1@txt.test/", "dns+http://dns:2@a.test/"]);
    story
        .says("TXT txt.test", texts(&["zone"]))
        .says("TXT txt.zone", texts(&["10.0.0.1"]))
        .says("A a.test", addresses(&["10.0.0.1"]))
        .look_up();
    let peers = story.directory.peers().iter();
    let users: Vec<&str> = peers
        .filter_map(|peer| Some(peer.credentials()?.user()))
        .collect();
    assert_eq!(users, ["txt"]);
}
