//! Fetches: rules K1 to K6, K17, K18, D1 and D2.

use heureka_client_core::{
    Answer, Event, FetchedHow, ListingOf, Operation, Profile, RegionZones, RegionsConfig,
};
use heureka_model::{ActionType, InstanceStatus};

use crate::servers::Reply;
use crate::stage::Stage;
use crate::values::{changed, config, fetching, listed, listing, secs, with_hash};

use InstanceStatus::{Down, OutOfService, Unknown, Up};

pub(crate) fn regions(names: &[&str]) -> RegionsConfig {
    let remote = names.iter().map(|name| RegionZones {
        region: (*name).into(),
        zones: Vec::new(),
    });
    let mut regions = RegionsConfig::default();
    regions.own = "us-east-1".into();
    regions.remote = remote.collect();
    regions
}

/// A stage that has fetched one instance.
fn with_one(profile: Profile) -> Stage {
    let mut stage = Stage::new(fetching(profile));
    stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
    stage
}

fn asked_regions(stage: &Stage) -> Vec<String> {
    let Operation::Fetch(asked) = &stage.last_call().operation else {
        panic!("{:?}", stage.last_call());
    };
    asked.regions.iter().map(ToString::to_string).collect()
}

#[test]
fn k1_other_regions_are_asked_for_and_everything_is_fetched_next() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut stage = with_one(profile);
        stage.run_to(5).forget();
        let told =
            stage.tell(|agent, now| agent.set_regions(now, regions(&["us-west-2", "eu-west-1"])));
        assert!(told.is_ok());
        assert_eq!(stage.fetched(), ["5 GET apps/"], "{profile:?}");
        assert_eq!(asked_regions(&stage), ["us-west-2", "eu-west-1"]);
        stage.forget();
        assert!(
            stage
                .tell(|agent, now| agent.set_regions(now, regions(&["us-west-2", "eu-west-1"])))
                .is_ok()
        );
        assert!(
            stage
                .tell(|agent, now| agent.set_regions(now, regions(&["mars-1"])))
                .is_err()
        );
        assert!(
            stage.calls.is_empty(),
            "the same regions are no change, and unknown ones neither"
        );
        stage.run_to(35);
        assert_eq!(stage.fetched(), ["35 GET delta"]);
        assert_eq!(asked_regions(&stage), ["us-west-2", "eu-west-1"]);
    }
}

#[test]
fn k2_without_deltas_everything_is_fetched() {
    let mut config = fetching(Profile::Modern);
    config.fetch.as_mut().expect("it fetches").delta = false;
    let mut stage = Stage::new(config);
    stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
    stage.run_to(31);
    assert_eq!(stage.fetched(), ["0 GET apps/", "30 GET apps/"]);
}

#[test]
fn k2_k3_a_single_vip_is_fetched_whole() {
    let mut config = fetching(Profile::Modern);
    config.fetch.as_mut().expect("it fetches").single_vip = Some("orders".into());
    let mut stage = Stage::new(config);
    stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
    stage.run_to(31);
    assert_eq!(stage.fetched(), ["0 GET vip", "30 GET vip"]);
    let Operation::Fetch(asked) = &stage.last_call().operation else {
        panic!();
    };
    assert_eq!(asked.of, ListingOf::Vip("orders".into()));
}

#[test]
fn k2_an_empty_single_vip_is_none() {
    let mut config = fetching(Profile::Modern);
    config.fetch.as_mut().expect("it fetches").single_vip = Some("".into());
    let mut stage = Stage::new(config);
    stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
    stage.run_to(31);
    assert_eq!(stage.fetched(), ["0 GET apps/", "30 GET delta"]);
}

#[test]
fn k2_a_version_of_minus_one_is_fetched_whole_again() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut stage = with_one(profile);
        let nameless = with_hash(&[listed("ORDERS", "o-1", Up)], -1, "UP_1_");
        stage
            .servers
            .next("GET apps/", Reply::Answer(Answer::listing(nameless)));
        stage.run_to(61);
        assert_eq!(
            stage.fetched(),
            ["0 GET apps/", "30 GET apps/", "60 GET delta"],
            "{profile:?}"
        );
    }
}

