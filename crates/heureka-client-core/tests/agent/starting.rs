//! The start: rules L and S.

use heureka_client_core::{AgentConfig, Event, Profile, StartFailure, Unserved};
use heureka_model::InstanceStatus::Up;

use crate::servers::Reply;
use crate::stage::Stage;
use crate::values::{config, fetching, listed, listing, registering, secs};

fn started(event: &Event) -> bool {
    *event == Event::Started
}

fn insisting_on_fetch(profile: Profile) -> AgentConfig {
    let mut config = fetching(profile);
    if let Some(fetch) = &mut config.fetch {
        fetch.insist = true;
    }
    config
}

#[test]
fn l2_before_anything_is_fetched_nothing_is_known() {
    let stage = Stage::new(config(Profile::Modern));
    assert!(stage.agent.registry().is_empty());
    assert_eq!(stage.agent.registry().version(), -1);
    assert_eq!(
        stage.agent.remote_status(),
        heureka_model::InstanceStatus::Unknown
    );
    let report = stage.agent.report(secs(0));
    assert_eq!((report.since_heartbeat, report.since_fetch), (None, None));
}

#[test]
fn l5_who_neither_registers_nor_fetches_asks_nobody() {
    let mut config = AgentConfig::of(Profile::Netflix);
    config.fetch = None;
    let mut stage = Stage::new(config);
    stage.run_to(1000);
    assert!(stage.calls.is_empty());
    assert_eq!(stage.times_of(started), ["0"]);
    assert_eq!(stage.agent.poll_timeout(), None);
}

#[test]
fn l8_a_remote_region_without_zones_has_to_be_known() {
    let mut config = fetching(Profile::Modern);
    let fetch = config.fetch.as_mut().expect("it fetches");
    fetch.regions = Some(crate::fetching::regions(&["mars-1"]));
    let now = heureka_model::Now {
        mono: secs(0),
        wall: heureka_model::UnixMillis(0),
    };
    assert!(heureka_client_core::Agent::new(config, 1, now).is_err());
}

#[test]
fn l9_a_first_fetch_that_fails_ends_only_a_start_that_insists() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut stage = Stage::new(insisting_on_fetch(profile));
        stage.servers.always("a", Reply::status(500));
        stage.run_to(100);
        let failed = |event: &Event| {
            matches!(
                event,
                Event::StartFailed(StartFailure::Fetch(Unserved::AllFailed(_)))
            )
        };
        assert_eq!(stage.times_of(failed), ["0"], "{profile:?}");
        assert!(stage.times_of(started).is_empty());
        assert_eq!(stage.agent.poll_timeout(), None, "it is over");

        let mut stage = Stage::new(fetching(profile));
        stage.servers.always("a", Reply::status(500));
        stage.run_to(0);
        assert_eq!(stage.times_of(started), ["0"], "{profile:?}");
    }
}

#[test]
fn l9_l15_what_was_kept_counts_where_nothing_can_be_fetched_and_tells_of_no_fetch() {
    for profile in [Profile::Netflix, Profile::Modern] {
        let mut stage = Stage::new(insisting_on_fetch(profile));
        stage.agent.restore(listing(&[listed("ORDERS", "o-1", Up)]));
        stage.servers.always("a", Reply::refused());
        stage.run_to(1);
        assert_eq!(stage.times_of(started), ["0"], "{profile:?}");
        assert_eq!(stage.agent.registry().len(), 1);
        assert!(stage.fetch_events().is_empty());
    }
}

#[test]
fn l15_what_was_kept_is_not_used_later_and_not_where_a_fetch_worked() {
    let mut stage = Stage::new(fetching(Profile::Modern));
    stage.agent.restore(listing(&[listed("OLD", "o-1", Up)]));
    stage.run_to(0);
    assert!(stage.agent.registry().is_empty());
    stage.servers.always("a", Reply::refused());
    stage.run_to(100);
    assert!(stage.agent.registry().is_empty());
}

#[test]
fn l15_after_what_was_kept_everything_is_fetched() {
    let mut stage = Stage::new(fetching(Profile::Modern));
    stage.agent.restore(listing(&[listed("OLD", "o-1", Up)]));
    stage.servers.always("a", Reply::refused());
    stage.run_to(0);
    stage.servers.recover("a");
    stage.servers.others = vec![listed("NEW", "n-1", Up)];
    stage.run_to(10);
    assert_eq!(stage.agent.report(secs(10)).full_fetches, 1);
    assert!(stage.agent.registry().application("old").is_none());
    assert!(stage.agent.registry().application("new").is_some());
}

#[test]
fn l10_java_takes_an_empty_success_for_a_fetch() {
    let mut stage = Stage::new(insisting_on_fetch(Profile::Netflix));
    stage.servers.always("GET apps/", Reply::status(204));
    stage.run_to(0);
    assert_eq!(stage.times_of(started), ["0"]);
}

