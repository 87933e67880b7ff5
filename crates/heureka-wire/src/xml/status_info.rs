//! What a server says of itself, in XML (wire.md 2.10).

use heureka_model::StatusInfo;

use super::instance::write_full;
use super::writer::Xml;
use crate::fields::Fields;
use crate::{Detail, Version};

/// Java writes the name of its class, because nobody gave it another.
const ROOT: &str = "com.netflix.eureka.util.StatusInfo";

pub(crate) fn status_info(info: &StatusInfo, version: Version) -> Vec<u8> {
    let mut xml = Xml::new(Detail::Full, 0);
    xml.element(ROOT, None, |xml| {
        write_texts(xml, "generalStats", &info.general);
        write_texts(xml, "applicationStats", &info.replicas);
        let fields = Fields::from(&info.instance);
        xml.element("instanceInfo", None, |xml| {
            write_full(xml, &fields, version)
        });
        // The spelling is Java's.
        let is_healthy = info
            .is_healthy
            .map(|healthy| if healthy { "true" } else { "false" });
        xml.optional("isHeathly", is_healthy);
    });
    xml.finish()
}

fn write_texts(xml: &mut Xml, name: &str, texts: &[(&'static str, String)]) {
    if texts.is_empty() {
        xml.empty(name, None);
        return;
    }
    xml.element(name, None, |xml| {
        for (key, text) in texts {
            xml.leaf(key, text);
        }
    });
}
