//! Durations, in whole microseconds.

use std::fmt;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use crate::json::Json;

/// A duration as it is read.
#[derive(Debug)]
pub(super) struct Micros(pub(super) Duration);

/// Writes the age of something, rounded up: a transfer must not make a lease younger.
pub(super) fn write_age(json: &mut Json, age: Duration) {
    write(json, age.as_nanos().div_ceil(1000));
}

/// Writes how long something has been or will be, rounded down: a transfer must not make it last longer.
pub(super) fn write_at_most(json: &mut Json, time: Duration) {
    write(json, time.as_micros());
}

fn write(json: &mut Json, micros: u128) {
    match i64::try_from(micros) {
        Ok(number) => json.number(number),
        Err(_) => json.text(&micros.to_string()),
    }
}

impl<'de> Deserialize<'de> for Micros {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MicrosVisitor).map(Self)
    }
}

struct MicrosVisitor;

impl Visitor<'_> for MicrosVisitor {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("whole microseconds")
    }

    fn visit_u64<E: Error>(self, micros: u64) -> Result<Duration, E> {
        Ok(Duration::from_micros(micros))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
        text.parse()
            .map(saturated)
            .map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }
}

/// The longest duration, rounded up, is longer than any: it comes back as itself.
fn saturated(micros: u128) -> Duration {
    let nanos = micros.saturating_mul(1000);
    Duration::from_nanos_u128(nanos.min(Duration::MAX.as_nanos()))
}
