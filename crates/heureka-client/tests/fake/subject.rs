//! A server that a test makes up, in the place of the server that is put to the test.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use heureka_client::test_util::FakeEureka;
use heureka_client::{ClientBuilder, EurekaApi, ServiceUrl, SystemWallClock, WallClock as _};

/// A server.
pub(crate) struct Subject(FakeEureka);

impl Subject {
    pub(crate) fn ready() -> Self {
        let clock = heureka_client::test_util::ManualClock::at(SystemWallClock.time());
        Self(FakeEureka::with_clock(1, clock))
    }

    /// One request at a time.
    pub(crate) fn api(&self) -> EurekaApi {
        let url = ServiceUrl::parse(&self.0.urls()[0]).unwrap();
        EurekaApi::over(self.0.clone(), url)
    }

    /// A client that fetches every second.
    pub(crate) fn client(&self) -> ClientBuilder {
        self.0.client().fetch_interval(Duration::from_secs(1))
    }
}

/// A name that is used once.
pub(crate) fn unused(name: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{name}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}
