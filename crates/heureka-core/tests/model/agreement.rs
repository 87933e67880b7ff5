//! The same operations on a node and on the reference, compared after each.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use heureka_core::{
    CancelOutcome, DeltaRefused, Event, MetadataOutcome, Node, Origin, Protection, RegisterOutcome,
    RegistryFull, RenewOutcome, Renewal, Scope, StatusChange, StatusOutcome,
};
use heureka_model::{
    InstanceId, InstanceInfo, InstanceKey, InstanceStatus, Metadata, Now, UnixMillis,
};
use proptest::prelude::*;

use crate::client::Client;
use crate::follower::Follower;
use crate::held::{Held, Word};
use crate::listing::{by_key, hash_of};
use crate::operation::{APPS, IDS, Operation, Registering, START, VIPS, operations};
use crate::reference::Reference;
use crate::setting::{Setting, settings};

proptest! {
    #[test]
    fn a_node_agrees_with_the_reference(
        setting in settings(),
        seed in any::<u64>(),
        operations in operations(),
    ) {
        let mut both = Both::new(&setting, seed);
        for operation in operations {
            both.make(operation);
            both.compare();
        }
        both.fetch();
    }
}

struct Both {
    node: Node,
    reference: Reference,
    client: Client,
    /// One asks for news after each operation, one whenever the client fetches.
    followers: [Follower; 2],
    now: Now,
    /// The set of changes and the version when a delta was fetched last.
    last_fetch: Option<(BTreeSet<usize>, i64)>,
}

impl Both {
    fn new(setting: &Setting, seed: u64) -> Self {
        let now = Now {
            mono: Duration::from_secs(5),
            wall: START,
        };
        Self {
            node: Node::new(setting.config, seed, now),
            reference: Reference::new(setting, now),
            client: Client::default(),
            followers: Default::default(),
            now,
            last_fetch: None,
        }
    }

    fn make(&mut self, operation: Operation) {
        match operation {
            Operation::Register(registering) => self.register(&registering),
            Operation::Renew {
                key,
                last_dirty,
                overridden,
                origin,
            } => self.renew(&key, last_dirty, overridden, origin),
            Operation::Cancel(key) => self.cancel(&key),
            Operation::Override {
                key,
                status,
                last_dirty,
            } => self.change_status(&key, StatusChange::Override(status), last_dirty),
            Operation::RemoveOverride {
                key,
                shown,
                last_dirty,
            } => self.change_status(&key, StatusChange::RemoveOverride { shown }, last_dirty),
            Operation::SetMetadata { key, entries } => self.set_metadata(&key, &entries),
            Operation::Pass { ms } => self.pass(Duration::from_millis(ms)),
            Operation::Stop { ms } => {
                self.skip(Duration::from_millis(ms));
                self.round();
            }
            Operation::WallClockJumps { ms } => self.now.wall.0 += ms,
            Operation::Fetch => self.fetch(),
        }
    }

    fn register(&mut self, registering: &Registering) {
        let (now, origin) = (self.now, registering.origin);
        let registration = || registering.registration(now.wall);
        let outcome = self.node.register(now, registration(), origin);
        if self.reference.is_late_copy(now, &registration(), origin) {
            assert_eq!(outcome, Ok(RegisterOutcome::LateCopy));
            return;
        }
        let expected = self.reference.register(now, registration(), origin);
        let expected = expected.map_err(|max_instances| RegistryFull { max_instances });
        let expected = expected.map(|replaced| match replaced {
            None => RegisterOutcome::Added,
            Some(true) => RegisterOutcome::Replaced,
            Some(false) => RegisterOutcome::KeptNewer,
        });
        assert_eq!(outcome, expected);
    }

    fn renew(
        &mut self,
        key: &InstanceKey,
        last_dirty: Option<UnixMillis>,
        overridden_status: Option<InstanceStatus>,
        origin: Origin,
    ) {
        let (now, reference) = (self.now, &mut self.reference);
        let renewal = Renewal {
            last_dirty,
            overridden_status,
        };
        let (app, id) = names(key);
        let outcome = self.node.renew(now, app, id, renewal, origin);
        let by_peer = origin == Origin::SOME_PEER;
        let expected = match (reference.renew(now, key), last_dirty) {
            (None, _) if by_peer && reference.cancelled_just_now(now, key).is_some() => {
                RenewOutcome::Renewed
            }
            (None, _) => RenewOutcome::Unknown,
            (Some(stored), Some(sent)) if sent > stored => {
                if let Some(status) = overridden_status.filter(|_| by_peer) {
                    reference.carry_override(now, key, status);
                }
                RenewOutcome::SenderIsNewer
            }
            (Some(stored), Some(sent)) if sent < stored && by_peer => {
                RenewOutcome::SenderIsOlder(Box::new(reference.present[key].info()))
            }
            (Some(_), _) => RenewOutcome::Renewed,
        };
        assert_eq!(outcome, expected);
    }

