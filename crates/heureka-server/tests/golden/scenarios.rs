//! How the recorded servers were set up, and when the recorder waited (`oracle/capture.py`).

use std::time::Duration;

/// What a scenario's server is told at its start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScenarioSettings {
    pub(crate) delta_enabled: bool,
    pub(crate) delta_retention: Duration,
    pub(crate) self_preservation: bool,
    pub(crate) eviction_interval: Duration,
}

impl ScenarioSettings {
    /// What most scenarios have: leases do not matter in them.
    const USUAL: Self = Self {
        delta_enabled: true,
        delta_retention: Duration::from_secs(180),
        self_preservation: false,
        eviction_interval: Duration::from_secs(3600),
    };

    /// The settings of a scenario. Two of Java's have no counterpart: `31-read-only-cache` had a cache that lags by up
    /// to 5 s, and `33-not-yet-open` held back listings for five minutes because the server was alone.
    pub(crate) fn of(scenario: &str) -> Self {
        match scenario {
            "22-delta-disabled" => Self {
                delta_enabled: false,
                ..Self::USUAL
            },
            "23-delta-retention" => Self {
                delta_retention: Duration::from_millis(1500),
                ..Self::USUAL
            },
            "30-eviction" => Self {
                eviction_interval: Duration::from_millis(500),
                ..Self::USUAL
            },
            "32-self-preservation" => Self {
                self_preservation: true,
                eviction_interval: Duration::from_millis(500),
                ..Self::USUAL
            },
            _ => Self::USUAL,
        }
    }
}

/// How long the recorder waited before an exchange, in ms.
pub(crate) const PAUSES_MS: [(&str, &str, u64); 8] = [
    ("23-delta-retention", "03-delta-3s-later", 3000),
    ("30-eviction", "05-get-never-renewed-1.2s", 1200),
    ("30-eviction", "06-get-never-renewed-3.2s", 2000),
    ("30-eviction", "08-get-renewed-5.4s", 2200),
    ("30-eviction", "22-apps-evicting", 4800),
    ("31-read-only-cache", "10-apps-2", 6000),
    ("31-read-only-cache", "14-apps-4", 6000),
    ("32-self-preservation", "04-apps-4s", 4000),
];

/// How long to wait before an exchange.
pub(crate) fn pause_before(scenario: &str, exchange: &str) -> Option<Duration> {
    let mut found = PAUSES_MS
        .iter()
        .filter(|(in_scenario, before, _)| (*in_scenario, *before) == (scenario, exchange));
    found
        .next()
        .map(|(_, _, pause_ms)| Duration::from_millis(*pause_ms))
}
