//! TXT records (T24).

use heureka_client_core::{DnsServers, MAX_DNS_NAMES, NoZones};
use heureka_model::{InvalidServiceUrl, ServiceUrl};

fn servers(like: &str) -> DnsServers {
    DnsServers::new("us-east-1", &ServiceUrl::parse(like).unwrap()).unwrap()
}

#[test]
fn t24_the_record_of_a_region_names_zones_and_theirs_hosts() {
    let servers = servers("http://Example.com:7001/eureka/v2");
    assert_eq!(servers.root_name(), "txt.us-east-1.example.com");
    let texts = [
        "us-east-1d.example.com us-east-1c.example.com.",
        "\"us-east-1c.example.com\"",
    ];
    let zones = servers.zones(&texts).unwrap();
    let names: Vec<String> = zones.iter().map(|zone| zone.record_name()).collect();
    assert_eq!(
        names,
        ["txt.us-east-1c.example.com", "txt.us-east-1d.example.com"]
    );
    assert_eq!(zones[0].id(), "us-east-1c");

    let hosts = ["\"ec2-2.example.com ec2-1.example.com\" 10.0.0.7"];
    let endpoints = servers.endpoints(&zones[0], &hosts);
    let urls: Vec<String> = endpoints.iter().map(|it| it.url.to_string()).collect();
    assert_eq!(
        urls,
        [
            "http://10.0.0.7:7001/eureka/v2/",
            "http://ec2-1.example.com:7001/eureka/v2/",
            "http://ec2-2.example.com:7001/eureka/v2/"
        ]
    );
    assert!(
        endpoints
            .iter()
            .all(|it| it.zone.as_deref() == Some("us-east-1c"))
    );
}

#[test]
fn t24_a_zone_may_be_named_by_its_record() {
    let servers = servers("http://example.com:7001/");
    let zones = servers.zones(&["txt.us-east-1c.example.com"]).unwrap();
    assert_eq!(zones[0].record_name(), "txt.us-east-1c.example.com");
    assert_eq!(zones[0].id(), "us-east-1c");
}

#[test]
fn t24_a_record_that_names_no_zone_is_a_failure() {
    let servers = servers("http://example.com:7001/");
    for texts in [&[][..], &["", " "], &["10.0.0.7"], &["not/a/name", "\"\""]] {
        assert_eq!(servers.zones(texts), Err(NoZones), "{texts:?}");
    }
}

#[test]
fn deviation_19_servers_that_dns_names_are_spoken_to_as_configured() {
    let servers = servers("https://me:pw@example.com/eureka/");
    let zones = servers.zones(&["z.example.com"]).unwrap();
    let endpoints = servers.endpoints(&zones[0], &["a.example.com", "bad/host"]);
    assert_eq!(endpoints.len(), 1);
    assert_eq!(
        endpoints[0].url.to_string(),
        "https://a.example.com/eureka/"
    );
    assert!(endpoints[0].url.credentials().is_some());
}

#[test]
fn t24_region_and_domain_have_to_make_a_name() {
    let like = |url: &str| ServiceUrl::parse(url).unwrap();
    for (region, url) in [
        ("", "http://example.com/"),
        ("us east", "http://example.com/"),
        ("us", "http://10.0.0.7/"),
        ("us", "http://[::1]/"),
    ] {
        let servers = DnsServers::new(region, &like(url));
        assert_eq!(servers, Err(InvalidServiceUrl::Host), "{region} {url}");
    }
}

#[test]
fn a_record_has_a_limit() {
    let servers = servers("http://example.com:7001/");
    let zones = servers.zones(&["z.example.com"]).unwrap();
    let hosts: Vec<String> = (0..2 * MAX_DNS_NAMES).map(|n| format!("h{n}")).collect();
    assert_eq!(servers.endpoints(&zones[0], &hosts).len(), MAX_DNS_NAMES);
}
