//! The order in which servers are tried (T23, T25).

use std::collections::BTreeSet;

use super::super::order::MAX_SERVERS;
use super::*;

fn in_zone(host: &str, zone: Option<&str>) -> Endpoint {
    Endpoint {
        zone: zone.map(Box::from),
        ..server(host)
    }
}

/// The orders in which seeds try four servers, of which c and d are in zone-1.
fn orders(config: &LineConfig) -> BTreeSet<String> {
    let listed = [
        in_zone("a", None),
        in_zone("b", Some("zone-2")),
        in_zone("c", Some("ZONE-1")),
        in_zone("d", Some("zone-1")),
    ];
    let order = |seed| {
        let mut line = Line::new(config.clone(), seed);
        line.set_endpoints(listed.to_vec());
        line.listed.iter().map(|it| it.url.host()).collect()
    };
    (0..400).map(order).collect()
}

fn near(profile: Profile, prefer_same_zone: bool) -> LineConfig {
    LineConfig {
        zone: Some("zone-1".into()),
        prefer_same_zone,
        ..config(profile)
    }
}

#[test]
fn t23_the_own_zone_comes_first_and_both_lots_are_shuffled() {
    let expected = ["cdab", "cdba", "dcab", "dcba"].map(String::from);
    for profile in [Profile::Netflix, Profile::Modern] {
        assert_eq!(orders(&near(profile, true)), expected.clone().into());
    }
}

#[test]
fn t23_without_an_own_zone_all_are_shuffled() {
    for profile in [Profile::Netflix, Profile::Modern] {
        assert_eq!(orders(&config(profile)).len(), 24);
    }
}

#[test]
fn deviation_13_a_zone_that_is_not_preferred_does_not_come_first() {
    assert_eq!(orders(&near(Profile::Modern, false)).len(), 24);
    assert_eq!(orders(&near(Profile::Netflix, false)).len(), 4);
    assert_eq!(orders(&near(Profile::Spring, false)).len(), 4);
}

#[test]
fn t25_a_seed_decides_the_order() {
    let order = |seed| {
        let mut line = Line::new(config(Profile::Modern), seed);
        line.set_endpoints(["a", "b", "c", "d", "e"].map(server).into());
        line.listed
    };
    assert_eq!(order(3), order(3));
    assert!((4..9).any(|seed| order(seed) != order(3)));
}

#[test]
fn t28_a_server_that_two_zones_have_is_two_for_java_and_one_for_modern() {
    for (profile, servers) in [(Profile::Netflix, 2), (Profile::Modern, 1)] {
        let mut line = Line::new(near(profile, true), 1);
        line.set_endpoints(vec![
            in_zone("a", Some("zone-2")),
            in_zone("a", Some("zone-1")),
        ]);
        assert_eq!(line.listed.len(), servers);
        assert_eq!(line.listed[0].zone.as_deref(), Some("zone-1"));
    }
}

#[test]
fn a_list_has_a_limit() {
    let listed = (0..=MAX_SERVERS).map(|n| server(&format!("h{n}")));
    let mut line = Line::new(config(Profile::Modern), 1);
    line.set_endpoints(listed.collect());
    assert_eq!(line.listed.len(), MAX_SERVERS);
}
