//! What surrounds the instances of a listing in XML (wire.md 2.1, 2.2).

use super::writer::Xml;
use crate::{Detail, ListingHeader, Within};

/// Everything before the first application.
pub(crate) fn head(header: &ListingHeader<'_>, detail: Detail) -> Vec<u8> {
    let mut xml = Xml::new(detail, 0);
    xml.open("applications", None);
    match detail {
        Detail::Full => write_header(&mut xml, header),
        Detail::Compact => {}
    }
    xml.finish()
}

/// Everything after the last application.
pub(crate) fn tail(header: &ListingHeader<'_>, detail: Detail) -> Vec<u8> {
    let mut xml = Xml::new(detail, 1);
    match detail {
        Detail::Full => {}
        Detail::Compact => {
            let is_empty = if header.is_empty { "true" } else { "false" };
            xml.leaf("registeredApplicationsEmpty", is_empty);
            write_header(&mut xml, header);
        }
    }
    xml.close("applications");
    xml.finish()
}

/// Everything before the first instance of an application.
pub(crate) fn application_head(name: &str, within: Within, detail: Detail) -> Vec<u8> {
    let mut xml = Xml::new(detail, within.depth());
    xml.open("application", None);
    xml.leaf("name", name);
    xml.finish()
}

/// Everything after the last instance of an application.
pub(crate) fn application_tail(within: Within, detail: Detail) -> Vec<u8> {
    let mut xml = Xml::new(detail, within.depth() + 1);
    xml.close("application");
    xml.finish()
}

fn write_header(xml: &mut Xml, header: &ListingHeader<'_>) {
    xml.leaf("versions__delta", &header.version.to_string());
    xml.leaf("apps__hashcode", header.hash);
}
