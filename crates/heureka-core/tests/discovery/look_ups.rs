//! What is asked, when, and which peers come of it.

use std::time::Duration;

use heureka_core::{DiscoveryConfig, Found, LookupFailed};

use crate::story::{Story, addresses, services, texts};

const REFRESH: Duration = DiscoveryConfig::REFRESH_INTERVAL;
const RETRY: Duration = DiscoveryConfig::RETRY_INTERVAL;

#[test]
fn urls_are_peers_from_the_beginning_and_nothing_is_asked() {
    let mut story = Story::of(&[
        "http://b:1/",
        "https://a/eureka",
        "http://B:1",
        "http://a/eureka/",
    ]);
    assert_eq!(
        story.peers(),
        ["http://a/eureka/", "http://b:1/", "https://a/eureka/"]
    );
    assert!(story.directory.is_settled());
    assert_eq!(story.directory.poll_timeout(), None);
    assert_eq!(story.look_up(), [""; 0]);
    story.directory.refresh();
    assert_eq!(story.look_up(), [""; 0]);
}

#[test]
fn each_kind_of_source_has_its_question_and_its_peers() {
    for (source, question, found, peers) in [
        (
            "dns+http://peers.test:8761/eureka/",
            "A peers.test",
            addresses(&["10.0.0.2", "fd00::1", "10.0.0.1", "10.0.0.2"]),
            &[
                "http://10.0.0.1:8761/eureka/",
                "http://10.0.0.2:8761/eureka/",
                "http://[fd00::1]:8761/eureka/",
            ][..],
        ),
        (
            "dns+https://peers.test",
            "A peers.test",
            addresses(&["10.0.0.1"]),
            &["https://10.0.0.1/"],
        ),
        (
            "dns+http://peers.test",
            "A peers.test",
            addresses(&["0.0.0.0", "::", "10.0.0.1"]),
            &["http://10.0.0.1/"],
        ),
        (
            "srv+http://_eureka._tcp.test/eureka/",
            "SRV _eureka._tcp.test",
            services(&[("b.test.", 8762), ("A.test", 8761), ("a.test", 8762)]),
            &[
                "http://a.test:8761/eureka/",
                "http://a.test:8762/eureka/",
                "http://b.test:8762/eureka/",
            ],
        ),
        (
            "srv+http://_eureka._tcp.test/eureka/",
            "SRV _eureka._tcp.test",
            services(&[
                ("no name", 1),
                ("", 1),
                ("a.test", 0),
                ("u:p@a", 1),
                ("b.test", 1),
            ]),
            &["http://b.test:1/eureka/"],
        ),
    ] {
        let mut story = Story::of(&[source]);
        story.says(question, found);
        assert_eq!(story.peers(), [""; 0]);
        assert_eq!(story.look_up(), [question]);
        assert_eq!(story.peers(), peers, "{source}");
    }
}

#[test]
fn names_are_looked_up_again_and_again() {
    let mut story = Story::of(&["dns+http://a.test/", "srv+http://b.test/", "http://c.test/"]);
    story
        .says("A a.test", addresses(&["10.0.0.1"]))
        .says("SRV b.test", services(&[("b", 1)]));
    for _ in 0..3 {
        assert_eq!(story.look_up(), ["A a.test", "SRV b.test"]);
        assert_eq!(story.look_up(), [""; 0], "once is enough");
        assert_eq!(story.directory.poll_timeout(), Some(story.now + REFRESH));
        story.now += REFRESH - Duration::from_nanos(1);
        assert_eq!(story.look_up(), [""; 0]);
        story.now += Duration::from_nanos(1);
    }
}

