//! The small objects of an instance: ports, lease and metadata.

use heureka_model::{LeaseDraft, Metadata, PortDraft};

use super::object::ReadObject;
use super::reader::{Reader, Scalar};
use crate::ReadError;
use crate::draft_fields::{LeaseNumbers, MetadataReader, number_of, saturated};

/// A port: `{"$":8080,"@enabled":"true"}`, or its bare number (DESIGN 2.10).
#[derive(Debug, Default)]
pub(super) struct PortReader(PortDraft);

impl<'de> ReadObject<'de> for PortReader {
    type Value = PortDraft;
    const WHAT: &'static str = "a port";

    fn field(&mut self, key: &str, reader: &mut Reader<'de>) -> Result<(), ReadError> {
        match key {
            "$" => self.0.number = Scalar::next(key, reader)?.number().map(saturated),
            "@enabled" => self.0.enabled = Scalar::next(key, reader)?.truth(),
            _ => reader.skip()?,
        }
        Ok(())
    }

    fn finish(self) -> Result<PortDraft, String> {
        Ok(self.0)
    }

    fn scalar(self, scalar: &Scalar<'_>) -> Option<PortDraft> {
        let number = match scalar {
            Scalar::Number(text) => number_of(text),
            Scalar::Text(text) => number_of(text),
            Scalar::Null | Scalar::Bool(_) => None,
        };
        number.map(|number| PortDraft {
            number: Some(saturated(number)),
            enabled: None,
        })
    }
}

/// A lease. An empty text is one without anything in it (`golden/spring` 12-register-missing-fields/27).
#[derive(Debug, Default)]
pub(super) struct LeaseReader(LeaseNumbers);

impl<'de> ReadObject<'de> for LeaseReader {
    type Value = LeaseDraft;
    const WHAT: &'static str = "a lease";

    fn field(&mut self, key: &str, reader: &mut Reader<'de>) -> Result<(), ReadError> {
        match self.0.slot(key) {
            Some(slot) => *slot = Scalar::next(key, reader)?.number().unwrap_or(0),
            None => reader.skip()?,
        }
        Ok(())
    }

    fn finish(self) -> Result<LeaseDraft, String> {
        Ok(self.0.into_draft())
    }

    fn scalar(self, scalar: &Scalar<'_>) -> Option<LeaseDraft> {
        matches!(scalar, Scalar::Text(text) if text.is_empty()).then(LeaseDraft::default)
    }
}

/// A map of metadata: texts, and numbers, truths and null as theirs (wire.md 2.6).
pub(super) struct MetadataObject(pub(super) MetadataReader);

impl<'de> ReadObject<'de> for MetadataObject {
    type Value = Metadata;
    const WHAT: &'static str = "metadata";

    fn field(&mut self, key: &str, reader: &mut Reader<'de>) -> Result<(), ReadError> {
        let value = Scalar::next(key, reader)?
            .into_text()
            .unwrap_or_else(|| "null".into());
        self.0.set(key, &value);
        Ok(())
    }

    fn finish(self) -> Result<Metadata, String> {
        Ok(self.0.finish())
    }
}
