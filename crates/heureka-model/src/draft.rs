//! What arrives from outside, before anybody has looked at it.

use std::sync::Arc;

use thiserror::Error;

use crate::{
    ActionType, AppName, DataCenter, Document, DocumentLimits, InstanceId, InstanceInfo,
    InstanceStatus, LeaseSettings, LeaseTimes, Metadata, Port, SentId, Texts, UNIQUE_ID_KEY,
    UnixMillis,
};

/// The key of metadata from which Spring's servers take an id that is not given otherwise (server.md 10.6).
const ID_IN_METADATA: &str = "instanceId";

/// An instance as some peer, client or server wrote it: well-formed, but nothing has to be there.
///
/// The codecs fill in the defaults that wire.md 2.3.2 gives for absent fields, except where "absent" itself matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceDraft {
    /// `app`. The codecs refuse a body without one, as Java's do.
    pub app: AppName,
    /// `instanceId`
    pub instance_id: Option<Box<str>>,
    /// `hostName`
    pub host_name: Option<Box<str>>,
    /// `ipAddr`
    pub ip_addr: Option<Box<str>>,
    /// `sid`
    pub sid: Option<Box<str>>,
    /// `status`
    pub status: InstanceStatus,
    /// `overriddenStatus` or `overriddenstatus`
    pub overridden_status: InstanceStatus,
    /// `port`
    pub port: PortDraft,
    /// `securePort`
    pub secure_port: PortDraft,
    /// `countryId`
    pub country_id: i32,
    /// `dataCenterInfo`
    pub data_center: Option<DataCenterDraft>,
    /// `leaseInfo`
    pub lease: LeaseDraft,
    /// `metadata`
    pub metadata: Metadata,
    /// `appGroupName`
    pub app_group_name: Option<Box<str>>,
    /// The four URLs.
    pub urls: Urls,
    /// `vipAddress`
    pub vip_address: Option<Box<str>>,
    /// `secureVipAddress`
    pub secure_vip_address: Option<Box<str>>,
    /// `isCoordinatingDiscoveryServer`
    pub is_coordinating: bool,
    /// `lastUpdatedTimestamp`
    pub last_updated: Option<UnixMillis>,
    /// `lastDirtyTimestamp`
    pub last_dirty: Option<UnixMillis>,
    /// `actionType`
    pub action: Option<ActionType>,
    /// `asgName`
    pub asg_name: Option<Box<str>>,
}

/// The addresses of pages about an instance. They are data: no server follows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Urls {
    /// `homePageUrl`
    pub home_page: Option<Box<str>>,
    /// `statusPageUrl`
    pub status_page: Option<Box<str>>,
    /// `healthCheckUrl`
    pub health_check: Option<Box<str>>,
    /// `secureHealthCheckUrl`
    pub secure_health_check: Option<Box<str>>,
}

/// A port of which a part may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PortDraft {
    /// The number.
    pub number: Option<i32>,
    /// Whether it is in use.
    pub enabled: Option<bool>,
}

impl PortDraft {
    fn or(self, default: Port) -> Port {
        Port {
            number: self.number.unwrap_or(default.number),
            enabled: self.enabled.unwrap_or(default.enabled),
        }
    }
}

/// A data center that may lack its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataCenterDraft {
    /// It is there, but does not say which one it is.
    Nameless,
    /// One that is known.
    Known(DataCenter),
}

/// A lease as it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeaseDraft {
    /// Interval and duration.
    pub settings: LeaseSettings,
    /// The times, which only servers fill in.
    pub times: LeaseTimes,
}

/// A document that may be stored, with the override that came in the same body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// What the client says of itself.
    pub document: Document,
    /// The override it brings along, or [`InstanceStatus::Unknown`] (server.md R11).
    pub overridden_status: InstanceStatus,
}

