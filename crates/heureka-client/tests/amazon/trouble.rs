//! A service that is not well, or none at all.

use std::time::Duration;

use heureka_client::ImdsFailure;
use heureka_client_core::NoInstanceId;
use heureka_net::DialError;
use http::StatusCode;
use tokio::time::Instant;

use crate::service::{Reply, Service, machine, ok, path_of, plain, status, version_2};

#[tokio::test(start_paused = true)]
async fn deviation_18_a_service_without_tokens_is_not_asked() {
    for code in [403, 404, 405, 500] {
        let version_1 = Service::of(move |request| {
            if request.starts_with("PUT ") {
                return status(code);
            }
            plain(path_of(request))
        });
        let expected = ImdsFailure::NoToken(StatusCode::from_u16(code).unwrap());
        assert_eq!(version_1.imds.metadata().await, Err(expected));
        assert!(!version_1.imds.is_there().await);
        let seen = version_1.seen();
        assert!(
            seen.iter().all(|line| line == "PUT /latest/api/token"),
            "{seen:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_a_token_is_not_sent() {
    let long = "x".repeat(2000);
    for token in ["", "two words", "a\r\nx: y", "grüße", &long] {
        let token = token.to_owned();
        let service = Service::of(move |_| ok(&token));
        assert_eq!(
            service.imds.metadata().await,
            Err(ImdsFailure::UnreadableToken)
        );
        assert_eq!(service.seen().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn i16_a_machine_without_an_id_is_refused_at_once() {
    let service = Service::of(version_2(|_| status(404)));
    let failure = service.imds.data_center(&machine()).await;
    assert_eq!(failure, Err(ImdsFailure::NoInstanceId(NoInstanceId)));
    assert_eq!(
        service.seen(),
        ["PUT /latest/api/token", "GET /latest/meta-data/instance-id"]
    );
}

#[tokio::test(start_paused = true)]
async fn i16_without_validation_the_machine_goes_by_its_own_name() {
    let here: fn(&str) -> Reply = |_| status(404);
    let nowhere: fn(&str) -> Reply = |_| Reply::Close;
    for script in [here, nowhere] {
        let service = Service::with(|config| config.validates_instance_id = false, script);
        let data_center = service.imds.data_center(&machine()).await.unwrap();
        assert_eq!(data_center.unique_id(), Some("10.0.0.1"));
        assert_eq!(data_center.metadata("public-hostname"), Some("host"));
    }
}

#[tokio::test(start_paused = true)]
async fn i15_a_question_without_an_answer_is_asked_three_times() {
    let service = Service::of(version_2(|path| match path {
        "meta-data/ami-id" => Reply::Close,
        path => plain(path),
    }));
    let began = Instant::now();
    let metadata = service.imds.metadata().await.unwrap();
    assert_eq!(metadata.get("local-ipv4"), Some("172.16.0.1"));
    let asked = service.seen();
    let asked = asked.iter().filter(|line| line.ends_with("ami-id"));
    assert_eq!(asked.count(), 3);
    let elapsed = began.elapsed();
    assert!((200..300).contains(&elapsed.as_millis()), "{elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn i15_a_question_that_is_answered_the_second_time_has_its_answer() {
    let mut asked = 0;
    let service = Service::of(version_2(move |path| {
        if path == "meta-data/instance-id" {
            asked += 1;
            if asked == 1 {
                return Reply::Garbage(b"what?\r\n\r\n");
            }
        }
        plain(path)
    }));
    let metadata = service.imds.metadata().await.unwrap();
    assert_eq!(metadata.get("instance-id"), Some("i-1"));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_has_expired_is_replaced() {
    let mut is_expired = true;
    let service = Service::of(version_2(move |path| {
        if path == "meta-data/ami-id" && is_expired {
            is_expired = false;
            return status(401);
        }
        match path {
            "meta-data/ami-id" => ok("ami-1"),
            path => plain(path),
        }
    }));
    let metadata = service.imds.metadata().await.unwrap();
    assert_eq!(metadata.get("ami-id"), Some("ami-1"));
    let seen = service.seen();
    assert_eq!(
        seen.iter().filter(|line| line.starts_with("PUT")).count(),
        2
    );
}

#[tokio::test(start_paused = true)]
async fn a_service_that_never_takes_a_token_does_not_turn_in_circles() {
    let refusing = |request: &str| match request.starts_with("PUT ") {
        true => ok("token"),
        false => status(401),
    };
    let service = Service::of(refusing);
    assert!(service.imds.metadata().await.unwrap().is_empty());
    assert_eq!(service.seen().len(), 4, "token, question, token, question");
}

#[tokio::test(start_paused = true)]
async fn garbage_is_absent() {
    let service = Service::of(version_2(|path| match path {
        "meta-data/instance-id" => ok("i-1"),
        "meta-data/ami-id" => Reply::Garbage(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff"),
        "meta-data/instance-type" => ok(&"x".repeat(100_000)),
        "meta-data/network/interfaces/macs/" => ok("../../api/token\n"),
        "meta-data/mac" => ok("../../../x"),
        _ => ok("\u{1}"),
    }));
    let metadata = service.imds.metadata().await.unwrap();
    let entries: Vec<_> = metadata.iter().collect();
    assert_eq!(entries, [("instance-id", "i-1")]);
    assert!(!service.seen().iter().any(|line| line.contains("..")));
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_not_followed() {
    let service = Service::of(version_2(|path| match path {
        "meta-data/instance-id" => ok("i-1"),
        _ => Reply::Garbage(
            b"HTTP/1.1 302 Found\r\nLocation: http://evil/\r\nContent-Length: 0\r\n\r\n",
        ),
    }));
    assert_eq!(service.imds.metadata().await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_silent_takes_no_longer_than_configured() {
    let began = Instant::now();
    let service = Service::of(|_| Reply::Silence);
    let failure = service.imds.data_center(&machine()).await.unwrap_err();
    assert_eq!(failure, ImdsFailure::Unanswered(DialError::ReadTimeout));
    assert!(failure.to_string().contains("hop limit"), "{failure}");
    let elapsed = began.elapsed();
    assert!(
        (21..22).contains(&elapsed.as_secs()),
        "three times 7 s: {elapsed:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_survey_that_drags_on_ends_with_what_it_has() {
    let began = Instant::now();
    let service = Service::of(version_2(|path| match path {
        "meta-data/instance-id" => ok("i-1"),
        _ => Reply::Silence,
    }));
    let metadata = service.imds.metadata().await.unwrap();
    assert_eq!(metadata.get("instance-id"), Some("i-1"));
    assert!(
        began.elapsed() < Duration::from_secs(90),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn i18_a_probe_asks_once() {
    let began = Instant::now();
    let service = Service::of(|_| Reply::Silence);
    assert!(!service.imds.is_there().await);
    assert_eq!(service.seen().len(), 1);
    assert!(began.elapsed() < Duration::from_secs(8));
}
