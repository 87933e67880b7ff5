//! Instances.

use std::sync::Arc;
use std::time::Duration;

use heureka_client::{
    DataCenter, Document, InstanceSpec, LeaseSettings, Metadata, SystemWallClock, WallClock as _,
};
use heureka_client_core::Detected;

/// Heartbeats as often as tests want them, and a lease that outlives the pauses of a busy machine.
const LEASE: (i32, i32) = (1, 90);

/// An instance that says little.
pub(crate) fn plain(app: &str, id: &str) -> InstanceSpec {
    InstanceSpec::new(app)
        .instance_id(id)
        .host_name("conformance.test")
        .ip_addr("10.1.2.3")
        .port(8080)
        .lease(LeaseSettings::new(LEASE.0, LEASE.1))
}

/// An instance that says everything that an instance can say.
pub(crate) fn talkative(app: &str, id: &str) -> InstanceSpec {
    plain(app, id)
        .secure_port(8443)
        .vip("conf-${env}, conf-also")
        .variable("env", "test")
        .secure_vip("conf-secure")
        .metadata("zone", "eu-1a")
        .metadata("weight", "2.5")
        .metadata("blanks", " leading and trailing ")
        .metadata("odd", "übergroß → ✓ <&>\"' \\ / {}")
        .home_page_path("/home")
        .status_page_path("/info?deep=1&x=<y>")
        .health_check_path("/health")
        .secure_health_check_url("https://conformance.test:8443/health")
        .app_group("Conformance-Group")
        .asg_name("conf-asg-v001")
}

/// An instance whose metadata have keys that are no names in XML. Netflix's own server writes them as they are, and nobody can
/// read its XML from then on; in JSON they are keys like others.
pub(crate) fn oddly_keyed(app: &str, id: &str) -> InstanceSpec {
    talkative(app, id)
        .metadata("two words", "2")
        .metadata("größe <&>\"'", "3")
        .metadata("1", "4")
}

/// An instance at Amazon's.
pub(crate) fn at_amazon(app: &str, id: &str) -> InstanceSpec {
    let metadata = [
        ("instance-id", id),
        ("availability-zone", "eu-west-1a"),
        ("instance-type", "m5.large"),
        ("local-ipv4", "10.1.2.3"),
        ("public-hostname", "ec2-1-2-3-4.compute.amazonaws.com"),
    ];
    let metadata: Metadata = metadata.into_iter().collect();
    talkative(app, id).data_center(DataCenter::Amazon(metadata))
}

/// What a spec comes to now.
pub(crate) fn document(spec: &InstanceSpec) -> Arc<Document> {
    let detected = Detected::nothing(SystemWallClock.time());
    Arc::new(spec.build(&detected).unwrap())
}

/// The same instance a moment later, after it has changed.
pub(crate) fn changed(document: &Document, change: impl FnOnce(&mut Document)) -> Arc<Document> {
    let mut changed = document.clone();
    changed.last_dirty = changed.last_dirty.after(Duration::from_millis(1));
    change(&mut changed);
    Arc::new(changed)
}

/// What an instance says of itself, with its metadata in an order that is the same everywhere: Java's is that of a hash map.
pub(crate) fn said(document: &Document) -> Document {
    let mut said = document.clone();
    said.metadata = sorted(&said.metadata);
    if let DataCenter::Amazon(metadata) = &mut said.data_center {
        *metadata = sorted(metadata);
    }
    said
}

fn sorted(metadata: &Metadata) -> Metadata {
    let mut entries: Vec<(&str, &str)> = metadata.iter().collect();
    entries.sort_unstable();
    entries.into_iter().collect()
}
