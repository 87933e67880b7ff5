//! Replays one recorded story.

use std::time::Duration;

use heureka_server::ServerConfig;
use serde::Deserialize;

use crate::reader::{Reader, read};
use crate::support::{Answer, TestServer, instance};

/// The instance whose client was recorded.
const CLIENT: (&str, &str) = ("ORACLE-CLIENT", "client-host:oracle-client:8085");

#[derive(Debug, Deserialize)]
struct Actions {
    actions: Vec<Action>,
}

/// What was done to the server from another side.
#[derive(Debug, Deserialize)]
struct Action {
    t: f64,
    action: String,
}

#[derive(Debug, Deserialize)]
struct Exchange {
    t: f64,
    request: Request,
    #[serde(rename = "answeredBy")]
    answered_by: String,
    response: Option<Response>,
}

#[derive(Debug, Deserialize)]
struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
}

#[derive(Debug, Deserialize)]
struct Response {
    status: Option<u16>,
}

/// Something that reaches the server.
#[derive(Debug)]
enum Event {
    Exchange(Exchange),
    Action(Action),
}

impl Event {
    fn at(&self) -> f64 {
        match self {
            Self::Exchange(exchange) => exchange.t,
            Self::Action(action) => action.t,
        }
    }
}

/// Replays a story from its recording.
pub(crate) fn replay(recording: &str) {
    replay_with(recording, ServerConfig::default());
}

/// Replays a story on a server that is set up otherwise.
pub(crate) fn replay_with(recording: &str, config: ServerConfig) {
    let mut story = Story {
        server: TestServer::start(config),
        reader: Reader::default(),
        client_is_registered: false,
        seconds: 0.0,
    };
    for event in events(recording) {
        story.pass_until(event.at());
        match event {
            Event::Exchange(exchange) => story.deliver(&exchange),
            Event::Action(action) => story.act(&action),
        }
        story.check_that_nobody_was_evicted();
    }
    assert!(
        !story.client_is_registered,
        "the client has cancelled at its end"
    );
}

fn events(recording: &str) -> Vec<Event> {
    let (actions, exchanges) = recording.split_once('\n').unwrap();
    let actions: Actions = serde_json::from_str(actions).unwrap();
    let actions = actions.actions.into_iter().map(Event::Action);
    let exchanges = exchanges
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let reached = exchanges.filter(|exchange: &Exchange| exchange.answered_by == "java");
    let mut events: Vec<Event> = actions.chain(reached.map(Event::Exchange)).collect();
    events.sort_by(|a, b| a.at().total_cmp(&b.at()));
    events
}

struct Story {
    server: TestServer,
    reader: Reader,
    client_is_registered: bool,
    seconds: f64,
}

impl Story {
    fn pass_until(&mut self, seconds: f64) {
        self.server
            .advance(Duration::from_secs_f64(seconds - self.seconds));
        self.seconds = seconds;
    }

    fn deliver(&mut self, exchange: &Exchange) {
        let Request {
            method,
            path,
            headers,
            body,
        } = &exchange.request;
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let answer = self.server.send(method, path, &headers, body.as_bytes());
        let expected = exchange
            .response
            .as_ref()
            .and_then(|response| response.status);
        assert_eq!(
            Some(answer.status),
            expected,
            "{method} {path} at {} s",
            exchange.t
        );
        self.read(method, path, &answer);
        match (method.as_str(), answer.status) {
            ("POST", 204) => self.client_is_registered = true,
            ("DELETE", 200) => self.client_is_registered = false,
            _ => {}
        }
    }

    /// Reads an answer as the client does.
    fn read(&mut self, method: &str, path: &str, answer: &Answer) {
        if method != "GET" {
            // Java's client takes any body of a heartbeat for an instance (wire.md, trap 1).
            assert!(answer.body.is_empty(), "{method} {path}: {}", answer.text());
        } else if path.ends_with("/apps/delta") {
            self.reader.take_delta(answer);
        } else if path.ends_with("/apps/") {
            self.reader.take_full(answer);
        } else {
            read(answer);
        }
    }

    /// Does what was done directly on the server: the words of the recorder are a method and a path.
    fn act(&self, action: &Action) {
        let Some((request, _)) = action.action.split_once(" (") else {
            return;
        };
        let (method, path) = request.split_once(' ').unwrap();
        if method == "POST" {
            let app = path.strip_prefix("/apps/").unwrap();
            let id = if app == "USERS" {
                "u1"
            } else {
                "host1:orders:8080"
            };
            let answer = self.server.register_json(app, &instance(app, id));
            assert_eq!(answer.status, 204);
        } else {
            let answer = self
                .server
                .send(method, &format!("/eureka{path}"), &[], b"");
            assert_eq!(answer.status, 200, "{request}");
        }
    }

    fn check_that_nobody_was_evicted(&self) {
        let (app, id) = CLIENT;
        let is_there = self.server.app.node().instance(app, id).is_some();
        assert_eq!(is_there, self.client_is_registered, "at {} s", self.seconds);
    }
}
