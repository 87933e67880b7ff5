//! Where an instance runs (wire.md 2.5).

use std::borrow::Cow;

use heureka_model::{DataCenter, DataCenterDraft, Metadata};

use super::object::{ReadObject, nested};
use super::parts::MetadataObject;
use super::reader::{Reader, Scalar};
use crate::ReadError;
use crate::draft_fields::MetadataReader;
use crate::fields::{AMAZON_CLASS, DEFAULT_CLASS};

/// The class of [`DEFAULT_CLASS`] that does exist.
const MY_CLASS: &str = "com.netflix.appinfo.MyDataCenterInfo";

/// A data center. What its metadata are is known only at the end, so they are kept as they are written until then.
#[derive(Debug, Default)]
pub(super) struct DataCenterReader<'de> {
    class: Option<Cow<'de, str>>,
    name: Option<Cow<'de, str>>,
    metadata: Option<&'de str>,
}

impl<'de> ReadObject<'de> for DataCenterReader<'de> {
    type Value = DataCenterDraft;
    const WHAT: &'static str = "a data center";

    fn field(&mut self, key: &str, reader: &mut Reader<'de>) -> Result<(), ReadError> {
        match key {
            "@class" => self.class = Scalar::next(key, reader)?.into_text(),
            "name" => self.name = Scalar::next(key, reader)?.into_text(),
            "metadata" => self.metadata = Some(reader.raw()?).filter(|raw| *raw != "null"),
            _ => reader.skip()?,
        }
        Ok(())
    }

    fn finish(self) -> Result<DataCenterDraft, String> {
        match self.class.as_deref() {
            Some(AMAZON_CLASS) => self.amazon_by_class(),
            Some(DEFAULT_CLASS | MY_CLASS) => self.not_amazon(),
            Some(_) => Err("dataCenterInfo has an unknown @class".to_owned()),
            None => self.by_name(),
        }
    }
}

impl DataCenterReader<'_> {
    /// The class decides. Without metadata the name has to agree: a machine of Amazon is not guessed
    /// (`golden/spring` 06-datacenter-other/09).
    fn amazon_by_class(self) -> Result<DataCenterDraft, String> {
        match self.name.as_deref() {
            Some(name) if name != "Amazon" && self.metadata.is_none() => {
                Err("dataCenterInfo is Amazon's by @class, but not by name".to_owned())
            }
            Some(_) | None => self.amazon(),
        }
    }

    /// Java takes the name Amazon here too, and then cannot write the instance (`golden/spring` 36-poison).
    fn not_amazon(self) -> Result<DataCenterDraft, String> {
        match self.name.as_deref() {
            Some("Amazon") => {
                Err("dataCenterInfo is Amazon's by name, but not by @class".to_owned())
            }
            Some(_) => self.by_name(),
            None => Ok(DataCenterDraft::Nameless),
        }
    }

    fn by_name(self) -> Result<DataCenterDraft, String> {
        match self.name.as_deref() {
            Some("MyOwn") => Ok(DataCenterDraft::Known(DataCenter::MyOwn)),
            Some("Netflix") => Ok(DataCenterDraft::Known(DataCenter::Netflix)),
            Some("Amazon") => self.amazon(),
            Some(_) => Err("dataCenterInfo has an unknown name".to_owned()),
            None => Err("dataCenterInfo has neither a name nor an @class".to_owned()),
        }
    }

    fn amazon(self) -> Result<DataCenterDraft, String> {
        let metadata = self
            .metadata
            .map(read_metadata)
            .transpose()?
            .unwrap_or_default();
        Ok(DataCenterDraft::Known(DataCenter::Amazon(metadata)))
    }
}

fn read_metadata(raw: &str) -> Result<Metadata, String> {
    let metadata = MetadataObject(MetadataReader::of_amazon());
    nested(&mut Reader::new(raw), metadata)
        .map(Option::unwrap_or_default)
        .map_err(|error| format!("metadata of dataCenterInfo: {error}"))
}
