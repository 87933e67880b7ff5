//! What must hold of agents, as functions over the world.

use std::time::Duration;

use heureka_client_core::{FetchConfig, FetchedHow, Profile};
use heureka_model::{InstanceInfo, InstanceKey, InstanceStatus, UnixMillis};

use super::listings::{Listed, content_of, first_difference};
use super::{AgentClient, AgentProcess};
use crate::world::World;

/// Between two heartbeats, and between two fetches.
pub(super) const INTERVAL: Duration = Duration::from_secs(30);

/// A round over slow lines after attempts that came to nothing, and what a look is off.
pub(super) const SLACK: Duration = Duration::from_secs(15);

/// How much later than a server took something an agent may hear of it: the longest attempt.
const HEARD_WITHIN: Duration = Duration::from_secs(15);

/// A server that lists nobody all at once is not believed for so long, and the next fetch is an interval away then.
const DOUBTS: Duration = FetchConfig::DOUBTS_EMPTY_FOR.saturating_add(INTERVAL);

/// A Java server keeps changes for so long, and Java's clients do not count on it (R80).
const RETENTION: Duration = Duration::from_secs(170);

/// The last registration or heartbeat that a server accepted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Accepted {
    pub(super) at: Duration,
    /// Since when all of them were of this version and came from this run of this host.
    pub(super) since: Duration,
    pub(super) host: usize,
    pub(super) run: u64,
    pub(super) dirty: UnixMillis,
}

/// How long an agent may be without a success where a server is well: an interval, and as long again for retries. Java's
/// waits up to ten intervals after time-outs (S4), which is why nothing is expected of it sooner.
fn patience(profile: Profile) -> Duration {
    match profile {
        Profile::Modern => INTERVAL * 2 + SLACK,
        _ => INTERVAL * 12 + SLACK,
    }
}

/// A server does not take it from a client that an instance goes from one of these statuses to the other (server.md S6).
fn takes_turns(status: InstanceStatus) -> bool {
    matches!(status, InstanceStatus::Up | InstanceStatus::OutOfService)
}

impl AgentProcess {
    /// Whether all that it has is to be what the server has: not where a Java client takes changes from another server than
    /// before, or has asked for none for too long. No client can know that a server has been started anew.
    fn follows(&self, profile: Profile, next: &Listed) -> bool {
        let Some(before) = &self.view else {
            return true;
        };
        let is_same_run = (before.host, before.run) == (next.host, next.run);
        match profile {
            Profile::Modern => before.host != next.host || (before.follows && is_same_run),
            _ => {
                let is_young = next.at.saturating_sub(before.at) <= RETENTION;
                before.follows && is_same_run && is_young
            }
        }
    }
}

impl World {
    /// Everything that is looked at from time to time.
    pub(crate) fn look_at_agents(&mut self) {
        for index in 0..self.agents.len() {
            if let Some(wrong) = self.wrong_with_agent(index) {
                self.violated(format!("agent-{index}: {wrong}"));
            }
        }
    }

    fn wrong_with_agent(&self, index: usize) -> Option<String> {
        let client = self.agents.get(index)?;
        let process = client.process.as_ref()?;
        if process.stopped_until.is_some() || process.leaves_since.is_some() {
            return None;
        }
        let hosts = 0..self.hosts.len();
        let well_since = hosts.filter_map(|host| self.well_since(client, host)).min();
        let since = well_since.unwrap_or(self.now).max(process.awake_since);
        self.is_silent(client, process, since)
            .or_else(|| self.is_mistaken(client, process))
            .or_else(|| self.is_not_shown(client, process))
            .or_else(|| self.is_blind(client, process))
    }

    /// Since when a server runs and the line to it has carried everything.
    fn well_since(&self, client: &AgentClient, host: usize) -> Option<Duration> {
        let is_running = self.hosts.get(host)?.is_running();
        let line = client.lines.well_since(host)?;
        // The line from a host to itself changes with its process.
        let process = self.network.unchanged_since(host, host);
        is_running.then_some(line.max(process))
    }

