//! An instance in XML (wire.md 2.3.1, compact 2.8).

use heureka_model::{InstanceStatus, Metadata, PortDraft};

use super::name_coder;
use super::writer::Xml;
use crate::fields::{DOCUMENT_BYTES, DataCenterFields, EMPTY_MAP_CLASS, Fields, compact_metadata};
use crate::{Detail, Form, Version, Within};

/// As a document of its own, which is always full.
pub(crate) fn single_instance(fields: &Fields<'_>, version: Version) -> Vec<u8> {
    let mut xml = Xml::behind(Vec::with_capacity(DOCUMENT_BYTES), Detail::Full, 0);
    xml.element("instance", None, |xml| write_full(xml, fields, version));
    xml.finish()
}

/// As an element of a listing, behind the `bytes` that it has already.
pub(crate) fn listed_instance(
    bytes: Vec<u8>,
    fields: &Fields<'_>,
    form: Form,
    within: Within,
) -> Vec<u8> {
    let mut xml = Xml::behind(bytes, form.detail, within.depth() + 1);
    xml.element("instance", None, |xml| match form.detail {
        Detail::Full => write_full(xml, fields, form.version),
        Detail::Compact => write_compact(xml, fields),
    });
    xml.finish()
}

impl Within {
    /// How many elements an application is inside of.
    pub(super) fn depth(self) -> usize {
        match self {
            Self::Application => 0,
            Self::Applications => 1,
        }
    }
}

/// The fields of an instance, inside whatever element it is.
pub(super) fn write_full(xml: &mut Xml, fields: &Fields<'_>, version: Version) {
    write_identity(xml, fields, version);
    if let Some(data_center) = &fields.data_center {
        write_data_center(xml, data_center, data_center.metadata);
    }
    xml.element("leaseInfo", None, |xml| {
        for (name, number) in fields.lease() {
            xml.number(name, number);
        }
    });
    write_metadata(xml, fields.metadata);
    for (name, text) in fields.texts_behind_metadata() {
        xml.leaf(name, text);
    }
    write_state(xml, fields);
}

fn write_identity(xml: &mut Xml, fields: &Fields<'_>, version: Version) {
    xml.optional("instanceId", fields.instance_id);
    xml.optional("hostName", fields.host_name);
    xml.leaf("app", fields.app);
    xml.optional("ipAddr", fields.ip_addr);
    xml.optional("sid", fields.sid);
    xml.leaf("status", shown_status(fields.status, version).as_str());
    xml.leaf("overriddenstatus", fields.overridden_status.as_str());
    write_port(xml, "port", fields.port);
    write_port(xml, "securePort", fields.secure_port);
    xml.number("countryId", fields.country_id.into());
}

/// `v1` knows three statuses. The override and the hash are not mapped (wire.md 2.9).
fn shown_status(status: InstanceStatus, version: Version) -> InstanceStatus {
    match (version, status) {
        (Version::V1, InstanceStatus::OutOfService | InstanceStatus::Unknown) => {
            InstanceStatus::Down
        }
        (Version::V1, InstanceStatus::Up | InstanceStatus::Down | InstanceStatus::Starting)
        | (Version::V2, _) => status,
    }
}

fn write_state(xml: &mut Xml, fields: &Fields<'_>) {
    let is_coordinating = if fields.is_coordinating {
        "true"
    } else {
        "false"
    };
    xml.leaf("isCoordinatingDiscoveryServer", is_coordinating);
    if let Some(time) = fields.last_updated {
        xml.number("lastUpdatedTimestamp", time.0);
    }
    if let Some(time) = fields.last_dirty {
        xml.number("lastDirtyTimestamp", time.0);
    }
    xml.optional("actionType", fields.action.map(|action| action.as_str()));
    xml.optional("asgName", fields.texts.asg_name);
}

/// Jackson writes this form, which knows nothing of `v1` (wire.md 2.9).
fn write_compact(xml: &mut Xml, fields: &Fields<'_>) {
    xml.optional("instanceId", fields.instance_id);
    xml.leaf("app", fields.app);
    xml.optional("ipAddr", fields.ip_addr);
    xml.optional("vipAddress", fields.texts.vip_address);
    xml.optional("secureVipAddress", fields.texts.secure_vip_address);
    if let Some(data_center) = &fields.data_center {
        let metadata = data_center.metadata.map(compact_metadata);
        write_data_center(xml, data_center, metadata.as_ref());
    }
    xml.optional("hostName", fields.host_name);
    xml.leaf("status", fields.status.as_str());
    if let Some(time) = fields.last_updated {
        xml.number("lastUpdatedTimestamp", time.0);
    }
    xml.optional("actionType", fields.action.map(|action| action.as_str()));
    xml.optional("asgName", fields.texts.asg_name);
    write_port(xml, "port", fields.port);
    write_port(xml, "securePort", fields.secure_port);
}

fn write_port(xml: &mut Xml, name: &str, port: PortDraft) {
    let enabled = port
        .enabled
        .map(|enabled| ("enabled", if enabled { "true" } else { "false" }));
    if let Some(number) = port.number {
        xml.leaf_with(name, enabled, &number.to_string());
    }
}

fn write_data_center(
    xml: &mut Xml,
    data_center: &DataCenterFields<'_>,
    metadata: Option<&Metadata>,
) {
    xml.element(
        "dataCenterInfo",
        Some(("class", data_center.class())),
        |xml| {
            xml.optional("name", data_center.name);
            if let Some(metadata) = metadata {
                write_metadata(xml, metadata);
            }
        },
    );
}

fn write_metadata(xml: &mut Xml, metadata: &Metadata) {
    if metadata.is_empty() {
        xml.empty("metadata", Some(("class", EMPTY_MAP_CLASS)));
        return;
    }
    xml.element("metadata", None, |xml| {
        for (key, value) in metadata.iter() {
            xml.leaf(&name_coder::encode(key), value);
        }
    });
}
