//! The values of Eureka's protocol, without a byte of its encodings.
//!
//! What a client owns is a [`Document`]; what a server shows is an [`InstanceInfo`]: the same document with the status
//! in force, the times of its lease and the kind of its last change. What arrives from outside is an [`InstanceDraft`],
//! in which everything may be missing, and only [`InstanceDraft::into_registration`] makes a document of it.
//!
//! Nothing here does IO, reads a clock or knows JSON or XML.

mod applications;
mod data_center;
mod document;
mod draft;
mod hashing;
mod instance;
mod lengths;
mod limits;
mod listed;
mod metadata;
mod names;
mod peer;
mod replication;
mod service_url;
mod status;
mod status_info;
mod texts;
mod time;

pub use applications::{Application, Applications, StatusCounts, VERSION_OF_FULL, VERSION_OF_VIP};
pub use data_center::{DataCenter, UNIQUE_ID_KEY};
pub use document::{Document, LeaseSettings, Port, SentId, vip_names};
pub use draft::{
    DataCenterDraft, InstanceDraft, InvalidInstance, LeaseDraft, PortDraft, Registration, Urls,
};
pub use hashing::{FirstNumber, SeededHash, SeededHasher, WideHash, WideHashItself};
pub use instance::{InstanceInfo, LeaseTimes};
pub use limits::DocumentLimits;
pub use metadata::{Metadata, MetadataBuilder};
pub use names::{AppName, InstanceId, InstanceKey, RegionName};
pub use peer::{
    AgeOf, AppDigest, CancelledState, Changes, ChangesTaken, Compared, Comparison, Digest,
    DocumentState, KeyState, KeyVersion, LeaseState, NodeId, OverrideState, OverrideValue,
    PeerHeader, PeerMessage, PeerReply, PresentState, RenewedKey, Slice, Stamp,
};
pub use replication::{ReplicationAction, ReplicationAnswer, ReplicationItem};
pub use service_url::{Credentials, InvalidServiceUrl, MAX_SERVICE_URL_BYTES, Scheme, ServiceUrl};
pub use status::{ActionType, InstanceStatus, UnknownStatus};
pub use status_info::StatusInfo;
pub use texts::{PackedTexts, Texts};
pub use time::{Now, UnixMillis};
