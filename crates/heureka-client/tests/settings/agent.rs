//! What an agent is told.

use std::sync::Arc;
use std::time::Duration;

use heureka_client::Settings;
use heureka_client_core::{
    AgentConfig, BackOff, Detected, HealthConfig, InstanceSpec, Profile, RegionZones,
    RegistrationConfig,
};
use heureka_model::UnixMillis;
use heureka_net::DialConfig;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn registering(profile: Profile) -> AgentConfig {
    let mut detected = Detected::nothing(UnixMillis(1));
    detected.ip_addr = Some("10.0.0.1".into());
    let document = InstanceSpec::new("orders").build(&detected).unwrap();
    let mut config = AgentConfig::of(profile);
    config.registration = Some(RegistrationConfig::of(profile, Arc::new(document)));
    config
}

/// A client of `profile` with these properties.
#[track_caller]
fn of(profile: Profile, properties: &[(&str, &str)]) -> AgentConfig {
    let mut config = registering(profile);
    let settings = Settings::from_properties(properties.iter().copied()).unwrap();
    settings.apply_to(&mut config);
    config
}

#[test]
fn what_is_not_set_stays_as_the_profile_has_it() {
    for profile in [Profile::Netflix, Profile::Spring, Profile::Modern] {
        let (before, after) = (registering(profile), of(profile, &[]));
        assert_eq!(format!("{before:?}"), format!("{after:?}"));
    }
}

#[test]
fn rs1_a_client_that_is_off_does_nothing() {
    for key in ["eureka.client.enabled", "spring.cloud.discovery.enabled"] {
        let config = of(Profile::Modern, &[(key, "false")]);
        assert!(config.registration.is_none() && config.fetch.is_none());
    }
    let one_off = [("eureka.registration.enabled", "false")];
    let config = of(Profile::Modern, &one_off);
    assert!(config.registration.is_none() && config.fetch.is_some());
    let config = of(Profile::Modern, &[("eureka.shouldFetchRegistry", "false")]);
    assert!(config.registration.is_some() && config.fetch.is_none());
}

#[test]
fn a_client_that_fetched_nothing_fetches_if_it_is_set() {
    let mut config = AgentConfig::of(Profile::Modern);
    config.fetch = None;
    let on = Settings::from_properties([("eureka.shouldFetchRegistry", "true")]).unwrap();
    Settings::default().apply_to(&mut config);
    assert!(config.fetch.is_none());
    on.apply_to(&mut config);
    assert!(config.fetch.is_some());
}

#[test]
fn rs1_what_is_set_of_registering() {
    let config = of(
        Profile::Netflix,
        &[
            ("eureka.shouldEnforceRegistrationAtInit", "true"),
            ("eureka.shouldUnregisterOnShutdown", "false"),
            ("eureka.shouldOnDemandUpdateStatusChange", "false"),
            ("eureka.appinfo.replicate.interval", "7"),
            ("eureka.appinfo.initial.replicate.time", "0"),
            ("eureka.client.healthcheck.enabled", "true"),
        ],
    );
    let registration = config.registration.unwrap();
    assert!(registration.insist && registration.at_start);
    assert!(!registration.unregister_at_end && !registration.on_demand);
    assert_eq!(registration.replication_interval, seconds(7));
    assert_eq!(registration.initial_replication_delay, Duration::ZERO);
    assert_eq!(registration.health, Some(HealthConfig::default()));
}

#[test]
fn sp7_without_a_health_check_nobody_is_asked() {
    let mut config = registering(Profile::Modern);
    config.registration.as_mut().unwrap().health = Some(HealthConfig::default());
    Settings::default().apply_to(&mut config);
    assert!(config.registration.as_ref().unwrap().health.is_some());
    let off = Settings::from_properties([("eureka.client.healthcheck.enabled", "false")]);
    off.unwrap().apply_to(&mut config);
    assert_eq!(config.registration.unwrap().health, None);
}

