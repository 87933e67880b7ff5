//! The instances of a snapshot that may be picked, with what is known of each.

use std::collections::BTreeMap;
use std::hash::Hasher as _;
use std::sync::Arc;

use heureka_client_core::Instance;
use heureka_model::{AppName, InstanceId};
use siphasher::sip::SipHasher13;

use super::BaseUri;
use super::chance::mixed;
use super::record::{Book, Record};
use super::rules::Balancing;

/// The instances of one list that may be picked: those that are near first, and each part in the order of their names, so
/// that whose turn it is means the same from list to list.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) list: Arc<[Instance]>,
    members: Box<[Arc<Member>]>,
    near: usize,
}

/// An instance that may be picked.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) instance: Instance,
    pub(super) base: BaseUri,
    pub(super) weight: f64,
    pub(super) record: Arc<Record>,
    /// What stands for its name when a place is found for a key.
    name_hash: u64,
}

type Known<'a> = BTreeMap<(&'a AppName, &'a InstanceId), &'a Arc<Member>>;

impl Table {
    /// The table of a later list, in which instances that stay are known as before.
    pub(super) fn next(
        &self,
        list: Arc<[Instance]>,
        rules: &Balancing,
        zone: Option<&str>,
        book: &Arc<Book>,
    ) -> Self {
        let known: Known<'_> = self.members.iter().map(|own| (own.name(), own)).collect();
        let members = list.iter().filter_map(|instance| {
            let before = known.get(&name(instance)).copied();
            Some(Member::next(before, instance, rules.admit(instance)?, book))
        });
        let is_near = |own: &Member| zone.is_some() && own.instance.zone() == zone;
        let (mut near, mut far): (Vec<_>, Vec<_>) = members.partition(|own| is_near(own));
        near.sort_by(|a, b| a.name().cmp(&b.name()));
        far.sort_by(|a, b| a.name().cmp(&b.name()));
        Self {
            near: near.len(),
            members: near.into_iter().chain(far).collect(),
            list,
        }
    }

    pub(super) fn members(&self) -> &[Arc<Member>] {
        &self.members
    }

    /// Those in the zone that comes first.
    pub(super) fn near(&self) -> &[Arc<Member>] {
        self.members.get(..self.near).unwrap_or_default()
    }
}

impl Member {
    fn next(
        before: Option<&Arc<Self>>,
        instance: &Instance,
        base: BaseUri,
        book: &Arc<Book>,
    ) -> Arc<Self> {
        let record = before.map(|own| Arc::clone(&own.record));
        Arc::new(Self {
            instance: instance.clone(),
            base,
            weight: instance.weight(),
            record: record.unwrap_or_else(|| Arc::new(Record::new(book))),
            name_hash: hash(name(instance).1.as_str().as_bytes()),
        })
    }

    /// How much a key belongs here; the highest wins (rendezvous hashing).
    pub(super) fn affinity(&self, to: Affinity) -> u64 {
        mixed(self.name_hash ^ to.key_hash)
    }

    fn name(&self) -> (&AppName, &InstanceId) {
        name(&self.instance)
    }
}

fn name(instance: &Instance) -> (&AppName, &InstanceId) {
    (instance.app(), instance.id())
}

/// What stands for a key when a place is found for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Affinity {
    key_hash: u64,
}

impl Affinity {
    pub(super) fn of(key: &[u8]) -> Self {
        Self {
            key_hash: hash(key),
        }
    }
}

/// The same in every process, so that all send a key to the same place.
fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(bytes);
    hasher.finish()
}