#[test]
fn changes_that_may_have_been_missed_are_not_asked_for() {
    for (profile, last) in [
        (Profile::Netflix, "GET delta"),
        (Profile::Modern, "GET apps/"),
    ] {
        let mut config = fetching(profile);
        config.fetch.as_mut().expect("it fetches").interval = secs(200);
        let mut stage = Stage::new(config);
        stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
        stage.run_to(201);
        assert!(
            stage.fetched()[1].ends_with(last),
            "{profile:?}: servers keep changes for 180 s"
        );
    }
}

#[test]
fn k3_java_keeps_what_it_knows_where_a_success_brings_nothing() {
    let mut stage = with_one(Profile::Netflix);
    stage.run_to(29).forget();
    stage.servers.always("GET", Reply::status(204));
    stage.servers.next("GET delta", Reply::status(403));
    stage.servers.next("GET apps/", Reply::status(204));
    stage.run_to(30);
    assert_eq!(stage.agent.registry().len(), 1);
    assert_eq!(stage.fetch_events().len(), 1, "it counts as a success");
}

#[test]
fn k4_k9_a_delta_is_applied() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut stage = with_one(profile);
        stage.run_to(1);
        stage.servers.others = vec![listed("ORDERS", "o-2", Down), listed("USERS", "u-1", Up)];
        stage.servers.changes = vec![
            changed(ActionType::Deleted, "ORDERS", "o-1", Up),
            changed(ActionType::Added, "ORDERS", "o-2", Down),
            changed(ActionType::Added, "USERS", "u-1", Up),
        ];
        stage.forget().run_to(30);
        assert_eq!(
            stage.fetch_events(),
            [("30".to_owned(), FetchedHow::Delta)],
            "{profile:?}"
        );
        assert_eq!(stage.agent.registry().hash(), "DOWN_1_UP_1_");
        assert_eq!(stage.agent.registry().version(), 2);
        let changes = |event: &Event| matches!(event, Event::Fetched { changes: 3, .. });
        assert_eq!(stage.times_of(changes), ["30"]);
    }
}

#[test]
fn k5_everything_is_fetched_where_hashes_differ_and_a_failure_keeps_the_delta() {
    let mut stage = with_one(Profile::Modern);
    stage.run_to(29).forget();
    let delta = with_hash(
        &[changed(ActionType::Added, "USERS", "u-1", Up)],
        2,
        "UP_7_",
    );
    stage
        .servers
        .next("GET delta", Reply::Answer(Answer::listing(delta)));
    stage.servers.next("GET apps/", Reply::status(500));
    stage.run_to(30);
    assert_eq!(stage.fetched(), ["30 GET delta", "30 GET apps/"]);
    assert_eq!(stage.agent.registry().len(), 2);
    assert_eq!(stage.agent.report(secs(30)).hash_mismatches, 1);
    let told = Event::HashMismatch {
        known: "UP_2_".into(),
        listed: "UP_7_".into(),
    };
    assert_eq!(stage.times_of(|event| *event == told), ["30"]);
    stage.run_to(32);
    assert_eq!(
        stage.agent.registry().len(),
        1,
        "everything is fetched soon after"
    );
}

#[test]
fn k5_with_its_differences_printed_java_fetches_everything_after_each_delta() {
    let mut config = fetching(Profile::Netflix);
    config.fetch.as_mut().expect("it fetches").log_delta_diff = true;
    let mut stage = Stage::new(config);
    stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
    stage.run_to(31);
    assert_eq!(
        stage.fetched(),
        ["0 GET apps/", "30 GET delta", "30 GET apps/"]
    );
    assert_eq!(stage.agent.report(secs(31)).hash_mismatches, 0);
}

