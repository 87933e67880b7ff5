//! An instance as callers see it.

use std::fmt;
use std::sync::Arc;

use heureka_model::{
    AppName, DataCenter, Document, InstanceId, InstanceInfo, InstanceKey, InstanceStatus, Metadata,
};

/// An instance as a server lists it. Cloning it copies a pointer.
///
/// Two are equal if everything about them is; use [`Instance::key`] to ask whether they are the same instance (K11).
#[derive(Clone, PartialEq, Eq)]
pub struct Instance(Arc<InstanceInfo>);

/// The metadata in which instances say where they run (T27, SP16).
const ZONE_KEY: &str = "zone";
/// The same in the data of an Amazon data center, which counts before it (I20).
const AMAZON_ZONE_KEY: &str = "availability-zone";
/// The metadata in which instances say how much of the traffic they want (SP16).
const WEIGHT_KEY: &str = "weight";

impl Instance {
    /// Takes what a server listed.
    #[must_use]
    pub fn new(info: InstanceInfo) -> Self {
        Self(Arc::new(info))
    }

    /// Everything that the server said of it.
    #[must_use]
    pub fn info(&self) -> &InstanceInfo {
        &self.0
    }

    /// What the instance said of itself.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.0.document
    }

    /// The application it belongs to.
    #[must_use]
    pub fn app(&self) -> &AppName {
        &self.document().app
    }

    /// Its id within the application (K11).
    #[must_use]
    pub fn id(&self) -> &InstanceId {
        &self.document().id
    }

    /// What names it within a registry.
    #[must_use]
    pub fn key(&self) -> InstanceKey {
        self.document().key()
    }

    /// The name of its host.
    #[must_use]
    pub fn host_name(&self) -> &str {
        self.document().host_name()
    }

    /// Its address.
    #[must_use]
    pub fn ip_addr(&self) -> &str {
        self.document().ip_addr()
    }

    /// The status in force, with an operator's override in it.
    #[must_use]
    pub fn status(&self) -> InstanceStatus {
        self.0.status
    }

    /// The port for plain traffic, if it is in use and a port at all.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        usable(self.document().port)
    }

    /// The port for TLS, if it is in use and a port at all.
    #[must_use]
    pub fn secure_port(&self) -> Option<u16> {
        usable(self.document().secure_port)
    }

    /// A value of its metadata.
    #[must_use]
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.document().metadata.get(key)
    }

    /// The zone it runs in, if it says so.
    #[must_use]
    pub fn zone(&self) -> Option<&str> {
        Self::zone_of(self.document())
    }

    /// The zone of whoever says this of itself, likewise.
    #[must_use]
    pub fn zone_of(document: &Document) -> Option<&str> {
        let of_data_center = document.data_center.metadata(AMAZON_ZONE_KEY);
        of_data_center.or_else(|| document.metadata.get(ZONE_KEY))
    }

    /// Whether nothing differs that a caller acts on. The times of a lease differ with each listing and from server to server,
    /// and so does the order of metadata, for which Java's servers have a hash map; neither is a change.
    #[must_use]
    pub fn shows_the_same(&self, other: &Self) -> bool {
        self.status() == other.status()
            && self.0.overridden_status == other.0.overridden_status
            && says_the_same(&self.0.document, &other.0.document)
    }

    /// Whether both are one and the same piece of memory.
    #[must_use]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// What tells this piece of memory from others, as long as it is held.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// How much of the traffic it wants in relation to others: the metadata `weight`, 1 where there is no positive number.
    #[must_use]
    pub fn weight(&self) -> f64 {
        let weight = self
            .metadata(WEIGHT_KEY)
            .and_then(|text| text.trim().parse().ok());
        weight
            .filter(|weight: &f64| weight.is_finite() && *weight > 0.0)
            .unwrap_or(1.0)
    }
}

fn says_the_same(one: &Document, other: &Document) -> bool {
    one == other || in_order(one) == in_order(other)
}

/// The document with its metadata in an order that follows from them alone.
fn in_order(document: &Document) -> Document {
    let mut ordered = document.clone();
    ordered.metadata = sorted(&document.metadata);
    if let DataCenter::Amazon(metadata) = &mut ordered.data_center {
        *metadata = sorted(metadata);
    }
    ordered
}

fn sorted(metadata: &Metadata) -> Metadata {
    let mut entries: Vec<(&str, &str)> = metadata.iter().collect();
    entries.sort_unstable();
    entries.into_iter().collect()
}

fn usable(port: heureka_model::Port) -> Option<u16> {
    let number = u16::try_from(port.number).ok().filter(|number| *number > 0);
    number.filter(|_| port.enabled)
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} {}", self.app(), self.id(), self.status())
    }
}
