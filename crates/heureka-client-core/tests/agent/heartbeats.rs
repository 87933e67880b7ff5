//! Heartbeats: rules R2, R3 and S3 to S5.

use heureka_client_core::{Event, Operation, Profile};
use heureka_model::InstanceStatus;

use crate::servers::Reply;
use crate::stage::Stage;
use crate::values::{registering, secs};

fn renewed(event: &Event) -> bool {
    *event == Event::Renewed
}

fn failed(event: &Event) -> bool {
    matches!(event, Event::HeartbeatFailed { .. })
}

#[test]
fn r2_a_heartbeat_names_the_instance_its_status_and_version() {
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.run_to(30);
    let document = stage.agent.document().expect("it registers");
    assert_eq!(
        stage.last_call().operation,
        Operation::Renew {
            key: document.key(),
            status: document.status,
            last_dirty: document.last_dirty,
        }
    );
}

#[test]
fn r2_a_server_that_forgot_the_instance_is_told_at_once_with_a_new_version() {
    for profile in [Profile::Spring, Profile::Modern] {
        let mut stage = Stage::new(registering(profile));
        stage.run_to(29);
        stage.servers.own = None;
        let before = stage.agent.document().expect("it registers").last_dirty;
        stage.forget().run_to(65);
        assert_eq!(stage.told(), ["30 PUT", "30 POST", "60 PUT"], "{profile:?}");
        assert!(stage.agent.document().expect("it registers").last_dirty > before);
        let again = |event: &Event| matches!(event, Event::Registered { again: true, .. });
        assert_eq!(stage.times_of(again), ["30"]);
        assert_eq!(stage.agent.report(secs(65)).reregistrations, 1);
    }
}

#[test]
fn r2_java_takes_200_for_a_heartbeat_and_nothing_else() {
    let mut stage = Stage::new(registering(Profile::Spring));
    stage.servers.always("PUT", Reply::status(204));
    stage.run_to(31);
    assert_eq!(
        (stage.times_of(renewed).len(), stage.times_of(failed).len()),
        (0, 1)
    );
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.servers.always("PUT", Reply::status(204));
    stage.run_to(31);
    assert_eq!(
        (stage.times_of(renewed).len(), stage.times_of(failed).len()),
        (1, 0)
    );
}

#[test]
fn r3_only_success_counts_as_one() {
    let mut stage = Stage::new(registering(Profile::Spring));
    stage.run_to(30);
    stage.servers.always("PUT", Reply::status(500));
    stage.run_to(70);
    assert_eq!(stage.agent.report(secs(70)).since_heartbeat, Some(secs(40)));
}

#[test]
fn s3_java_counts_the_interval_from_the_end_of_a_heartbeat() {
    let mut stage = Stage::new(registering(Profile::Spring));
    stage.run_to(1);
    stage.latency = secs(5);
    stage.forget().run_to(101);
    assert_eq!(stage.told(), ["30 PUT", "65 PUT", "100 PUT"]);
}

#[test]
fn s3_bettered_the_pace_of_heartbeats_is_kept() {
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.run_to(1);
    stage.latency = secs(5);
    stage.forget().run_to(91);
    assert_eq!(stage.told(), ["30 PUT", "60 PUT", "90 PUT"]);
}

#[test]
fn s3_an_answer_that_comes_too_late_does_nothing() {
    let mut config = registering(Profile::Netflix);
    config.attempt_timeout = secs(3600);
    let mut stage = Stage::new(config);
    stage.answers_looks = false;
    stage.latency = secs(45);
    stage.servers.always("PUT", Reply::status(200));
    stage.run_to(119);
    assert!(stage.times_of(renewed).is_empty());
    assert_eq!(stage.times_of(failed), ["60"]);
}

#[test]
fn s4_java_waits_no_longer_after_a_success() {
    let mut config = registering(Profile::Spring);
    config.attempt_timeout = secs(3600);
    let mut stage = Stage::new(config);
    stage.answers_looks = false;
    stage.run_to(1);
    stage.servers.next("PUT", Reply::Silence);
    stage.servers.next("PUT", Reply::Silence);
    stage.forget().run_to(400);
    assert_eq!(
        stage.told(),
        [
            "30 PUT", "120 PUT", "270 PUT", "300 PUT", "330 PUT", "360 PUT", "390 PUT"
        ]
    );
}

#[test]
fn s5_java_tries_a_server_that_refuses_at_the_plain_interval_for_ever() {
    let mut stage = Stage::new(registering(Profile::Spring));
    stage.run_to(1);
    stage.servers.always("PUT", Reply::refused());
    stage.forget().run_to(151);
    let mut at: Vec<u64> = stage.calls.iter().map(|(at, _)| at.as_secs()).collect();
    at.dedup();
    assert_eq!(at, [30, 60, 90, 120, 150]);
}

#[test]
fn deviation_3_a_server_that_refuses_is_tried_again_soon_and_then_less_often() {
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.run_to(1);
    stage.servers.always("PUT", Reply::refused());
    stage.forget().run_to(400);
    let at: Vec<_> = stage.calls.iter().map(|(at, _)| *at).collect();
    let waits: Vec<_> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(waits[0] <= secs(1), "{waits:?}");
    assert!(
        waits[..4].windows(2).all(|pair| pair[1] > pair[0]),
        "{waits:?}"
    );
    assert!(
        waits.iter().all(|wait| *wait <= secs(30)),
        "the lease is not lost to patience: {waits:?}"
    );
    assert!(
        waits.iter().skip(6).all(|wait| *wait >= secs(22)),
        "{waits:?}"
    );
}

#[test]
fn with_one_server_of_three_hanging_the_heartbeat_is_still_in_time() {
    let mut config = registering(Profile::Modern);
    config.attempt_timeout = secs(60);
    let mut stage = Stage::with_servers(config, &["a", "b", "c"]);
    stage.run_to(1);
    for hanging in [["a", "b"], ["b", "c"], ["a", "c"]] {
        hanging
            .iter()
            .for_each(|host| stage.servers.always(host, Reply::Silence));
        let now = stage.now().mono.as_secs();
        stage.run_to(now + 300);
        let since = stage.agent.report(stage.now().mono).since_heartbeat;
        assert!(since < Some(secs(60)), "{hanging:?}: {since:?}");
        hanging.iter().for_each(|host| stage.servers.recover(host));
    }
}

#[test]
fn s1_heartbeats_go_on_however_long_a_registration_took() {
    for profile in [Profile::Spring, Profile::Modern] {
        for silent_secs in 1..100 {
            let mut stage = Stage::with_servers(registering(profile), &["a", "b"]);
            stage.run_to(25);
            stage.servers.always("POST", Reply::Silence);
            stage
                .set_status(InstanceStatus::Down)
                .run_to(25 + silent_secs);
            stage.servers.recover("POST");
            stage.run_to(600).forget().run_to(661);
            let heartbeats = stage.told();
            assert!(
                heartbeats.len() >= 2,
                "{profile:?} after {silent_secs} s: {heartbeats:?}"
            );
        }
    }
}
