//! Reads XML (wire.md 2.3.2). Any order of elements is taken, and unknown ones are skipped.

use heureka_model::{
    ActionType, AppName, DataCenter, DataCenterDraft, InstanceDraft, InstanceStatus, LeaseDraft,
    Metadata, PortDraft, UnixMillis,
};

use super::elements::{Elements, MAX_XML_ELEMENTS, Tag};
use super::name_coder;
use crate::draft_fields::{LeaseNumbers, MetadataReader, number_of, saturated, text_slot};
use crate::listing::{is_hash_key, is_version_key};
use crate::{ListedApplication, Listing, ReadError};

pub(crate) fn read_registration(bytes: &[u8]) -> Result<InstanceDraft, ReadError> {
    let (mut elements, root) = Elements::open(bytes, MAX_XML_ELEMENTS)?;
    match root.name() {
        // Java takes the name of its class too (golden/spring 04-register-xml/22).
        "instance" | "com.netflix.appinfo.InstanceInfo" => {}
        "application" => return Err(ReadError::NotAnInstance("application")),
        "applications" => return Err(ReadError::NotAnInstance("applications")),
        _ => return Err(elements.unreadable("an unknown root element")),
    }
    let instance = read_instance(&mut elements)?;
    elements.finish()?;
    Ok(instance)
}

pub(crate) fn read_application(bytes: &[u8]) -> Result<ListedApplication, ReadError> {
    read_root(bytes, "application", read_listed_application)
}

pub(crate) fn read_applications(bytes: &[u8]) -> Result<Listing, ReadError> {
    read_root(bytes, "applications", read_listing)
}

