//! What surrounds the instances of a listing in JSON (wire.md 2.1, 2.2).

use super::writer::{Astral, Json};
use crate::{Detail, ListingHeader, Within};

/// Everything before the first application.
pub(crate) fn head(header: &ListingHeader<'_>, detail: Detail) -> Vec<u8> {
    let mut json = Json::new(Astral::Raw);
    json.open_object();
    json.key("applications").open_object();
    match detail {
        Detail::Full => write_header(&mut json, header),
        Detail::Compact => {}
    }
    json.key("application").open_array();
    json.finish()
}

/// Everything after the last application.
pub(crate) fn tail(header: &ListingHeader<'_>, detail: Detail) -> Vec<u8> {
    let mut json = Json::new(Astral::Raw);
    json.close_array();
    match detail {
        Detail::Full => {}
        Detail::Compact => {
            // A property that Jackson finds on Java's class (golden/spring 19-compact).
            let is_empty = if header.is_empty { "true" } else { "false" };
            json.key("registeredApplicationsEmpty").literal(is_empty);
            write_header(&mut json, header);
        }
    }
    json.close_object();
    json.close_object();
    json.finish()
}

/// Everything before the first instance of an application.
pub(crate) fn application_head(name: &str, within: Within) -> Vec<u8> {
    let mut json = Json::new(Astral::Raw);
    json.open_object();
    match within {
        Within::Application => json.key("application").open_object(),
        Within::Applications => {}
    }
    json.key("name").text(name);
    json.key("instance").open_array();
    json.finish()
}

/// Everything after the last instance of an application.
pub(crate) fn application_tail(within: Within) -> Vec<u8> {
    let mut json = Json::new(Astral::Raw);
    json.close_array();
    json.close_object();
    match within {
        Within::Application => json.close_object(),
        Within::Applications => {}
    }
    json.finish()
}

fn write_header(json: &mut Json, header: &ListingHeader<'_>) {
    json.key("versions__delta")
        .text(&header.version.to_string());
    json.key("apps__hashcode").text(header.hash);
}
