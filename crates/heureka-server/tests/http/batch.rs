//! Batches that no peer should send: the whole of them gets its answer, or each item does.

use heureka_server::ServerConfig;
use serde_json::Value;

use crate::support::{Answer, TestServer, instance};

pub(crate) const PATH: &str = "/eureka/peerreplication/batch/";
pub(crate) const JSON: (&str, &str) = ("Content-Type", "application/json");
pub(crate) const ACCEPT_JSON: (&str, &str) = ("Accept", "application/json");

/// What `golden/spring` 27-batch/44 answers to anything that is no batch.
const CANNOT_PARSE: &str = r#"{"error": "cannot parse request body"}"#;

pub(crate) fn server() -> TestServer {
    let server = TestServer::start(ServerConfig::default());
    let good = server.register_json("ORDERS", &instance("ORDERS", "good"));
    assert_eq!(good.status, 204);
    server
}

pub(crate) fn send(server: &TestServer, body: &str) -> Answer {
    server.send("POST", PATH, &[JSON, ACCEPT_JSON], body.as_bytes())
}

pub(crate) fn batch(items: &[String]) -> String {
    format!(r#"{{"replicationList":[{}]}}"#, items.join(","))
}

pub(crate) fn codes(answer: &Answer) -> Vec<u64> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    let entries = body
        .pointer("/responseList")
        .unwrap()
        .as_array()
        .unwrap()
        .iter();
    entries
        .map(|entry| entry["statusCode"].as_u64().unwrap())
        .collect()
}

/// An instance as it stands in an item.
fn info(id: &str) -> String {
    let wrapped: Value = serde_json::from_str(&instance("ORDERS", id)).unwrap();
    wrapped.pointer("/instance").unwrap().to_string()
}

