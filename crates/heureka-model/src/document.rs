//! What a client registers.

use std::time::Duration;

use crate::{
    AppName, DataCenter, InstanceId, InstanceKey, InstanceStatus, Metadata, PackedTexts, Texts,
    UnixMillis,
};

/// What a client says of itself when it registers: valid, complete, and never changed by the server but for metadata.
///
/// The fields are those of wire.md 2.3.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Document {
    /// The application.
    pub app: AppName,
    /// What names the instance within it: [`Document::sent_id`] tells where it comes from.
    pub id: InstanceId,
    /// How the client gave its id.
    pub sent_id: SentId,
    /// What it says in texts.
    pub texts: PackedTexts,
    /// The status that the client reports, which is not always the one that is shown.
    pub status: InstanceStatus,
    /// The port for plain traffic.
    pub port: Port,
    /// The port for TLS.
    pub secure_port: Port,
    /// A deprecated number, 1 by default.
    pub country_id: i32,
    /// Where it runs.
    pub data_center: DataCenter,
    /// How often it will renew, and how long it may be silent.
    pub lease: LeaseSettings,
    /// What else it wants known.
    pub metadata: Metadata,
    /// When the client last changed what it says of itself: the document's version (wire.md 3.4).
    pub last_dirty: UnixMillis,
}

impl Document {
    /// What names the instance within a registry.
    #[must_use]
    pub fn key(&self) -> InstanceKey {
        InstanceKey {
            app: self.app.clone(),
            id: self.id.clone(),
        }
    }

    /// What it says in texts.
    #[must_use]
    pub fn texts(&self) -> Texts<'_> {
        self.texts.unpack()
    }

    /// The host's name; never empty in a registry.
    #[must_use]
    pub fn host_name(&self) -> &str {
        self.texts.host_name()
    }

    /// The address that callers use; never empty in a registry.
    #[must_use]
    pub fn ip_addr(&self) -> &str {
        self.texts.ip_addr()
    }

    /// Names under which it is found, separated by commas.
    #[must_use]
    pub fn vip_address(&self) -> Option<&str> {
        self.texts.vip_address()
    }

    /// Names under which its secure port is found, separated by commas.
    #[must_use]
    pub fn secure_vip_address(&self) -> Option<&str> {
        self.texts.secure_vip_address()
    }

    /// Both in one walk through the texts: the names of its plain port, and of its secure port.
    #[must_use]
    pub fn vip_addresses(&self) -> [Option<&str>; 2] {
        self.texts.vip_addresses()
    }

    /// The names under which it is found.
    pub fn vips(&self) -> impl Iterator<Item = &str> {
        vip_names(self.vip_address())
    }

    /// The names under which its secure port is found.
    pub fn secure_vips(&self) -> impl Iterator<Item = &str> {
        vip_names(self.secure_vip_address())
    }
}

/// The names in a `vipAddress` or `secureVipAddress`: the parts between the commas, as they are (wire.md 1.10).
pub fn vip_names(address: Option<&str>) -> impl Iterator<Item = &str> {
    address.into_iter().flat_map(|names| names.split(','))
}

/// How a client gave its id; the id itself stands in the document only once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SentId {
    /// In `instanceId`.
    AsInstanceId,
    /// As an empty `instanceId`: the id comes from the data center or is the host's name.
    Empty,
    /// Not at all: the id comes from the data center or is the host's name.
    Absent,
}

/// A port and whether it is in use. Java takes any number, also a negative one, so the type does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Port {
    /// The number.
    pub number: i32,
    /// Whether the instance listens on it.
    pub enabled: bool,
}

impl Port {
    /// The plain port of an instance that names none.
    pub const DEFAULT_PLAIN: Self = Self {
        number: 7001,
        enabled: true,
    };
    /// The secure port of an instance that names none.
    pub const DEFAULT_SECURE: Self = Self {
        number: 7002,
        enabled: false,
    };
}

/// What a client promises of its heartbeats. Both are positive (server.md L11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LeaseSettings {
    renewal_interval_secs: i32,
    duration_secs: i32,
}

impl LeaseSettings {
    /// Takes both in seconds; what is not positive becomes 30 or 90.
    #[must_use]
    pub fn new(renewal_interval_secs: i32, duration_secs: i32) -> Self {
        let default = Self::default();
        Self {
            renewal_interval_secs: if renewal_interval_secs > 0 {
                renewal_interval_secs
            } else {
                default.renewal_interval_secs
            },
            duration_secs: if duration_secs > 0 {
                duration_secs
            } else {
                default.duration_secs
            },
        }
    }

    /// Seconds between two heartbeats.
    #[must_use]
    pub fn renewal_interval_secs(self) -> i32 {
        self.renewal_interval_secs
    }

    /// Seconds after which a silent instance may be taken for dead.
    #[must_use]
    pub fn duration_secs(self) -> i32 {
        self.duration_secs
    }

    /// The time between two heartbeats.
    #[must_use]
    pub fn renewal_interval(self) -> Duration {
        seconds(self.renewal_interval_secs)
    }

    /// The time after which a silent instance may be taken for dead.
    #[must_use]
    pub fn duration(self) -> Duration {
        seconds(self.duration_secs)
    }
}

impl Default for LeaseSettings {
    fn default() -> Self {
        Self {
            renewal_interval_secs: 30,
            duration_secs: 90,
        }
    }
}

fn seconds(positive: i32) -> Duration {
    Duration::from_secs(positive.unsigned_abs().into())
}
