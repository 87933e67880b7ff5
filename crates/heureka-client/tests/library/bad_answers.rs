//! Whatever servers answer, the client keeps its last good view, says what happened, and recovers by itself.

use heureka_client::Event;
use heureka_client::test_util::{Behaviour, FakeEureka};
use http::{HeaderValue, Response, header};

use crate::log::Log;
use crate::support::{happened, ids, secs, sleep_secs};

/// What a listing may have here, so that one that is too large need not be made.
const MAX_LISTING_BYTES: usize = 100_000;

struct Bad {
    name: &'static str,
    behaviour: Behaviour,
    /// What the one line in the log says of it.
    told: &'static str,
}

fn bad(name: &'static str, behaviour: Behaviour, told: &'static str) -> Bad {
    Bad {
        name,
        behaviour,
        told,
    }
}

/// All that a server can answer to a fetch that is no listing.
fn bad_answers() -> Vec<Bad> {
    let mut all = bad_bodies();
    all.extend(refusals());
    all
}

fn bad_bodies() -> Vec<Bad> {
    let unreadable = "the answer cannot be read";
    let json = |name, body: &'static str| bad(name, Behaviour::json(body), unreadable);
    vec![
        bad("HTML", Behaviour::Html, "it is a web page"),
        bad("garbage", Behaviour::Garbage, unreadable),
        bad(
            "half a packed body",
            Behaviour::HalfBody,
            "it is not the gzip",
        ),
        json(
            "half a body",
            r#"{"applications":{"versions__delta":"1","apps__hashcode":"UP_1_","appl"#,
        ),
        bad(
            "an exchange that breaks off",
            Behaviour::BreakOff,
            "the exchange broke off",
        ),
        json("an empty body", ""),
        json(
            "the wrong registry",
            r#"{"services":{"orders":{"address":"10.0.0.1","port":8080}}}"#,
        ),
        json(
            "a registry of another form",
            r#"[{"ServiceName":"orders","ServicePort":8080}]"#,
        ),
        json(
            "XML of somebody else",
            "<?xml version='1.0'?><beans><bean id='orders'/></beans>",
        ),
        bad(
            "a body without end",
            Behaviour::Endless,
            "larger than 100000 bytes",
        ),
        bad("1 GB in few bytes", gigabyte(), "larger than 100000 bytes"),
        bad(
            "an unknown encoding",
            encoded("br", "not brotli"),
            "Content-Encoding",
        ),
    ]
}

fn refusals() -> Vec<Bad> {
    vec![
        bad("401", Behaviour::Status(401), "answered 401"),
        bad("403", Behaviour::Status(403), "answered 403"),
        bad("404", Behaviour::Status(404), "answered 404"),
        bad("429", Behaviour::Status(429), "answered 429"),
        bad("500", Behaviour::Status(500), "answered 500"),
        bad("503", Behaviour::Status(503), "answered 503"),
        bad("204", Behaviour::Status(204), "204"),
        bad(
            "a redirect to itself",
            redirect_to("eureka-1"),
            "redirects to",
        ),
        bad(
            "a redirect to nobody",
            redirect_to("nobody"),
            "no server nobody.fake",
        ),
        bad(
            "a connection that is refused",
            Behaviour::Refuse,
            "connection refused",
        ),
        bad("nothing at all", Behaviour::Hang, "no whole answer in time"),
        bad(
            "an answer that comes too late",
            Behaviour::Slow(secs(3600)),
            "no whole answer in time",
        ),
    ]
}

fn redirect_to(host: &str) -> Behaviour {
    Behaviour::Redirect(format!("http://{host}.fake:8761/eureka/apps/").into())
}

fn encoded(coding: &'static str, body: impl Into<bytes::Bytes>) -> Behaviour {
    let mut response = Response::new(body.into());
    let coding = HeaderValue::from_static(coding);
    response
        .headers_mut()
        .insert(header::CONTENT_ENCODING, coding);
    Behaviour::Respond(response)
}

/// Zeros pack a thousandfold; a thousand members of a megabyte each are a gigabyte.
fn gigabyte() -> Behaviour {
    let megabyte = heureka_wire::gzip(&vec![b' '; 1 << 20]);
    encoded("gzip", megabyte.repeat(1 << 10))
}

#[tokio::test(start_paused = true)]
async fn whatever_servers_answer_the_last_good_view_stays_and_the_client_recovers() {
    for case in bad_answers() {
        let seen = Seen::of(&case).await;
        let name = case.name;
        assert_eq!(seen.view_meanwhile, ["o-1"], "{name}");
        assert!(seen.failed_fetches >= 3, "{name}: {}", seen.failed_fetches);
        assert_eq!(seen.counted, seen.failed_fetches, "{name}");
        let of_fetch = |line: &&String| line.contains("the registry could not be fetched");
        let lines: Vec<&String> = seen.warnings.iter().filter(of_fetch).collect();
        assert_eq!(lines.len(), 1, "{name}: {:#?}", seen.warnings);
        assert!(lines[0].contains(case.told), "{name}: {}", lines[0]);
        // The other line names the server.
        assert!(seen.warnings.len() <= 2, "{name}: {:#?}", seen.warnings);
        assert_eq!(seen.view_after, ["o-1", "o-2"], "{name}");
        assert_eq!(seen.warnings_after, Vec::<String>::new(), "{name}");
    }
}