    fn cancel(&mut self, key: &InstanceKey) {
        let (app, id) = names(key);
        let outcome = self.node.cancel(self.now, app, id, Origin::Client);
        let was_there = self.reference.cancel(self.now, key);
        assert_eq!(outcome == CancelOutcome::Cancelled, was_there);
    }

    fn change_status(
        &mut self,
        key: &InstanceKey,
        change: StatusChange,
        last_dirty: Option<UnixMillis>,
    ) {
        let (app, id) = names(key);
        let outcome =
            self.node
                .change_status(self.now, app, id, change, last_dirty, Origin::Client);
        let word = match change {
            StatusChange::Override(status) => Word::Override(status),
            StatusChange::RemoveOverride { shown } => Word::Removed {
                shown,
                at: self.now.mono,
            },
        };
        let expected = match self.reference.say(self.now, key, word, last_dirty) {
            None => StatusOutcome::Unknown,
            Some(true) => StatusOutcome::Changed,
            Some(false) => StatusOutcome::Unchanged,
        };
        assert_eq!(outcome, expected);
    }

    fn set_metadata(&mut self, key: &InstanceKey, entries: &Metadata) {
        let (app, id) = names(key);
        let outcome = self.node.update_metadata(self.now, app, id, entries);
        let was_there = self.reference.edit(self.now, key, entries);
        assert_eq!(outcome == MetadataOutcome::Changed, was_there);
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now.mono + time;
        while self.node.poll_timeout().0 <= end {
            self.skip(self.node.poll_timeout().0 - self.now.mono);
            self.round();
        }
        self.skip(end - self.now.mono);
    }

    fn skip(&mut self, time: Duration) {
        self.now.mono += time;
        self.now.wall = self.now.wall.after(time);
    }

    /// Calls the node; who goes must be of those who may, and as many as may.
    fn round(&mut self) {
        let expected = self.reference.round(self.now);
        let is_due = self.node.poll_timeout().0 <= self.now.mono;
        self.node.handle_timeout(self.now);
        let evicted = evicted(&mut self.node);
        let going: BTreeSet<InstanceKey> = evicted.iter().cloned().collect();
        assert_eq!(going.len(), evicted.len(), "twice: {evicted:?}");
        assert_eq!(going.len(), expected.cap.min(expected.candidates.len()));
        assert!(
            going.is_subset(&expected.candidates),
            "{going:?} of {expected:?}"
        );
        for key in evicted {
            self.reference.take_out(self.now, &key);
        }
        if is_due {
            self.reference.update_protection(self.now.mono);
            self.compare_protection();
        }
    }

    /// What is said of silence is said as of the last round.
    fn compare_protection(&mut self) {
        let mono = self.now.mono;
        let (report, reference) = (self.node.report(mono), &self.reference);
        let since = match report.protection.protection {
            Protection::Off => None,
            Protection::On { since } => Some(since),
        };
        assert_eq!(since, reference.protected_since);
        assert_eq!(report.protection.missing, reference.missing(mono));
        assert_eq!(report.protection.expected, reference.present.len());
        assert_eq!(
            report.kept.into_iter().collect::<BTreeSet<_>>(),
            reference.ended(mono)
        );
        assert_eq!(report.tombstones, reference.tombstones.len());
    }

    fn compare(&mut self) {
        let (listing, infos) = (self.node.applications(), self.infos());
        assert_eq!(listing.hash, hash_of(infos.values()));
        assert_eq!(by_key(&listing), infos);
        let names = listing.applications.iter().map(|app| &app.name);
        assert_eq!(
            names.collect::<BTreeSet<_>>().len(),
            listing.applications.len()
        );
        self.compare_single_reads(&infos);
        self.compare_vips(&infos);
        self.compare_overrides();
        self.followers[0].follow(&mut self.node, self.now.mono, Scope::Local);
        let report = self.node.report(self.now.mono);
        assert_eq!(report.instances, infos.len());
        assert_eq!(report.statuses.hash(), listing.hash);
        let renewals = self.reference.renewals_last_minute(self.now.mono);
        assert_eq!(usize::try_from(report.renewals_last_minute), Ok(renewals));
        assert_eq!(report.tombstones, self.reference.tombstones.len());
    }

