//! Health checks: rules H3 to H8, I11 to I14.

use std::sync::Arc;

use heureka_client_core::{
    Address, AgentConfig, Detected, Event, Health, HealthConfig, Inspected, InstanceSpec, Profile,
};
use heureka_model::{InstanceStatus, UnixMillis};

use crate::stage::Stage;
use crate::values::{registering, secs};

use InstanceStatus::{Down, Up};

fn checked(profile: Profile, health: HealthConfig) -> AgentConfig {
    let mut config = registering(profile);
    config.registration.as_mut().expect("it registers").health = Some(health);
    config
}

fn says(health: Health) -> Inspected {
    Inspected {
        health: Some(health),
        ..Inspected::default()
    }
}

fn own_status(stage: &Stage) -> Option<InstanceStatus> {
    stage.agent.document().map(|document| document.status)
}

#[test]
fn h3_h8_a_look_asks_for_the_status_and_sends_what_changed() {
    for profile in [Profile::Spring, Profile::Modern] {
        let mut stage = Stage::new(checked(profile, HealthConfig::default()));
        stage.run_to(45).forget();
        stage.inspected = says(Health::Failed("no database".into()));
        stage.run_to(75);
        assert_eq!(own_status(&stage), Some(Down), "{profile:?}");
        assert_eq!(stage.servers.own.as_ref().map(|own| own.status), Some(Down));
        let unhealthy = |event: &Event| *event == Event::Unhealthy("no database".into());
        assert_eq!(stage.times_of(unhealthy).len(), 1);
        stage.inspected = says(Health::Status(Up));
        stage.run_to(105);
        assert_eq!(own_status(&stage), Some(Up));
    }
}

#[test]
fn h3_who_says_nothing_changes_nothing() {
    let mut stage = Stage::new(checked(Profile::Modern, HealthConfig::default()));
    stage.inspected = says(Health::Silent);
    stage.run_to(200);
    assert_eq!(own_status(&stage), Some(Up));
}

#[test]
fn h4_without_a_check_what_is_said_of_health_does_not_count() {
    let mut stage = Stage::new(registering(Profile::Modern));
    stage.inspected = says(Health::Failed("nobody asked".into()));
    stage.run_to(200);
    assert_eq!(own_status(&stage), Some(Up));
}

#[test]
fn h7_a_check_that_is_registered_later_is_asked_at_once() {
    for profile in [Profile::Spring, Profile::Modern] {
        let mut stage = Stage::new(registering(profile));
        stage.run_to(5).forget();
        stage.inspected = says(Health::Status(Down));
        stage.tell(|agent, now| agent.set_health_checked(now, Some(HealthConfig::default())));
        assert_eq!(stage.inspections, [secs(5)]);
        assert_eq!(stage.told(), ["5 POST"], "{profile:?}");
    }
}

#[test]
fn rs11_a_check_that_does_not_end_is_down() {
    let mut stage = Stage::new(checked(Profile::Modern, HealthConfig::default()));
    stage.answers_looks = false;
    stage.run_to(80);
    assert_eq!(own_status(&stage), Some(Down));
}

#[test]
fn deviation_20_a_check_may_have_an_interval_of_its_own() {
    let mut health = HealthConfig::default();
    health.interval = Some(secs(2));
    health.failures = 3;
    let mut stage = Stage::new(checked(Profile::Modern, health));
    stage.inspected = says(Health::Status(Up));
    stage.run_to(9).forget();
    stage.inspected = says(Health::TimedOut);
    stage.run_to(20);
    assert_eq!(stage.told(), ["14 POST"], "at 10, 12 and 14 it fails");
}

#[test]
fn a_check_that_takes_its_time_does_not_hold_up_a_status() {
    let mut stage = Stage::new(checked(Profile::Modern, HealthConfig::default()));
    stage.answers_looks = false;
    stage.run_to(31).forget().set_status(Down);
    assert_eq!(stage.told(), ["31 POST"]);
}

/// An instance that was made at an address, and may follow the process to another one.
fn movable(profile: Profile) -> AgentConfig {
    let spec = InstanceSpec::new("ME")
        .profile(profile)
        .instance_id("me-1")
        .port(8080);
    let address = address("me-1.example", "10.0.0.1");
    let document = spec
        .build(&Detected::at(address, UnixMillis(0)))
        .expect("a valid instance");
    let mut config = registering(profile);
    let registration = config.registration.as_mut().expect("it registers");
    registration.document = Arc::new(document);
    registration.spec = Some(Arc::new(spec));
    config
}

fn address(host_name: &str, ip_addr: &str) -> Address {
    Address {
        host_name: host_name.into(),
        ip_addr: ip_addr.into(),
    }
}

#[test]
fn i11_a_new_host_name_is_noticed_and_sent() {
    let mut stage = Stage::new(movable(Profile::Modern));
    stage.run_to(5).forget();
    stage.inspected.address = Some(address("moved.example", "10.0.0.2"));
    stage.run_to(75);
    let document = stage.agent.document().expect("it registers");
    assert_eq!(
        (document.host_name(), document.ip_addr()),
        ("moved.example", "10.0.0.2")
    );
    assert_eq!(stage.told(), ["30 PUT", "30 POST", "60 PUT"]);
}

#[test]
fn deviation_16_a_new_address_alone_is_noticed() {
    for (profile, ip_addr) in [(Profile::Spring, "10.0.0.1"), (Profile::Modern, "10.0.0.2")] {
        let mut stage = Stage::new(movable(profile));
        stage.inspected.address = Some(address("me-1.example", "10.0.0.2"));
        stage.run_to(75);
        let document = stage.agent.document().expect("it registers");
        assert_eq!(document.ip_addr(), ip_addr, "{profile:?}");
    }
}