    fn is_overdue(&self, client: &AgentClient, since: Duration) -> bool {
        since.saturating_add(patience(client.profile)) < self.now
    }

    /// I1, I2: where a server is well, heartbeats are never further apart than an interval and its retries, and what is said
    /// goes out within the same time.
    fn is_silent(
        &self,
        client: &AgentClient,
        process: &AgentProcess,
        well_since: Duration,
    ) -> Option<String> {
        if !self.is_overdue(client, well_since) {
            return None;
        }
        let mono = client.now(self.now).mono;
        let report = process.agent.report(mono);
        let quiet_for = report.since_heartbeat.unwrap_or(mono);
        if quiet_for > patience(client.profile) {
            return Some(format!(
                "no server took a heartbeat for {quiet_for:?}, and one is well since {well_since:?}"
            ));
        }
        let told = process.accepted.map(|accepted| accepted.dirty);
        let is_told = told == Some(client.last_dirty);
        (!is_told && self.is_overdue(client, process.says_so_since)).then(|| {
            format!(
                "it is {} since {:?}, and servers were told {told:?}",
                client.last_dirty, process.says_so_since
            )
        })
    }

    /// K18: it counts no heartbeat that no server took.
    fn is_mistaken(&self, client: &AgentClient, process: &AgentProcess) -> Option<String> {
        let report = process.agent.report(client.now(self.now).mono);
        let since_heartbeat = report.since_heartbeat?;
        let since_accepted = process
            .accepted
            .map(|accepted| self.now.saturating_sub(accepted.at));
        let is_so = since_accepted.is_some_and(|since| since <= since_heartbeat + HEARD_WITHIN);
        (!is_so).then(|| {
            format!(
                "it counts a heartbeat {since_heartbeat:?} ago, and servers {since_accepted:?} ago"
            )
        })
    }

    /// I2, I10: what a server accepted is there at once, and soon at all that it is connected with.
    fn is_not_shown(&self, client: &AgentClient, process: &AgentProcess) -> Option<String> {
        let accepted = process.accepted?;
        let known = self.expected.get(&client.key)?;
        // After a silence longer than its lease it may have been evicted elsewhere, and begins anew.
        let since = accepted
            .since
            .max(self.expected.live(known, self.now)?.since);
        if known.had_a_late_return || !self.hosts.get(accepted.host)?.is_run(accepted.run) {
            return None;
        }
        let has_heard = |host: usize| {
            let open_since = self.open_since(host);
            self.scenario.java.is_none()
                && self.has_run(accepted.host, accepted.run)
                && open_since.is_some_and(|open_since| {
                    self.have_met(host, accepted.host, since.max(open_since))
                })
        };
        let is_to_show = |host: &usize| *host == accepted.host || has_heard(*host);
        let mut hosts = (0..self.hosts.len()).filter(is_to_show);
        hosts.find_map(|host| {
            let shown = self.info_at(host, &client.key);
            let wrong = self.differs(client, process, accepted, shown)?;
            Some(format!("node-{host} {wrong}; {accepted:?}"))
        })
    }

    fn differs(
        &self,
        client: &AgentClient,
        process: &AgentProcess,
        accepted: Accepted,
        shown: Option<InstanceInfo>,
    ) -> Option<String> {
        let Some(shown) = shown else {
            return Some("does not show it".to_owned());
        };
        let dirty = shown.document.last_dirty;
        if dirty < accepted.dirty {
            return Some(format!("shows it as of {dirty}"));
        }
        // Java's servers write the status in force into the document.
        let own = process.agent.document()?.status;
        let theirs = shown.document.status;
        let is_same = dirty == client.last_dirty && self.scenario.java.is_none();
        (is_same && theirs != own && !(takes_turns(theirs) && takes_turns(own)))
            .then(|| format!("shows {theirs}, and it is {own}"))
    }

