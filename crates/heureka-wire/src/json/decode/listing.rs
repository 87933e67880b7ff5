//! Listings of servers (wire.md 2.1, 2.2, 2.12).

use heureka_model::{AppName, InstanceDraft};
use serde::de::{IgnoredAny, MapAccess};

use super::instance::InstanceReader;
use super::object::{List, ReadObject};
use super::scalar::Scalar;
use crate::draft_fields::number_of;
use crate::listing::{is_hash_key, is_version_key};
use crate::{ListedApplication, Listing};

/// What `applications` holds.
#[derive(Debug, Default)]
pub(super) struct ListingReader(Listing);

impl<'de> ReadObject<'de> for ListingReader {
    type Value = Listing;
    const WHAT: &'static str = "a listing";

    fn field<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        if key == "application" {
            let applications = map.next_value_seed(List::of(ApplicationReader::default))?;
            self.0.applications = applications.into_iter().flatten().flatten().collect();
        } else if is_version_key(key) {
            let text = Scalar::next(key, map)?.into_text();
            self.0.version = text.and_then(|text| number_of(&text)).unwrap_or(-1);
        } else if is_hash_key(key) {
            self.0.hash = Scalar::next(key, map)?
                .into_text()
                .unwrap_or_default()
                .into_owned();
        } else {
            map.next_value::<IgnoredAny>()?;
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

    fn field<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "name" => {
                self.name = Scalar::next(key, map)?
                    .into_text()
                    .map(|name| AppName::new(&name))
            }
            "instance" => {
                let instances = map.next_value_seed(List::of(InstanceReader::default))?;
                self.instances = instances.into_iter().flatten().flatten().collect();
            }
            _ => {
                map.next_value::<IgnoredAny>()?;
            }
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
