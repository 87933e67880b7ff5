//! Batches between peers, and their answers (wire.md 2.11).

use heureka_model::{AppName, InstanceId, ReplicationAction, ReplicationItem, UnixMillis};
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use super::instance::InstanceReader;
use super::object::{Elements, List, Object, ReadObject, nested};
use super::scalar::Scalar;
use crate::PeerAnswer;
use crate::draft_fields::number_of;

/// An object with a list in one field. Java refuses other fields, and fails without a list; here the former are skipped
/// (DESIGN 2.10), and a list that is missing, null or has a null in it comes out as `None`.
#[derive(Debug)]
pub(super) struct ListOf<F, V> {
    key: &'static str,
    reader: Option<List<F>>,
    elements: Elements<V>,
}

impl<F, V> ListOf<F, V> {
    pub(super) fn new(key: &'static str, reader: List<F>) -> Self {
        Self {
            key,
            reader: Some(reader),
            elements: None,
        }
    }
}

impl<'de, F, V> ReadObject<'de> for ListOf<F, V>
where
    List<F>: DeserializeSeed<'de, Value = Elements<V>>,
{
    type Value = Option<Vec<V>>;
    const WHAT: &'static str = "an object with a list";

    fn field<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        if key != self.key {
            map.next_value::<IgnoredAny>()?;
            return Ok(());
        }
        let reader = self
            .reader
            .take()
            .ok_or_else(|| A::Error::custom("the list comes twice"))?;
        self.elements = map.next_value_seed(reader)?;
        Ok(())
    }

    fn finish(self) -> Result<Self::Value, String> {
        Ok(self
            .elements
            .and_then(|elements| elements.into_iter().collect()))
    }
}

/// One item of a batch.
#[derive(Debug)]
pub(super) struct ItemReader {
    item: ReplicationItem,
    has_unknown_status: bool,
}

impl Default for ItemReader {
    fn default() -> Self {
        let item = ReplicationItem {
            app: None,
            id: None,
            last_dirty: None,
            overridden_status: None,
            status: None,
            instance: None,
            action: None,
        };
        Self {
            item,
            has_unknown_status: false,
        }
    }
}

impl<'de> ReadObject<'de> for ItemReader {
    type Value = ReplicationItem;
    const WHAT: &'static str = "an item of a batch";

    fn field<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "instanceInfo" => {
                let raw: &RawValue = map.next_value()?;
                // The item fails alone, for want of an instance (DESIGN 2.6, 2.13; golden/spring 35-hang/03).
                let read = Object(InstanceReader::default())
                    .deserialize(&mut serde_json::Deserializer::from_str(raw.get()));
                self.item.instance = read.ok().flatten().map(Box::new);
                Ok(())
            }
            "lastDirtyTimestamp" => {
                self.item.last_dirty = number(key, map)?.map(UnixMillis);
                Ok(())
            }
            "appName" | "id" | "overriddenStatus" | "status" | "action" => {
                let text = Scalar::next(key, map)?.into_text();
                self.text_field(key, text.as_deref());
                Ok(())
            }
            _ => map.next_value::<IgnoredAny>().map(|_| ()),
        }
    }

    /// A removal without a status shows UNKNOWN, but one with a word that is none did not ask for that. It is left
    /// without an action, so that it is refused.
    fn finish(mut self) -> Result<ReplicationItem, String> {
        let is_removal = self.item.action == Some(ReplicationAction::DeleteStatusOverride);
        if is_removal && self.has_unknown_status {
            self.item.action = None;
        }
        Ok(self.item)
    }
}

impl ItemReader {
    /// A status or an action that is not known is none: UNKNOWN would be one.
    fn text_field(&mut self, key: &str, text: Option<&str>) {
        let item = &mut self.item;
        match key {
            "appName" => item.app = text.map(AppName::new),
            "id" => item.id = text.map(InstanceId::new),
            "overriddenStatus" => item.overridden_status = text.and_then(|text| text.parse().ok()),
            "status" => {
                item.status = text.and_then(|text| text.parse().ok());
                self.has_unknown_status = text.is_some() && item.status.is_none();
            }
            _ => item.action = text.and_then(ReplicationAction::from_name),
        }
    }
}

/// What became of one item.
#[derive(Debug, Default)]
pub(super) struct AnswerReader {
    status_code: Option<i64>,
    answer: Option<Box<heureka_model::InstanceDraft>>,
}

impl<'de> ReadObject<'de> for AnswerReader {
    type Value = PeerAnswer;
    const WHAT: &'static str = "an answer to an item";

    fn field<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "statusCode" => self.status_code = number(key, map)?,
            "responseEntity" => {
                self.answer = nested(map, InstanceReader::default())?.map(Box::new);
            }
            _ => {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<PeerAnswer, String> {
        let status_code = self.status_code.and_then(|code| u16::try_from(code).ok());
        Ok(PeerAnswer {
            status_code: status_code.ok_or("an answer has no statusCode")?,
            instance: self.answer,
        })
    }
}

/// Here a text that is no number is refused, unlike in an instance (`golden/spring` 27-batch/47).
fn number<'de, A: MapAccess<'de>>(key: &str, map: &mut A) -> Result<Option<i64>, A::Error> {
    let Some(text) = Scalar::next(key, map)?.into_text() else {
        return Ok(None);
    };
    number_of(&text)
        .map(Some)
        .ok_or_else(|| A::Error::custom(format!("{key} is not a number")))
}
