//! An instance in JSON (wire.md 2.3.1, compact 2.8).

use heureka_model::{Metadata, PortDraft};

use super::writer::{Astral, Json};
use crate::Detail;
use crate::fields::{DOCUMENT_BYTES, DataCenterFields, EMPTY_MAP_CLASS, Fields, compact_metadata};

/// As a document of its own: `{"instance":{…}}`.
pub(crate) fn wrapped_instance(fields: &Fields<'_>) -> Vec<u8> {
    let mut json = Json::behind(Vec::with_capacity(DOCUMENT_BYTES), Astral::Escaped);
    json.object(|json| {
        json.key("instance");
        write_full(json, fields);
    });
    json.finish()
}

/// As an element of a listing, behind the `bytes` that it has already.
pub(crate) fn listed_instance(bytes: Vec<u8>, fields: &Fields<'_>, detail: Detail) -> Vec<u8> {
    let mut json = Json::behind(bytes, Astral::Raw);
    match detail {
        Detail::Full => write_full(&mut json, fields),
        Detail::Compact => write_compact(&mut json, fields),
    }
    json.finish()
}

pub(crate) fn write_full(json: &mut Json, fields: &Fields<'_>) {
    json.object(|json| {
        write_identity(json, fields);
        json.key("countryId").number(fields.country_id);
        if let Some(data_center) = &fields.data_center {
            write_data_center(json, data_center, data_center.metadata);
        }
        json.key("leaseInfo").object(|json| {
            for (name, number) in fields.lease() {
                json.key(name).number(number);
            }
        });
        json.key("metadata")
            .object(|json| write_metadata(json, fields.metadata));
        for (name, text) in fields.texts_behind_metadata() {
            json.key(name).text(text);
        }
        write_state(json, fields);
    });
}

fn write_identity(json: &mut Json, fields: &Fields<'_>) {
    json.text_field("instanceId", fields.instance_id);
    json.key("hostName").nullable(fields.host_name);
    json.key("app").text(fields.app);
    json.key("ipAddr").nullable(fields.ip_addr);
    json.text_field("sid", fields.sid);
    json.key("status").text(fields.status.as_str());
    json.key("overriddenStatus")
        .text(fields.overridden_status.as_str());
    write_port(json, "port", fields.port);
    write_port(json, "securePort", fields.secure_port);
}

/// These three are texts, also the times (wire.md trap 12).
fn write_state(json: &mut Json, fields: &Fields<'_>) {
    let is_coordinating = if fields.is_coordinating {
        "true"
    } else {
        "false"
    };
    json.key("isCoordinatingDiscoveryServer")
        .text(is_coordinating);
    if let Some(time) = fields.last_updated {
        json.key("lastUpdatedTimestamp").number_text(time.0);
    }
    if let Some(time) = fields.last_dirty {
        json.key("lastDirtyTimestamp").number_text(time.0);
    }
    json.text_field("actionType", fields.action.map(|action| action.as_str()));
    json.text_field("asgName", fields.texts.asg_name);
}

fn write_compact(json: &mut Json, fields: &Fields<'_>) {
    json.object(|json| {
        json.text_field("instanceId", fields.instance_id);
        json.key("app").text(fields.app);
        json.text_field("ipAddr", fields.ip_addr);
        json.text_field("vipAddress", fields.texts.vip_address);
        json.text_field("secureVipAddress", fields.texts.secure_vip_address);
        if let Some(data_center) = &fields.data_center {
            let metadata = data_center.metadata.map(compact_metadata);
            write_data_center(json, data_center, metadata.as_ref());
        }
        json.text_field("hostName", fields.host_name);
        json.key("status").text(fields.status.as_str());
        if let Some(time) = fields.last_updated {
            json.key("lastUpdatedTimestamp").number(time.0);
        }
        json.text_field("actionType", fields.action.map(|action| action.as_str()));
        json.text_field("asgName", fields.texts.asg_name);
        write_port(json, "port", fields.port);
        write_port(json, "securePort", fields.secure_port);
    });
}

/// A port that says nothing, as a draft's may, is left out.
fn write_port(json: &mut Json, key: &'static str, port: PortDraft) {
    if port == PortDraft::default() {
        return;
    }
    json.key(key).object(|json| {
        if let Some(number) = port.number {
            json.key("$").number(number);
        }
        if let Some(enabled) = port.enabled {
            json.key("@enabled")
                .text(if enabled { "true" } else { "false" });
        }
    });
}

fn write_data_center(
    json: &mut Json,
    data_center: &DataCenterFields<'_>,
    metadata: Option<&Metadata>,
) {
    json.key("dataCenterInfo").object(|json| {
        json.key("@class").text(data_center.class());
        json.text_field("name", data_center.name);
        if let Some(metadata) = metadata {
            json.key("metadata")
                .object(|json| write_entries(json, metadata));
        }
    });
}

/// An empty map is marked, for readers that go by the class (wire.md trap 16).
fn write_metadata(json: &mut Json, metadata: &Metadata) {
    if metadata.is_empty() {
        json.key("@class").text(EMPTY_MAP_CLASS);
    }
    write_entries(json, metadata);
}

fn write_entries(json: &mut Json, metadata: &Metadata) {
    for (key, value) in metadata.iter() {
        json.any_key(key).text(value);
    }
}