/// Why a draft is no document. The text is the answer's body: the first eight are Java's (server.md H2).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidInstance {
    /// Neither an id nor a data center's id nor a host name.
    #[error("Missing instanceId")]
    MissingId,
    /// No host name.
    #[error("Missing hostname")]
    MissingHostName,
    /// No address.
    #[error("Missing ip address")]
    MissingIpAddr,
    /// An empty application name.
    #[error("Missing appName")]
    MissingAppName,
    /// It was sent to another application's address.
    #[error("Mismatched appName, expecting {expected} but was {found}")]
    MismatchedAppName {
        /// The application in the path.
        expected: AppName,
        /// The application in the body.
        found: AppName,
    },
    /// No data center.
    #[error("Missing dataCenterInfo")]
    MissingDataCenter,
    /// A data center without a name.
    #[error("Missing dataCenterInfo Name")]
    MissingDataCenterName,
    /// A text with a character that no name, URL or address has, and that would break logs, pages and XML.
    #[error("{field} must not contain control characters")]
    ControlCharacter {
        /// The field.
        field: &'static str,
    },
    /// More than [`DocumentLimits`] allow.
    #[error("{field} is too large: at most {limit} {unit}")]
    TooLarge {
        /// The field.
        field: &'static str,
        /// How much is allowed.
        limit: usize,
        /// Of what.
        unit: &'static str,
    },
}

impl InstanceDraft {
    /// A draft of which only the application is known; everything else is as if absent.
    #[must_use]
    pub fn new(app: AppName) -> Self {
        Self {
            app,
            instance_id: None,
            host_name: None,
            ip_addr: None,
            sid: None,
            status: InstanceStatus::Up,
            overridden_status: InstanceStatus::Unknown,
            port: PortDraft::default(),
            secure_port: PortDraft::default(),
            country_id: 1,
            data_center: None,
            lease: LeaseDraft::default(),
            metadata: Metadata::new(),
            app_group_name: None,
            urls: Urls::default(),
            vip_address: None,
            secure_vip_address: None,
            is_coordinating: false,
            last_updated: None,
            last_dirty: None,
            action: None,
            asg_name: None,
        }
    }

    /// Makes a document of it, sent to the address of `path_app` and received at `received`.
    ///
    /// # Errors
    ///
    /// What is missing first, in the order of server.md H2, or which limit it breaks.
    pub fn into_registration(
        self,
        path_app: &AppName,
        received: UnixMillis,
        limits: &DocumentLimits,
    ) -> Result<Registration, InvalidInstance> {
        self.check_presence(path_app)?;
        let overridden_status = self.overridden_status;
        let document = self.into_document(received)?;
        limits.check(&document)?;
        Ok(Registration {
            document,
            overridden_status,
        })
    }

    /// Takes it as part of a server's listing, received at `received`.
    ///
    /// # Errors
    ///
    /// What it would take to name the instance: a listing is a server's word, so nothing else is asked for.
    pub fn into_listed(self, received: UnixMillis) -> Result<InstanceInfo, InvalidInstance> {
        let (status, overridden_status) = (self.status, self.overridden_status);
        let (times, is_coordinating, action) =
            (self.lease.times, self.is_coordinating, self.action);
        let last_updated = self.last_updated.unwrap_or(received);
        Ok(InstanceInfo {
            document: Arc::new(self.into_document(received)?),
            status,
            overridden_status,
            lease: times,
            is_coordinating,
            last_updated,
            action,
        })
    }

