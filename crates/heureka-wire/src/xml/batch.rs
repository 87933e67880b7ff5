//! The answer to a batch in XML. No peer asks for it, but who accepts anything gets it (`golden/spring` 27-batch/50-52).

use heureka_model::ReplicationAnswer;

use super::instance::write_full;
use super::writer::Xml;
use crate::fields::Fields;
use crate::{Detail, Version};

/// Java writes the names of its classes, because nobody gave them others.
const ROOT: &str = "com.netflix.eureka.cluster.protocol.ReplicationListResponse";
const ENTRY: &str = "com.netflix.eureka.cluster.protocol.ReplicationInstanceResponse";
const LIST: &str = "responseList";

pub(crate) fn batch_answer(answers: &[ReplicationAnswer]) -> Vec<u8> {
    let mut xml = Xml::new(Detail::Full, 0);
    xml.element(ROOT, None, |xml| {
        if answers.is_empty() {
            xml.empty(LIST, None);
        } else {
            xml.element(LIST, None, |xml| {
                answers.iter().for_each(|answer| write_answer(xml, answer));
            });
        }
    });
    xml.finish()
}

fn write_answer(xml: &mut Xml, answer: &ReplicationAnswer) {
    xml.element(ENTRY, None, |xml| {
        xml.leaf("statusCode", &answer.status_code.to_string());
        if let Some(instance) = &answer.instance {
            let fields = Fields::from(instance);
            xml.element("responseEntity", None, |xml| {
                write_full(xml, &fields, Version::V2);
            });
        }
    });
}
