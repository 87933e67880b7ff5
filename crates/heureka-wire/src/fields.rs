//! What the encoders write of an instance, whether it comes from a registry or is still a draft.

use heureka_model::{
    ActionType, DataCenter, DataCenterDraft, Document, InstanceDraft, InstanceInfo, InstanceStatus,
    LeaseSettings, LeaseTimes, Metadata, Port, PortDraft, SentId, Texts, UnixMillis,
};

/// The keys of Amazon's metadata that compact forms keep (wire.md 2.8).
const COMPACT_KEYS: [&str; 5] = [
    "instance-id",
    "public-ipv4",
    "public-hostname",
    "local-ipv4",
    "availability-zone",
];

/// What a document of one instance has room for at first, so that it seldom grows while it is written.
pub(crate) const DOCUMENT_BYTES: usize = 2048;

/// What a piece of a document has room for at first: the head of an application seldom takes more.
pub(crate) const PIECE_BYTES: usize = 128;

/// The fields of an instance. `None` is not written.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    pub(crate) instance_id: Option<&'a str>,
    pub(crate) host_name: Option<&'a str>,
    pub(crate) app: &'a str,
    pub(crate) ip_addr: Option<&'a str>,
    pub(crate) sid: Option<&'a str>,
    pub(crate) status: InstanceStatus,
    pub(crate) overridden_status: InstanceStatus,
    pub(crate) port: PortDraft,
    pub(crate) secure_port: PortDraft,
    pub(crate) country_id: i32,
    pub(crate) data_center: Option<DataCenterFields<'a>>,
    pub(crate) settings: LeaseSettings,
    pub(crate) times: LeaseTimes,
    pub(crate) metadata: &'a Metadata,
    /// The texts that have no field of their own here.
    pub(crate) texts: Texts<'a>,
    pub(crate) is_coordinating: bool,
    pub(crate) last_updated: Option<UnixMillis>,
    pub(crate) last_dirty: Option<UnixMillis>,
    pub(crate) action: Option<ActionType>,
}

impl Fields<'_> {
    /// [`Texts::behind_metadata`], as far as they are there.
    pub(crate) fn texts_behind_metadata(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let texts = self.texts.behind_metadata().into_iter();
        texts.filter_map(|(name, text)| text.map(|text| (name, text)))
    }

    /// The six numbers of the lease, in their order (wire.md 2.4).
    pub(crate) fn lease(&self) -> [(&'static str, i64); 6] {
        [
            (
                "renewalIntervalInSecs",
                self.settings.renewal_interval_secs().into(),
            ),
            ("durationInSecs", self.settings.duration_secs().into()),
            ("registrationTimestamp", self.times.registration.0),
            ("lastRenewalTimestamp", self.times.last_renewal.0),
            ("evictionTimestamp", self.times.eviction.0),
            ("serviceUpTimestamp", self.times.service_up.0),
        ]
    }
}

impl<'a> From<&'a InstanceInfo> for Fields<'a> {
    fn from(instance: &'a InstanceInfo) -> Self {
        let document = &*instance.document;
        Self {
            instance_id: match document.sent_id {
                SentId::AsInstanceId => Some(document.id.as_str()),
                SentId::Empty => Some(""),
                SentId::Absent => None,
            },
            status: instance.status,
            overridden_status: instance.overridden_status,
            times: instance.lease,
            is_coordinating: instance.is_coordinating,
            last_updated: Some(instance.last_updated),
            action: instance.action,
            ..Self::from(document)
        }
    }
}

/// What the client says, and nothing that a server adds. The id is always written.
impl<'a> From<&'a Document> for Fields<'a> {
    fn from(document: &'a Document) -> Self {
        let texts = document.texts();
        Self {
            instance_id: Some(document.id.as_str()),
            host_name: Some(texts.host_name),
            app: document.app.as_str(),
            ip_addr: Some(texts.ip_addr),
            sid: shown_sid(texts.sid),
            status: document.status,
            overridden_status: InstanceStatus::Unknown,
            port: whole(document.port),
            secure_port: whole(document.secure_port),
            country_id: document.country_id,
            data_center: Some(DataCenterFields::of(&document.data_center)),
            settings: document.lease,
            times: LeaseTimes::default(),
            metadata: &document.metadata,
            texts,
            is_coordinating: false,
            last_updated: None,
            last_dirty: Some(document.last_dirty),
            action: None,
        }
    }
}

impl<'a> From<&'a InstanceDraft> for Fields<'a> {
    fn from(draft: &'a InstanceDraft) -> Self {
        Self {
            instance_id: draft.instance_id.as_deref(),
            host_name: draft.host_name.as_deref(),
            app: draft.app.as_str(),
            ip_addr: draft.ip_addr.as_deref(),
            sid: draft.sid.as_deref(),
            status: draft.status,
            overridden_status: draft.overridden_status,
            port: draft.port,
            secure_port: draft.secure_port,
            country_id: draft.country_id,
            data_center: draft
                .data_center
                .as_ref()
                .map(|data_center| match data_center {
                    DataCenterDraft::Nameless => DataCenterFields {
                        name: None,
                        metadata: None,
                    },
                    DataCenterDraft::Known(known) => DataCenterFields::of(known),
                }),
            settings: draft.lease.settings,
            times: draft.lease.times,
            metadata: &draft.metadata,
            texts: draft.texts(),
            is_coordinating: draft.is_coordinating,
            last_updated: draft.last_updated,
            last_dirty: draft.last_dirty,
            action: draft.action,
        }
    }
}

fn whole(port: Port) -> PortDraft {
    PortDraft {
        number: Some(port.number),
        enabled: Some(port.enabled),
    }
}

/// Servers do not show the two values that say nothing (wire.md 2.3.1).
fn shown_sid(sid: Option<&str>) -> Option<&str> {
    sid.filter(|sid| !matches!(*sid, "na" | "unknown"))
}

/// What is written of a data center (wire.md 2.5).
#[derive(Clone, Copy, Debug)]
pub(crate) struct DataCenterFields<'a> {
    pub(crate) name: Option<&'static str>,
    /// Of Amazon only.
    pub(crate) metadata: Option<&'a Metadata>,
}

impl<'a> DataCenterFields<'a> {
    fn of(data_center: &'a DataCenter) -> Self {
        let metadata = match data_center {
            DataCenter::Amazon(metadata) => Some(metadata),
            DataCenter::MyOwn | DataCenter::Netflix => None,
        };
        Self {
            name: Some(data_center.name()),
            metadata,
        }
    }

    /// The name of the Java class, which readers in Java insist on (wire.md trap 14).
    pub(crate) fn class(&self) -> &'static str {
        match self.metadata {
            Some(_) => AMAZON_CLASS,
            None => DEFAULT_CLASS,
        }
    }
}

/// What compact forms keep of Amazon's metadata.
pub(crate) fn compact_metadata(metadata: &Metadata) -> Metadata {
    metadata
        .iter()
        .filter(|(key, _)| COMPACT_KEYS.contains(key))
        .collect()
}

/// `@class` of machines that are not Amazon's. No such class exists in Java.
pub(crate) const DEFAULT_CLASS: &str = "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo";
/// `@class` of Amazon's machines.
pub(crate) const AMAZON_CLASS: &str = "com.netflix.appinfo.AmazonInfo";
/// `@class` of an empty map of metadata (wire.md 2.6).
pub(crate) const EMPTY_MAP_CLASS: &str = "java.util.Collections$EmptyMap";