#[test]
fn k6_a_fetch_that_fails_changes_nothing_and_tells_nobody_of_a_fetch() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut stage = with_one(profile);
        stage.run_to(29).forget();
        let before = stage.agent.registry().clone();
        for reply in [Reply::status(500), Reply::refused(), Reply::garbage()] {
            stage.servers.always("a", reply);
            let now = stage.now().mono.as_secs();
            stage.run_to(now + 60);
            assert!(stage.fetch_events().is_empty());
            assert!(
                std::sync::Arc::ptr_eq(&before, stage.agent.registry()),
                "{profile:?}"
            );
        }
        let failed = |event: &Event| matches!(event, Event::FetchFailed { .. });
        assert!(stage.times_of(failed).len() >= 6);
    }
}

#[test]
fn s4_java_waits_longer_after_fetches_that_hang() {
    let mut config = fetching(Profile::Netflix);
    config.attempt_timeout = secs(3600);
    let mut stage = Stage::new(config);
    stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
    stage.run_to(1).forget();
    stage.servers.always("a", Reply::Silence);
    stage.run_to(600);
    let at: Vec<u64> = stage.calls.iter().map(|(at, _)| at.as_secs()).collect();
    assert_eq!(at, [30, 120, 270, 540]);
}

#[test]
fn deviation_3_after_an_error_a_fetch_comes_again_soon_and_then_less_often() {
    let mut stage = with_one(Profile::Modern);
    stage.run_to(1).forget();
    stage.servers.always("a", Reply::refused());
    stage.run_to(400);
    let at: Vec<_> = stage.calls.iter().map(|(at, _)| *at).collect();
    let waits: Vec<_> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(
        waits[0] <= secs(1) && waits.iter().all(|wait| *wait <= secs(30)),
        "{waits:?}"
    );
    assert!(waits.len() < 25, "{waits:?}");
}

#[test]
fn k17_k18_the_size_and_the_last_success_are_told() {
    let mut stage = with_one(Profile::Modern);
    stage.run_to(12);
    let report = stage.agent.report(secs(12));
    assert_eq!((report.instances, report.since_fetch), (1, Some(secs(12))));
    assert_eq!((report.full_fetches, report.deltas), (1, 0));
    stage.run_to(35);
    let report = stage.agent.report(secs(35));
    assert_eq!((report.deltas, report.since_fetch), (1, Some(secs(5))));
}

#[test]
fn d1_each_fetch_is_told_changed_or_not_before_what_it_shows_of_oneself() {
    let mut stage = Stage::new(config(Profile::Spring));
    stage.run_to(31);
    let told: Vec<&Event> = stage.events.iter().map(|(_, event)| event).collect();
    let fetched: Vec<usize> = (0..told.len())
        .filter(|at| matches!(told[*at], Event::Fetched { .. }))
        .collect();
    let remote = told
        .iter()
        .position(|event| matches!(event, Event::RemoteStatusChanged { .. }));
    assert_eq!(fetched.len(), 2);
    assert_eq!(remote, Some(fetched[1] + 1));
}

#[test]
fn d2_the_own_instance_is_found_whatever_its_status_and_unknown_where_it_is_not_listed() {
    let mut stage = Stage::new(config(Profile::Modern));
    stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
    stage.run_to(31);
    stage.servers.own = Some(changed(ActionType::Modified, "ME", "me-1", OutOfService));
    stage.servers.next("GET delta", Reply::status(403));
    stage.run_to(61);
    stage.servers.always("PUT", Reply::status(200));
    stage.servers.own = None;
    stage.servers.next("GET delta", Reply::status(403));
    stage.run_to(91);
    assert_eq!(stage.agent.remote_status(), Unknown);
    let changes = stage.remote_changes();
    assert_eq!(
        changes[changes.len() - 2..],
        [(Up, OutOfService), (OutOfService, Unknown)]
    );
}

