//! Registrations and what is sent of changes: rules R1, H1, H2, H9 to H16, I8, I9, I14.

use heureka_client_core::{Event, Operation, Profile};
use heureka_model::{InstanceStatus, LeaseSettings};

use crate::servers::Reply;
use crate::stage::Stage;
use crate::values::{WALL_AT_START, registering, secs};

use InstanceStatus::{Down, OutOfService, Up};

fn registered(event: &Event) -> bool {
    matches!(event, Event::Registered { .. })
}

fn last_dirty(stage: &Stage) -> i64 {
    stage.agent.document().expect("it registers").last_dirty.0
}

fn last_sent_dirty(stage: &Stage) -> i64 {
    match &stage.last_call().operation {
        Operation::Register(document) => document.last_dirty.0,
        Operation::Renew { last_dirty, .. } => last_dirty.0,
        other => panic!("{other:?}"),
    }
}

#[test]
fn r1_java_takes_204_for_success_and_nothing_else() {
    for (status, succeeds) in [(204, true), (200, false), (302, false), (404, false)] {
        let mut stage = Stage::new(registering(Profile::Spring));
        stage.servers.always("POST", Reply::status(status));
        stage.run_to(1);
        assert_eq!(
            stage.times_of(registered).len(),
            usize::from(succeeds),
            "{status}"
        );
    }
}

#[test]
fn h10_java_forgets_what_it_could_not_register() {
    let mut stage = Stage::new(registering(Profile::Spring));
    stage.servers.always("POST", Reply::status(404));
    stage.servers.always("PUT", Reply::status(200));
    stage.run_to(200);
    assert_eq!(
        stage
            .told()
            .iter()
            .filter(|sent| sent.ends_with("POST"))
            .count(),
        1
    );
}

#[test]
fn h10_java_keeps_what_an_exception_stopped_for_the_next_look() {
    let mut stage = Stage::new(registering(Profile::Spring));
    stage.servers.always("POST", Reply::refused());
    stage.servers.always("PUT", Reply::status(200));
    stage.run_to(39);
    stage.servers.recover("POST");
    stage.forget().run_to(200);
    assert_eq!(stage.times_of(registered), ["40"]);
}

#[test]
fn deviation_5_what_no_server_took_is_tried_again_soon() {
    for reply in [
        Reply::status(404),
        Reply::status(500),
        Reply::status(401),
        Reply::refused(),
    ] {
        let mut stage = Stage::new(registering(Profile::Modern));
        stage.servers.always("POST", reply.clone());
        stage.run_to(2);
        assert!(stage.told().len() >= 2, "{reply:?}: {:?}", stage.told());
        stage.servers.recover("POST");
        stage.run_to(6);
        assert_eq!(stage.times_of(registered).len(), 1, "{reply:?}");
    }
    for status in [200, 201, 204] {
        let mut stage = Stage::new(registering(Profile::Modern));
        stage.servers.always("POST", Reply::status(status));
        stage.run_to(1);
        assert_eq!(stage.times_of(registered), ["0"]);
    }
}

#[test]
fn h1_the_same_status_again_is_no_change() {
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.run_to(1);
    let before = last_dirty(&stage);
    stage.forget().set_status(Up);
    assert!(stage.calls.is_empty() && stage.events.is_empty());
    assert_eq!(last_dirty(&stage), before);
    stage.set_status(Down);
    let changed = Event::StatusChanged {
        previous: Up,
        current: Down,
    };
    assert_eq!(stage.events[0].1, changed);
    assert_eq!(last_dirty(&stage), WALL_AT_START + 1000);
}

#[test]
fn h2_without_on_demand_updates_a_status_waits_for_the_next_look() {
    for profile in [Profile::Netflix, Profile::Spring] {
        let mut config = registering(profile);
        config
            .registration
            .as_mut()
            .expect("it registers")
            .on_demand = false;
        let mut stage = Stage::new(config);
        stage.run_to(35).forget().set_status(Down);
        stage.run_to(39);
        assert!(stage.calls.is_empty());
        stage.run_to(40);
        assert_eq!(stage.told(), ["40 POST"], "{profile:?}");
    }
}

#[test]
fn h9_h10_looks_come_at_the_interval_and_send_only_what_is_new() {
    let mut stage = Stage::new(registering(Profile::Spring));
    stage.run_to(131);
    assert_eq!(
        stage.inspections,
        [secs(40), secs(70), secs(100), secs(130)]
    );
    assert_eq!(
        stage.told(),
        ["0 POST", "30 PUT", "60 PUT", "90 PUT", "120 PUT"]
    );
}