/// What was to be seen while a server misbehaved, and after.
struct Seen {
    view_meanwhile: Vec<String>,
    failed_fetches: u64,
    counted: u64,
    warnings: Vec<String>,
    view_after: Vec<String>,
    warnings_after: Vec<String>,
}

impl Seen {
    async fn of(case: &Bad) -> Self {
        let log = Log::warnings();
        let eureka = FakeEureka::new();
        eureka.put("orders", "o-1", 8080);
        let client = eureka.client().allow_redirects(true);
        let client = client.max_listing_bytes(MAX_LISTING_BYTES).start().await;
        let client = client.unwrap();
        let mut events = client.events();
        eureka.all_behave(case.behaviour.clone());
        eureka.put("orders", "o-2", 8080);
        sleep_secs(300).await;
        let is_failure = |event: &&Event| matches!(event, Event::FetchFailed { .. });
        let failed = happened(&mut events).iter().filter(is_failure).count();
        let (view_meanwhile, warnings) = (ids(&client, "orders"), log.take());
        let counted = client.stats().counts.fetches_failed;
        eureka.all_behave(Behaviour::Answer);
        sleep_secs(90).await;
        let seen = Self {
            view_meanwhile,
            failed_fetches: failed as u64,
            counted,
            warnings,
            view_after: ids(&client, "orders"),
            warnings_after: log.take(),
        };
        client.shutdown().await.unwrap();
        seen
    }
}

#[tokio::test(start_paused = true)]
async fn two_servers_that_redirect_to_each_other_are_left_and_a_third_is_asked() {
    let eureka = FakeEureka::with_servers(3);
    eureka.put("orders", "o-1", 8080);
    eureka.behave(0, redirect_to("eureka-2"));
    eureka.behave(1, redirect_to("eureka-1"));
    let client = eureka.client().allow_redirects(true).start().await.unwrap();
    assert_eq!(ids(&client, "orders"), ["o-1"]);
    client.shutdown().await.unwrap();
}

/// K5: everything is fetched after such a delta, so the view is right all the time.
#[tokio::test(start_paused = true)]
async fn a_delta_with_a_wrong_hash_is_found_out_and_told() {
    let log = Log::down_to(tracing_subscriber::filter::LevelFilter::INFO);
    let eureka = FakeEureka::new();
    eureka.put("orders", "o-1", 8080);
    let client = eureka.client().start().await.unwrap();
    let mut events = client.events();
    eureka.all_behave(Behaviour::WrongHash);
    eureka.put("orders", "o-2", 8080);
    sleep_secs(60).await;
    assert_eq!(ids(&client, "orders"), ["o-1", "o-2"]);
    let is_mismatch = |event: &Event| matches!(event, Event::HashMismatch { .. });
    assert!(happened(&mut events).iter().any(is_mismatch));
    assert!(client.stats().counts.hash_mismatches > 0);
    let is_told = |line: &String| line.contains("do not add up");
    assert!(log.take().iter().any(is_told));

    eureka.all_behave(Behaviour::Answer);
    sleep_secs(60).await;
    let mismatches = client.stats().counts.hash_mismatches;
    sleep_secs(600).await;
    assert_eq!(client.stats().counts.hash_mismatches, mismatches);
    client.shutdown().await.unwrap();
}

/// A server that fails costs nothing while another answers.
#[tokio::test(start_paused = true)]
async fn one_bad_server_of_two_is_left_at_once() {
    for case in bad_answers() {
        let eureka = FakeEureka::with_servers(2);
        eureka.put("orders", "o-1", 8080);
        let client = eureka.client().max_listing_bytes(MAX_LISTING_BYTES);
        let client = client.start().await.unwrap();
        let asked = client.stats().query.server.unwrap();
        let is_asked = |url: &String| url.contains(asked.host());
        let index = eureka.urls().iter().position(is_asked).unwrap();
        eureka.behave(index, case.behaviour.clone());
        eureka.put("orders", "o-2", 8080);
        // A fetch, and the time that one server may take.
        sleep_secs(40).await;
        assert_eq!(ids(&client, "orders"), ["o-1", "o-2"], "{}", case.name);
        assert_ne!(client.stats().query.server, Some(asked), "{}", case.name);
        client.shutdown().await.unwrap();
    }
}