#[test]
fn a_name_of_which_nothing_is_known_is_looked_up_soon() {
    for nothing in [
        None,
        Some(addresses(&[])),
        Some(addresses(&["0.0.0.0"])),
        Some(texts(&["a"])),
    ] {
        let mut story = Story::of(&["dns+http://a.test/"]);
        if let Some(nothing) = nothing {
            story.says("A a.test", nothing);
        }
        story.look_up();
        assert_eq!(story.directory.poll_timeout(), Some(story.now + RETRY));
        story.says("A a.test", addresses(&["10.0.0.1"])).round();
        assert_eq!(story.directory.poll_timeout(), Some(story.now + REFRESH));
        story.fails("A a.test").round();
        assert_eq!(story.directory.poll_timeout(), Some(story.now + REFRESH));
    }
}

#[test]
fn a_refresh_makes_everything_due_and_old_answers_void() {
    let mut story = Story::of(&["dns+http://a.test/", "dns+http://b.test/"]);
    story
        .says("A a.test", addresses(&["10.0.0.1"]))
        .says("A b.test", addresses(&["10.0.0.2"]));
    story.look_up();
    story.now += Duration::from_secs(1);
    story.directory.refresh();
    let under_way = story.directory.poll_lookup(story.now).unwrap();
    story.directory.refresh();
    let late = Ok(addresses(&["10.0.0.9"]));
    assert!(!story.directory.handle_lookup(story.now, under_way.id, late));
    assert_eq!(story.look_up(), ["A a.test", "A b.test"]);
    assert_eq!(story.peers(), ["http://10.0.0.1/", "http://10.0.0.2/"]);
}

#[test]
fn a_lookup_without_a_result_is_made_again() {
    let mut story = Story::of(&["dns+http://a.test/"]);
    let lost = story.directory.poll_lookup(story.now).unwrap();
    assert_eq!(story.directory.poll_lookup(story.now), None);
    story.now += DiscoveryConfig::PATIENCE;
    let next = story.directory.poll_lookup(story.now).unwrap();
    assert_eq!(next.question, lost.question);
    let (now, found) = (story.now, || Ok(addresses(&["10.0.0.1"])));
    assert!(!story.directory.handle_lookup(now, lost.id, found()));
    assert!(story.directory.handle_lookup(now, next.id, found()));
    assert!(
        !story
            .directory
            .handle_lookup(now, next.id, Ok(addresses(&["10.0.0.2"]))),
        "a result counts once"
    );
    assert_eq!(story.peers(), ["http://10.0.0.1/"]);
}

#[test]
fn it_is_settled_once_every_lookup_had_a_result() {
    let mut story = Story::of(&["dns+http://a.test/", "srv+http://b.test/"]);
    let lookups = [(); 2].map(|()| story.directory.poll_lookup(story.now).unwrap());
    for lookup in lookups {
        assert!(!story.directory.is_settled());
        let result: Result<Found, _> = Err(LookupFailed);
        story.directory.handle_lookup(story.now, lookup.id, result);
    }
    assert!(story.directory.is_settled());
    story.directory.refresh();
    assert!(story.directory.is_settled(), "it does not get unsettled");
}

#[test]
fn credentials_of_a_source_go_to_its_peers() {
    let mut story = Story::of(&[
        "dns+http://dns:1@a.test/",
        "srv+http://srv:2@b.test/",
        "http://url:3@10.0.0.3/",
    ]);
    story
        .says("A a.test", addresses(&["10.0.0.1", "10.0.0.2", "10.0.0.3"]))
        .says(
            "SRV b.test",
            services(&[("10.0.0.2", 80), ("10.0.0.3", 80), ("10.0.0.4", 80)]),
        )
        .look_up();
    let users: Vec<(&str, &str)> = story
        .directory
        .peers()
        .iter()
        .map(|peer| (peer.host(), peer.credentials().unwrap().user()))
        .collect();
    let expected = [
        ("10.0.0.1", "dns"),
        ("10.0.0.2", "dns"),
        ("10.0.0.3", "url"),
        ("10.0.0.4", "srv"),
    ];
    assert_eq!(users, expected);
}
