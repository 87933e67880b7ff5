//! An instance (wire.md 2.3.2).

use heureka_model::{
    ActionType, AppName, DataCenterDraft, InstanceDraft, InstanceStatus, UnixMillis,
};

use super::data_center::DataCenterReader;
use super::object::{ReadObject, nested};
use super::parts::{LeaseReader, MetadataObject, PortReader};
use super::reader::{Reader, Scalar};
use crate::ReadError;
use crate::draft_fields::{MetadataReader, saturated, text_slot};

/// An instance without a wrapper. Null is as good as absent for every field.
#[derive(Debug)]
pub(super) struct InstanceReader {
    draft: InstanceDraft,
    has_app: bool,
}

impl Default for InstanceReader {
    fn default() -> Self {
        Self {
            draft: InstanceDraft::new(AppName::new("")),
            has_app: false,
        }
    }
}

impl<'de> ReadObject<'de> for InstanceReader {
    type Value = InstanceDraft;
    const WHAT: &'static str = "an instance";

    fn field(&mut self, key: &str, reader: &mut Reader<'de>) -> Result<(), ReadError> {
        if let Some(slot) = text_slot(&mut self.draft, key) {
            if let Some(text) = Scalar::next(key, reader)?.into_text() {
                *slot = Some(text.into());
            }
            return Ok(());
        }
        match key {
            "port" | "securePort" | "dataCenterInfo" | "leaseInfo" | "metadata" => {
                self.object(key, reader)
            }
            "app"
            | "status"
            | "overriddenStatus"
            | "overriddenstatus"
            | "countryId"
            | "isCoordinatingDiscoveryServer"
            | "lastUpdatedTimestamp"
            | "lastDirtyTimestamp"
            | "actionType" => {
                let scalar = Scalar::next(key, reader)?;
                self.scalar_field(key, scalar);
                Ok(())
            }
            _ => reader.skip(),
        }
    }

    fn finish(mut self) -> Result<InstanceDraft, String> {
        if !self.has_app {
            return Err("the instance has no app".to_owned());
        }
        self.draft.host_name = self.draft.host_name.filter(|name| !name.is_empty());
        Ok(self.draft)
    }
}

impl InstanceReader {
    fn object(&mut self, key: &str, reader: &mut Reader<'_>) -> Result<(), ReadError> {
        let draft = &mut self.draft;
        match key {
            "port" => replace(&mut draft.port, nested(reader, PortReader::default())?),
            "securePort" => replace(
                &mut draft.secure_port,
                nested(reader, PortReader::default())?,
            ),
            "leaseInfo" => replace(&mut draft.lease, nested(reader, LeaseReader::default())?),
            "metadata" => {
                replace(
                    &mut draft.metadata,
                    nested(reader, MetadataObject(MetadataReader::of_instance()))?,
                );
            }
            _ => {
                let read: Option<DataCenterDraft> = nested(reader, DataCenterReader::default())?;
                draft.data_center = read.or_else(|| draft.data_center.take());
            }
        }
        Ok(())
    }

    fn scalar_field(&mut self, key: &str, scalar: Scalar<'_>) {
        let draft = &mut self.draft;
        match key {
            "countryId" => replace(&mut draft.country_id, scalar.number().map(saturated)),
            "isCoordinatingDiscoveryServer" => replace(&mut draft.is_coordinating, scalar.truth()),
            "lastUpdatedTimestamp" => {
                draft.last_updated = scalar.number().map(UnixMillis).or(draft.last_updated);
            }
            "lastDirtyTimestamp" => {
                draft.last_dirty = scalar.number().map(UnixMillis).or(draft.last_dirty);
            }
            _ => {
                if let Some(text) = scalar.into_text() {
                    self.name_field(key, &text);
                }
            }
        }
    }

    /// Statuses are exact: another case is another text, and any text but a status is UNKNOWN (`golden/spring`
    /// 09-scalar-values/07 to 15).
    fn name_field(&mut self, key: &str, text: &str) {
        let draft = &mut self.draft;
        match key {
            "app" => {
                self.has_app = true;
                draft.app = AppName::new(text);
            }
            "status" => draft.status = InstanceStatus::from_name(text),
            "actionType" => draft.action = ActionType::from_name(text),
            // Both spellings; the later one counts (wire.md 2.3.2).
            _ => draft.overridden_status = InstanceStatus::from_name(text),
        }
    }
}

/// Null replaces nothing.
fn replace<T>(slot: &mut T, read: Option<T>) {
    if let Some(read) = read {
        *slot = read;
    }
}

/// `{"instance":{…}}` and nothing else inside, as Java insists (`golden/spring` 12-register-missing-fields/60 to 65).
#[derive(Debug, Default)]
pub(super) struct Wrapped(Option<InstanceDraft>);

impl<'de> ReadObject<'de> for Wrapped {
    type Value = InstanceDraft;
    const WHAT: &'static str = "an instance in its wrapper";

    fn field(&mut self, key: &str, reader: &mut Reader<'de>) -> Result<(), ReadError> {
        if key != "instance" || self.0.is_some() {
            return Err(reader.unreadable(format_args!("unexpected {key:?} beside the instance")));
        }
        self.0 = nested(reader, InstanceReader::default())?;
        if self.0.is_none() {
            return Err(reader.unreadable("the instance is null"));
        }
        Ok(())
    }

    /// Java does this to the group's name in JSON only (wire.md 3.2). Here it is done once, when a client registers, so
    /// that every node and every client shows the same.
    fn finish(self) -> Result<InstanceDraft, String> {
        let mut draft = self.0.ok_or_else(|| "no instance".to_owned())?;
        draft.app_group_name = draft.app_group_name.map(|name| name.to_uppercase().into());
        Ok(draft)
    }
}

/// An instance with or without its wrapper.
#[derive(Debug, Default)]
pub(super) struct MaybeWrapped {
    wrapped: Option<InstanceDraft>,
    bare: InstanceReader,
}

impl<'de> ReadObject<'de> for MaybeWrapped {
    type Value = InstanceDraft;
    const WHAT: &'static str = "an instance";

    fn field(&mut self, key: &str, reader: &mut Reader<'de>) -> Result<(), ReadError> {
        if key == "instance" {
            self.wrapped = nested(reader, InstanceReader::default())?;
            return Ok(());
        }
        self.bare.field(key, reader)
    }

    fn finish(self) -> Result<InstanceDraft, String> {
        match self.wrapped {
            Some(instance) => Ok(instance),
            None => self.bare.finish(),
        }
    }
}
