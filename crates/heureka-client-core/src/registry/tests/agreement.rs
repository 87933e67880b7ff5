//! Following by deltas ends where a full listing does.

use std::collections::BTreeMap;

use heureka_model::{Applications, InstanceStatus, StatusCounts};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::builders::{Client, Listed, delta, keys, listing, up};
use crate::registry::{Region, Registry};
use crate::{Change, Profile};

const APPS: [&str; 3] = ["A", "B", "straße"];
const VIPS: [&str; 4] = ["v", "v,w", " W , v", ""];
const ZONES: [&str; 3] = ["us-east-1a", "us-west-2a", "eu-west-1b"];
const REGIONS: [&str; 3] = ["us-east-1", "us-west-2", "eu-west-1"];

/// How many of the last changes a delta tells: more than happen between two fetches, so that it repeats some.
const WINDOW: usize = 12;

#[derive(Clone, Debug)]
enum Step {
    /// An instance comes, or changes.
    Put(Box<Listed>),
    /// It goes, if it is there.
    Remove(&'static str, u8),
    /// The client fetches.
    Fetch,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let key = || (select(&APPS[..]), 1..4_u8);
    let statuses = [InstanceStatus::Up, InstanceStatus::Up, InstanceStatus::Down];
    let about = (
        select(statuses.to_vec()),
        select(&VIPS[..]),
        select(&ZONES[..]),
    );
    let put = (key(), about).prop_map(|((app, id), (status, vip, zone))| {
        let listed = up(app, &id.to_string()).status(status);
        Step::Put(Box::new(listed.vip(vip).secure_vip(vip).zone(zone)))
    });
    let step = prop_oneof![
        4 => put,
        2 => key().prop_map(|(app, id)| Step::Remove(app, id)),
        2 => Just(Step::Fetch),
    ];
    vec(step, 0..60)
}

/// The server: what it has, and what changed, the last change last.
#[derive(Default)]
struct Server {
    instances: BTreeMap<(String, String), Listed>,
    changes: Vec<Listed>,
    /// How many changes the client has not been told of.
    untold: usize,
}

impl Server {
    fn take(&mut self, step: Step) {
        match step {
            Step::Put(listed) => {
                self.instances.insert(key(&listed), (*listed).clone());
                self.record(listed.modified());
            }
            Step::Remove(app, id) => {
                let key = key(&up(app, &id.to_string()));
                if let Some(listed) = self.instances.remove(&key) {
                    self.record(listed.deleted());
                }
            }
            Step::Fetch => self.untold = 0,
        }
    }

    fn record(&mut self, change: Listed) {
        self.changes.push(change);
        self.untold += 1;
    }

    fn full(&self) -> Applications {
        let instances: Vec<Listed> = self.instances.values().cloned().collect();
        listing(&instances)
    }

    /// Nothing where a delta would not tell everything.
    fn delta(&self) -> Option<Applications> {
        let from = self.changes.len().saturating_sub(WINDOW);
        let statuses = self.instances.values().map(|listed| listed.info().status);
        let hash = statuses.collect::<StatusCounts>().hash();
        (self.untold <= WINDOW).then(|| delta(9, &hash, &self.changes[from..]))
    }
}

fn key(listed: &Listed) -> (String, String) {
    let key = listed.info().document.key();
    (key.app.to_string(), key.id.to_string())
}

fn client(seed: u64) -> Client {
    Client::seeded(seed, Profile::Modern, |config| {
        let remote: [(&str, &[&str]); 2] = [(REGIONS[1], &[]), (REGIONS[2], &[])];
        config.regions = Some(super::builders::regions(REGIONS[0], &remote));
    })
}

/// Everything that look-ups find in a region, with what is shown of each.
fn content(region: &Region) -> Vec<String> {
    let apps = region.applications().filter(|app| !app.all().is_empty());
    let mut content: Vec<String> = apps
        .flat_map(|app| {
            let all = app
                .all()
                .iter()
                .map(|i| format!("{} {:?}", i.status(), i.document()));
            let offered = format!("{} offers {:?}", app.name(), keys(app.instances().iter()));
            all.chain([offered])
        })
        .collect();
    content.sort();
    for vip in ["v", "w", ""] {
        content.push(format!("{vip}: {:?}", keys(region.vip(vip).iter())));
        content.push(format!(
            "{vip} secure: {:?}",
            keys(region.secure_vip(vip).iter())
        ));
    }
    content.push(region.len().to_string());
    content
}

fn contents(registry: &Registry) -> Vec<Option<Vec<String>>> {
    let regions = REGIONS.map(|name| registry.region(name));
    regions
        .into_iter()
        .map(|region| Some(content(region?)))
        .collect()
}

/// The client's list of one vip, changed as it is told.
fn follow(known: &mut Vec<String>, changes: &[Change]) {
    for change in changes {
        match change {
            Change::Added(instance) => known.push(instance.key().to_string()),
            Change::Modified { after, .. } => assert!(known.contains(&after.key().to_string())),
            Change::Removed(gone) => known.retain(|key| *key != gone.key().to_string()),
        }
    }
    known.sort();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn k9_deltas_lead_to_what_a_full_listing_shows(steps in steps()) {
        let (mut server, mut following) = (Server::default(), client(1));
        following.0.replace(server.full());
        let mut known = Vec::new();
        for step in steps {
            let is_fetch = matches!(step, Step::Fetch);
            if is_fetch {
                let before = following.registry().vip("v").clone();
                match server.delta() {
                    Some(delta) => prop_assert!(following.0.apply(delta).hash_matches()),
                    None => drop(following.0.replace(server.full())),
                }
                let mut whole = client(2);
                whole.0.replace(server.full());
                prop_assert_eq!(contents(following.registry()), contents(whole.registry()));
                prop_assert_eq!(following.registry().hash(), whole.registry().hash());
                let after = following.registry().vip("v");
                follow(&mut known, &Change::between(&before, after));
                prop_assert_eq!(&known, &keys(after.iter()));
            }
            server.take(step);
        }
        if server.untold == 0 {
            prop_assert_eq!(following.0.replace(server.full()).changes, 0);
        }
    }
}