    fn infos(&self) -> BTreeMap<InstanceKey, InstanceInfo> {
        let of_held = |(key, held): (&InstanceKey, &Held)| (key.clone(), held.info());
        self.reference.present.iter().map(of_held).collect()
    }

    fn compare_single_reads(&self, infos: &BTreeMap<InstanceKey, InstanceInfo>) {
        for app in APPS {
            let own = infos
                .values()
                .filter(|info| info.document.app.as_str() == app)
                .count();
            let shown = self
                .node
                .application(app)
                .map_or(0, |app| app.instances.len());
            assert_eq!(shown, own);
            for id in IDS {
                let expected = infos.get(&InstanceKey::new(app, id));
                assert_eq!(self.node.instance(app, id).as_ref(), expected);
            }
        }
        for id in IDS {
            let of_id: Vec<_> = infos
                .values()
                .filter(|info| info.document.id.as_str() == id)
                .collect();
            match self.node.instance_by_id(id) {
                Some(found) => assert!(of_id.contains(&&found)),
                None => assert!(of_id.is_empty()),
            }
        }
    }

    fn compare_vips(&self, infos: &BTreeMap<InstanceKey, InstanceInfo>) {
        for vip in VIPS {
            let carries =
                |list: Option<&str>| list.is_some_and(|list| list.split(',').any(|own| own == vip));
            let carriers = |is_secure: bool| {
                infos.iter().filter(move |(_, info)| {
                    let document = &info.document;
                    carries(if is_secure {
                        document.secure_vip_address()
                    } else {
                        document.vip_address()
                    })
                })
            };
            let listings = [self.node.by_vip(vip), self.node.by_secure_vip(vip)];
            for (listing, is_secure) in listings.into_iter().zip([false, true]) {
                let expected: BTreeMap<_, _> = carriers(is_secure)
                    .map(|(key, info)| (key.clone(), info.clone()))
                    .collect();
                assert_eq!(listing.hash, hash_of(expected.values()));
                assert_eq!(by_key(&listing), expected);
            }
        }
    }

    fn compare_overrides(&self) {
        let mut expected: BTreeMap<InstanceId, (u64, InstanceStatus)> = BTreeMap::new();
        for (key, held) in &self.reference.present {
            if let Some(status) = held.override_in_force() {
                let own = (held.override_since(), status);
                let latest = expected.entry(key.id.clone()).or_insert(own);
                *latest = own.max(*latest);
            }
        }
        let expected: BTreeMap<_, _> = expected
            .into_iter()
            .map(|(id, (_, status))| (id, status))
            .collect();
        let overrides = self.node.overrides();
        assert_eq!(overrides.len(), expected.len());
        assert_eq!(overrides.into_iter().collect::<BTreeMap<_, _>>(), expected);
    }

    fn fetch(&mut self) {
        self.followers[1].follow(&mut self.node, self.now.mono, Scope::Usual);
        let mono = self.now.mono;
        let window = self.reference.window(mono);
        match self.node.delta(mono) {
            Ok(delta) => {
                assert!(!self.reference.is_overcrowded(mono), "silently partial");
                let numbers = window.values().map(|(number, _)| *number).collect();
                self.compare_versions(numbers, delta.version);
                let shown = window.into_iter().map(|(key, (_, info))| (key, info));
                assert_eq!(by_key(&delta), shown.collect());
                assert_eq!(delta.hash, self.node.applications().hash);
            }
            Err(refused) => {
                assert_eq!(refused, DeltaRefused::Truncated);
                assert!(self.reference.is_overcrowded(mono), "refused without need");
            }
        }
        let retention = self.reference.config.delta.retention;
        self.client.fetch(&mut self.node, self.now, retention);
    }

    /// The version is the same exactly where the set of changes is.
    fn compare_versions(&mut self, changes: BTreeSet<usize>, version: i64) {
        assert!(version > 0 && version < 1 << 31, "{version}");
        if let Some((last_changes, last_version)) = self.last_fetch.take() {
            assert_eq!(last_changes == changes, last_version == version);
        }
        self.last_fetch = Some((changes, version));
    }
}

fn names(key: &InstanceKey) -> (&str, &str) {
    (key.app.as_str(), key.id.as_str())
}

fn evicted(node: &mut Node) -> Vec<InstanceKey> {
    let of_event = |event| match event {
        Event::Evicted(report) => report.evicted,
        Event::Cluster(_) | Event::ProtectionChanged(_) | Event::EvictionPostponed { .. } => {
            Vec::new()
        }
    };
    std::iter::from_fn(|| node.poll_event())
        .flat_map(of_event)
        .collect()
}
