//! The scenarios of `client.md` 1.9, with 30 s intervals.

use heureka_client_core::{CallFailure, Event, FetchedHow, Profile};
use heureka_model::{ActionType, InstanceStatus};

use crate::servers::Reply;
use crate::stage::Stage;
use crate::values::{changed, config, fetching, listed, secs, with_hash};

use InstanceStatus::{Down, OutOfService, Up};

fn insisting() -> heureka_client_core::AgentConfig {
    let mut config = config(Profile::Netflix);
    if let Some(registration) = &mut config.registration {
        registration.insist = true;
    }
    config
}

#[test]
fn scenario_1_a_java_client_registers_when_its_first_heartbeat_is_refused() {
    let mut stage = Stage::new(config(Profile::Netflix));
    stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
    stage.run_to(65);
    assert_eq!(stage.told(), ["30 PUT", "30 POST", "60 PUT"]);
    assert_eq!(
        stage.fetched(),
        ["0 GET apps/", "30 GET delta", "60 GET delta"]
    );
}

#[test]
fn scenario_1_a_registry_without_applications_is_fetched_whole_again() {
    let mut stage = Stage::new(config(Profile::Netflix));
    stage.run_to(35);
    assert_eq!(stage.fetched(), ["0 GET apps/", "30 GET apps/"]);
}

#[test]
fn scenario_1_bettered_this_client_registers_at_once_and_once() {
    let mut stage = Stage::new(config(Profile::Modern));
    stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
    stage.servers.compares_versions = true;
    stage.run_to(65);
    assert_eq!(stage.told(), ["0 POST", "30 PUT", "60 PUT"]);
}

#[test]
fn scenario_2_java_registers_twice_where_the_server_compares_versions() {
    let mut stage = Stage::new(insisting());
    stage.servers.compares_versions = true;
    stage.run_to(59);
    assert_eq!(stage.told(), ["0 POST", "30 PUT", "30 POST"]);
}

#[test]
fn scenario_2_java_registers_twice_where_the_server_does_not() {
    let mut stage = Stage::new(insisting());
    stage.run_to(59);
    assert_eq!(stage.told(), ["0 POST", "30 PUT", "40 POST"]);
}

#[test]
fn scenario_3_a_status_goes_out_on_demand_and_moves_the_next_look() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut stage = Stage::new(config(profile));
        stage.run_to(5).forget().set_status(Down);
        assert_eq!(stage.told(), ["5 POST"], "{profile:?}");
        stage.run_to(34);
        stage.forget();
        assert!(stage.inspections.is_empty());
        stage.run_to(36);
        assert_eq!(stage.inspections, [secs(35)], "{profile:?}");
    }
}

#[test]
fn scenario_4_of_three_flips_the_third_waits_for_the_next_look() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut stage = Stage::new(config(profile));
        stage.run_to(5).forget();
        for status in [Down, Up, OutOfService] {
            stage.set_status(status);
        }
        assert_eq!(stage.told(), ["5 POST", "5 POST"], "{profile:?}");
        stage.run_to(36);
        assert_eq!(
            stage.servers.own.as_ref().map(|own| own.status),
            Some(OutOfService)
        );
    }
}

#[test]
fn scenario_5_a_wrong_hash_is_followed_by_a_full_fetch_and_one_event() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut stage = Stage::new(fetching(profile));
        stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
        stage.run_to(29).forget();
        let delta = with_hash(&[], 2, "UP_9_");
        stage.servers.next(
            "GET delta",
            Reply::Answer(heureka_client_core::Answer::listing(delta)),
        );
        stage.run_to(30);
        assert_eq!(
            stage.fetched(),
            ["30 GET delta", "30 GET apps/"],
            "{profile:?}"
        );
        assert_eq!(
            stage.fetch_events(),
            [("30".to_owned(), FetchedHow::Reconciled)]
        );
        assert_eq!(stage.agent.registry().version(), 2);
    }
}

#[test]
fn scenario_6_a_delta_that_is_off_is_followed_by_a_full_fetch() {
    for (profile, status) in [
        (Profile::Netflix, 403),
        (Profile::Netflix, 404),
        (Profile::Modern, 403),
        (Profile::Modern, 404),
    ] {
        let mut stage = Stage::new(fetching(profile));
        stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
        stage.servers.always("GET delta", Reply::status(status));
        stage.run_to(29).forget().run_to(30);
        assert_eq!(
            stage.fetched(),
            ["30 GET delta", "30 GET apps/"],
            "{profile:?} {status}"
        );
        assert_eq!(stage.fetch_events(), [("30".to_owned(), FetchedHow::Full)]);
    }
}

#[test]
fn scenario_7_a_delta_that_fails_everywhere_changes_nothing_and_java_asks_for_it_again() {
    let mut stage = Stage::with_servers(fetching(Profile::Netflix), &["a", "b", "c"]);
    stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
    stage.run_to(29).forget();
    stage.servers.always("GET delta", Reply::status(500));
    stage.run_to(30);
    assert_eq!(stage.fetched(), ["30 GET delta"; 3]);
    assert!(stage.fetch_events().is_empty());
    assert_eq!(stage.agent.registry().len(), 1);
    stage.servers.recover("GET delta");
    stage.forget().run_to(60);
    assert_eq!(stage.fetched(), ["60 GET delta"]);
}