pub(crate) fn register(id: &str) -> String {
    let info = info(id);
    format!(r#"{{"appName":"ORDERS","id":"{id}","instanceInfo":{info},"action":"Register"}}"#)
}

pub(crate) fn heartbeat(id: &str) -> String {
    format!(r#"{{"appName":"ORDERS","id":"{id}","action":"Heartbeat"}}"#)
}

fn listing(server: &TestServer) -> String {
    server.get_json("/eureka/apps").text()
}

/// The item is answered with `code` and changes nothing; its neighbours are applied. What is refused is told in one
/// line of the log; what is not here is no news.
#[track_caller]
fn check_item(item: &str, code: u64) {
    let server = server();
    let before = listing(&server);
    let alone = batch(&[item.to_owned()]);
    let (answer, log) = server.send_logged("POST", PATH, &[JSON, ACCEPT_JSON], alone.as_bytes());
    assert_eq!(codes(&answer), [code], "{item}");
    assert!(!answer.text().contains("responseEntity"), "{item}");
    assert_eq!(listing(&server), before, "{item} changed the registry");
    assert_eq!(
        log.len(),
        usize::from(code != 404 && code != 200),
        "{item}: {log:?}"
    );
    let among = batch(&[heartbeat("good"), item.to_owned(), register("new")]);
    assert_eq!(codes(&send(&server, &among)), [200, code, 200], "{item}");
    assert_eq!(server.get_json("/eureka/apps/ORDERS/new").status, 200);
}

/// The whole batch is refused, and nothing of it is applied.
#[track_caller]
pub(crate) fn check_batch(
    server: &TestServer,
    headers: &[(&str, &str)],
    body: &[u8],
    status: u16,
    text: &str,
) {
    let before = listing(server);
    let (answer, log) = server.send_logged("POST", PATH, headers, body);
    assert_eq!((answer.status, answer.text().as_str()), (status, text));
    assert_eq!(listing(server), before);
    assert_eq!(log.len(), 1, "{log:?}");
}

#[test]
fn actions_that_are_unknown_or_missing() {
    for action in [r#""Fly""#, r#""heartbeat""#, r#""""#, "null", "7", "true"] {
        check_item(
            &format!(r#"{{"appName":"ORDERS","id":"good","action":{action}}}"#),
            400,
        );
    }
    check_item(r#"{"appName":"ORDERS","id":"good"}"#, 400);
    check_item("{}", 400);
}

#[test]
fn items_that_do_not_name_an_instance() {
    for action in [
        "Register",
        "Heartbeat",
        "Cancel",
        "StatusUpdate",
        "DeleteStatusOverride",
    ] {
        let info = info("good");
        let rest = format!(
            r#""lastDirtyTimestamp":1,"status":"DOWN","instanceInfo":{info},"action":"{action}""#
        );
        check_item(&format!(r#"{{"id":"good",{rest}}}"#), 500);
        check_item(&format!(r#"{{"appName":"ORDERS",{rest}}}"#), 500);
        check_item(&format!(r#"{{"appName":null,"id":null,{rest}}}"#), 500);
    }
}

#[test]
fn names_that_nobody_has() {
    let (long, status) = (
        "x".repeat(100_000),
        r#""lastDirtyTimestamp":1,"status":"DOWN""#,
    );
    for id in ["", "nobody", "a\\u0000b", "..%2f", &long] {
        for action in [
            "Heartbeat",
            "Cancel",
            "StatusUpdate",
            "DeleteStatusOverride",
        ] {
            check_item(
                &format!(r#"{{"appName":"ORDERS","id":"{id}",{status},"action":"{action}"}}"#),
                404,
            );
        }
    }
    check_item(
        r#"{"appName":"ORDERS","id":"nobody","action":"StatusUpdate"}"#,
        404,
    );
}

/// A register item goes by the names in its instance, as on Java's servers (`golden/spring` 27-batch/30).
#[test]
fn registrations_that_fail_validation() {
    let good = info("new");
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        let info = good.replace(from, to);
        format!(r#"{{"appName":"ORDERS","id":"x","instanceInfo":{info},"action":"Register"}}"#)
    };
    let long = format!(r#""hostName":"{}""#, "x".repeat(10_000));
    for (from, to) in [
        (r#""hostName":"host1""#, r#""hostName":null"#),
        (r#""ipAddr":"10.0.0.1""#, r#""ipAddr":"""#),
        (r#""app":"ORDERS""#, r#""app":"OTHER""#),
        (r#""app":"ORDERS""#, r#""app":null"#),
        (r#""name":"MyOwn""#, r#""name":"Nobody's""#),
        (r#""instanceId":"new""#, r#""instanceId":"a\u0007b""#),
        (r#""hostName":"host1""#, long.as_str()),
        (r#""status":"UP""#, r#""metadata":[]"#),
    ] {
        check_item(&with(from, to), 400);
    }
}

#[test]
fn registrations_without_an_instance() {
    for info in ["null", "{}", "[]", "5", r#""x""#, r#"[{"app":"ORDERS"}]"#] {
        check_item(
            &format!(
                r#"{{"appName":"ORDERS","id":"x","instanceInfo":{info},"action":"Register"}}"#
            ),
            400,
        );
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep =
        format!(r#"{{"appName":"ORDERS","id":"x","instanceInfo":{deep},"action":"Register"}}"#);
    check_batch(
        &server(),
        &[JSON, ACCEPT_JSON],
        batch(&[deep]).as_bytes(),
        400,
        CANNOT_PARSE,
    );
}

#[test]
fn statuses_that_are_unknown_or_missing() {
    for status in [
        "",
        r#""status":null,"#,
        r#""status":"BOGUS","#,
        r#""status":"up","#,
    ] {
        check_item(
            &format!(r#"{{"appName":"ORDERS","id":"good",{status}"action":"StatusUpdate"}}"#),
            500,
        );
    }
    check_item(
        r#"{"appName":"ORDERS","id":"good","status":"UP","action":"DeleteStatusOverride"}"#,
        500,
    );
    let removal = r#""lastDirtyTimestamp":1700000000000,"action":"DeleteStatusOverride""#;
    check_item(
        &format!(r#"{{"appName":"ORDERS","id":"good","status":"BOGUS",{removal}}}"#),
        400,
    );
}

/// DESIGN 2.10. Java refuses the whole batch.
#[test]
fn unknown_fields_are_skipped() {
    let item =
        r#"{"foo":{"bar":[1,null]},"appName":"ORDERS","id":"good","action":"Heartbeat","id2":7}"#;
    check_item(item, 200);
    let body = format!(r#"{{"x":[1],"replicationList":[{item}],"y":null}}"#);
    assert_eq!(codes(&send(&server(), &body)), [200]);
}

#[test]
fn bodies_that_are_no_batch() {
    let server = server();
    let good = heartbeat("good");
    for body in [
        String::new(),
        "[]".to_owned(),
        "x".to_owned(),
        r#"{"replicationList":["#.to_owned(),
        r#"{"replicationList":5}"#.to_owned(),
        format!(r#"{{"replicationList":[{good},5]}}"#),
        format!(r#"{{"replicationList":[{good},"x"]}}"#),
        format!(r#"{{"replicationList":[{good},[]]}}"#),
        format!(r#"{{"replicationList":[{good}],"replicationList":[{good}]}}"#),
        r#"{"replicationList":[{"lastDirtyTimestamp":"abc"}]}"#.to_owned(),
        r#"{"replicationList":[{"id":{}}]}"#.to_owned(),
    ] {
        check_batch(
            &server,
            &[JSON, ACCEPT_JSON],
            body.as_bytes(),
            400,
            CANNOT_PARSE,
        );
    }
    for body in [
        "{}".to_owned(),
        "null".to_owned(),
        r#"{"replicationList":null}"#.to_owned(),
        format!(r#"{{"replicationList":[{good},null]}}"#),
    ] {
        check_batch(&server, &[JSON, ACCEPT_JSON], body.as_bytes(), 500, "");
    }
}

#[test]
fn an_empty_list_has_an_empty_answer() {
    for path in [
        PATH,
        "/eureka/peerreplication/batch",
        "/eureka/v2/peerreplication/batch/",
        "/v2/peerreplication/batch",
    ] {
        let answer = server().send(
            "POST",
            path,
            &[JSON, ACCEPT_JSON],
            br#"{"replicationList":[]}"#,
        );
        assert_eq!(codes(&answer), Vec::<u64>::new());
        assert_eq!(answer.text(), r#"{"responseList":[]}"#);
    }
}

#[test]
fn types_that_are_not_read_or_not_written() {
    let server = server();
    let body = batch(&[register("new")]);
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
    ] {
        check_batch(
            &server,
            &[("Content-Type", kind), ACCEPT_JSON],
            body.as_bytes(),
            415,
            "",
        );
    }
    check_batch(&server, &[ACCEPT_JSON], body.as_bytes(), 415, "");
    check_batch(
        &server,
        &[JSON, ("Accept", "text/html")],
        body.as_bytes(),
        406,
        "",
    );
    let xml = "<error><message>cannot parse request body</message></error>";
    check_batch(
        &server,
        &[("Content-Type", "application/xml"), ACCEPT_JSON],
        b"<replicationList/>",
        400,
        xml,
    );
    let utf8 = ("Content-Type", "application/json;charset=UTF-8");
    let read = server.send("POST", PATH, &[utf8, ACCEPT_JSON], body.as_bytes());
    assert_eq!(codes(&read), [200]);
}
