//! What a server says of itself, in JSON (wire.md 2.10).

use heureka_model::{InstanceStatus, StatusInfo};

use super::instance::write_full;
use super::writer::{Astral, Json};
use crate::fields::Fields;

pub(crate) fn status_info(info: &StatusInfo) -> Vec<u8> {
    let mut json = Json::new(Astral::Escaped);
    json.object(|json| {
        json.key("generalStats")
            .object(|json| write_texts(json, &info.general));
        json.key("applicationStats")
            .object(|json| write_texts(json, &info.replicas));
        json.key("instanceInfo");
        write_full(json, &Fields::from(&info.instance));
        if let Some(is_healthy) = info.is_healthy {
            json.key("healthy")
                .literal(if is_healthy { "true" } else { "false" });
        }
    });
    json.finish()
}

/// Ids and their overrides (`golden/netflix` 29-server-info/09).
pub(crate) fn status_overrides<'a>(
    overrides: impl Iterator<Item = (&'a str, InstanceStatus)>,
) -> Vec<u8> {
    let mut json = Json::new(Astral::Escaped);
    json.object(|json| {
        for (id, status) in overrides {
            json.any_key(id).text(status.as_str());
        }
    });
    json.finish()
}

fn write_texts(json: &mut Json, texts: &[(&'static str, String)]) {
    for (key, text) in texts {
        json.key(key).text(text);
    }
}
