//! Listings of servers (wire.md 2.1, 2.2, 2.12).

use heureka_model::{AppName, InstanceDraft};

use super::instance::InstanceReader;
use super::object::{ReadObject, elements};
use super::reader::{Reader, Scalar};
use crate::ReadError;
use crate::draft_fields::number_of;
use crate::listing::{is_hash_key, is_version_key};
use crate::{ListedApplication, Listing};

/// What `applications` holds.
#[derive(Debug, Default)]
pub(super) struct ListingReader(Listing);

impl<'de> ReadObject<'de> for ListingReader {
    type Value = Listing;
    const WHAT: &'static str = "a listing";

    fn field(&mut self, key: &str, reader: &mut Reader<'de>) -> Result<(), ReadError> {
        if key == "application" {
            let applications = elements(reader, ApplicationReader::default, usize::MAX)?;
            self.0.applications = applications.map_or_else(Vec::new, |list| list.present);
        } else if is_version_key(key) {
            let text = Scalar::next(key, reader)?.into_text();
            self.0.version = text.and_then(|text| number_of(&text)).unwrap_or(-1);
        } else if is_hash_key(key) {
            self.0.hash = Scalar::next(key, reader)?
                .into_text()
                .unwrap_or_default()
                .into_owned();
        } else {
            reader.skip()?;
        }
        Ok(())
    }

    fn finish(self) -> Result<Listing, String> {
        Ok(self.0)
    }
}

/// An application with its instances.
#[derive(Debug, Default)]
pub(super) struct ApplicationReader {
    name: Option<AppName>,
    instances: Vec<InstanceDraft>,
}

impl<'de> ReadObject<'de> for ApplicationReader {
    type Value = ListedApplication;
    const WHAT: &'static str = "an application";

    fn field(&mut self, key: &str, reader: &mut Reader<'de>) -> Result<(), ReadError> {
        match key {
            "name" => {
                self.name = Scalar::next(key, reader)?
                    .into_text()
                    .map(|name| AppName::new(&name))
            }
            "instance" => {
                let instances = elements(reader, InstanceReader::default, usize::MAX)?;
                self.instances = instances.map_or_else(Vec::new, |list| list.present);
            }
            _ => reader.skip()?,
        }
        Ok(())
    }

    fn finish(self) -> Result<ListedApplication, String> {
        let name = self.name.ok_or("an application has no name")?;
        Ok(ListedApplication {
            name,
            instances: self.instances,
        })
    }
}
