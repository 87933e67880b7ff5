//! From a spec to a document.

use heureka_client_core::{AmazonKey, Detected, Profile, health_code, own_zone};
use heureka_model::{DataCenter, InstanceStatus, LeaseSettings, SentId};

use crate::builders::{NOW, PROFILES, amazon, at, built, machine, metadata, modern, orders};

#[test]
fn i1_names_of_application_and_group_are_upper_case() {
    for profile in PROFILES {
        let document = built(&orders(profile).port(1).app_group("shop"));
        assert_eq!(document.app.as_str(), "ORDERS");
        assert_eq!(document.texts().app_group_name, Some("SHOP"));
    }
}

#[test]
fn i1_what_nobody_gives_has_javas_defaults() {
    let document = built(&modern());
    assert_eq!(document.country_id, 1);
    assert_eq!(document.texts().sid, None);
    assert_eq!(document.data_center, DataCenter::MyOwn);
    assert_eq!(document.last_dirty, NOW);
    assert!(document.metadata.is_empty());
    assert_eq!(document.texts().asg_name, None);
}

#[test]
fn i2_the_id_of_netflix_is_given_or_the_machines_or_the_hosts_name() {
    let machine_id = amazon(&[("instance-id", "i-1")]);
    let netflix = orders(Profile::Netflix);
    let rows = [
        (netflix.clone().instance_id(" a:1 "), "a:1"),
        (netflix.clone().instance_id("  "), "host"),
        (netflix.clone().data_center(machine_id.clone()), "i-1"),
        (
            netflix.clone().data_center(machine_id).instance_id("x"),
            "x",
        ),
        (
            netflix.clone().data_center(amazon(&[("instance-id", "")])),
            "host",
        ),
        (netflix, "host"),
    ];
    for (spec, id) in rows {
        let document = built(&spec);
        assert_eq!(document.id.as_str(), id);
        assert_eq!(document.sent_id, SentId::AsInstanceId);
    }
}

#[test]
fn i2_a_name_that_is_not_known_is_the_address_and_the_other_way_round() {
    let rows = [
        (at("host", "10.0.0.1"), at("host", "10.0.0.1")),
        (at("", "10.0.0.1"), at("10.0.0.1", "10.0.0.1")),
        (at("host", ""), at("host", "host")),
    ];
    for (seen, expected) in rows {
        let document = modern().build(&Detected::at(seen, NOW)).unwrap();
        assert_eq!(
            (document.host_name(), document.ip_addr()),
            (&*expected.host_name, &*expected.ip_addr)
        );
    }
}

#[test]
fn i3_netflix_begins_as_starting_and_the_others_as_up() {
    let rows = [
        (orders(Profile::Netflix), InstanceStatus::Starting),
        (
            orders(Profile::Netflix).status(InstanceStatus::Up),
            InstanceStatus::Up,
        ),
        (orders(Profile::Spring), InstanceStatus::Up),
        (modern(), InstanceStatus::Up),
        (
            modern().status(InstanceStatus::OutOfService),
            InstanceStatus::OutOfService,
        ),
    ];
    for (spec, status) in rows {
        assert_eq!(built(&spec).status, status);
    }
}

#[test]
fn i4_metadata_without_a_value_are_left_out() {
    let document = built(&modern().metadata("zone", "eu-1a").metadata("empty", ""));
    assert_eq!(document.metadata, metadata(&[("zone", "eu-1a")]));
}

#[test]
fn i7_what_is_no_lease_is_thirty_and_ninety_seconds() {
    let rows = [
        (modern(), (30, 90)),
        (modern().lease(LeaseSettings::new(10, 25)), (10, 25)),
        (modern().lease(LeaseSettings::new(0, -1)), (30, 90)),
    ];
    for (spec, (renewal, duration)) in rows {
        let lease = built(&spec).lease;
        assert_eq!(
            (lease.renewal_interval_secs(), lease.duration_secs()),
            (renewal, duration)
        );
    }
}

