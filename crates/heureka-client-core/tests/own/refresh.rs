//! What a later look at the machine changes.

use heureka_client_core::{
    Address, InstanceSpec, Profile, spot_action_changed, with_data_center, with_lease,
};
use heureka_model::{DataCenter, Document, InstanceStatus, LeaseSettings};

use crate::builders::{amazon, at, built, modern, orders};

fn with_pages(spec: InstanceSpec) -> InstanceSpec {
    spec.home_page_path("/")
        .status_page_path("/s")
        .health_check_path("/h")
}

/// A machine of Amazon: with Java's habits, only those move (I13).
fn in_cloud(profile: Profile) -> InstanceSpec {
    with_pages(orders(profile)).data_center(amazon(&[("instance-id", "i-1")]))
}

fn moved(spec: &InstanceSpec, to: &Address) -> Option<Document> {
    spec.relocated(&built(spec), to)
}

#[test]
fn i11_pages_and_vips_follow_the_host_and_the_home_page_does_not() {
    let spec = in_cloud(Profile::Netflix).secure_port_enabled(true);
    let document = moved(&spec, &at("box", "10.0.0.2")).unwrap();
    assert_eq!(
        (document.host_name(), document.ip_addr()),
        ("box", "10.0.0.2")
    );
    let urls = document.texts();
    assert_eq!(urls.home_page_url, Some("http://host:80/"));
    assert_eq!(urls.status_page_url, Some("http://box:80/s"));
    assert_eq!(urls.health_check_url, Some("http://box:80/h"));
    assert_eq!(urls.secure_health_check_url, Some("https://box:443/h"));
    assert_eq!(document.vip_address(), Some("box:80"));
    assert_eq!(document.secure_vip_address(), Some("box:443"));
}

#[test]
fn deviation_17_the_home_page_follows_the_host() {
    let spec = with_pages(modern()).health_check_url("http://${eureka.hostname}/x");
    let document = moved(&spec, &at("box", "10.0.0.1")).unwrap();
    assert_eq!(document.texts().home_page_url, Some("http://box:8080/"));
    assert_eq!(document.texts().health_check_url, Some("http://box/x"));
}

#[test]
fn deviation_16_a_change_of_the_address_alone_is_noticed() {
    let document = moved(&modern(), &at("host", "10.0.0.2")).unwrap();
    assert_eq!(
        (document.host_name(), document.ip_addr()),
        ("host", "10.0.0.2")
    );
    assert_eq!(
        moved(&in_cloud(Profile::Netflix), &at("host", "10.0.0.2")),
        None
    );
}

#[test]
fn i11_where_nothing_changed_nothing_is_made() {
    for spec in [
        modern(),
        in_cloud(Profile::Netflix),
        in_cloud(Profile::Spring),
    ] {
        assert_eq!(moved(&spec, &at("host", "10.0.0.1")), None);
    }
}

#[test]
fn i11_id_status_and_metadata_stay_as_they_are() {
    let spec = modern();
    let before = Document {
        status: InstanceStatus::Down,
        metadata: [("added", "later")].into_iter().collect(),
        ..built(&spec)
    };
    let after = spec.relocated(&before, &at("box", "10.0.0.2")).unwrap();
    assert_eq!(after.id.as_str(), "host:Orders:8080");
    assert_eq!(after.status, before.status);
    assert_eq!(after.metadata, before.metadata);
    assert_eq!(after.last_dirty, before.last_dirty);
}

#[test]
fn i13_with_javas_habits_only_machines_of_amazon_move() {
    for (profile, moves) in [
        (Profile::Netflix, false),
        (Profile::Spring, false),
        (Profile::Modern, true),
    ] {
        let elsewhere = orders(profile).port(8080);
        assert_eq!(moved(&elsewhere, &at("box", "10.0.0.2")).is_some(), moves);
        assert!(moved(&in_cloud(profile), &at("box", "10.0.0.2")).is_some());
    }
}

#[test]
fn sp3_what_is_given_never_moves() {
    let to = at("box", "10.0.0.2");
    let named = moved(&modern().host_name("given"), &to).unwrap();
    assert_eq!((named.host_name(), named.ip_addr()), ("given", "10.0.0.2"));
    let addressed = moved(&modern().ip_addr("1.2.3.4"), &to).unwrap();
    assert_eq!(
        (addressed.host_name(), addressed.ip_addr()),
        ("box", "1.2.3.4")
    );
    assert_eq!(
        moved(&modern().host_name("given").ip_addr("1.2.3.4"), &to),
        None
    );
    assert_eq!(
        moved(&in_cloud(Profile::Spring).ip_addr("1.2.3.4"), &to),
        None
    );
}

#[test]
fn sp3_the_preferred_address_stays_preferred() {
    let document = moved(&modern().prefer_ip_address(true), &at("box", "10.0.0.2")).unwrap();
    assert_eq!(
        (document.host_name(), document.ip_addr()),
        ("10.0.0.2", "10.0.0.2")
    );
}

#[test]
fn what_is_no_address_moves_nothing() {
    let long = "x".repeat(300);
    for address in ["", "a\nb", &long] {
        assert_eq!(moved(&modern(), &at("box", address)), None);
    }
    let document = moved(&modern(), &at("a\nb", "10.0.0.2")).unwrap();
    assert_eq!(document.host_name(), "10.0.0.2");
}

#[test]
fn i12_only_a_new_action_on_a_spot_machine_counts() {
    let acting = |action| amazon(&[("instance-action", action)]);
    let rows = [
        (amazon(&[]), acting("stop"), true),
        (acting("stop"), acting("terminate"), true),
        (acting("stop"), acting("stop"), false),
        (acting("stop"), amazon(&[]), false),
        (DataCenter::MyOwn, DataCenter::MyOwn, false),
    ];
    for (known, found, changed) in rows {
        assert_eq!(spot_action_changed(&known, &found), changed);
    }
}

#[test]
fn i12_another_data_center_makes_another_document() {
    let document = built(&in_cloud(Profile::Modern));
    assert_eq!(with_data_center(&document, &document.data_center), None);
    let spot = amazon(&[("instance-id", "i-1"), ("instance-action", "stop")]);
    let changed = with_data_center(&document, &spot).unwrap();
    assert_eq!(changed.data_center, spot);
    assert_eq!(changed.id, document.id);
}

#[test]
fn i14_another_lease_makes_another_document() {
    let document = built(&modern());
    assert_eq!(with_lease(&document, LeaseSettings::new(30, 90)), None);
    for lease in [LeaseSettings::new(10, 90), LeaseSettings::new(30, 60)] {
        assert_eq!(with_lease(&document, lease).unwrap().lease, lease);
    }
}