#[test]
fn rs1_what_is_set_of_fetching() {
    let properties = [
        ("eureka.client.refresh.interval", "7"),
        ("eureka.shouldEnforceFetchRegistryAtInit", "true"),
        ("eureka.disableDelta", "true"),
        ("eureka.shouldFilterOnlyUpInstances", "false"),
        ("eureka.registryRefreshSingleVipAddress", "orders"),
    ];
    for (profile, back_off) in [
        (Profile::Netflix, BackOff::as_java(seconds(7))),
        (Profile::Modern, BackOff::up_to(seconds(7))),
    ] {
        let fetch = of(profile, &properties).fetch.unwrap();
        assert_eq!(fetch.interval, seconds(7));
        assert_eq!(fetch.back_off, back_off);
        assert!(fetch.insist && !fetch.delta && !fetch.only_up);
        assert_eq!(fetch.single_vip.as_deref(), Some("orders"));
    }
}

#[test]
fn k1_remote_regions_have_their_zones() {
    let config = of(
        Profile::Modern,
        &[
            ("eureka.region", "eu"),
            ("eureka.fetchRemoteRegionsRegistry", "us, asia"),
            ("eureka.us.availabilityZones", "us-1a,us-1b"),
        ],
    );
    let regions = config.fetch.unwrap().regions.unwrap();
    assert_eq!(&*regions.own, "eu");
    let us = RegionZones {
        region: "us".into(),
        zones: vec!["us-1a".into(), "us-1b".into()],
    };
    let asia = RegionZones {
        region: "asia".into(),
        zones: Vec::new(),
    };
    assert_eq!(regions.remote, [us, asia]);
    let alone = of(
        Profile::Modern,
        &[("eureka.fetchRemoteRegionsRegistry", "eu")],
    );
    assert_eq!(&*alone.fetch.unwrap().regions.unwrap().own, "us-east-1");
}

#[test]
fn rs1_what_is_set_of_servers() {
    let config = of(
        Profile::Modern,
        &[
            ("eureka.preferSameZone", "false"),
            ("eureka.allowRedirects", "true"),
            (
                "eureka.transport.sessionedClientReconnectIntervalSeconds",
                "60",
            ),
            (
                "eureka.transport.retryableClientQuarantineRefreshPercentage",
                "0.5",
            ),
            ("eureka.serviceUrlPollIntervalMs", "1000"),
        ],
    );
    assert!(!config.line.prefer_same_zone && config.line.allows_redirect);
    assert_eq!(config.line.session, seconds(60));
    assert!((config.line.quarantine_share - 0.5).abs() < f64::EPSILON);
    assert_eq!(config.resolve_interval, seconds(1));
    assert_eq!(config.line.zone, None);
}

#[test]
fn i20_the_own_zone_is_the_first_of_the_region() {
    let zones = [
        ("eureka.region", "eu"),
        ("eureka.eu.availabilityZones", "eu-1b,eu-1a"),
        ("eureka.us.availabilityZones", "us-1a"),
        ("eureka.metadata.zone", "not for this"),
    ];
    assert_eq!(
        of(Profile::Modern, &zones).line.zone.as_deref(),
        Some("eu-1b")
    );
}

#[test]
fn one_attempt_has_the_time_of_connecting_and_of_reading() {
    let timeout = |properties: &[(&str, &str)]| of(Profile::Modern, properties).attempt_timeout;
    let connect = ("eureka.eurekaServer.connectTimeout", "1");
    let read = ("eureka.eurekaServer.readTimeout", "2");
    assert_eq!(
        timeout(&[]),
        AgentConfig::of(Profile::Modern).attempt_timeout
    );
    assert_eq!(timeout(&[connect]), seconds(9));
    assert_eq!(timeout(&[read]), seconds(7));
    assert_eq!(timeout(&[connect, read]), seconds(3));
}

#[test]
fn connections_have_their_times() {
    let settings = Settings::from_properties([
        ("eureka.eurekaServer.connectTimeout", "2"),
        ("eureka.eurekaserver.connectionIdleTimeoutInSeconds", "45"),
    ]);
    let mut dial = DialConfig::default();
    settings.unwrap().apply_to_dial(&mut dial);
    assert_eq!(
        (dial.connect_timeout, dial.idle_timeout),
        (seconds(2), seconds(45))
    );
}
