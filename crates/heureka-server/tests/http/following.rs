//! Servers that follow each other, and the task that does it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use heureka_core::{RegionConfig, RegionsConfig};
use heureka_model::{Now, RegionName, ServiceUrl, UnixMillis};
use heureka_net::{AnswerLimits, Counters};
use heureka_server::{
    App, Clock, Fetch, FetchFuture, RegionsSettings, Routes, ServerConfig, follow_regions, router,
};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use parking_lot::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::support::{TestServer, instance};

const INTERVAL: Duration = Duration::from_secs(30);

fn following(name: &str) -> ServerConfig {
    let region = RegionConfig {
        name: RegionName::new(name),
        allowed_apps: None,
    };
    ServerConfig {
        regions: RegionsSettings {
            follow: RegionsConfig {
                regions: vec![region],
                ..RegionsConfig::default()
            },
            urls: BTreeMap::from([(
                RegionName::new(name),
                format!("http://{name}/eureka/").parse().unwrap(),
            )]),
            ..RegionsSettings::default()
        },
        ..ServerConfig::default()
    }
}

/// Gets the answers of a server in the same process.
#[derive(Debug)]
struct InProcess(Routes);

impl Fetch for InProcess {
    fn get<'a>(
        &'a self,
        _server: &'a ServiceUrl,
        request: Request<()>,
        _limits: AnswerLimits,
    ) -> FetchFuture<'a> {
        let request = request.map(|()| Body::empty());
        let answer = self.0.answer(request, None);
        Box::pin(async move {
            let (head, body) = answer.await.unwrap().into_parts();
            let body: Bytes = body.collect().await.unwrap().to_bytes();
            Ok(Response::from_parts(head, body))
        })
    }
}

/// Two regions that follow each other hear of what the other has, and not of what it heard from them.
#[test]
fn two_regions_that_follow_each_other_keep_no_dead() {
    let (eu, us) = (
        TestServer::start(following("us")),
        TestServer::start(following("eu")),
    );
    let to_eu: Arc<dyn Fetch> = Arc::new(InProcess(router(eu.app.clone())));
    let to_us: Arc<dyn Fetch> = Arc::new(InProcess(router(us.app.clone())));
    eu.register_json("ORDERS", &instance("ORDERS", "eu1"));
    us.register_json("ORDERS", &instance("ORDERS", "us1"));
    let meet = || {
        eu.fetch_regions(&to_us);
        us.fetch_regions(&to_eu);
        for server in [&eu, &us] {
            server.advance(INTERVAL);
            for id in ["eu1", "us1"] {
                let path = format!("/eureka/apps/ORDERS/{id}");
                server.send("PUT", &path, &[], b"");
            }
        }
    };
    let shows = |server: &TestServer, id: &str| {
        let listing = server.get_json("/eureka/apps").text();
        listing.contains(&format!("\"{id}\""))
    };
    meet();
    meet();
    for server in [&eu, &us] {
        assert!(shows(server, "eu1") && shows(server, "us1"));
    }
    eu.send("DELETE", "/eureka/apps/ORDERS/eu1", &[], b"");
    meet();
    meet();
    for server in [&eu, &us] {
        assert!(!shows(server, "eu1") && shows(server, "us1"));
        let report = server.app.node().region_reports().remove(0);
        assert_eq!((report.full_fetches > 0, report.mismatches), (true, 0));
        assert!(report.deltas > 0);
    }
}

/// Time as the runtime tells it, which a test can move.
#[derive(Debug)]
struct RuntimeClock(Instant);

impl Clock for RuntimeClock {
    fn now(&self) -> Now {
        let mono = self.0.elapsed();
        Now {
            mono,
            wall: UnixMillis(0).after(mono),
        }
    }
}

/// One region hangs for ever, the other answers.
#[derive(Debug, Default)]
struct OneHangs(Mutex<Vec<(String, u64)>>, Option<Instant>);

impl Fetch for OneHangs {
    fn get<'a>(
        &'a self,
        server: &'a ServiceUrl,
        _request: Request<()>,
        _limits: AnswerLimits,
    ) -> FetchFuture<'a> {
        let host = server.host().to_owned();
        let at = self.1.map_or(0, |start| start.elapsed().as_secs());
        let hangs = host == "eu";
        self.0.lock().push((host, at));
        Box::pin(async move {
            if hangs {
                std::future::pending::<()>().await;
            }
            let body = r#"{"applications":{"apps__hashcode":"UP_1_","application":[{"name":"A","instance":[I]}]}}"#;
            let instance = r#"{"app":"A","instanceId":"1"}"#;
            Ok(Response::new(Bytes::from(body.replace('I', instance))))
        })
    }
}

/// server.md G3, D-58
#[tokio::test(start_paused = true)]
async fn a_region_that_hangs_holds_up_nobody() {
    let start = Instant::now();
    let mut config = following("eu");
    let us = RegionConfig {
        name: RegionName::new("us"),
        allowed_apps: None,
    };
    let regions = &mut config.regions;
    regions.follow.regions.push(us);
    let url = "http://us/eureka/".parse().unwrap();
    regions.urls.insert(RegionName::new("us"), url);
    let clock = Arc::new(RuntimeClock(start));
    let app = App::new(config, clock, 1, Arc::new(Counters::default()));
    let (fetch, stop) = (
        Arc::new(OneHangs(Mutex::default(), Some(start))),
        CancellationToken::new(),
    );
    let task = follow_regions(app.clone(), Arc::clone(&fetch) as _, stop.clone());
    let ended = async {
        tokio::time::sleep(Duration::from_secs(75)).await;
        stop.cancel();
    };
    tokio::join!(task, ended);
    let asked = fetch.0.lock().clone();
    let times = |name: &str| -> Vec<u64> {
        let of_region = asked.iter().filter(|(host, _)| host == name);
        of_region.map(|(_, at)| *at).collect()
    };
    assert_eq!(times("us"), [0, 30, 60]);
    // Given up after ten seconds; then one interval of waiting.
    assert_eq!(times("eu"), [0, 40]);
    let reports = app.node().region_reports();
    assert_eq!((reports[0].failures, reports[1].instances), (2, 1));
}
