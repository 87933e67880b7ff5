//! What one scope shows, kept up with the registry.

mod superseded;

use std::collections::VecDeque;

use heureka_core::{Cursor, News};
use heureka_listing::{AskedForms, Edit, Listing, Row};
use heureka_model::InstanceKey;

use self::superseded::Superseded;

/// What one scope shows: everything, and what changed lately.
///
/// It asks the registry for news with its cursor and takes what it is told. Both listings are values: who reads one is not
/// disturbed by the next.
#[derive(Debug, Default)]
pub(super) struct Mirror {
    pub(super) cursor: Cursor,
    pub(super) full: Listing,
    recent: Recent,
}

/// What a delta shows.
#[derive(Debug, Default)]
struct Recent {
    listing: Listing,
    /// For each place, the changes that were told of and are still shown, oldest first.
    told: Vec<VecDeque<Told>>,
    superseded: Superseded,
}

/// A change that a delta shows.
#[derive(Debug)]
struct Told {
    order: u64,
    key: InstanceKey,
    /// Which of all that were told of it is. The row has it too.
    number: u64,
}

impl Mirror {
    pub(super) fn recent(&self) -> &Listing {
        &self.recent.listing
    }

    /// Lets go of what was made in other forms.
    pub(super) fn keep(&mut self, asked: &AskedForms) {
        self.full = std::mem::take(&mut self.full).keeping(asked);
        let recent = &mut self.recent.listing;
        *recent = std::mem::take(recent).keeping(asked);
    }

    /// Takes what has changed since the last time.
    pub(super) fn take(&mut self, news: News) {
        if let Some(everything) = news.everything {
            self.full = everything.into_iter().map(Row::new).collect();
            self.recent = Recent::default();
        }
        let mut shown = Vec::with_capacity(news.changes.len());
        let forgotten = self.recent.forgotten(&news.oldest_orders);
        let mut changed: Vec<Edit> = forgotten.iter().map(Told::take_out).collect();
        for change in news.changes {
            let row = Row::with_digest(change.info, change.document);
            shown.push(if change.is_shown {
                Edit::Put(row.clone())
            } else {
                Edit::TakeOut(row.key())
            });
            let oldest = news.oldest_orders.get(change.place);
            if oldest.is_some_and(|oldest| change.order >= *oldest) {
                changed.push(self.recent.note(change.place, change.order, row));
            }
        }
        self.full = std::mem::take(&mut self.full).edited(shown);
        // A key that was forgotten and has changed again is put in after it was taken out.
        self.recent.edit(changed);
    }
}

impl Told {
    fn take_out(&self) -> Edit {
        Edit::TakeOut(self.key.clone())
    }
}

impl Recent {
    /// Remembers a change that is shown, which is an edit of the listing.
    fn note(&mut self, place: usize, order: u64, row: Row) -> Edit {
        let number = self.superseded.add();
        if self.told.len() <= place {
            self.told.resize_with(place + 1, VecDeque::new);
        }
        if let Some(told) = self.told.get_mut(place) {
            let key = row.key();
            told.push_back(Told { order, key, number });
        }
        Edit::Put(row.told_as(number))
    }

    fn edit(&mut self, edits: Vec<Edit>) {
        let superseded = &mut self.superseded;
        let listing = std::mem::take(&mut self.listing);
        self.listing = listing.edited_telling(edits, &mut |row| {
            superseded.note(row.told());
        });
    }

