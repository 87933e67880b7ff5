//! When the next instance is asked.

use heureka_client::reqwest::EurekaMiddleware;
use http::{Method, StatusCode};

use super::{http, started, with_middleware};
use crate::registry::{on_port, order};
use crate::servers::{Servers, closed_port};

#[tokio::test]
async fn rs7_who_is_not_reached_is_passed_over_whatever_the_method() {
    let mut servers = Servers::default();
    let port = servers.named("good").await;
    for method in [Method::GET, Method::PUT, Method::POST] {
        let running = started([
            on_port(order("bad"), closed_port().await),
            on_port(order("good"), port),
        ])
        .await;
        let http = http(&running);
        for _ in 0..4 {
            let sent = http
                .request(method.clone(), "http://orders/")
                .body("x")
                .send()
                .await;
            assert_eq!(
                sent.unwrap().text().await.unwrap(),
                format!("good: {method} /")
            );
        }
    }
}

/// The statuses of ten requests, to a bad instance and a good one.
async fn statuses(
    bad: u16,
    middleware: impl Fn(EurekaMiddleware) -> EurekaMiddleware,
    method: Method,
) -> Vec<u16> {
    let mut servers = Servers::default();
    let good = servers.named("good").await;
    let running = started([on_port(order("bad"), bad), on_port(order("good"), good)]).await;
    let http = with_middleware(middleware(EurekaMiddleware::new(&running)));
    let mut statuses = Vec::new();
    for _ in 0..10 {
        let sent = http.request(method.clone(), "http://orders/").send().await;
        statuses.push(sent.map_or(0, |response| response.status().as_u16()));
    }
    statuses
}

#[tokio::test]
async fn rs7_failing_statuses_move_idempotent_requests_on() {
    let mut servers = Servers::default();
    let same = |middleware| middleware;
    for (status, method, expected) in [
        (502, Method::GET, None),
        (503, Method::DELETE, None),
        (504, Method::PUT, None),
        (503, Method::POST, Some(503)),
        (500, Method::GET, Some(500)),
        (404, Method::GET, Some(404)),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        let bad = servers.answering("bad", status).await;
        let seen = statuses(bad, same, method.clone()).await;
        let bad = seen.into_iter().find(|status| *status != 200);
        assert_eq!(bad, expected, "{method} {status}");
    }
}

#[tokio::test]
async fn rs7_which_statuses_fail_and_how_often_is_tried_can_be_said() {
    let mut servers = Servers::default();
    let teapot = servers.answering("bad", StatusCode::IM_A_TEAPOT).await;
    let teapots =
        |middleware: EurekaMiddleware| middleware.retry_statuses(&[StatusCode::IM_A_TEAPOT]);
    assert_eq!(statuses(teapot, teapots, Method::GET).await, [200; 10]);
    let once = |middleware: EurekaMiddleware| teapots(middleware).max_attempts(1);
    let seen = statuses(teapot, once, Method::GET).await;
    let failed = seen.into_iter().filter(|status| *status == 418).count();
    assert_eq!(failed, 1, "without a retry it is avoided nevertheless");
}

#[tokio::test]
async fn rs7_what_breaks_off_is_tried_again_where_that_is_safe() {
    let mut servers = Servers::default();
    let bad = servers.breaking_off().await;
    let same = |middleware| middleware;
    assert_eq!(statuses(bad, same, Method::GET).await, [200; 10]);
    assert!(statuses(bad, same, Method::POST).await.contains(&0));
}

#[tokio::test]
async fn rs7_where_all_fail_the_last_answer_is_told() {
    let mut servers = Servers::default();
    let (a, b) = (
        servers
            .answering("a", StatusCode::SERVICE_UNAVAILABLE)
            .await,
        servers
            .answering("b", StatusCode::SERVICE_UNAVAILABLE)
            .await,
    );
    let running = started([on_port(order("a"), a), on_port(order("b"), b)]).await;
    let response = http(&running).get("http://orders/").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let running = started([on_port(order("a"), closed_port().await)]).await;
    let error = http(&running)
        .get("http://orders/")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_connect(), "{error}");
}

#[tokio::test]
async fn rs7_a_body_that_cannot_be_sent_twice_is_sent_once() {
    let mut servers = Servers::default();
    let good = on_port(order("good"), servers.named("good").await);
    let running = started([on_port(order("bad"), closed_port().await), good]).await;
    let http = http(&running);
    let mut failures = 0;
    for _ in 0..6 {
        let body = http_body_util::Full::new(bytes::Bytes::from("once"));
        let body = reqwest::Body::wrap(body);
        let sent = http.put("http://orders/").body(body).send().await;
        failures += usize::from(sent.is_err_and(|error| error.is_connect()));
    }
    assert_eq!(failures, 1, "the next request avoids who was not reached");
}