#[test]
fn i19_the_health_route_tells_the_status() {
    let codes = InstanceStatus::ALL.map(|status| (status, health_code(status)));
    let expected = [
        (InstanceStatus::Down, 500),
        (InstanceStatus::OutOfService, 503),
        (InstanceStatus::Starting, 204),
        (InstanceStatus::Unknown, 500),
        (InstanceStatus::Up, 200),
    ];
    assert_eq!(codes, expected);
}

#[test]
fn i20_the_zone_is_amazons_or_the_first_of_the_region() {
    let in_amazon = amazon(&[(AmazonKey::AvailabilityZone.as_str(), "us-east-1c")]);
    let zones = ["us-east-1a".into(), "us-east-1b".into()];
    let rows: [(_, &[Box<str>], _); 4] = [
        (&in_amazon, &zones, "us-east-1c"),
        (&DataCenter::MyOwn, &zones, "us-east-1a"),
        (&amazon(&[]), &zones, "us-east-1a"),
        (&DataCenter::MyOwn, &[], "default"),
    ];
    for (data_center, zones, zone) in rows {
        assert_eq!(own_zone(data_center, zones), zone);
    }
}

#[test]
fn sp2_the_id_is_host_app_and_port_without_what_is_not_known() {
    let spring = || orders(Profile::Spring);
    let rows = [
        (modern(), "host:Orders:8080"),
        (spring(), "host:Orders:8080"),
        (spring().port(9000), "host:Orders:9000"),
        (modern().host_name("box"), "box:Orders:8080"),
        (modern().prefer_ip_address(true), "host:Orders:8080"),
        (modern().secure_port(8443), "host:Orders:8080"),
        (
            orders(Profile::Modern).secure_port(8443),
            "host:Orders:8443",
        ),
        (orders(Profile::Modern), "host:Orders"),
        (
            modern().metadata("instanceId", "from-metadata"),
            "from-metadata",
        ),
        (
            modern().metadata("instanceId", "m").instance_id("given"),
            "given",
        ),
    ];
    for (spec, id) in rows {
        assert_eq!(built(&spec).id.as_str(), id);
    }
}

#[test]
fn sp3_the_address_stands_for_the_name_where_it_is_preferred() {
    for profile in PROFILES {
        let document = built(&orders(profile).host_name("box").prefer_ip_address(true));
        assert_eq!(document.host_name(), "10.0.0.1");
    }
}

#[test]
fn i17_what_amazon_says_counts_after_what_is_given_and_before_the_machine() {
    let cloud = amazon(&[
        ("public-hostname", "public"),
        ("public-ipv4", "54.0.0.1"),
        ("local-ipv4", "172.16.0.1"),
    ]);
    let spec = modern().data_center(cloud);
    let rows = [
        (spec.clone(), at("public", "172.16.0.1")),
        (
            spec.clone().broadcast_public_ipv4(true),
            at("public", "54.0.0.1"),
        ),
        (
            spec.clone().address_order(&[AmazonKey::LocalIpv4]),
            at("172.16.0.1", "172.16.0.1"),
        ),
        (spec.clone().address_order(&[]), at("public", "172.16.0.1")),
        (
            spec.host_name("box").ip_addr("1.2.3.4"),
            at("box", "1.2.3.4"),
        ),
        (modern().data_center(amazon(&[])), at("host", "10.0.0.1")),
    ];
    for (spec, expected) in rows {
        let document = built(&spec);
        assert_eq!(
            (document.host_name(), document.ip_addr()),
            (&*expected.host_name, &*expected.ip_addr)
        );
    }
}

#[test]
fn what_is_detected_and_empty_is_not_known() {
    let detected = Detected::at(at("", ""), NOW);
    assert_eq!(detected, Detected::nothing(NOW));
    assert_ne!(detected, machine());
}
