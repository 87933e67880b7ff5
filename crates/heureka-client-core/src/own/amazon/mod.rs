//! What a machine of Amazon knows of itself: what to ask, in which order, and what counts of the answers.

mod key;
mod rules;
mod survey;

pub use key::AmazonKey;
pub use rules::{
    NoInstanceId, Runtime, own_address, public_address, refreshed_metadata, runtime_of,
    spot_action_changed, validated_metadata,
};
pub use survey::MetadataSurvey;