/// Reads a document of a server. It may have any number of elements: its bytes are limited where they are received.
fn read_root<T>(
    bytes: &[u8],
    name: &str,
    read: impl FnOnce(&mut Elements<'_>) -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    let (mut elements, root) = Elements::open(bytes, usize::MAX)?;
    if root.name() != name {
        return Err(elements.unreadable("an unknown root element"));
    }
    let value = read(&mut elements)?;
    elements.finish()?;
    Ok(value)
}

fn read_listing(elements: &mut Elements<'_>) -> Result<Listing, ReadError> {
    let mut listing = Listing::default();
    while let Some(tag) = elements.next_child()? {
        match tag.name() {
            "application" => listing
                .applications
                .push(read_listed_application(elements)?),
            name if is_version_key(name) => {
                listing.version = number_of(&elements.text()?).unwrap_or(-1);
            }
            name if is_hash_key(name) => listing.hash = elements.text()?.into_owned(),
            _ => elements.skip()?,
        }
    }
    Ok(listing)
}

fn read_listed_application(elements: &mut Elements<'_>) -> Result<ListedApplication, ReadError> {
    let (mut name, mut instances) = (None, Vec::new());
    while let Some(tag) = elements.next_child()? {
        match tag.name() {
            "name" => name = Some(AppName::new(&elements.text()?)),
            "instance" => instances.push(read_instance(elements)?),
            _ => elements.skip()?,
        }
    }
    let name = name.ok_or_else(|| elements.unreadable("an application without a name"))?;
    Ok(ListedApplication { name, instances })
}

fn read_instance(elements: &mut Elements<'_>) -> Result<InstanceDraft, ReadError> {
    let (mut draft, mut has_app) = (InstanceDraft::new(AppName::new("")), false);
    while let Some(tag) = elements.next_child()? {
        if let Some(slot) = text_slot(&mut draft, tag.name()) {
            *slot = Some(elements.text()?.into());
        } else if tag.name() == "app" {
            draft.app = AppName::new(&elements.text()?);
            has_app = true;
        } else {
            read_field(elements, &tag, &mut draft)?;
        }
    }
    draft.host_name = draft.host_name.filter(|name| !name.is_empty());
    if has_app {
        Ok(draft)
    } else {
        Err(elements.unreadable("an instance without app"))
    }
}

fn read_field(
    elements: &mut Elements<'_>,
    tag: &Tag<'_>,
    draft: &mut InstanceDraft,
) -> Result<(), ReadError> {
    match tag.name() {
        "status" => draft.status = read_status(elements)?,
        "overriddenstatus" | "overriddenStatus" => draft.overridden_status = read_status(elements)?,
        // An attribute with any other value says what its absence says (wire.md 2.3.2).
        "port" => draft.port = read_port(elements, tag.enabled() != Some("false"))?,
        "securePort" => draft.secure_port = read_port(elements, tag.enabled() == Some("true"))?,
        "countryId" => draft.country_id = read_integer(elements)?,
        "dataCenterInfo" => draft.data_center = read_data_center(elements)?,
        "leaseInfo" => draft.lease = read_lease(elements)?,
        "metadata" => draft.metadata = read_metadata(elements, MetadataReader::of_instance())?,
        "isCoordinatingDiscoveryServer" => {
            draft.is_coordinating = elements.text()?.eq_ignore_ascii_case("true");
        }
        "lastUpdatedTimestamp" => draft.last_updated = read_time(elements)?.or(draft.last_updated),
        "lastDirtyTimestamp" => draft.last_dirty = read_time(elements)?.or(draft.last_dirty),
        "actionType" => draft.action = ActionType::from_name(&elements.text()?).or(draft.action),
        _ => elements.skip()?,
    }
    Ok(())
}

/// Unlike in JSON, case does not count (wire.md 2.3.2).
fn read_status(elements: &mut Elements<'_>) -> Result<InstanceStatus, ReadError> {
    Ok(InstanceStatus::from_name(
        &elements.text()?.to_ascii_uppercase(),
    ))
}

fn read_port(elements: &mut Elements<'_>, enabled: bool) -> Result<PortDraft, ReadError> {
    Ok(PortDraft {
        number: Some(read_integer(elements)?),
        enabled: Some(enabled),
    })
}

/// Unlike in JSON, what is no number is refused (`golden/spring` 08-ports/52 and 54).
fn read_integer(elements: &mut Elements<'_>) -> Result<i32, ReadError> {
    let text = elements.text()?;
    let text = text.trim();
    let is_whole = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-'));
    number_of(text)
        .filter(|_| is_whole)
        .map(saturated)
        .ok_or_else(|| elements.unreadable("not a whole number"))
}

/// What is no number is as good as absent.
fn read_time(elements: &mut Elements<'_>) -> Result<Option<UnixMillis>, ReadError> {
    Ok(number_of(&elements.text()?).map(UnixMillis))
}

/// The name decides, whatever the class (`golden/spring` 06-datacenter-other/37). Without a name there is no data
/// center (06-datacenter-other/41).
fn read_data_center(elements: &mut Elements<'_>) -> Result<Option<DataCenterDraft>, ReadError> {
    let (mut name, mut metadata) = (None, Metadata::new());
    while let Some(tag) = elements.next_child()? {
        match tag.name() {
            "name" => name = Some(elements.text()?),
            "metadata" => metadata = read_metadata(elements, MetadataReader::of_amazon())?,
            _ => elements.skip()?,
        }
    }
    Ok(Some(DataCenterDraft::Known(match name.as_deref() {
        None => return Ok(None),
        Some("MyOwn") => DataCenter::MyOwn,
        Some("Netflix") => DataCenter::Netflix,
        Some(name) if name.eq_ignore_ascii_case("Amazon") => DataCenter::Amazon(metadata),
        Some(_) => return Err(elements.unreadable("an unknown data center")),
    })))
}

/// What is no number is as good as absent.
fn read_lease(elements: &mut Elements<'_>) -> Result<LeaseDraft, ReadError> {
    let mut numbers = LeaseNumbers::default();
    while let Some(tag) = elements.next_child()? {
        let text = elements.text()?;
        if let Some(number) = number_of(&text)
            && let Some(slot) = numbers.slot(tag.name())
        {
            *slot = number;
        }
    }
    Ok(numbers.into_draft())
}

fn read_metadata(
    elements: &mut Elements<'_>,
    mut metadata: MetadataReader,
) -> Result<Metadata, ReadError> {
    while let Some(tag) = elements.next_child()? {
        let value = elements.text()?;
        metadata.set(&name_coder::decode(tag.name())?, &value);
    }
    Ok(metadata.finish())
}