#[test]
fn a_tag_is_sent_back_and_nothing_changes_where_it_still_holds() {
    let mut stage = with_one(Profile::Modern);
    let tagged = |applications, tag: &str| {
        let mut answer = Answer::listing(applications);
        answer.etag = Some(tag.into());
        Reply::Answer(answer)
    };
    let one = [listed("ORDERS", "o-1", Up)];
    stage
        .servers
        .next("GET apps/", tagged(listing(&one), "W/\"full\""));
    stage.servers.next(
        "GET delta",
        tagged(with_hash(&[], 2, "UP_1_"), "W/\"delta\""),
    );
    stage.servers.next("GET delta", Reply::status(304));
    stage.run_to(61);
    let known: Vec<Option<&str>> = stage
        .calls
        .iter()
        .map(|(_, call)| call.known.as_deref())
        .collect();
    assert_eq!(known, [None, None, Some("W/\"delta\"")]);
    assert_eq!(
        stage.fetch_events()[2],
        ("60".to_owned(), FetchedHow::Unchanged)
    );
    assert_eq!(stage.agent.report(secs(61)).since_fetch, Some(secs(1)));
}

#[test]
fn the_tag_of_everything_is_not_sent_after_changes_were_applied() {
    let mut config = fetching(Profile::Modern);
    config.fetch.as_mut().expect("it fetches").delta = false;
    let mut stage = Stage::new(config);
    let mut answer = Answer::listing(listing(&[listed("ORDERS", "o-1", Up)]));
    answer.etag = Some("W/\"full\"".into());
    stage
        .servers
        .always("GET apps/", Reply::Answer(answer.clone()));
    stage.run_to(31);
    assert_eq!(stage.last_call().known.as_deref(), Some("W/\"full\""));

    let mut stage = with_one(Profile::Modern);
    stage.servers.next("GET apps/", Reply::Answer(answer));
    stage.run_to(1);
    stage.servers.others = vec![listed("ORDERS", "o-1", Up), listed("ORDERS", "o-2", Up)];
    stage.servers.changes = vec![changed(ActionType::Added, "ORDERS", "o-2", Up)];
    stage.run_to(31);
    stage.servers.always("GET delta", Reply::status(403));
    stage.run_to(61);
    assert!(stage.fetched()[3].ends_with("GET apps/"));
    assert_eq!(stage.last_call().known, None);
}

#[test]
fn a_fetch_that_is_asked_for_comes_at_once_and_once() {
    let mut stage = with_one(Profile::Modern);
    stage.latency = secs(1);
    stage.run_to(5).forget();
    stage.tell(|agent, now| agent.refresh(now));
    stage.tell(|agent, now| agent.refresh(now));
    stage.tell(|agent, now| agent.refresh(now));
    stage.run_to(20);
    assert_eq!(
        stage.fetched(),
        ["5 GET delta", "6 GET delta"],
        "one under way, and one for those who asked meanwhile"
    );
}

#[test]
fn rs9_what_has_changed_is_asked_of_the_server_that_listed_everything() {
    for (profile, fetched) in [
        (
            Profile::Modern,
            [
                "30 GET delta",
                "30 GET delta",
                "30 GET apps/",
                "60 GET delta",
            ]
            .as_slice(),
        ),
        (
            Profile::Netflix,
            // With two servers its quarantine is over at once, so the dead one is asked again.
            [
                "30 GET delta",
                "30 GET delta",
                "30 GET delta",
                "60 GET delta",
            ]
            .as_slice(),
        ),
    ] {
        let mut stage = Stage::with_servers(fetching(profile), &["a", "b"]);
        stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
        stage.run_to(29);
        let listed_by = stage.last_call().server.host().to_owned();
        stage.servers.always(&listed_by, Reply::refused());
        stage.forget().run_to(61);
        assert_eq!(stage.fetched(), fetched, "{profile:?}");
    }
}

#[test]
fn k1_regions_that_change_during_the_start_do_not_stop_it() {
    let mut stage = with_one(Profile::Modern);
    stage.latency = secs(1);
    stage.run_to(0);
    let told = stage.tell(|agent, now| agent.set_regions(now, regions(&["us-west-2"])));
    assert!(told.is_ok());
    stage.run_to(5);
    assert_eq!(stage.times_of(|event| *event == Event::Started), ["1"]);
    assert_eq!(asked_regions(&stage), ["us-west-2"]);
}
