//! Batches between peers (wire.md 2.11). Fields without a value are left out; Java refuses unknown ones.

use heureka_model::{ReplicationAnswer, ReplicationItem};

use super::instance::write_full;
use super::writer::{Astral, Json};
use crate::fields::Fields;

pub(crate) fn batch(items: &[ReplicationItem]) -> Vec<u8> {
    list("replicationList", items, write_item)
}

pub(crate) fn batch_answer(answers: &[ReplicationAnswer]) -> Vec<u8> {
    list("responseList", answers, write_answer)
}

fn list<T>(key: &'static str, elements: &[T], write: impl Fn(&mut Json, &T)) -> Vec<u8> {
    let mut json = Json::new(Astral::Escaped);
    json.object(|json| {
        json.key(key)
            .array(|json| elements.iter().for_each(|element| write(json, element)));
    });
    json.finish()
}

fn write_item(json: &mut Json, item: &ReplicationItem) {
    json.object(|json| {
        json.text_field("appName", item.app.as_ref().map(|app| app.as_str()));
        json.text_field("id", item.id.as_ref().map(|id| id.as_str()));
        if let Some(time) = item.last_dirty {
            json.key("lastDirtyTimestamp").number(time.0);
        }
        json.text_field(
            "overriddenStatus",
            item.overridden_status.map(|status| status.as_str()),
        );
        json.text_field("status", item.status.map(|status| status.as_str()));
        if let Some(instance) = &item.instance {
            json.key("instanceInfo");
            write_full(json, &Fields::from(&**instance));
        }
        json.text_field("action", item.action.map(|action| action.as_str()));
    });
}

fn write_answer(json: &mut Json, answer: &ReplicationAnswer) {
    json.object(|json| {
        json.key("statusCode").number(answer.status_code);
        if let Some(instance) = &answer.instance {
            json.key("responseEntity");
            write_full(json, &Fields::from(instance));
        }
    });
}
