//! What the readers of both formats do with the parts of a draft.

use heureka_model::{
    InstanceDraft, LeaseDraft, LeaseSettings, Metadata, MetadataBuilder, UnixMillis,
};

use crate::fields::EMPTY_MAP_CLASS;

/// The key that is no entry of a map, but says which class it is.
pub(crate) const CLASS_KEY: &str = "@class";

/// Where a draft keeps the text of `field`, if it is one of the fields that are plain text.
pub(crate) fn text_slot<'d>(
    draft: &'d mut InstanceDraft,
    field: &str,
) -> Option<&'d mut Option<Box<str>>> {
    Some(match field {
        "instanceId" => &mut draft.instance_id,
        "hostName" => &mut draft.host_name,
        "ipAddr" => &mut draft.ip_addr,
        "sid" => &mut draft.sid,
        "appGroupName" => &mut draft.app_group_name,
        "homePageUrl" => &mut draft.urls.home_page,
        "statusPageUrl" => &mut draft.urls.status_page,
        "healthCheckUrl" => &mut draft.urls.health_check,
        "secureHealthCheckUrl" => &mut draft.urls.secure_health_check,
        "vipAddress" => &mut draft.vip_address,
        "secureVipAddress" => &mut draft.secure_vip_address,
        "asgName" => &mut draft.asg_name,
        _ => return None,
    })
}

/// The numbers of a lease as they are read, one by one.
#[derive(Debug, Default)]
pub(crate) struct LeaseNumbers {
    renewal_interval_secs: i64,
    duration_secs: i64,
    registration: i64,
    last_renewal: Option<i64>,
    renewal: i64,
    eviction: i64,
    service_up: i64,
}

impl LeaseNumbers {
    /// Where `field` is kept; `None` for a field that no lease has.
    pub(crate) fn slot(&mut self, field: &str) -> Option<&mut i64> {
        Some(match field {
            "renewalIntervalInSecs" => &mut self.renewal_interval_secs,
            "durationInSecs" => &mut self.duration_secs,
            "registrationTimestamp" => &mut self.registration,
            "lastRenewalTimestamp" => self.last_renewal.get_or_insert_default(),
            // The old name of the field, which some servers still use (wire.md trap 41).
            "renewalTimestamp" => &mut self.renewal,
            "evictionTimestamp" => &mut self.eviction,
            "serviceUpTimestamp" => &mut self.service_up,
            _ => return None,
        })
    }

    /// The lease; what is missing or not positive of interval and duration becomes 30 and 90 (wire.md 2.4).
    pub(crate) fn into_draft(self) -> LeaseDraft {
        let mut lease = LeaseDraft {
            settings: LeaseSettings::new(
                saturated(self.renewal_interval_secs),
                saturated(self.duration_secs),
            ),
            ..LeaseDraft::default()
        };
        lease.times.registration = UnixMillis(self.registration);
        lease.times.last_renewal = UnixMillis(self.last_renewal.unwrap_or(self.renewal));
        lease.times.eviction = UnixMillis(self.eviction);
        lease.times.service_up = UnixMillis(self.service_up);
        lease
    }
}

/// A map of metadata as it is read, entry by entry. It may have any number: `DocumentLimits` decide what is stored, so that
/// one instance beyond them does not make a listing unreadable.
pub(crate) struct MetadataReader {
    metadata: MetadataBuilder,
    of_amazon: bool,
}

impl MetadataReader {
    pub(crate) fn of_instance() -> Self {
        Self {
            metadata: MetadataBuilder::default(),
            of_amazon: false,
        }
    }

    pub(crate) fn of_amazon() -> Self {
        Self {
            of_amazon: true,
            ..Self::of_instance()
        }
    }

    /// Adds an entry; a repeated key keeps its place and takes the last value.
    pub(crate) fn set(&mut self, key: &str, value: &str) {
        if !is_marker(self.of_amazon, key, value) {
            self.metadata.set(key, value);
        }
    }

    pub(crate) fn finish(self) -> Metadata {
        self.metadata.finish()
    }
}

/// Whether an entry says something of the map instead of being in it. An instance's map never has the key `@class`.
/// Amazon's may, unless it marks an empty map (wire.md 2.5, 2.12). This is a rule of JSON, but what XML brings has to
/// survive in JSON.
pub(crate) fn is_marker(of_amazon: bool, key: &str, value: &str) -> bool {
    key == CLASS_KEY && (!of_amazon || value == EMPTY_MAP_CLASS)
}

/// A number as the nearest one that fits: Java wraps or refuses where it does not fit.
pub(crate) fn saturated(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}

/// The number that `text` is, as Jackson understands it: whole or not, in any notation, cut to a whole one. What does
/// not fit saturates; `None` is a text that is no number.
pub(crate) fn number_of(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| odd_number_of(text.trim()))
}

#[cold]
fn odd_number_of(text: &str) -> Option<i64> {
    // The set keeps out "inf" and "nan", which are numbers to Rust.
    let is_decimal = text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    let as_whole = || text.parse().ok();
    // `as` saturates.
    let cut = |number: f64| number as i64;
    as_whole().or_else(|| text.parse().ok().filter(|_| is_decimal).map(cut))
}
