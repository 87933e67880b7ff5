//! Configured URLs (T21, T22).

use heureka_client_core::{ConfiguredServers, Endpoint, NoServerUrl};
use heureka_model::InvalidServiceUrl;

fn shown(endpoints: &[Endpoint]) -> Vec<String> {
    let show = |it: &Endpoint| format!("{} {}", it.zone.as_deref().unwrap_or("-"), it.url);
    endpoints.iter().map(show).collect()
}

fn servers(urls: &[(&str, &str)], zones: &[&str]) -> ConfiguredServers {
    let mut servers = ConfiguredServers::new();
    for (zone, list) in urls {
        assert!(servers.add_list(zone, list).is_empty());
    }
    servers.set_zones(zones.iter().map(|zone| Box::from(*zone)).collect());
    servers
}

#[test]
fn t22_zones_come_in_a_circle_from_the_first_that_fits() {
    let urls = [
        ("z1", "http://a/"),
        ("z2", "http://b/,http://c/"),
        ("z3", "http://d/"),
    ];
    let servers = servers(&urls, &["z1", "z2", "z3"]);
    for (own, prefer_same_zone, order) in [
        (Some("z1"), true, "abcd"),
        (Some("z2"), true, "bcda"),
        (Some("Z3"), true, "dabc"),
        (Some("other"), true, "abcd"),
        (None, true, "abcd"),
        (Some("z1"), false, "bcda"),
        (Some("z2"), false, "abcd"),
        (None, false, "abcd"),
    ] {
        let endpoints = servers.endpoints(own, prefer_same_zone).unwrap();
        let hosts: String = endpoints.iter().map(|it| it.url.host()).collect();
        assert_eq!(hosts, order, "{own:?} {prefer_same_zone}");
    }
}

#[test]
fn t22_zones_without_urls_have_the_default_ones() {
    for default in ["defaultZone", "default"] {
        let urls = [("z1", "http://a/"), (default, "http://b/")];
        let endpoints = servers(&urls, &["z1", "z2", "z3"]).endpoints(None, true);
        assert_eq!(
            shown(&endpoints.unwrap()),
            ["z1 http://a/", "z2 http://b/", "z3 http://b/"]
        );
    }
}

#[test]
fn t22_without_zones_there_is_one() {
    let servers = servers(&[("defaultZone", "http://a:8761/eureka, http://b/ ,")], &[]);
    assert_eq!(
        shown(&servers.endpoints(Some("z1"), true).unwrap()),
        ["defaultZone http://a:8761/eureka/", "defaultZone http://b/"]
    );
}

#[test]
fn t22_no_url_at_all_is_a_mistake() {
    for (urls, zones) in [
        (&[][..], &[][..]),
        (&[("z9", "http://a/")], &["z1"]),
        (&[("defaultZone", " , ")], &[]),
    ] {
        let endpoints = servers(urls, zones).endpoints(None, true);
        assert_eq!(endpoints, Err(NoServerUrl));
    }
}

#[test]
fn t21_what_is_no_url_is_left_out_and_told() {
    let mut servers = ConfiguredServers::new();
    let invalid = servers.add_list("defaultZone", "peer1:8761,http://a/,http://b:x/");
    assert_eq!(
        invalid,
        [InvalidServiceUrl::Scheme, InvalidServiceUrl::Port]
    );
    let endpoints = servers.endpoints(None, true).unwrap();
    assert_eq!(shown(&endpoints), ["defaultZone http://a/"]);
}

#[test]
fn t28_endpoints_are_equal_where_place_and_zone_are() {
    let endpoint = |url: &str, zone: &str| {
        let mut servers = ConfiguredServers::new();
        servers.add(zone, url.parse().unwrap());
        servers.set_zones(vec![zone.into()]);
        servers.endpoints(None, true).unwrap().remove(0)
    };
    let one = endpoint("http://a:80/x/", "z");
    assert_eq!(one, endpoint("HTTP://A/x", "z"));
    for other in [
        endpoint("http://b/x/", "z"),
        endpoint("http://a:81/x/", "z"),
        endpoint("https://a:80/x/", "z"),
        endpoint("http://a/y/", "z"),
        endpoint("http://a/x/", "y"),
    ] {
        assert_ne!(one, other);
    }
}
