//! A server without a port, under a clock that the test moves.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary uses a part of it"
)]

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use heureka_model::UnixMillis;
use heureka_net::Counters;
use heureka_server::{
    App, Clock as _, Fetch, ManualClock, Routes, ServerConfig, fetch_due_regions, router, tick,
};
use http::{HeaderName, HeaderValue, Method, Request};
use http_body_util::BodyExt as _;
use parking_lot::Mutex;
use tokio::runtime::Runtime;

/// What the wall clock says at the start of every test.
pub const WALL_AT_START: UnixMillis = UnixMillis(1_888_888_888_888);

/// A server without a port.
#[derive(Debug)]
pub struct TestServer {
    pub app: App,
    router: Routes,
    clock: Arc<ManualClock>,
    runtime: Runtime,
}

/// What it answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl TestServer {
    pub fn start(config: ServerConfig) -> Self {
        let clock = Arc::new(ManualClock::at(WALL_AT_START));
        let app = App::new(
            config,
            Arc::clone(&clock) as _,
            1,
            Arc::new(Counters::default()),
        );
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        Self {
            router: router(app.clone()),
            app,
            clock,
            runtime,
        }
    }

    /// Sends a request whose headers are just these.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = Request::new(Body::from(body.to_vec()));
        *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
        *request.uri_mut() = path.parse().unwrap();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            request.headers_mut().append(name, value);
        }
        self.runtime.block_on(async {
            let response = self.router.answer(request, None).await.unwrap();
            let (head, body) = response.into_parts();
            let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
            Answer {
                status: head.status.as_u16(),
                headers: head
                    .headers
                    .iter()
                    .map(|(name, value)| (name.to_string(), text(value)))
                    .collect(),
                body: body.collect().await.unwrap().to_bytes().to_vec(),
            }
        })
    }

    /// Sends a request and also returns the lines of the log, from the level that operators see.
    pub fn send_logged(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> (Answer, Vec<String>) {
        let log = Arc::new(Mutex::new(Vec::new()));
        let writer = Arc::clone(&log);
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::INFO)
            .with_ansi(false)
            .with_writer(move || LogWriter(Arc::clone(&writer)))
            .finish();
        let answer = tracing::subscriber::with_default(subscriber, || {
            self.send(method, path, headers, body)
        });
        let text = String::from_utf8(log.lock().clone()).unwrap();
        (answer, text.lines().map(str::to_owned).collect())
    }

    /// Makes the fetches from remote regions that are due.
    pub fn fetch_regions(&self, fetch: &Arc<dyn Fetch>) {
        self.runtime.block_on(fetch_due_regions(&self.app, fetch));
    }

    pub fn get_json(&self, path: &str) -> Answer {
        self.send("GET", path, &[("Accept", "application/json")], b"")
    }

    pub fn register_json(&self, app: &str, body: &str) -> Answer {
        let path = format!("/eureka/apps/{app}");
        self.send(
            "POST",
            &path,
            &[("Content-Type", "application/json")],
            body.as_bytes(),
        )
    }

    /// Lets time pass, with every round of the registry at its moment.
    pub fn advance(&self, by: Duration) {
        let end = self.clock.now().mono + by;
        loop {
            let (due, _timer) = self.app.node().poll_own_timeout();
            if due > end {
                break;
            }
            self.clock
                .advance(due.saturating_sub(self.clock.now().mono));
            tick(&self.app);
        }
        self.clock.advance(end - self.clock.now().mono);
    }
}

/// Where a test's log goes.
struct LogWriter(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A registration that every server takes.
pub fn instance(app: &str, id: &str) -> String {
    format!(
        r#"{{"instance":{{"instanceId":"{id}","hostName":"host1","app":"{app}","ipAddr":"10.0.0.1","status":"UP","vipAddress":"orders","dataCenterInfo":{{"@class":"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo","name":"MyOwn"}},"lastDirtyTimestamp":"1700000000000"}}}}"#
    )
}
