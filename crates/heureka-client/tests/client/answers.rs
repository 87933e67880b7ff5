//! What is made of answers, good and bad.

use std::time::Duration;

use heureka_client::transport::TransportError;
use heureka_client::{ApiError, CallFailure, EurekaApi, InstanceKey, InstanceStatus, ServiceUrl};
use heureka_wire::gzip;
use http::Response;

use crate::cluster::{WALL, instance, listing, shown};
use crate::memory::{Memory, answer};

const JSON: (&str, &str) = ("content-type", "application/json");
const GZIP: (&str, &str) = ("content-encoding", "gzip");

fn api(transport: Memory) -> EurekaApi {
    EurekaApi::over(
        transport,
        ServiceUrl::parse("http://u:pw@a/eureka").unwrap(),
    )
}

fn body() -> Vec<u8> {
    let orders = shown(instance("orders", "host:orders:1"));
    listing(
        "UP_1_".to_owned(),
        [(orders.document.app.clone(), vec![orders])],
    )
}

async fn names(answer: Response<bytes::Bytes>) -> Result<Vec<String>, ApiError> {
    let transport = Memory::answering(move |_| Ok(answer.clone()));
    let listing = api(transport).applications(&[]).await?;
    let names = listing.applications.iter();
    Ok(names.map(|app| app.name.to_string()).collect())
}

async fn failure(answer: Response<bytes::Bytes>) -> CallFailure {
    let error = names(answer).await.unwrap_err();
    let ApiError::Failed { failure, .. } = error else {
        panic!("{error:?}");
    };
    failure
}

