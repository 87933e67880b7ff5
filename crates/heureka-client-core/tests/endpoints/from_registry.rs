//! Servers that are instances in a registry (T27).

use std::time::Duration;

use heureka_client_core::{HostOf, Instance, ServersInRegistry};
use heureka_model::{
    AppName, DataCenter, DataCenterDraft, InstanceDraft, InstanceStatus, InvalidServiceUrl,
    Metadata, PortDraft, Scheme, UnixMillis,
};

/// A server of the registry: plain at 7001, with TLS at 7443.
fn draft(host: &str) -> InstanceDraft {
    let mut draft = InstanceDraft::new(AppName::new("EUREKA"));
    draft.host_name = Some(host.into());
    draft.ip_addr = Some("10.0.0.7".into());
    draft.status = InstanceStatus::Up;
    draft.data_center = Some(DataCenterDraft::Known(DataCenter::MyOwn));
    draft.port = port(7001);
    draft.secure_port = port(7443);
    draft
}

fn port(number: i32) -> PortDraft {
    PortDraft {
        number: Some(number),
        enabled: Some(true),
    }
}

fn listed(draft: InstanceDraft) -> Instance {
    Instance::new(draft.into_listed(UnixMillis::default()).unwrap())
}

fn by(scheme: Scheme, host: HostOf) -> ServersInRegistry {
    ServersInRegistry::new(scheme, "/eureka/v2", host).unwrap()
}

/// The URLs of the servers that one instance makes: one or none.
fn urls(servers: &ServersInRegistry, draft: InstanceDraft) -> Vec<String> {
    let endpoints = servers.endpoints(&[listed(draft)]);
    endpoints.iter().map(|it| it.url.to_string()).collect()
}

fn amazon() -> DataCenterDraft {
    let metadata: Metadata = [("local-ipv4", "172.16.0.1"), ("availability-zone", "az-1")]
        .into_iter()
        .collect();
    DataCenterDraft::Known(DataCenter::Amazon(metadata))
}

#[test]
fn t27_an_instance_makes_a_server_by_its_name_or_its_address() {
    let of_amazon = || InstanceDraft {
        data_center: Some(amazon()),
        ..draft("Server1")
    };
    for (host, draft, expected) in [
        (
            HostOf::Name,
            draft("Server1"),
            "http://server1:7001/eureka/v2/",
        ),
        (HostOf::Name, of_amazon(), "http://server1:7001/eureka/v2/"),
        (
            HostOf::Address,
            draft("Server1"),
            "http://10.0.0.7:7001/eureka/v2/",
        ),
        (
            HostOf::Address,
            of_amazon(),
            "http://172.16.0.1:7001/eureka/v2/",
        ),
    ] {
        assert_eq!(urls(&by(Scheme::Http, host), draft), [expected]);
    }
}

#[test]
fn t27_a_server_over_tls_is_at_its_secure_port() {
    let servers = by(Scheme::Https, HostOf::Name);
    assert_eq!(urls(&servers, draft("a")), ["https://a:7443/eureka/v2/"]);
    let without = InstanceDraft {
        secure_port: PortDraft::default(),
        ..draft("a")
    };
    assert!(urls(&servers, without).is_empty());
}

#[test]
fn t27_only_servers_that_are_up_and_say_where_they_are_count() {
    use InstanceStatus::{Down, OutOfService, Starting, Unknown, Up};
    let servers = by(Scheme::Http, HostOf::Name);
    for (status, count) in [
        (Up, 1),
        (Down, 0),
        (Starting, 0),
        (OutOfService, 0),
        (Unknown, 0),
    ] {
        let draft = InstanceDraft {
            status,
            ..draft("a")
        };
        assert_eq!(urls(&servers, draft).len(), count, "{status}");
    }
    assert!(urls(&servers, draft("no name at all")).is_empty());
}

#[test]
fn t27_the_zone_is_that_of_the_data_center_or_of_the_metadata() {
    let metadata: Metadata = [("zone", "z-1")].into_iter().collect();
    for (data_center, metadata, zone) in [
        (amazon(), metadata.clone(), Some("az-1")),
        (
            DataCenterDraft::Known(DataCenter::MyOwn),
            metadata,
            Some("z-1"),
        ),
        (
            DataCenterDraft::Known(DataCenter::MyOwn),
            Metadata::new(),
            None,
        ),
    ] {
        let instance = listed(InstanceDraft {
            data_center: Some(data_center),
            metadata,
            ..draft("a")
        });
        let endpoints = by(Scheme::Http, HostOf::Name).endpoints(&[instance]);
        assert_eq!(endpoints[0].zone.as_deref(), zone);
    }
}

#[test]
fn t27_a_stale_registry_does_not_count_and_one_never_fetched_does() {
    let threshold = ServersInRegistry::STALENESS_THRESHOLD;
    assert_eq!(threshold, Duration::from_secs(300));
    for (age, is_fresh) in [
        (None, true),
        (Some(Duration::ZERO), true),
        (Some(threshold), true),
        (Some(threshold + Duration::from_millis(1)), false),
    ] {
        assert_eq!(ServersInRegistry::is_fresh(age, threshold), is_fresh);
    }
}

#[test]
fn t27_the_context_has_to_be_a_path() {
    for (context, expected) in [
        ("eureka", Ok("http://a:7001/eureka/")),
        ("/eureka/v2/", Ok("http://a:7001/eureka/v2/")),
        ("", Ok("http://a:7001/")),
        ("a b", Err(InvalidServiceUrl::Path)),
        ("a?b", Err(InvalidServiceUrl::Query)),
    ] {
        let servers = ServersInRegistry::new(Scheme::Http, context, HostOf::Name);
        let url = servers.map(|servers| urls(&servers, draft("a")).concat());
        assert_eq!(url, expected.map(String::from), "{context}");
    }
}
