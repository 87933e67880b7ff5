//! A node with two regions and a naive picture of all three places, with a client that follows by deltas.

use std::collections::BTreeMap;
use std::time::Duration;

use heureka_core::{
    FetchFailure, FetchKind, Node, NodeConfig, Origin, RegionConfig, RegionFetch, RegionsConfig,
    Scope,
};
use heureka_model::{
    ActionType, AppName, Application, Applications, DataCenter, DataCenterDraft, DocumentLimits,
    InstanceDraft, InstanceInfo, InstanceKey, InstanceStatus, Now, RegionName, Registration,
    StatusCounts, UnixMillis,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::follower::Follower;
use crate::listing::{by_key, hash_of};

const REGIONS: [&str; 2] = ["eu", "us"];
const NOT_ALLOWED: &str = "SECRET";

/// What is in one place.
type Place = BTreeMap<InstanceKey, InstanceStatus>;

#[derive(Clone, Debug)]
enum Step {
    Register(InstanceKey, InstanceStatus),
    Cancel(InstanceKey),
    /// An instance in a region comes, changes or goes; the region's server tells of it at the next fetch.
    Happens(usize, InstanceKey, Option<InstanceStatus>),
    /// The fetches that are due work, or fail, or bring a delta that lacks everything.
    Fetch(Answer),
    Wait(u64),
    /// The client fetches.
    Follow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Right,
    Failing,
    Forgetful,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let key = || {
        let apps = select(&["A", "A", "B", NOT_ALLOWED][..]);
        (apps, 1..4_u8).prop_map(|(app, id)| InstanceKey::new(app, &id.to_string()))
    };
    let status = || select(&[InstanceStatus::Up, InstanceStatus::Down][..]);
    let answers = [
        Answer::Right,
        Answer::Right,
        Answer::Failing,
        Answer::Forgetful,
    ];
    let step = prop_oneof![
        2 => (key(), status()).prop_map(|(key, status)| Step::Register(key, status)),
        2 => key().prop_map(Step::Cancel),
        4 => (0..2_usize, key(), prop::option::of(status()))
            .prop_map(|(region, key, status)| Step::Happens(region, key, status)),
        4 => select(answers.to_vec()).prop_map(Step::Fetch),
        2 => select(&[1_u64, 30, 60, 200][..]).prop_map(Step::Wait),
        4 => Just(Step::Follow),
    ];
    vec(step, 1..60)
}

/// A region as its own server sees it.
#[derive(Debug, Default)]
struct Region {
    place: Place,
    /// What changed since the server was last asked with success.
    untold: Vec<InstanceKey>,
    /// What the node knows.
    known: Place,
}

struct World {
    node: Node,
    now: Now,
    local: Place,
    regions: [Region; 2],
    copy: BTreeMap<InstanceKey, InstanceStatus>,
    followed_at: Option<Duration>,
    followers: [Follower; 4],
}

impl World {
    fn new(max_changes: usize) -> Self {
        let mut config = NodeConfig::default();
        config.self_preservation.enabled = false;
        config.delta.max_changes = max_changes;
        // Nobody beats here, and leases are not what this is about.
        config.eviction_interval = Duration::from_secs(1_000_000);
        let now = Now {
            mono: Duration::from_secs(1000),
            wall: UnixMillis(1_700_000_000_000),
        };
        let mut node = Node::new(config, 7, now);
        let regions = RegionsConfig {
            regions: REGIONS.map(region_config).to_vec(),
            allowed_apps: Some(["A", "B"].map(AppName::new).into()),
            ..RegionsConfig::default()
        };
        node.follow_regions(&regions, now);
        Self {
            node,
            now,
            local: Place::new(),
            regions: Default::default(),
            copy: BTreeMap::new(),
            followed_at: None,
            followers: Default::default(),
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Register(key, status) => {
                let registration = registration(&key, status, self.now.wall);
                let taken = self.node.register(self.now, registration, Origin::Client);
                assert!(taken.is_ok());
                self.local.insert(key, status);
            }
            Step::Cancel(key) => {
                self.node
                    .cancel(self.now, key.app.as_str(), key.id.as_str(), Origin::Client);
                self.local.remove(&key);
            }
            Step::Happens(region, key, status) => self.regions[region].happens(key, status),
            Step::Fetch(answer) => {
                while let Some(fetch) = self.node.poll_region_fetch(self.now.mono) {
                    self.fetch(&fetch, answer);
                }
            }
            Step::Wait(secs) => {
                self.now.mono += Duration::from_secs(secs);
                self.now.wall = self.now.wall.after(Duration::from_secs(secs));
            }
            Step::Follow => {
                self.follow();
                self.followers[3].follow(&mut self.node, self.now.mono, Scope::Usual);
            }
        }
        self.follow_news();
        self.check(Scope::Usual, &[true, true]);
        self.check(Scope::Local, &[false, false]);
        self.check(Scope::Regions(&["us".to_owned()]), &[false, true]);
    }

    fn follow_news(&mut self) {
        let names = ["us".to_owned()];
        let scopes = [Scope::Usual, Scope::Local, Scope::Regions(&names)];
        for (follower, scope) in self.followers.iter_mut().zip(scopes) {
            follower.follow(&mut self.node, self.now.mono, scope);
        }
    }

    fn fetch(&mut self, fetch: &RegionFetch, answer: Answer) {
        let index = REGIONS
            .iter()
            .position(|name| *name == fetch.region.as_str());
        let region = &mut self.regions[index.unwrap()];
        let result = match (answer, fetch.kind) {
            (Answer::Failing, _) => Err(FetchFailure::TimedOut),
            (Answer::Forgetful, FetchKind::Delta) => Ok(region.listing(Vec::new())),
            (Answer::Right, FetchKind::Delta) => Ok(region.tell()),
            (_, FetchKind::Full) => Ok(region.tell_everything()),
        };
        self.node.handle_region_fetched(self.now, fetch, result);
    }

    /// What is shown is what is here, then what is in the first region, then in the second.
    fn check(&self, scope: Scope<'_>, shown_regions: &[bool; 2]) {
        let mut expected = Place::new();
        for (region, is_shown) in self.regions.iter().zip(shown_regions).rev() {
            let allowed = region
                .known
                .iter()
                .filter(|(key, _)| *is_shown && key.app.as_str() != NOT_ALLOWED);
            expected.extend(allowed.map(|(key, status)| (key.clone(), *status)));
        }
        expected.extend(self.local.clone());
        let listing = self.node.applications_in(scope);
        let shown = by_key(&listing);
        let statuses: Place = statuses(&shown);
        assert_eq!(statuses, expected);
        assert_eq!(listing.hash, hash_of(shown.values()));
    }

    fn follow(&mut self) {
        let full = statuses(&by_key(&self.node.applications_in(Scope::Usual)));
        let is_young = |at: Duration| self.now.mono - at <= Duration::from_secs(180);
        match self.node.delta_in(self.now.mono, Scope::Usual) {
            Ok(delta) if self.followed_at.is_some_and(is_young) => {
                for (key, info) in by_key(&delta) {
                    if info.action == Some(ActionType::Deleted) {
                        self.copy.remove(&key);
                    } else {
                        self.copy.insert(key, info.status);
                    }
                }
                let counts: StatusCounts = self.copy.values().copied().collect();
                assert_eq!(counts.hash(), delta.hash);
            }
            Ok(_) | Err(_) => self.copy = full.clone(),
        }
        self.followed_at = Some(self.now.mono);
        assert_eq!(self.copy, full);
    }
}

impl Region {
    fn happens(&mut self, key: InstanceKey, status: Option<InstanceStatus>) {
        match status {
            Some(status) => self.place.insert(key.clone(), status),
            None => self.place.remove(&key),
        };
        self.untold.push(key);
    }

    fn tell(&mut self) -> Applications {
        let changed = std::mem::take(&mut self.untold);
        let told = changed.into_iter().map(|key| match self.place.get(&key) {
            Some(status) => listed(&key, *status, ActionType::Modified),
            None => listed(&key, InstanceStatus::Up, ActionType::Deleted),
        });
        let told = told.collect();
        self.known = self.place.clone();
        self.listing(told)
    }

    fn tell_everything(&mut self) -> Applications {
        self.untold.clear();
        self.known = self.place.clone();
        let all = self.place.iter();
        self.listing(
            all.map(|(key, status)| listed(key, *status, ActionType::Added))
                .collect(),
        )
    }

    fn listing(&self, instances: Vec<InstanceInfo>) -> Applications {
        let counts: StatusCounts = self.place.values().copied().collect();
        let alone = |info: InstanceInfo| Application {
            name: info.document.app.clone(),
            instances: vec![info],
        };
        Applications {
            version: 1,
            hash: counts.hash(),
            applications: instances.into_iter().map(alone).collect(),
        }
    }
}

fn region_config(name: &str) -> RegionConfig {
    RegionConfig {
        name: RegionName::new(name),
        allowed_apps: None,
    }
}

fn statuses(listing: &BTreeMap<InstanceKey, InstanceInfo>) -> Place {
    let statuses = listing.iter().map(|(key, info)| (key.clone(), info.status));
    statuses.collect()
}

fn draft(key: &InstanceKey, status: InstanceStatus) -> InstanceDraft {
    let mut draft = InstanceDraft::new(key.app.clone());
    draft.instance_id = Some(key.id.as_str().into());
    draft.host_name = Some("host".into());
    draft.ip_addr = Some("10.0.0.1".into());
    draft.data_center = Some(DataCenterDraft::Known(DataCenter::MyOwn));
    draft.status = status;
    draft
}

fn registration(key: &InstanceKey, status: InstanceStatus, wall: UnixMillis) -> Registration {
    let limits = DocumentLimits::default();
    let registration = draft(key, status).into_registration(&key.app, wall, &limits);
    registration.unwrap()
}

fn listed(key: &InstanceKey, status: InstanceStatus, action: ActionType) -> InstanceInfo {
    let mut draft = draft(key, status);
    draft.action = Some(action);
    draft.into_listed(UnixMillis(0)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// server.md R71, R72, R82, D-12
    #[test]
    fn what_is_shown_is_the_sum_of_all_places(
        steps in steps(),
        max_changes in select(&[2_usize, 5, 1000][..]),
    ) {
        let mut world = World::new(max_changes);
        for step in steps {
            world.take(step);
        }
    }
}
