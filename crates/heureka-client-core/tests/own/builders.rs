//! Specs and documents that tests begin with.

use heureka_client_core::{Address, Detected, InstanceSpec, Profile};
use heureka_model::{DataCenter, Document, Metadata, UnixMillis};

pub(crate) const NOW: UnixMillis = UnixMillis(1_700_000_000_000);

/// The machine `host` at 10.0.0.1.
pub(crate) fn machine() -> Detected {
    Detected::at(at("host", "10.0.0.1"), NOW)
}

pub(crate) fn at(host_name: &str, ip_addr: &str) -> Address {
    Address {
        host_name: host_name.into(),
        ip_addr: ip_addr.into(),
    }
}

/// An application `Orders` with the habits of `profile`.
pub(crate) fn orders(profile: Profile) -> InstanceSpec {
    InstanceSpec::new("Orders").profile(profile)
}

/// One with this client's habits at port 8080.
pub(crate) fn modern() -> InstanceSpec {
    orders(Profile::Modern).port(8080)
}

#[track_caller]
pub(crate) fn built(spec: &InstanceSpec) -> Document {
    spec.build(&machine()).unwrap()
}

pub(crate) fn amazon(entries: &[(&str, &str)]) -> DataCenter {
    DataCenter::Amazon(metadata(entries))
}

pub(crate) fn metadata(entries: &[(&str, &str)]) -> Metadata {
    entries.iter().copied().collect()
}

pub(crate) const PROFILES: [Profile; 3] = [Profile::Netflix, Profile::Spring, Profile::Modern];
