//! The instance of this process: what it says of itself, and what changes that.

mod amazon;
mod build;
mod health_code;
mod invalid;
mod ports;
mod refresh;
mod spec;
mod standing;
mod urls;
mod vips;
mod zone;

pub use amazon::{
    AmazonKey, MetadataSurvey, NoInstanceId, Runtime, own_address, public_address,
    refreshed_metadata, runtime_of, spot_action_changed, validated_metadata,
};
pub use build::Detected;
pub use health_code::health_code;
pub use invalid::InvalidSpec;
pub use refresh::{with_data_center, with_lease};
pub use spec::InstanceSpec;
pub use zone::own_zone;

pub(crate) use standing::OwnInstance;