#[test]
fn h11_a_change_made_while_an_earlier_one_is_on_its_way_is_sent_as_well() {
    for profile in [Profile::Spring, Profile::Modern] {
        let mut stage = Stage::new(registering(profile));
        stage.latency = secs(2);
        stage.run_to(10).forget().set_status(Down);
        stage.run_to(11);
        stage.set_status(OutOfService).run_to(45);
        let posts: Vec<String> = stage
            .told()
            .into_iter()
            .filter(|sent| sent.ends_with("POST"))
            .collect();
        assert_eq!(posts, ["10 POST", "12 POST"], "{profile:?}");
        assert_eq!(
            stage.servers.own.as_ref().map(|own| own.document.status),
            Some(OutOfService)
        );
    }
}

#[test]
fn h11_two_changes_within_a_millisecond_have_two_versions() {
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.run_to(1).set_status(Down);
    let first = last_dirty(&stage);
    stage.set_status(Up);
    assert!(last_dirty(&stage) > first);
}

#[test]
fn h14_what_the_limit_refuses_waits_and_is_not_lost() {
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.run_to(5).forget();
    for round in 0..5 {
        stage.set_status(if round % 2 == 0 { Down } else { Up });
    }
    assert_eq!(stage.told().len(), 2);
    stage.run_to(40);
    assert_eq!(
        stage.servers.own.as_ref().map(|own| own.document.status),
        Some(Down)
    );
}

#[test]
fn h15_nothing_overlaps_on_the_registration_line() {
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.latency = secs(4);
    stage
        .run_to(28)
        .set_status(Down)
        .run_to(29)
        .set_status(Up)
        .run_to(31)
        .set_status(Down);
    stage.run_to(200);
    let at: Vec<_> = stage.calls.iter().map(|(at, _)| *at).collect();
    assert!(
        at.windows(2).all(|pair| pair[1] - pair[0] >= secs(4)),
        "{:?}",
        stage.told()
    );
}

#[test]
fn h16_a_change_of_status_or_metadata_is_a_whole_registration() {
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.run_to(5).forget();
    stage.tell(|agent, now| agent.set_metadata(now, &[("version", "2")]));
    let Operation::Register(document) = &stage.last_call().operation else {
        panic!("{:?}", stage.last_call());
    };
    assert_eq!(document.metadata.get("version"), Some("2"));
}

#[test]
fn i8_metadata_are_merged_and_always_news() {
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.run_to(1);
    stage.tell(|agent, now| agent.set_metadata(now, &[("a", "1"), ("b", "2")]));
    stage.run_to(20);
    let before = last_dirty(&stage);
    stage.tell(|agent, now| agent.set_metadata(now, &[("b", "2")]));
    assert!(last_dirty(&stage) > before);
    let metadata = &stage.agent.document().expect("it registers").metadata;
    assert_eq!(
        metadata.iter().collect::<Vec<_>>(),
        [("a", "1"), ("b", "2")]
    );
}

#[test]
fn i9_the_version_travels_in_every_message_and_never_goes_back() {
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.run_to(0);
    let first = last_sent_dirty(&stage);
    assert!(first >= WALL_AT_START);
    stage.run_to(30);
    assert_eq!(last_sent_dirty(&stage), first);
    stage.set_wall(WALL_AT_START - 1_000_000);
    stage.set_status(Down);
    assert!(last_sent_dirty(&stage) > first);
}

#[test]
fn i14_another_promise_is_sent() {
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.run_to(5).forget();
    stage.tell(|agent, now| agent.set_lease(now, LeaseSettings::new(10, 20)));
    assert_eq!(stage.told(), ["5 POST"]);
    stage.tell(|agent, now| agent.set_lease(now, LeaseSettings::new(10, 20)));
    assert_eq!(stage.told(), ["5 POST"]);
}

#[test]
fn s2_java_keeps_the_pace_that_it_began_with() {
    let mut stage = Stage::new(registering(Profile::Spring));
    stage.run_to(5);
    stage.tell(|agent, now| agent.set_lease(now, LeaseSettings::new(10, 20)));
    stage.forget().run_to(65);
    assert_eq!(stage.told(), ["30 PUT", "60 PUT"]);
}

#[test]
fn deviation_4_another_promise_is_kept_from_now_on() {
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.run_to(5);
    stage.tell(|agent, now| agent.set_lease(now, LeaseSettings::new(10, 20)));
    stage.forget().run_to(36);
    assert_eq!(stage.told(), ["15 PUT", "25 PUT", "35 PUT"]);
}