    /// Its texts; a name or an address that is absent is empty.
    #[must_use]
    pub fn texts(&self) -> Texts<'_> {
        Texts {
            host_name: self.host_name.as_deref().unwrap_or_default(),
            ip_addr: self.ip_addr.as_deref().unwrap_or_default(),
            vip_address: self.vip_address.as_deref(),
            secure_vip_address: self.secure_vip_address.as_deref(),
            sid: self.sid.as_deref(),
            app_group_name: self.app_group_name.as_deref(),
            home_page_url: self.urls.home_page.as_deref(),
            status_page_url: self.urls.status_page.as_deref(),
            health_check_url: self.urls.health_check.as_deref(),
            secure_health_check_url: self.urls.secure_health_check.as_deref(),
            asg_name: self.asg_name.as_deref(),
        }
    }

    fn check_presence(&self, path_app: &AppName) -> Result<(), InvalidInstance> {
        if self.effective_id().is_none() {
            return Err(InvalidInstance::MissingId);
        }
        if is_blank(self.host_name.as_deref()) {
            return Err(InvalidInstance::MissingHostName);
        }
        if is_blank(self.ip_addr.as_deref()) {
            return Err(InvalidInstance::MissingIpAddr);
        }
        if self.app.as_str().is_empty() {
            return Err(InvalidInstance::MissingAppName);
        }
        if self.app != *path_app {
            return Err(InvalidInstance::MismatchedAppName {
                expected: path_app.clone(),
                found: self.app.clone(),
            });
        }
        match self.data_center {
            None => Err(InvalidInstance::MissingDataCenter),
            Some(DataCenterDraft::Nameless) => Err(InvalidInstance::MissingDataCenterName),
            Some(DataCenterDraft::Known(_)) => Ok(()),
        }
    }

    /// wire.md 3.1, with Spring's id from metadata where `instanceId` is absent (server.md 10.6).
    fn effective_id(&self) -> Option<InstanceId> {
        if self.instance_id.is_none()
            && let Some(id) = self.id_in_metadata()
        {
            return Some(InstanceId::new(&id));
        }
        let of_data_center = match &self.data_center {
            Some(DataCenterDraft::Known(data_center)) => data_center.unique_id(),
            Some(DataCenterDraft::Nameless) | None => None,
        };
        [
            self.instance_id.as_deref(),
            of_data_center,
            self.host_name.as_deref(),
        ]
        .into_iter()
        .flatten()
        .find(|id| !id.is_empty())
        .map(InstanceId::new)
    }

    fn id_in_metadata(&self) -> Option<String> {
        let id = self
            .metadata
            .get(ID_IN_METADATA)
            .filter(|id| !id.trim().is_empty())?;
        let host_name = self.host_name.as_deref().unwrap_or_default();
        Some(if id.starts_with(host_name) {
            id.to_owned()
        } else {
            format!("{host_name}:{id}")
        })
    }

    fn into_document(mut self, received: UnixMillis) -> Result<Document, InvalidInstance> {
        let id = self.effective_id().ok_or(InvalidInstance::MissingId)?;
        let sent_id = match self.instance_id.as_deref() {
            Some("") => SentId::Empty,
            None if self.id_in_metadata().is_none() => SentId::Absent,
            Some(_) | None => SentId::AsInstanceId,
        };
        let data_center = match self.data_center.take() {
            Some(DataCenterDraft::Known(data_center)) => with_unique_id(data_center, &id),
            Some(DataCenterDraft::Nameless) | None => DataCenter::MyOwn,
        };
        let texts = self.texts();
        let texts = Texts {
            host_name: self.host_name.as_deref().unwrap_or(id.as_str()),
            sid: texts.sid.filter(|sid| !matches!(*sid, "na" | "unknown")),
            ..texts
        };
        Ok(Document {
            sent_id,
            texts: texts.pack(),
            app: self.app,
            status: self.status,
            port: self.port.or(Port::DEFAULT_PLAIN),
            secure_port: self.secure_port.or(Port::DEFAULT_SECURE),
            country_id: self.country_id,
            data_center,
            lease: self.lease.settings,
            metadata: self.metadata.compact(),
            last_dirty: self.last_dirty.unwrap_or(received),
            id,
        })
    }
}

/// A machine of Amazon that does not say its id gets the instance's (server.md H2).
fn with_unique_id(data_center: DataCenter, id: &InstanceId) -> DataCenter {
    match data_center {
        DataCenter::Amazon(mut metadata) => {
            if metadata.get(UNIQUE_ID_KEY).is_none() {
                metadata.set(UNIQUE_ID_KEY, id.as_str());
            }
            DataCenter::Amazon(metadata.compact())
        }
        named @ (DataCenter::MyOwn | DataCenter::Netflix) => named,
    }
}

/// Blank is null or empty: a text of spaces is a text (wire.md 1.4).
fn is_blank(text: Option<&str>) -> bool {
    text.is_none_or(str::is_empty)
}
