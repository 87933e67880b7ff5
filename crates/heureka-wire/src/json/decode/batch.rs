//! Batches between peers, and their answers (wire.md 2.11).

use heureka_model::{AppName, InstanceId, ReplicationAction, ReplicationItem, UnixMillis};

use super::instance::InstanceReader;
use super::object::{Elements, ReadObject, elements, nested};
use super::reader::{Reader, Scalar};
use crate::draft_fields::number_of;
use crate::{PeerAnswer, ReadError};

/// More items are no batch: Java's servers send 250, ours none. The smallest item takes 20 times its bytes.
const MAX_ITEMS: usize = 1 << 17;

/// An object with a list in one field. Java refuses other fields, and fails without a list; here the former are skipped
/// (DESIGN 2.10), and a list that is missing, null or has a null in it comes out as `None`.
#[derive(Debug)]
pub(super) struct ListOf<F, V> {
    key: &'static str,
    reader: F,
    /// The outer one says whether it came, the inner one whether it was more than null.
    elements: Option<Option<Elements<V>>>,
}

impl<F, V> ListOf<F, V> {
    pub(super) fn new(key: &'static str, reader: F) -> Self {
        Self {
            key,
            reader,
            elements: None,
        }
    }
}

impl<'de, F: Fn() -> R, R: ReadObject<'de>> ReadObject<'de> for ListOf<F, R::Value> {
    type Value = Option<Vec<R::Value>>;
    const WHAT: &'static str = "an object with a list";

    fn field(&mut self, key: &str, reader: &mut Reader<'de>) -> Result<(), ReadError> {
        if key != self.key {
            return reader.skip();
        }
        if self.elements.is_some() {
            return Err(reader.unreadable("the list comes twice"));
        }
        self.elements = Some(elements(reader, &self.reader, MAX_ITEMS)?);
        Ok(())
    }

    fn finish(self) -> Result<Self::Value, String> {
        let elements = self.elements.flatten();
        let whole = elements.filter(|elements| !elements.has_null);
        Ok(whole.map(|elements| elements.present))
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

    fn field(&mut self, key: &str, reader: &mut Reader<'de>) -> Result<(), ReadError> {
        match key {
            "instanceInfo" => {
                let raw = reader.raw()?;
                // The item fails alone, for want of an instance (DESIGN 2.6, 2.13; golden/spring 35-hang/03).
                let read = nested(&mut Reader::new(raw), InstanceReader::default());
                self.item.instance = read.ok().flatten().map(Box::new);
                Ok(())
            }
            "lastDirtyTimestamp" => {
                self.item.last_dirty = number(key, reader)?.map(UnixMillis);
                Ok(())
            }
            "appName" | "id" | "overriddenStatus" | "status" | "action" => {
                let text = Scalar::next(key, reader)?.into_text();
                self.text_field(key, text.as_deref());
                Ok(())
            }
            _ => reader.skip(),
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

    fn field(&mut self, key: &str, reader: &mut Reader<'de>) -> Result<(), ReadError> {
        match key {
            "statusCode" => self.status_code = number(key, reader)?,
            "responseEntity" => {
                self.answer = nested(reader, InstanceReader::default())?.map(Box::new);
            }
            _ => reader.skip()?,
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
fn number(key: &str, reader: &mut Reader<'_>) -> Result<Option<i64>, ReadError> {
    let Some(text) = Scalar::next(key, reader)?.into_text() else {
        return Ok(None);
    };
    number_of(&text)
        .map(Some)
        .ok_or_else(|| reader.unreadable(format_args!("{key} is not a number")))
}
