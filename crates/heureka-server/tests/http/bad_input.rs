//! Input that no client should send: each gets its answer, and the registry stays as it was.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use heureka_server::ServerConfig;

use crate::support::{Answer, TestServer, instance};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const XML: (&str, &str) = ("Content-Type", "application/xml");

fn server() -> TestServer {
    let server = TestServer::start(ServerConfig::default());
    assert_eq!(
        server
            .register_json("ORDERS", &instance("ORDERS", "good"))
            .status,
        204
    );
    server
}

/// The request is answered with `status`, the listing is what it was, and the log has one line that says why. That
/// something is not there is no news: clients look for it.
#[track_caller]
fn check(
    server: &TestServer,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    status: u16,
) -> Answer {
    let before = server.get_json("/eureka/apps").text();
    let (answer, log) = server.send_logged(method, path, headers, body);
    assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
    let after = server.get_json("/eureka/apps").text();
    assert_eq!(after, before, "{method} {path} changed the registry");
    let is_routine = status == 404 || path == "/";
    assert_eq!(log.len(), usize::from(!is_routine), "{log:?}");
    assert!(log.iter().all(|line| line.contains("refused: ")), "{log:?}");
    answer
}

#[track_caller]
fn refuses_registration(body: &str, text: &str) {
    let answer = check(
        &server(),
        "POST",
        "/eureka/apps/ORDERS",
        &[JSON],
        body.as_bytes(),
        400,
    );
    assert_eq!(answer.text(), text);
}

/// The registration of `instance("ORDERS", "x")` with one text replaced.
fn with(from: &str, to: &str) -> String {
    let body = instance("ORDERS", "x");
    assert!(body.contains(from), "{from}");
    body.replace(from, to)
}

