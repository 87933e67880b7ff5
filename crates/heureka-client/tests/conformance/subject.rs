//! The server that is put to the test.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use heureka_client::transport::HttpConfig;
use heureka_client::{ClientBuilder, EurekaApi, EurekaClient, ServiceUrl};
use heureka_net::{Counters, Limits, serve};
use heureka_server::{App, ServerConfig, SystemClock, drive, router};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// The variable that names a server that runs already.
const URL_VARIABLE: &str = "HEUREKA_CONFORMANCE_URL";

/// How often clients here fetch and renew.
pub(crate) const INTERVAL: Duration = Duration::from_secs(1);

/// A server, and what ends it.
pub(crate) struct Subject {
    url: String,
    _server: Option<DropGuard>,
}

impl Subject {
    pub(crate) fn ready() -> Self {
        match std::env::var(URL_VARIABLE) {
            Ok(url) if !url.is_empty() => Self { url, _server: None },
            _ => Self::in_process(),
        }
    }

    fn in_process() -> Self {
        let listener = heureka_net::bind(([127, 0, 0, 1], 0).into()).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (counters, stop) = (Arc::new(Counters::default()), CancellationToken::new());
        let clock = Arc::new(SystemClock::start());
        let app = App::new(ServerConfig::default(), clock, 1, Arc::clone(&counters));
        let (limits, tasks) = (Limits::default(), TaskTracker::new());
        tasks.spawn(drive(app.clone(), stop.clone()));
        tasks.spawn(serve(listener, limits, router(app), stop.clone(), counters));
        Self {
            url: format!("http://127.0.0.1:{port}/eureka/"),
            _server: Some(stop.drop_guard()),
        }
    }

    /// One request at a time.
    pub(crate) fn api(&self) -> EurekaApi {
        let url = ServiceUrl::parse(&self.url).unwrap();
        EurekaApi::new(url, &HttpConfig::default()).unwrap()
    }

    /// A client that fetches every second.
    pub(crate) fn client(&self) -> ClientBuilder {
        EurekaClient::builder()
            .server(&self.url)
            .fetch_interval(INTERVAL)
    }
}

/// A name that no other test has used at this server, nor this one in an earlier run.
pub(crate) fn unused(name: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    format!("{name}-{process}-{count}")
}