#[test]
fn deviation_2_an_empty_success_is_no_fetch() {
    let mut stage = Stage::new(insisting_on_fetch(Profile::Modern));
    stage.servers.always("GET apps/", Reply::status(204));
    stage.run_to(0);
    let failed = |event: &Event| matches!(event, Event::StartFailed(_));
    assert_eq!(stage.times_of(failed), ["0"]);
}

#[test]
fn l11_java_does_not_count_the_first_fetch() {
    let mut stage = Stage::new(fetching(Profile::Netflix));
    stage.run_to(10);
    assert_eq!(stage.agent.report(secs(10)).since_fetch, None);
    stage.run_to(40);
    assert_eq!(stage.agent.report(secs(40)).since_fetch, Some(secs(10)));
}

#[test]
fn deviation_1_the_first_fetch_counts() {
    let mut stage = Stage::new(fetching(Profile::Modern));
    stage.run_to(10);
    assert_eq!(stage.agent.report(secs(10)).since_fetch, Some(secs(10)));
}

#[test]
fn l13_a_registration_that_is_insisted_on_has_to_work() {
    for (profile, reply) in [
        (Profile::Netflix, Reply::status(500)),
        (Profile::Netflix, Reply::status(200)),
        (Profile::Netflix, Reply::refused()),
        (Profile::Modern, Reply::status(500)),
        (Profile::Modern, Reply::refused()),
    ] {
        let mut config = config(profile);
        config.registration.as_mut().expect("it registers").insist = true;
        let mut stage = Stage::new(config);
        stage.servers.always("POST", reply.clone());
        stage.run_to(100);
        let failed =
            |event: &Event| matches!(event, Event::StartFailed(StartFailure::Registration(_)));
        assert_eq!(stage.times_of(failed), ["0"], "{profile:?} {reply:?}");
    }
}

#[test]
fn l14_the_number_of_instances_at_the_start_is_kept() {
    let mut stage = Stage::new(fetching(Profile::Modern));
    stage.servers.others = vec![
        listed("ORDERS", "o-1", Up),
        listed("ORDERS", "o-2", heureka_model::InstanceStatus::Down),
    ];
    stage.run_to(1);
    assert_eq!(stage.agent.report(secs(1)).started_with, Some(2));
}

#[test]
fn s1_fetches_heartbeats_and_looks_begin_one_interval_after_the_start() {
    let mut stage = Stage::new(config(Profile::Netflix));
    stage.servers.others = vec![listed("ORDERS", "o-1", Up)];
    stage.run_to(40);
    assert_eq!(stage.told(), ["30 PUT", "30 POST"]);
    assert_eq!(stage.fetched(), ["0 GET apps/", "30 GET delta"]);
    assert_eq!(stage.inspections, [secs(40)]);
}

#[test]
fn s1_spring_registers_after_the_first_fetch_and_once() {
    let mut stage = Stage::new(config(Profile::Spring));
    stage.servers.compares_versions = true;
    stage.run_to(65);
    assert_eq!(stage.sent()[..2], ["0 GET apps/", "0 POST"]);
    assert_eq!(stage.told(), ["0 POST", "30 PUT", "60 PUT"]);
}

#[test]
fn rs9_fetches_and_heartbeats_of_a_fleet_that_starts_at_once_spread() {
    let mut config = config(Profile::Modern);
    config.registration.as_mut().expect("it registers").jitter = 0.5;
    config.fetch.as_mut().expect("it fetches").jitter = 0.5;
    let mut stage = Stage::new(config);
    stage.run_to(1).forget().run_to(30);
    let at: Vec<_> = stage.calls.iter().map(|(at, _)| *at).collect();
    assert!(
        at.len() >= 2 && at.iter().all(|at| *at > secs(15) && *at < secs(30)),
        "{at:?}"
    );
    assert_ne!(at[0], at[1]);
}

#[test]
fn servers_that_are_found_late_are_asked_at_once() {
    let mut stage = Stage::new(config(Profile::Modern));
    let servers = std::mem::replace(&mut stage.resolved, Err("DNS is down".into()));
    stage.run_to(0);
    assert_eq!(
        stage.times_of(|event| matches!(event, Event::ResolveFailed(_))),
        ["0"]
    );
    assert_eq!(stage.times_of(started), ["0"]);
    assert!(stage.calls.is_empty());
    stage.resolved = servers;
    stage.run_to(2);
    let mut sent: Vec<String> = stage
        .calls
        .iter()
        .map(|(_, call)| crate::servers::name_of(&call.operation).to_owned())
        .collect();
    sent.sort();
    assert_eq!(sent, ["GET apps/", "POST"]);
}

#[test]
fn t20_servers_that_cannot_be_found_out_stay() {
    for answer in [Err("DNS is down".into()), Ok(Vec::new())] {
        let mut stage = Stage::new(registering(Profile::Modern));
        stage.run_to(1);
        stage.resolved = answer;
        stage.forget().run_to(700);
        assert!(stage.told().len() > 20);
        assert!(stage.told().iter().all(|sent| sent.ends_with("PUT")));
    }
}