#[test]
fn names_that_are_too_long_or_hold_control_characters() {
    let long = "x".repeat(10_000);
    for (from, to, text) in [
        (
            r#""instanceId":"x""#,
            format!(r#""instanceId":"{long}""#),
            "instanceId is too large: at most 512 bytes",
        ),
        (
            r#""host1""#,
            format!(r#""{long}""#),
            "hostName is too large: at most 4096 bytes",
        ),
        (
            r#""instanceId":"x""#,
            r#""instanceId":"a\u0000b""#.to_owned(),
            "instanceId must not contain control characters",
        ),
        (
            r#""instanceId":"x""#,
            r#""instanceId":"a\nb""#.to_owned(),
            "instanceId must not contain control characters",
        ),
        (
            r#""10.0.0.1""#,
            r#""1\u001b[2J""#.to_owned(),
            "ipAddr must not contain control characters",
        ),
    ] {
        refuses_registration(&with(from, &to), text);
    }
}

#[test]
fn other_scripts_are_only_letters() {
    let server = server();
    let body = instance("ЗАКАЗЫ", "узел:1").replace("host1", "ノード");
    assert_eq!(
        server
            .register_json("%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7%D1%8B", &body)
            .status,
        204
    );
    let answer = server
        .get_json("/eureka/apps/%D0%97%D0%90%D0%9A%D0%90%D0%97%D0%AB/%D1%83%D0%B7%D0%B5%D0%BB:1");
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("ノード"));
}

#[test]
fn paths_that_no_name_has() {
    let server = server();
    for (path, status) in [
        ("/eureka/apps/A%2FB", 400),
        ("/eureka/apps/..%2f..%2fetc%2fpasswd", 400),
        ("/eureka/apps/%252e%252e", 404),
        ("/eureka/apps/A%0d%0aSet-Cookie:x=1", 400),
        ("/eureka/apps/A%00B", 400),
        ("/eureka/apps/%c0%ae%c0%ae", 400),
        ("/eureka/apps/..;/x", 404),
        ("/eureka/apps/a%5cb", 400),
        ("/eureka/../../etc/passwd", 404),
        ("/eureka/zzz", 404),
        ("/", 405),
    ] {
        let method = if status == 405 { "DELETE" } else { "GET" };
        let answer = check(&server, method, path, &[], b"", status);
        assert!(answer.body.is_empty(), "{path}");
        assert!(answer.header("set-cookie").is_none());
    }
}

#[test]
fn unknown_methods() {
    let server = server();
    for method in ["PATCH", "TRACE", "CONNECT", "FOO", "DELETE", "PUT"] {
        let answer = check(
            &server,
            method,
            "/eureka/apps",
            &[("X-HTTP-Method-Override", "GET")],
            b"",
            405,
        );
        assert!(
            answer
                .header("allow")
                .is_some_and(|allow| allow.contains("GET")),
            "{method}"
        );
    }
}

#[test]
fn json_that_is_too_deep_too_large_or_cut() {
    let server = server();
    let whole = instance("ORDERS", "x");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_inside = with(r#""vipAddress":"orders""#, &format!(r#""zzz":{deep}"#));
    for body in [deep, deep_inside] {
        check(
            &server,
            "POST",
            "/eureka/apps/ORDERS",
            &[JSON],
            body.as_bytes(),
            400,
        );
    }
    for cut in (1..whole.len()).step_by(7) {
        let body = whole.get(..cut).unwrap();
        check(
            &server,
            "POST",
            "/eureka/apps/ORDERS",
            &[JSON],
            body.as_bytes(),
            400,
        );
    }
    let large = with("host1", &"x".repeat(1024 * 1024));
    check(
        &server,
        "POST",
        "/eureka/apps/ORDERS",
        &[JSON],
        large.as_bytes(),
        413,
    );
}

#[test]
fn too_much_metadata() {
    let entries = |count: usize, size: usize| {
        let value = "v".repeat(size);
        let entries: Vec<String> = (0..count).map(|n| format!(r#""k{n}":"{value}""#)).collect();
        with(
            r#""vipAddress":"orders""#,
            &format!(r#""metadata":{{{}}}"#, entries.join(",")),
        )
    };
    let server = server();
    assert_eq!(server.register_json("ORDERS", &entries(256, 1)).status, 204);
    refuses_registration(&entries(257, 1), "metadata is too large: at most 256 keys");
    refuses_registration(
        &entries(100, 1000),
        "metadata is too large: at most 65536 bytes in all",
    );
    let added = (0..300)
        .map(|n| format!("n{n}=1"))
        .collect::<Vec<_>>()
        .join("&");
    let path = format!("/eureka/apps/ORDERS/good/metadata?{added}");
    assert!(check(&server, "PUT", &path, &[], b"", 400).body.is_empty());
}

#[test]
fn xml_with_types_entities_and_floods() {
    let server = server();
    let lol = r#"<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><instance><app>&b;</app></instance>"#;
    let file = r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><instance><app>&e;</app></instance>"#;
    let deep = format!("<instance>{}", "<a>".repeat(100_000));
    let attributes = (0..80_000)
        .map(|n| format!(" a{n}=\"1\""))
        .collect::<String>();
    let flood = format!("<instance{attributes}/>");
    for body in [
        lol,
        file,
        "<sorted-set/>",
        "<dynamic-proxy/>",
        &deep,
        &flood,
    ] {
        let answer = check(
            &server,
            "POST",
            "/eureka/apps/ORDERS",
            &[XML],
            body.as_bytes(),
            400,
        );
        assert_eq!(
            answer.text(),
            "<error><message>cannot parse request body</message></error>"
        );
    }
}

#[test]
fn gzip_that_is_a_bomb_broken_or_doubled() {
    let server = server();
    let pack = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let gzip = ("Content-Encoding", "gzip");
    let bomb = pack(&vec![b' '; 10 * 1024 * 1024]);
    check(
        &server,
        "POST",
        "/eureka/apps/ORDERS",
        &[JSON, gzip],
        &bomb,
        413,
    );
    check(
        &server,
        "POST",
        "/eureka/apps/ORDERS",
        &[JSON, gzip],
        b"no gzip",
        400,
    );
    let packed = pack(instance("ORDERS", "x").as_bytes());
    let cut = packed.get(..packed.len() / 2).unwrap();
    check(
        &server,
        "POST",
        "/eureka/apps/ORDERS",
        &[JSON, gzip],
        cut,
        400,
    );
    for doubled in [
        &[JSON, ("Content-Encoding", "gzip, gzip")][..],
        &[JSON, gzip, gzip],
        &[JSON, ("Content-Encoding", "br")],
    ] {
        check(
            &server,
            "POST",
            "/eureka/apps/ORDERS",
            doubled,
            &packed,
            415,
        );
    }
    let whole = server.send("POST", "/eureka/apps/ORDERS", &[JSON, gzip], &packed);
    assert_eq!(whole.status, 204);
}

#[test]
fn parameters_that_are_no_numbers_and_no_statuses() {
    let server = server();
    for (method, path) in [
        ("PUT", "/eureka/apps/ORDERS/good?lastDirtyTimestamp=abc"),
        (
            "PUT",
            "/eureka/apps/ORDERS/good?lastDirtyTimestamp=99999999999999999999",
        ),
        ("PUT", "/eureka/apps/ORDERS/good/status?value=up"),
        ("PUT", "/eureka/apps/ORDERS/good/status"),
        (
            "PUT",
            "/eureka/apps/ORDERS/good/status?value=DOWN&lastDirtyTimestamp=x",
        ),
        ("DELETE", "/eureka/apps/ORDERS/good/status?value=BOGUS"),
    ] {
        assert!(
            check(&server, method, path, &[], b"", 500).body.is_empty(),
            "{method} {path}"
        );
    }
}

#[test]
fn numbers_out_of_range_never_wrap() {
    let server = server();
    let number = "9".repeat(40);
    let body = instance("ORDERS", "x").replace(
        r#""vipAddress":"orders""#,
        &format!(
            r#""port":{{"$":{number},"@enabled":"true"}},"countryId":{number},"leaseInfo":{{"renewalIntervalInSecs":{number},"durationInSecs":{number}}}"#
        ),
    );
    assert_eq!(server.register_json("ORDERS", &body).status, 204);
    let shown = server.get_json("/eureka/apps/ORDERS/x").text();
    for text in [
        r#""$":2147483647"#,
        r#""countryId":2147483647"#,
        r#""durationInSecs":2147483647"#,
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
}

/// MERGE 1*: a document from the future does not keep its own client out.
#[test]
fn a_timestamp_in_the_far_future_is_overruled_by_the_client() {
    let server = server();
    let poisoned = with("1700000000000", "4102444800000");
    assert_eq!(server.register_json("ORDERS", &poisoned).status, 204);
    let honest = with("host1", "host2");
    assert_eq!(server.register_json("ORDERS", &honest).status, 204);
    let shown = server.get_json("/eureka/apps/ORDERS/x").text();
    assert!(
        shown.contains("host2") && shown.contains(r#""lastDirtyTimestamp":"1700000000000""#),
        "{shown}"
    );
}
