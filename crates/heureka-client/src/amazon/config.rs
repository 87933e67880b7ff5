//! How the metadata service is asked.

use std::time::Duration;

use heureka_model::{InvalidServiceUrl, ServiceUrl};

use crate::AmazonSettings;

/// Where the service is on every machine of Amazon (I15).
const BASE: &str = "http://169.254.169.254/";

/// How the metadata service is asked (I15, I16).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ImdsConfig {
    /// Where it is.
    pub base: ServiceUrl,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long an answer may take.
    pub read_timeout: Duration,
    /// How often one question is asked; at least once.
    pub attempts: u32,
    /// Whether nothing more is asked where the machine has no id.
    pub fails_fast: bool,
    /// Whether a machine without an id is refused.
    pub validates_instance_id: bool,
}

impl ImdsConfig {
    /// Java's habits, and Amazon's address.
    ///
    /// # Errors
    ///
    /// None: Amazon's address is a URL.
    pub fn of_amazon() -> Result<Self, InvalidServiceUrl> {
        ServiceUrl::parse(BASE).map(Self::at)
    }

    /// Java's habits, and a service elsewhere.
    #[must_use]
    pub fn at(base: ServiceUrl) -> Self {
        Self {
            base,
            connect_timeout: Duration::from_secs(2),
            read_timeout: Duration::from_secs(5),
            attempts: 3,
            fails_fast: true,
            validates_instance_id: true,
        }
    }
}

impl AmazonSettings {
    /// Changes of `config` what is configured here.
    pub fn apply_to(&self, config: &mut ImdsConfig) {
        let set = |to: &mut Duration, value: Option<Duration>| *to = value.unwrap_or(*to);
        set(&mut config.connect_timeout, self.connect_timeout);
        set(&mut config.read_timeout, self.read_timeout);
        config.attempts = self.attempts.unwrap_or(config.attempts);
        config.fails_fast = self.fail_fast.unwrap_or(config.fails_fast);
        let validates = self.validate_instance_id;
        config.validates_instance_id = validates.unwrap_or(config.validates_instance_id);
    }
}
