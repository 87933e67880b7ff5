//! A draft that is a document, and what is changed of it.

use heureka_model::{
    AppName, DataCenter, DataCenterDraft, DocumentLimits, InstanceDraft, InvalidInstance, Metadata,
    Registration, UnixMillis,
};

/// When all drafts are received.
pub(crate) const RECEIVED: UnixMillis = UnixMillis(1_700_000_000_000);

/// What every registration must have, and nothing else.
pub(crate) fn draft() -> InstanceDraft {
    let mut draft = InstanceDraft::new(AppName::new("orders"));
    draft.instance_id = Some("id".into());
    draft.host_name = Some("host".into());
    draft.ip_addr = Some("10.0.0.1".into());
    draft.data_center = Some(DataCenterDraft::Known(DataCenter::MyOwn));
    draft
}

pub(crate) fn draft_with(change: impl FnOnce(&mut InstanceDraft)) -> InstanceDraft {
    let mut draft = draft();
    change(&mut draft);
    draft
}

/// Sends it to its own application's address.
pub(crate) fn register(draft: InstanceDraft) -> Result<Registration, InvalidInstance> {
    register_within(&DocumentLimits::default(), draft)
}

pub(crate) fn register_within(
    limits: &DocumentLimits,
    draft: InstanceDraft,
) -> Result<Registration, InvalidInstance> {
    let app = draft.app.clone();
    draft.into_registration(&app, RECEIVED, limits)
}

/// A machine of Amazon with these metadata.
pub(crate) fn amazon(entries: &[(&str, &str)]) -> Option<DataCenterDraft> {
    let metadata: Metadata = entries.iter().copied().collect();
    Some(DataCenterDraft::Known(DataCenter::Amazon(metadata)))
}
