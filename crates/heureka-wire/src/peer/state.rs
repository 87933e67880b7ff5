//! The state of a key: a document with what the Eureka form of it cannot say, and what orders its parts.

use std::sync::Arc;

use heureka_model::{
    AppName, CancelledState, DataCenter, DataCenterDraft, Document, DocumentLimits, DocumentState,
    InstanceDraft, InstanceId, InstanceKey, InstanceStatus, KeyState, LeaseState, Metadata,
    OverrideState, OverrideValue, PresentState, SentId, Stamp, UnixMillis,
};
use serde::Deserialize;
use serde::de::SeqAccess;
use serde_json::value::RawValue;

use super::micros::{Micros, write_at_most};
use super::rows::{FromRow, Row, next, write_lease_elements, write_stamp};
use super::texts::{Text, sent_text};
use crate::draft_fields::{CLASS_KEY, is_marker};
use crate::fields::Fields;
use crate::json::{Json, read_bare, write_full};

pub(super) fn write_states(json: &mut Json, states: &[KeyState]) {
    json.array(|json| states.iter().for_each(|state| write_state(json, state)));
}

fn write_state(json: &mut Json, state: &KeyState) {
    json.object(|json| match state {
        KeyState::Present(present) => json
            .key("present")
            .object(|json| write_present(json, present)),
        KeyState::Cancelled(cancelled) => json
            .key("cancelled")
            .object(|json| write_cancelled(json, cancelled)),
    });
}

fn write_present(json: &mut Json, present: &PresentState) {
    write_document(json, &present.document);
    match present.override_state.value {
        OverrideValue::Absent => {}
        OverrideValue::Status(status) => write_override(json, "is", status),
        OverrideValue::Removed(status) => write_override(json, "was", status),
    }
    write_stamp(json.key("set_at"), present.override_state.stamp);
    write_stamp(json.key("there"), present.presence);
    json.key("lease")
        .array(|json| write_lease_elements(json, present.lease));
    json.key("registered").number(present.registered.0);
    json.key("up").number(present.service_up.0);
}

fn write_override(json: &mut Json, kind: &'static str, status: InstanceStatus) {
    json.key("set")
        .object(|json| json.key(kind).text(status.as_str()));
}

fn write_document(json: &mut Json, state: &DocumentState) {
    let document = &*state.document;
    write_full(json.key("doc"), &Fields::from(document));
    json.text_field("sent", sent_text(document.sent_id));
    write_lost_entry(json, "class", &document.metadata, false);
    if let DataCenter::Amazon(metadata) = &document.data_center {
        write_lost_entry(json, "dc_class", metadata, true);
    }
    json.key("gen").number(state.generation);
    write_stamp(json.key("at"), state.stamp);
    write_stamp(json.key("reported"), state.reported);
}

/// The Eureka form has no place for an entry that looks like the class of its map. An operator can make one.
fn write_lost_entry(json: &mut Json, field: &'static str, metadata: &Metadata, of_amazon: bool) {
    let lost = (0_u32..)
        .zip(metadata.iter())
        .find(|(_, (key, value))| is_marker(of_amazon, key, value));
    if let Some((place, (_, value))) = lost {
        json.key(field).array(|json| {
            json.number(place);
            json.text(value);
        });
    }
}

fn write_cancelled(json: &mut Json, cancelled: &CancelledState) {
    json.key("key").array(|json| {
        json.text(cancelled.key.app.as_str());
        json.text(cancelled.key.id.as_str());
    });
    write_stamp(json.key("at"), cancelled.stamp);
    if let Some((generation, last_dirty)) = cancelled.version {
        json.key("version").array(|json| {
            json.number(generation);
            json.number(last_dirty.0);
        });
    }
    write_at_most(json.key("left"), cancelled.left);
}

/// Reads states one by one, and counts those that it refused.
#[derive(Debug)]
pub(super) struct StateReader<'a> {
    pub(super) received: UnixMillis,
    pub(super) limits: &'a DocumentLimits,
    pub(super) refused: usize,
}

