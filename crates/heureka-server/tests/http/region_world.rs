//! A server that follows two scripted regions.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use heureka_core::{FetchFailure, RegionConfig, RegionsConfig};
use heureka_model::{RegionName, ServiceUrl};
use heureka_net::AnswerLimits;
use heureka_server::{Fetch, FetchFuture, RegionsSettings, ServerConfig};
use http::{Request, Response, StatusCode};
use parking_lot::Mutex;

use crate::support::{TestServer, instance};

pub(crate) const INTERVAL: Duration = Duration::from_secs(30);

/// A status, a body, and whether it says that it is packed.
pub(crate) type ScriptedAnswer = (u16, Vec<u8>, bool);

/// What the servers of the regions answer, by address, and what they were asked.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) answers: Mutex<BTreeMap<String, ScriptedAnswer>>,
    pub(crate) asked: Mutex<Vec<Request<()>>>,
}

impl Fetch for Script {
    fn get<'a>(
        &'a self,
        server: &'a ServiceUrl,
        mut request: Request<()>,
        limits: AnswerLimits,
    ) -> FetchFuture<'a> {
        let url = format!("http://{}{}", server.authority(), request.uri());
        let answer = self.answers.lock().get(&url).cloned();
        *request.uri_mut() = url.parse().unwrap();
        self.asked.lock().push(request);
        Box::pin(async move {
            let Some((status, body, is_packed)) = answer else {
                return Err(FetchFailure::Unreachable("nobody listens".to_owned()));
            };
            if body.len() > limits.max_bytes {
                let limit_bytes = limits.max_bytes;
                return Err(FetchFailure::TooLarge { limit_bytes });
            }
            let mut response = Response::new(Bytes::from(body));
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            if is_packed {
                let gzip = http::HeaderValue::from_static("gzip");
                response.headers_mut().insert("content-encoding", gzip);
            }
            Ok(response)
        })
    }
}

/// A server that follows `eu` and `us`.
pub(crate) struct World {
    pub(crate) server: TestServer,
    pub(crate) script: Arc<Script>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(configure: impl FnOnce(&mut RegionsSettings)) -> Self {
        let mut settings = RegionsSettings {
            follow: RegionsConfig {
                regions: ["eu", "us"].map(region).to_vec(),
                ..RegionsConfig::default()
            },
            urls: ["eu", "us"]
                .map(|name| {
                    (
                        RegionName::new(name),
                        format!("http://{name}/eureka/").parse().unwrap(),
                    )
                })
                .into(),
            ..RegionsSettings::default()
        };
        configure(&mut settings);
        Self {
            server: TestServer::start(ServerConfig {
                regions: settings,
                ..ServerConfig::default()
            }),
            script: Arc::default(),
        }
    }

    /// Both regions are there: `ORDERS/eu1` and `EU/x`, `ORDERS/us1`.
    pub(crate) fn ready() -> Self {
        Self::ready_with(|_| {})
    }

    pub(crate) fn ready_with(configure: impl FnOnce(&mut RegionsSettings)) -> Self {
        let world = Self::with(configure);
        world
            .server
            .register_json("ORDERS", &instance("ORDERS", "local"));
        world.answers(
            "http://eu/eureka/apps/",
            200,
            &listing(&["ORDERS/eu1", "EU/x"], "UP_2_"),
        );
        world.answers(
            "http://us/eureka/apps/",
            200,
            &listing(&["ORDERS/us1"], "UP_1_"),
        );
        world.fetch();
        world
    }

    pub(crate) fn answers(&self, url: &str, status: u16, body: &str) {
        self.answers_bytes(url, status, body.as_bytes().to_vec(), false);
    }

    pub(crate) fn answers_bytes(&self, url: &str, status: u16, body: Vec<u8>, is_packed: bool) {
        let answer = (status, body, is_packed);
        self.script.answers.lock().insert(url.to_owned(), answer);
    }

    pub(crate) fn fetch(&self) {
        let fetch: Arc<dyn Fetch> = Arc::clone(&self.script) as _;
        self.server.fetch_regions(&fetch);
    }

    pub(crate) fn next_fetch(&self) {
        self.server.advance(INTERVAL);
        self.fetch();
    }

    /// The addresses that were asked for since somebody looked last.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = std::mem::take(&mut *self.script.asked.lock());
        asked
            .iter()
            .map(|request| request.uri().to_string())
            .collect()
    }

    /// The ids in the answer, sorted, and its hash.
    #[track_caller]
    pub(crate) fn shown(&self, path: &str) -> (Vec<String>, String) {
        let answer = self.server.get_json(path);
        assert_eq!(answer.status, 200, "{path}");
        let document: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let applications = document.pointer("/applications/application").unwrap();
        let instances = applications.as_array().unwrap().iter();
        let instances = instances.flat_map(|app| app.get("instance").unwrap().as_array().unwrap());
        let mut ids: Vec<String> = instances
            .map(|instance| {
                instance
                    .get("instanceId")
                    .unwrap()
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        ids.sort();
        let hash = document.pointer("/applications/apps__hashcode").unwrap();
        let hash = hash.as_str().unwrap();
        (ids, hash.to_owned())
    }

    pub(crate) fn status(&self, method: &str, path: &str) -> u16 {
        self.server.send(method, path, &[], b"").status
    }

    pub(crate) fn metrics(&self) -> String {
        self.server.send("GET", "/metrics", &[], b"").text()
    }
}

pub(crate) fn region(name: &str) -> RegionConfig {
    RegionConfig {
        name: RegionName::new(name),
        allowed_apps: None,
    }
}

/// A listing as a server writes it.
pub(crate) fn listing(keys: &[&str], hash: &str) -> String {
    listing_of(keys, hash, "ADDED")
}

pub(crate) fn listing_of(keys: &[&str], hash: &str, action: &str) -> String {
    let action = format!("\"actionType\":\"{action}\",\"status\"");
    let applications = keys.iter().map(|key| {
        let (app, id) = key.split_once('/').unwrap();
        let body = instance(app, id).replace("\"status\"", &action);
        let wrapped: serde_json::Value = serde_json::from_str(&body).unwrap();
        let instance = wrapped.get("instance").unwrap();
        serde_json::json!({"name": app, "instance": [instance]})
    });
    let applications: Vec<_> = applications.collect();
    let listing = serde_json::json!({"applications": {
        "versions__delta": "1", "apps__hashcode": hash, "application": applications,
    }});
    listing.to_string()
}
