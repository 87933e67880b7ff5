//! What is made of answers, and of none.

use std::net::IpAddr;

use heureka_net::{LookupError, MAX_RECORDS};
use hickory_resolver::proto::{
    op::ResponseCode,
    rr::{RData, RecordType},
};

use crate::server::{
    Reply::{self, Code, Records, Silence},
    Server, address, alias, service, texts,
};

fn ips(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// `records` to who asks for their kind.
fn only(wanted: RecordType, asked: RecordType, records: Vec<RData>) -> Reply {
    if asked == wanted {
        Records(records)
    } else {
        Code(ResponseCode::NXDomain)
    }
}

#[tokio::test]
async fn addresses_of_both_families_are_found() {
    let server = Server::start(|name, kind, _| match (name, kind) {
        ("both.test.", RecordType::A) => Records(vec![
            address("10.0.0.2"),
            address("10.0.0.1"),
            address("10.0.0.2"),
        ]),
        ("both.test.", RecordType::AAAA) => Records(vec![address("fd00::1")]),
        ("four.test.", RecordType::A) => Records(vec![address("10.0.0.4")]),
        ("six.test.", RecordType::AAAA) => Records(vec![address("fd00::6")]),
        ("half.test.", RecordType::A) => Records(vec![address("10.0.0.5")]),
        ("half.test.", _) => Code(ResponseCode::ServFail),
        ("four.test." | "six.test.", _) => Records(vec![]),
        _ => Code(ResponseCode::NXDomain),
    })
    .await;
    for (name, found) in [
        ("both.test", &["10.0.0.1", "10.0.0.2", "fd00::1"][..]),
        ("both.test.", &["10.0.0.1", "10.0.0.2", "fd00::1"]),
        ("four.test", &["10.0.0.4"]),
        ("six.test", &["fd00::6"]),
        ("half.test", &["10.0.0.5"]),
    ] {
        assert_eq!(
            server.resolver.addresses(name).await,
            Ok(ips(found)),
            "{name}"
        );
    }
}

#[tokio::test]
async fn services_have_hosts_and_ports() {
    let server = Server::start(|_, kind, _| {
        only(
            RecordType::SRV,
            kind,
            vec![
                service("Peer2.test.", 8762),
                service("peer1.test.", 8761),
                service(".", 0),
            ],
        )
    })
    .await;
    let found = server.resolver.services("_eureka._tcp.test").await;
    let expected = [("peer1.test", 8761), ("peer2.test", 8762)];
    assert_eq!(
        found,
        Ok(expected.map(|(host, port)| (host.to_owned(), port)).into())
    );
}

#[tokio::test]
async fn texts_are_given_as_they_are() {
    let server = Server::start(|_, kind, _| {
        only(
            RecordType::TXT,
            kind,
            vec![
                texts(&["zone-b.test", "zone-c.test"]),
                texts(&["zone-a.test zone-d.test"]),
            ],
        )
    })
    .await;
    let found = server.resolver.texts("txt.region.test").await;
    let expected = ["zone-a.test zone-d.test", "zone-b.test zone-c.test"];
    assert_eq!(found, Ok(expected.map(str::to_owned).into()));
}

#[tokio::test]
async fn nothing_is_told_from_not_known() {
    let server = Server::start(|name, _, _| match name {
        "empty.test." => Records(vec![]),
        "absent.test." => Code(ResponseCode::NXDomain),
        "refused.test." => Code(ResponseCode::Refused),
        "alias.test." => Records(vec![alias("absent.test.")]),
        _ => Code(ResponseCode::ServFail),
    })
    .await;
    for (name, empty) in [
        ("empty.test", true),
        ("absent.test", true),
        ("alias.test", true),
        ("refused.test", false),
        ("broken.test", false),
        ("no name", false),
    ] {
        let resolver = &server.resolver;
        let addresses = resolver.addresses(name).await.unwrap_err();
        let services = resolver.services(name).await.unwrap_err();
        let texts = resolver.texts(name).await.unwrap_err();
        for error in [addresses, services, texts] {
            assert_eq!(error.is_empty(), empty, "{name}: {error:?}");
        }
    }
}

/// Time goes to the next timer whenever nobody can go on, so the server's silence costs none.
#[tokio::test(start_paused = true)]
async fn a_silent_server_is_not_waited_for() {
    let server = Server::start(|_, _, _| Silence).await;
    let began = tokio::time::Instant::now();
    let error = server.resolver.addresses("peers.test").await;
    assert!(matches!(error, Err(LookupError::Failed(_))), "{error:?}");
    assert!(began.elapsed().as_millis() <= 5005, "{:?}", began.elapsed());
}

#[tokio::test]
async fn every_lookup_asks_anew() {
    let server = Server::start(|_, kind, before| {
        only(
            RecordType::SRV,
            kind,
            vec![service("peer.test.", u16::try_from(before).unwrap())],
        )
    })
    .await;
    for port in 0..5 {
        let found = server.resolver.services("_eureka._tcp.test").await;
        assert_eq!(found, Ok(vec![("peer.test".to_owned(), port)]));
    }
}

/// Five hundred records do not fit into a datagram; six hundred are more than we take.
#[tokio::test]
async fn many_records_are_read_up_to_a_limit() {
    const SERVED: u16 = 600;
    let server = Server::start(|_, kind, _| {
        only(
            RecordType::SRV,
            kind,
            (1..=SERVED)
                .rev()
                .map(|port| service("peer.test.", port))
                .collect(),
        )
    })
    .await;
    let found = server.resolver.services("_eureka._tcp.test").await.unwrap();
    let ports: Vec<usize> = found.iter().map(|(_, port)| usize::from(*port)).collect();
    assert_eq!(ports, (1..=MAX_RECORDS).collect::<Vec<_>>());
}