#[tokio::test]
async fn t8_listings_are_read_in_any_form_whatever_they_are_called() {
    let xml = "<applications><versions__delta>1</versions__delta><apps__hashcode>UP_1_</apps__hashcode>\
        <application><name>ORDERS</name></application></applications>";
    let with_mark = [b"\xef\xbb\xbf \n", &*body()].concat();
    for answer in [
        answer(200, &[JSON], body()),
        answer(200, &[JSON, GZIP], gzip(&body())),
        answer(200, &[("content-type", "application/xml")], xml),
        answer(200, &[JSON], xml),
        answer(200, &[("content-type", "text/plain")], body()),
        answer(200, &[], body()),
        answer(200, &[JSON], with_mark),
    ] {
        assert_eq!(
            names(answer.clone()).await.unwrap(),
            ["ORDERS"],
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn rs14_what_is_no_listing_is_unreadable_and_says_what_it_is() {
    let html = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>";
    let half = &body()[..body().len() / 2];
    for (answer, expected) in [
        (
            answer(200, &[("content-type", "text/html")], html),
            "Sign in",
        ),
        (answer(200, &[JSON], html), "it is a web page"),
        (answer(200, &[JSON], "garbage"), "it begins: garbage"),
        (answer(200, &[JSON], half.to_vec()), "unreadable"),
        (answer(200, &[JSON], ""), "it is empty"),
        (answer(200, &[JSON], " \n "), "it is empty"),
        (answer(200, &[JSON], "null"), "it begins: null"),
        (answer(200, &[JSON], "{}"), "it begins: {}"),
        (
            answer(200, &[JSON], r#"{"status":404,"error":"Not Found"}"#),
            "Not Found",
        ),
        (answer(200, &[], "<a>b</a>"), "it begins: <a>b</a>"),
        (answer(200, &[JSON, GZIP], body()), "not the gzip"),
        (
            answer(200, &[JSON, GZIP], gzip(&body())[..40].to_vec()),
            "not the gzip",
        ),
        (
            answer(200, &[JSON, ("content-encoding", "br")], body()),
            "Content-Encoding",
        ),
        (
            answer(200, &[JSON, GZIP, GZIP], gzip(&gzip(&body()))),
            "Content-Encoding",
        ),
        (answer(200, &[], vec![0xff, 0xfe, 0, 1]), "unreadable"),
    ] {
        let CallFailure::Unreadable(reason) = failure(answer.clone()).await else {
            panic!("{answer:?}");
        };
        assert!(reason.contains(expected), "{reason:?}: {answer:?}");
        let is_quotable = reason.len() < 400 && !reason.contains(char::is_control);
        assert!(is_quotable, "{reason:?}");
    }
}

#[tokio::test]
async fn s05_what_unpacks_to_too_much_is_not_unpacked() {
    let bomb = gzip(&vec![b' '; 1 << 20]);
    let transport = Memory::always(200, &[JSON, GZIP], bomb);
    let error = api(transport).max_bytes(100_000).applications(&[]).await;
    let expected = ApiError::Failed {
        server: ServiceUrl::parse("http://a/eureka").unwrap(),
        failure: CallFailure::TooLarge {
            limit_bytes: 100_000,
        },
    };
    assert_eq!(error, Err(expected));
}

#[tokio::test]
async fn s05_an_answer_that_is_too_large_unpacked_is_not_read() {
    let transport = Memory::always(200, &[JSON], vec![b' '; 1001]);
    let error = api(transport).max_bytes(1000).applications(&[]).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("larger than 1000 bytes"), "{error}");
}

#[tokio::test]
async fn rs15_statuses_that_are_no_success_are_told_with_what_to_do() {
    let key = InstanceKey::new("orders", "1");
    for (answer, expected) in [
        (answer(404, &[], ""), "does not know /eureka/apps/ORDERS/1"),
        (answer(409, &[], ""), "newer version"),
        (answer(401, &[], ""), "check the credentials"),
        (
            answer(400, &[], "no  such\nthing"),
            "its log says why; it said: no such thing",
        ),
        (answer(503, &[], ""), "answered 503"),
        (
            answer(302, &[("location", "http://b/eureka/v2/apps")], ""),
            "redirects to http://b/eureka/v2/apps",
        ),
        (answer(304, &[], ""), "answered 304"),
    ] {
        let transport = Memory::answering(move |_| Ok(answer.clone()));
        let api = api(transport);
        let renewed = api.renew(&key, InstanceStatus::Up, WALL);
        let told = renewed.await.unwrap_err().to_string();
        assert!(told.contains(expected), "{told}");
        assert!(!told.contains("pw"), "{told}");
    }
}

#[tokio::test]
async fn t9_the_body_of_a_heartbeat_means_nothing() {
    let key = InstanceKey::new("orders", "1");
    let transport = Memory::always(200, &[JSON], "<html>garbage");
    let api = api(transport);
    let renewed = api.renew(&key, InstanceStatus::Up, WALL);
    assert_eq!(renewed.await, Ok(()));
}

#[tokio::test]
async fn rs15_failures_of_the_transport_are_told_apart() {
    for (error, expected) in [
        (
            TransportError::Unreachable("gone".into()),
            CallFailure::Unreachable("gone".into()),
        ),
        (TransportError::TimedOut, CallFailure::TimedOut),
        (
            TransportError::Broken("half".into()),
            CallFailure::Broken("half".into()),
        ),
        (
            TransportError::TooLarge { limit_bytes: 7 },
            CallFailure::TooLarge { limit_bytes: 7 },
        ),
        (
            TransportError::Refused("no trust".into()),
            CallFailure::Refused("no trust".into()),
        ),
    ] {
        let transport = Memory::answering(move |_| Err(error.clone()));
        let failed = api(transport).applications(&[]).await.unwrap_err();
        assert!(matches!(failed, ApiError::Failed { failure, .. } if failure == expected));
    }
}

#[tokio::test(start_paused = true)]
async fn rs8_a_token_that_does_not_come_or_cannot_be_sent_makes_the_request_fail() {
    let transport = Memory::always(200, &[JSON], body());
    let hangs = api(transport.clone())
        .timeout(Duration::from_secs(3))
        .bearer(std::future::pending);
    let told = hangs.applications(&[]).await.unwrap_err().to_string();
    assert!(told.contains("no whole answer in time"), "{told}");
    let fails = api(transport.clone()).bearer(|| async { Err("vault is sealed".into()) });
    let told = fails.applications(&[]).await.unwrap_err().to_string();
    assert!(told.contains("vault is sealed"), "{told}");
    let broken = api(transport.clone()).bearer(|| async { Ok("a\nb".to_owned()) });
    let told = broken.applications(&[]).await.unwrap_err().to_string();
    assert!(told.contains("no header can have"), "{told}");
    assert!(transport.seen().is_empty());
}