impl StateReader<'_> {
    pub(super) fn read(&mut self, raw: &[&RawValue]) -> Vec<KeyState> {
        let states: Vec<_> = raw.iter().filter_map(|state| self.state(state)).collect();
        self.refused += raw.len() - states.len();
        states
    }

    fn state(&self, raw: &RawValue) -> Option<KeyState> {
        match serde_json::from_str(raw.get()).ok()? {
            StateWire::Present(present) => self
                .present(*present)
                .map(|present| KeyState::Present(Box::new(present))),
            StateWire::Cancelled(cancelled) => Some(KeyState::Cancelled(cancelled.into())),
        }
    }

    fn present(&self, wire: PresentWire<'_>) -> Option<PresentState> {
        let draft = read_bare(wire.doc.get()).ok()?;
        let lost = Lost {
            sent: wire.sent.map_or(SentId::AsInstanceId, |Text(sent)| sent),
            class: wire.class,
            class_of_amazon: wire.dc_class,
        };
        let document = self.document(draft, lost)?;
        Some(PresentState {
            document: DocumentState {
                generation: wire.generation,
                stamp: wire.at.0,
                reported: wire.reported.0,
                document: Arc::new(document),
            },
            override_state: OverrideState {
                value: wire.set.map_or(OverrideValue::Absent, OverrideValue::from),
                stamp: wire.set_at.0,
            },
            presence: wire.there.0,
            lease: wire.lease.0,
            registered: UnixMillis(wire.registered),
            service_up: UnixMillis(wire.up),
        })
    }

    fn document(&self, mut draft: InstanceDraft, lost: Lost) -> Option<Document> {
        put_back(&mut draft.metadata, lost.class);
        if let Some(DataCenterDraft::Known(DataCenter::Amazon(metadata))) = &mut draft.data_center {
            put_back(metadata, lost.class_of_amazon);
        }
        let app = draft.app.clone();
        let registration = draft
            .into_registration(&app, self.received, self.limits)
            .ok()?;
        let mut document = registration.document;
        document.sent_id = lost.sent;
        has_id_of_its_own(&document).then_some(document)
    }
}

/// What the Eureka form of a document cannot say.
struct Lost {
    sent: SentId,
    class: Option<Row<LostEntry>>,
    class_of_amazon: Option<Row<LostEntry>>,
}

/// The place and the value of an entry.
struct LostEntry(usize, Box<str>);

impl<'de> FromRow<'de> for LostEntry {
    fn from_row<A: SeqAccess<'de>>(row: &mut A) -> Result<Self, A::Error> {
        Ok(Self(next(row)?, next(row)?))
    }
}

/// The order counts: documents are compared with it.
fn put_back(metadata: &mut Metadata, lost: Option<Row<LostEntry>>) {
    let Some(Row(LostEntry(place, value))) = lost else {
        return;
    };
    let before = metadata.iter().take(place);
    let after = metadata.iter().skip(place);
    *metadata = before.chain([(CLASS_KEY, &*value)]).chain(after).collect();
}

/// Whether clients, which are shown the id in the way it was sent, find the same one.
fn has_id_of_its_own(document: &Document) -> bool {
    let of_machine = document.data_center.unique_id();
    let found = of_machine
        .filter(|id| !id.is_empty())
        .unwrap_or_else(|| document.host_name());
    document.sent_id == SentId::AsInstanceId || document.id.as_str() == found
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StateWire<'a> {
    #[serde(borrow)]
    Present(Box<PresentWire<'a>>),
    Cancelled(CancelledWire),
}

#[derive(Deserialize)]
struct PresentWire<'a> {
    #[serde(borrow)]
    doc: &'a RawValue,
    sent: Option<Text<SentId>>,
    class: Option<Row<LostEntry>>,
    dc_class: Option<Row<LostEntry>>,
    #[serde(rename = "gen")]
    generation: u32,
    at: Row<Stamp>,
    reported: Row<Stamp>,
    set: Option<OverrideWire>,
    set_at: Row<Stamp>,
    there: Row<Stamp>,
    lease: Row<LeaseState>,
    registered: i64,
    up: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum OverrideWire {
    Is(Text<InstanceStatus>),
    Was(Text<InstanceStatus>),
}

impl From<OverrideWire> for OverrideValue {
    fn from(wire: OverrideWire) -> Self {
        match wire {
            OverrideWire::Is(Text(status)) => Self::Status(status),
            OverrideWire::Was(Text(status)) => Self::Removed(status),
        }
    }
}

#[derive(Deserialize)]
struct CancelledWire {
    key: Row<(AppName, InstanceId)>,
    at: Row<Stamp>,
    version: Option<Row<(u32, UnixMillis)>>,
    left: Micros,
}

impl From<CancelledWire> for CancelledState {
    fn from(wire: CancelledWire) -> Self {
        let Row((app, id)) = wire.key;
        Self {
            key: InstanceKey { app, id },
            stamp: wire.at.0,
            version: wire.version.map(|Row(version)| version),
            left: wire.left.0,
        }
    }
}
