//! What servers list for agents, and what agents have then.

use std::collections::BTreeMap;
use std::time::Duration;

use heureka_client_core::{Answer, ListingOf, Registry};
use heureka_model::{
    Application, Applications, InstanceInfo, InstanceKey, StatusCounts, VERSION_OF_FULL,
};

use crate::readers::{Seen, seen, seen_in};
use crate::world::World;

/// Everything that a registry shows.
pub(super) type Content = BTreeMap<InstanceKey, Seen>;

const OK: u16 = 200;
const FORBIDDEN: u16 = 403;

/// A listing, and what the server had when it made it.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) host: usize,
    pub(super) run: u64,
    /// Whether what was known before came from this run of this server as well, without a gap.
    pub(super) follows: bool,
    pub(super) hash: String,
    pub(super) content: Content,
    pub(super) at: Duration,
}

impl World {
    /// What a server answers to a fetch. A node that is not open yet lists nothing (I20); the Java-like server has no deltas.
    pub(super) fn list(&mut self, index: usize, of: &ListingOf) -> (Answer, Option<Listed>) {
        let Some((listing, content)) = self.listing(index, of) else {
            return (Answer::of(FORBIDDEN), None);
        };
        let run = self
            .hosts
            .get(index)
            .and_then(|host| host.run())
            .unwrap_or_default();
        let listed = Listed {
            host: index,
            run,
            follows: true,
            hash: listing.hash.clone(),
            content,
            at: self.now,
        };
        let answer = Answer::listing(listing);
        debug_assert_eq!(answer.status, OK);
        (answer, Some(listed))
    }

    fn listing(&mut self, index: usize, of: &ListingOf) -> Option<(Applications, Content)> {
        let (at, is_delta) = (self.now, *of == ListingOf::Delta);
        let host = self.hosts.get_mut(index)?;
        if let Some(java) = &mut host.java {
            let listing = listing_of(java.listing(at));
            let content = seen_in(&listing);
            return (!is_delta).then_some((listing, content));
        }
        let now = host.now(at);
        let node = &mut host.process.as_mut()?.node;
        if !node.is_open() {
            return None;
        }
        let all = node.applications();
        let content = seen_in(&all);
        let listing = if is_delta {
            node.delta(now.mono).ok()?
        } else {
            all
        };
        Some((listing, content))
    }

    /// What a server shows now, whether it is open or not.
    pub(super) fn content(&self, index: usize) -> Content {
        let Some(host) = self.hosts.get(index) else {
            return Content::new();
        };
        match (&host.java, &host.process) {
            (Some(java), _) => seen_in(&listing_of(java.all())),
            (None, Some(process)) => seen_in(&process.node.applications()),
            (None, None) => Content::new(),
        }
    }
}

/// What an agent has.
pub(super) fn content_of(registry: &Registry) -> Content {
    let instances = registry.applications().flat_map(|app| app.all());
    instances
        .map(|instance| (instance.key(), seen(instance.info())))
        .collect()
}

/// The first key in which the two differ, and what each of them has.
pub(super) fn first_difference(own: &Content, theirs: &Content) -> Option<String> {
    let keys = own.keys().chain(theirs.keys());
    let key = keys
        .into_iter()
        .find(|key| own.get(*key) != theirs.get(*key))?;
    let (own, theirs) = (own.get(key), theirs.get(key));
    Some(format!(
        "of {key} it has {own:?}, and the server {theirs:?}"
    ))
}

fn listing_of(instances: Vec<InstanceInfo>) -> Applications {
    let statuses = instances.iter().map(|info| info.status);
    let hash = statuses.collect::<StatusCounts>().hash();
    let mut applications: Vec<Application> = Vec::new();
    for info in instances {
        let name = info.document.app.clone();
        match applications.last_mut().filter(|last| last.name == name) {
            Some(last) => last.instances.push(info),
            None => applications.push(Application {
                name,
                instances: vec![info],
            }),
        }
    }
    Applications {
        version: VERSION_OF_FULL,
        hash,
        applications,
    }
}