    fn info_at(&self, host: usize, key: &InstanceKey) -> Option<InstanceInfo> {
        match self.java(host) {
            Some(java) => java.get(key).cloned(),
            None => self.shows(host, key),
        }
    }

    /// K18: where an open server is well, the registry is brought up to date.
    fn is_blind(&self, client: &AgentClient, process: &AgentProcess) -> Option<String> {
        let lists_since = |host: usize| {
            let opened = if self.scenario.is_java(host) {
                Duration::ZERO
            } else {
                self.open_since(host)?
            };
            Some(self.well_since(client, host)?.max(opened))
        };
        let since = (0..self.hosts.len()).filter_map(lists_since).min()?;
        let since = since.max(process.awake_since);
        let mono = client.now(self.now).mono;
        let report = process.agent.report(mono);
        let blind_for = report.since_fetch.unwrap_or(mono);
        let doubts = if process.doubts {
            DOUBTS
        } else {
            Duration::ZERO
        };
        let is_late = |since: Duration| since + patience(client.profile) + doubts < self.now;
        let is_overdue = is_late(since) && is_late(self.now.saturating_sub(blind_for));
        is_overdue.then(|| format!("it has fetched nothing for {blind_for:?}"))
    }

    /// I11: after a fetch its view is what the server had. After a delta of another server Java's clients may have missed what
    /// the hash does not count.
    pub(super) fn check_fetched(&mut self, index: usize, how: FetchedHow) {
        let Some(client) = self.agents.get_mut(index) else {
            return;
        };
        let profile = client.profile;
        let Some(process) = &mut client.process else {
            return;
        };
        process.doubts = false;
        let Some(mut listed) = process.listed.take() else {
            return;
        };
        listed.follows = how != FetchedHow::Delta || process.follows(profile, &listed);
        self.agent_counts.from_another += u64::from(!listed.follows);
        let registry = process.agent.registry();
        let (hash, own) = (registry.hash(), content_of(registry));
        let wrong = if hash != listed.hash {
            Some(format!(
                "its hash is {hash}, and the server's {}",
                listed.hash
            ))
        } else if listed.follows {
            first_difference(&own, &listed.content)
        } else {
            None
        };
        if let Some(wrong) = wrong {
            let host = listed.host;
            self.violated(format!(
                "I11: agent-{index} fetched from node-{host} ({how:?}): {wrong}"
            ));
        } else {
            process.view = Some(listed);
        }
    }

    /// R4: where a server says that it has taken the farewell, it has.
    pub(super) fn check_farewell(&mut self, index: usize) {
        if !self.has_said_farewell(index) {
            self.violated(format!(
                "agent-{index} was taken out, it says, and no server took that"
            ));
        }
    }

    fn has_said_farewell(&self, index: usize) -> bool {
        let Some(client) = self.agents.get(index) else {
            return false;
        };
        let known = self.expected.get(&client.key);
        let cancelled = known.and_then(|known| known.last_cancelled_at);
        cancelled >= client.left_at && cancelled.is_some()
    }

    /// R4, R5: where all servers were well, one of them has taken the farewell.
    pub(super) fn check_end_of_agent(&mut self, index: usize) {
        let Some(client) = self.agents.get(index) else {
            return;
        };
        let Some(left_at) = client.left_at else {
            return;
        };
        let was_well = |host: usize| {
            let since = self.well_since(client, host);
            since.is_some_and(|since| since.saturating_add(INTERVAL) < left_at)
        };
        let process = client.process.as_ref();
        let knows_servers = process.is_some_and(|process| {
            let report = process.agent.report(client.now(self.now).mono);
            report.registration.servers > 0
        });
        let all_were_well = (0..self.hosts.len()).all(was_well);
        if knows_servers && all_were_well && !self.has_said_farewell(index) {
            self.violated(format!(
                "agent-{index} has left since {left_at:?}, all servers were well, and none was told"
            ));
        }
    }
}