#[test]
fn scenario_7_bettered_after_a_failed_delta_everything_is_fetched() {
    let mut stage = Stage::with_servers(fetching(Profile::Modern), &["a", "b", "c"]);
    stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
    stage.run_to(29).forget();
    stage.servers.always("GET delta", Reply::status(500));
    stage.run_to(30);
    assert_eq!(stage.fetched(), ["30 GET delta"; 3]);
    assert_eq!(stage.agent.registry().len(), 1);
    stage.run_to(32);
    assert_eq!(
        stage.fetched().len(),
        4,
        "the next fetch comes soon: {:?}",
        stage.fetched()
    );
    assert!(stage.fetched()[3].ends_with("GET apps/"));
}

#[test]
fn scenario_8_an_empty_registry_is_fetched_whole_each_time() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut stage = Stage::new(fetching(profile));
        stage.run_to(91);
        assert_eq!(
            stage.fetched(),
            [
                "0 GET apps/",
                "30 GET apps/",
                "60 GET apps/",
                "90 GET apps/"
            ]
        );
    }
}

#[test]
fn scenario_9_java_waits_longer_after_each_heartbeat_that_hangs() {
    let mut config = config(Profile::Netflix);
    config.fetch = None;
    // One server takes all the time there is, as where nothing bounds a read.
    config.attempt_timeout = secs(3600);
    // Java's replicator has a thread of its own; here it would wait for the line.
    config
        .registration
        .as_mut()
        .expect("it registers")
        .initial_replication_delay = secs(3600);
    let mut stage = Stage::new(config);
    stage.servers.always("PUT", Reply::Silence);
    stage.run_to(35).forget();
    stage.run_to(1300);
    let starts: Vec<u64> = stage.calls.iter().map(|(at, _)| at.as_secs()).collect();
    assert_eq!(
        starts,
        [120, 270, 540, 870, 1200],
        "90, 150, 270, 330, 330 apart, the first at 30"
    );
    stage.servers.always("PUT", Reply::status(200));
    stage.run_to(1530).forget().run_to(1591);
    assert_eq!(stage.told(), ["1560 PUT", "1590 PUT"]);
}

#[test]
fn scenario_9_bettered_the_next_heartbeat_never_waits_longer_than_the_interval() {
    let mut config = config(Profile::Modern);
    config.fetch = None;
    let mut stage = Stage::new(config);
    stage.run_to(1).forget();
    stage.servers.always("PUT", Reply::Silence);
    stage.run_to(1000);
    let starts: Vec<u64> = stage.calls.iter().map(|(at, _)| at.as_secs()).collect();
    let longest = starts.windows(2).map(|pair| pair[1] - pair[0]).max();
    assert!(
        longest <= Some(30 + 5),
        "a wait of at most 30 s behind an attempt of at most 5 s: {starts:?}"
    );
}

#[test]
fn scenario_10_the_farewell_is_said_once_and_nothing_follows() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut stage = Stage::new(config(profile));
        stage.run_to(45).forget();
        stage.tell(|agent, now| agent.shutdown(now));
        stage.tell(|agent, now| agent.shutdown(now));
        stage.set_status(Up).run_to(500);
        assert_eq!(stage.sent(), ["45 DELETE"], "{profile:?}");
        assert_eq!(stage.times_of(|event| *event == Event::Stopped), ["45"]);
    }
}

#[test]
fn scenario_11_a_session_ends_between_half_and_one_and_a_half_of_its_length() {
    let mut stage =
        Stage::with_servers(fetching(Profile::Netflix), &["a", "b", "c", "d", "e", "f"]);
    stage.run_to(4000);
    let switches =
        stage.times_of(|event| matches!(event, Event::ServerSwitched { from: Some(_), .. }));
    let first: u64 = switches[0].parse().expect("whole seconds");
    assert!((600..=1830).contains(&first), "{switches:?}");
}

#[test]
fn scenario_12_a_server_that_is_down_is_left_for_one_that_is_up() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut stage = Stage::with_servers(fetching(profile), &["a", "b"]);
        stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
        stage.servers.always("a", Reply::refused());
        stage.run_to(95);
        let to_b = stage
            .sent_to()
            .iter()
            .filter(|sent| sent.contains(" b "))
            .count();
        let to_a = stage
            .sent_to()
            .iter()
            .filter(|sent| sent.contains(" a "))
            .count();
        assert_eq!(to_b, 4, "{:?}", stage.sent_to());
        assert!(to_a <= 1, "{:?}", stage.sent_to());
    }
}

#[test]
fn scenario_14_an_override_is_noticed_and_the_own_status_stays() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut stage = Stage::new(config(profile));
        stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
        stage.set_status(Up).run_to(65).forget();
        let own = changed(ActionType::Modified, "ME", "me-1", OutOfService);
        stage.servers.own = Some(own.clone());
        stage.servers.changes = vec![own];
        stage.run_to(95);
        assert_eq!(stage.remote_changes(), [(Up, OutOfService)], "{profile:?}");
        assert_eq!(stage.agent.remote_status(), OutOfService);
        assert_eq!(
            stage.agent.document().map(|document| document.status),
            Some(Up)
        );
    }
}

#[test]
fn a_failure_of_one_server_is_told() {
    let mut stage = Stage::with_servers(fetching(Profile::Modern), &["a", "b"]);
    stage.servers.next("GET apps/", Reply::garbage());
    stage.run_to(1);
    let told = |event: &Event| {
        matches!(
            event,
            Event::ServerFailed {
                failure: CallFailure::Unreadable(_),
                ..
            }
        )
    };
    assert_eq!(stage.times_of(told), ["0"]);
    assert_eq!(stage.fetch_events(), [("0".to_owned(), FetchedHow::Full)]);
}