    /// The last changes of keys that no window shows any longer.
    fn forgotten(&mut self, oldest_orders: &[u64]) -> Vec<Told> {
        let mut forgotten = Vec::new();
        for (told, oldest) in self.told.iter_mut().zip(oldest_orders) {
            while let Some(told) = told.pop_front_if(|told| told.order < *oldest) {
                if !self.superseded.has(told.number) {
                    forgotten.push(told);
                }
            }
        }
        let oldest = self.told.iter().filter_map(VecDeque::front);
        self.superseded
            .forget_before(oldest.map(|told| told.number).min());
        forgotten
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::BufMut as _;
    use heureka_core::{Node, NodeConfig, Origin, Scope, StatusChange};
    use heureka_listing::Header;
    use heureka_model::InstanceStatus::{OutOfService, Up};
    use heureka_model::{
        AppName, Applications, DataCenter, DataCenterDraft, DocumentLimits, InstanceDraft,
        InstanceInfo, Now, UnixMillis,
    };
    use heureka_wire::{Detail, Form, Format, Version, encode_applications};

    use serde_json::Value;

    use super::*;

    const JSON: Form = Form {
        format: Format::Json,
        detail: Detail::Full,
        version: Version::V2,
    };

    /// A registry of few keys, so that most changes are of a key that has changed before.
    struct Registry {
        node: Node,
        now: Now,
        state: u64,
    }

    impl Registry {
        fn new(seed: u64) -> Self {
            let now = Now {
                mono: Duration::ZERO,
                wall: UnixMillis(1_700_000_000_000),
            };
            let node = Node::new(NodeConfig::default(), seed, now);
            let state = seed;
            Self { node, now, state }
        }

        /// A number below `bound`.
        fn draw(&mut self, bound: u64) -> u64 {
            self.state = self.state.wrapping_mul(6_364_136_223_846_793_005);
            self.state = self.state.wrapping_add(1_442_695_040_888_963_407);
            (self.state >> 33) % bound
        }

        fn change_something(&mut self) {
            let (app, id) = (format!("APP{}", self.draw(3)), self.draw(12).to_string());
            match self.draw(8) {
                0..4 => self.register(&app, &id),
                4 => {
                    self.node.cancel(self.now, &app, &id, Origin::Client);
                }
                choice => {
                    let status = if choice == 5 { Up } else { OutOfService };
                    let change = StatusChange::Override(status);
                    let (now, node) = (self.now, &mut self.node);
                    node.change_status(now, &app, &id, change, None, Origin::Client);
                }
            }
        }

        fn register(&mut self, app: &str, id: &str) {
            let app = AppName::new(app);
            let mut draft = InstanceDraft::new(app.clone());
            draft.instance_id = Some(id.into());
            draft.host_name = Some("host".into());
            draft.ip_addr = Some("10.0.0.1".into());
            draft.data_center = Some(DataCenterDraft::Known(DataCenter::MyOwn));
            draft.last_dirty = Some(self.now.wall);
            let limits = DocumentLimits::default();
            let registration = draft.into_registration(&app, self.now.wall, &limits);
            let outcome = self
                .node
                .register(self.now, registration.unwrap(), Origin::Client);
            outcome.unwrap();
        }

        fn pass(&mut self, time: Duration) {
            self.now.mono += time;
            self.now.wall = self.now.wall.after(time);
        }
    }

    fn follow(mirror: &mut Mirror, registry: &mut Registry) {
        let mono = registry.now.mono;
        let cursor = &mut mirror.cursor;
        let news = registry.node.news_in(mono, Scope::Local, cursor);
        mirror.take(news);
    }

    fn bytes(listing: &Listing, version: i64, mirror: &Mirror) -> Vec<u8> {
        let statuses = mirror.full.statuses();
        let body = listing.plain(JSON, &Header { version, statuses });
        let mut bytes = Vec::new();
        for piece in body.pieces {
            bytes.put(piece);
        }
        bytes
    }

    /// What clients act on: a heartbeat is no news.
    fn acted_on(body: &[u8]) -> Value {
        let mut body: Value = serde_json::from_slice(body).unwrap();
        let applications = body.pointer_mut("/applications/application").unwrap();
        for application in applications.as_array_mut().unwrap() {
            for instance in application["instance"].as_array_mut().unwrap() {
                instance["leaseInfo"]["lastRenewalTimestamp"].take();
            }
        }
        body
    }

    fn in_order_of_keys(delta: &mut Applications) {
        let applications = &mut delta.applications;
        applications.sort_by(|one, other| one.name.cmp(&other.name));
        for application in applications {
            let id = |info: &InstanceInfo| info.document.id.clone();
            application.instances.sort_by_key(id);
        }
    }

    /// Each change leaves a delta in its time, whatever else happened to its key before and after it.
    #[test]
    fn a_delta_shows_what_the_registry_shows_when_it_looks_at_everything() {
        for seed in 0..6 {
            let (mut registry, mut mirror) = (Registry::new(seed), Mirror::default());
            for _ in 0..400 {
                registry.change_something();
                let seconds = registry.draw(12);
                registry.pass(Duration::from_secs(seconds));
                if registry.draw(3) > 0 {
                    continue;
                }
                follow(&mut mirror, &mut registry);
                let delta = registry.node.delta_in(registry.now.mono, Scope::Local);
                let mut delta = delta.unwrap();
                in_order_of_keys(&mut delta);
                let shown = bytes(mirror.recent(), delta.version, &mirror);
                let expected = encode_applications(&delta, JSON);
                assert_eq!(acted_on(&shown), acted_on(&expected), "seed {seed}");
            }
            registry.pass(Duration::from_secs(600));
            follow(&mut mirror, &mut registry);
            assert!(mirror.recent().is_empty() && mirror.recent.superseded.is_empty());
        }
    }
}
