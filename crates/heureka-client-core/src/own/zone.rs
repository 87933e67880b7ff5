//! In which zone an instance runs, for the choice of servers.

use heureka_model::DataCenter;

use super::AmazonKey;

/// The zone of an instance that has none configured (I20).
const DEFAULT_ZONE: &str = "default";

/// The zone of an instance (I20): Amazon's, or the first of those configured for its region. The metadata `zone` does not
/// count here: it is for those who call the instance.
#[must_use]
pub fn own_zone<'a>(data_center: &'a DataCenter, configured: &'a [Box<str>]) -> &'a str {
    let of_amazon = data_center.metadata(AmazonKey::AvailabilityZone.as_str());
    let first = configured.first().map(|zone| &**zone);
    of_amazon.or(first).unwrap_or(DEFAULT_ZONE)
}
