//! Clients of several habits.

use std::time::Duration;

use heureka_model::{
    AppName, DataCenter, DataCenterDraft, DocumentLimits, InstanceDraft, InstanceKey,
    InstanceStatus, Registration, UnixMillis,
};
use rand::RngExt as _;
use rand_pcg::Pcg64;

use crate::host::WALL_AT_START;
use crate::peers::Event;
use crate::serving::Write;
use crate::world::World;

/// Time between two heartbeats.
const INTERVAL: Duration = Duration::from_secs(30);

/// A Java client's timer doubles after a hung heartbeat, up to this.
const LONGEST_INTERVAL: Duration = Duration::from_secs(120);

/// How a client behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Habit {
    /// Heartbeats, and a new dirty timestamp with each registration.
    Java,
    /// Cancels at times, and comes back with the dirty timestamp that it had.
    Steeltoe,
    /// Falls silent at times, and may come back long after.
    Crashes,
    /// Registers and cancels all the time.
    Flaps,
}

/// What a client asks of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Register {
        dirty_ms: i64,
        status: InstanceStatus,
    },
    Renew {
        dirty_ms: i64,
    },
    Cancel,
}

/// What a client is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Intention {
    Register,
    Renew,
    Cancel,
}

/// What a client hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    Done,
    NotFound,
    Refused,
    Hung,
}

/// A client of one instance.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    habit: Habit,
    pub(crate) key: InstanceKey,
    host: usize,
    hosts: usize,
    dirty_ms: i64,
    interval: Duration,
    intention: Intention,
}

impl Client {
    pub(crate) fn new(index: usize, hosts: usize, rng: &mut Pcg64) -> Self {
        let habit = match rng.random_range(0..10) {
            0..=4 => Habit::Java,
            5 | 6 => Habit::Steeltoe,
            7 | 8 => Habit::Crashes,
            _ => Habit::Flaps,
        };
        Self {
            habit,
            key: InstanceKey::new(&format!("APP-{}", index % 4), &format!("i-{index}")),
            host: rng.random_range(0..hosts),
            hosts,
            dirty_ms: WALL_AT_START.0,
            interval: INTERVAL,
            intention: Intention::Register,
        }
    }

    fn fails_over(&mut self) {
        self.host = (self.host + 1) % self.hosts;
    }

    fn renews(&mut self) -> Duration {
        self.intention = Intention::Renew;
        self.interval = INTERVAL;
        INTERVAL
    }

    /// Whether a return brings a new dirty timestamp.
    fn freshen(&mut self, now_ms: i64) {
        if self.habit != Habit::Steeltoe {
            self.dirty_ms = now_ms;
        }
    }

    /// What it does next after what it heard, and after which time.
    fn goes_on(&mut self, heard: Heard, now_ms: i64, rng: &mut Pcg64) -> Duration {
        let soon = Duration::from_millis(rng.random_range(20..=5000));
        match (self.intention, heard) {
            (_, Heard::Refused) | (Intention::Register | Intention::Cancel, Heard::Hung) => {
                self.fails_over();
                if self.intention == Intention::Cancel && heard == Heard::Hung {
                    self.returns(now_ms);
                }
                soon
            }
            (Intention::Renew, Heard::Hung) => {
                if rng.random_bool(0.5) {
                    self.fails_over();
                }
                self.interval = (self.interval * 2).min(LONGEST_INTERVAL);
                self.interval
            }
            (Intention::Renew, Heard::NotFound) => {
                self.freshen(now_ms);
                self.intention = Intention::Register;
                Duration::from_millis(20)
            }
            (Intention::Register, Heard::NotFound) => soon,
            (Intention::Register, Heard::Done) if self.habit == Habit::Flaps => {
                self.intention = Intention::Cancel;
                soon.saturating_mul(4)
            }
            (Intention::Cancel, Heard::Done | Heard::NotFound) => {
                self.returns(now_ms);
                soon.saturating_mul(3)
            }
            (Intention::Register | Intention::Renew, Heard::Done) => {
                let usual = self.renews();
                self.has_a_turn(now_ms, rng).unwrap_or(usual)
            }
        }
    }

    fn returns(&mut self, now_ms: i64) {
        self.freshen(now_ms);
        self.intention = Intention::Register;
    }

    /// Sometimes something else than the next heartbeat comes.
    fn has_a_turn(&mut self, now_ms: i64, rng: &mut Pcg64) -> Option<Duration> {
        let one_in_a_hundred = rng.random_range(0..100);
        match self.habit {
            Habit::Java if one_in_a_hundred < 5 => {
                self.returns(now_ms);
                Some(Duration::from_secs(5))
            }
            Habit::Steeltoe if one_in_a_hundred < 15 => {
                self.intention = Intention::Cancel;
                Some(Duration::from_secs(10))
            }
            Habit::Crashes if one_in_a_hundred < 15 => {
                self.returns(now_ms);
                Some(Duration::from_secs(rng.random_range(5..=600)))
            }
            Habit::Java | Habit::Steeltoe | Habit::Crashes | Habit::Flaps => None,
        }
    }
}

impl World {
    fn client_ms(&self) -> i64 {
        WALL_AT_START.after(self.now).0
    }

    pub(crate) fn client_acts(&mut self, index: usize) {
        let Some(client) = self.clients.get(index).cloned() else {
            return;
        };
        if self.is_over && client.intention != Intention::Renew {
            return;
        }
        let deed = self.deed_of(&client);
        let heard = self.ask(index, client.host, deed);
        self.trace.line(
            self.now,
            format_args!(
                "{} at node-{}: {deed:?}: {heard:?}",
                client.key, client.host
            ),
        );
        if self.is_over {
            return self.at(INTERVAL, Event::Client { client: index });
        }
        let now_ms = self.client_ms();
        let Some(client) = self.clients.get_mut(index) else {
            return;
        };
        let after = client.goes_on(heard, now_ms, &mut self.rng);
        self.at(after, Event::Client { client: index });
    }

    fn deed_of(&mut self, client: &Client) -> Deed {
        let dirty_ms = client.dirty_ms;
        match client.intention {
            Intention::Register => {
                let status = match self.rng.random_range(0..20) {
                    0 => InstanceStatus::Starting,
                    1 => InstanceStatus::OutOfService,
                    2 => InstanceStatus::Down,
                    _ => InstanceStatus::Up,
                };
                Deed::Register { dirty_ms, status }
            }
            Intention::Renew => Deed::Renew { dirty_ms },
            Intention::Cancel => Deed::Cancel,
        }
    }

    fn ask(&mut self, client: usize, host: usize, deed: Deed) -> Heard {
        let hung = self.rng.random_range(0..1000) < self.scenario.hung && !self.is_over;
        let arrives = !hung || self.rng.random_bool(0.5);
        let Some(server) = self.hosts.get_mut(host) else {
            return Heard::Refused;
        };
        let Some(run) = server.run() else {
            return Heard::Refused;
        };
        if let Some(waiting) = server.waiting() {
            waiting.push(Event::Late {
                host,
                run,
                client,
                deed,
            });
            return Heard::Hung;
        }
        if !arrives {
            return Heard::Hung;
        }
        let Some((key, write)) = self.write_of(client, deed) else {
            return Heard::Refused;
        };
        let is_done = self.serve(&key, host, &write);
        if hung {
            return Heard::Hung;
        }
        if is_done {
            self.acknowledged(&key, host, run, &write);
        }
        if is_done {
            Heard::Done
        } else {
            Heard::NotFound
        }
    }

    pub(crate) fn deed_is_late(&mut self, host: usize, run: u64, client: usize, deed: Deed) {
        if self.hosts.get(host).is_some_and(|host| host.is_run(run)) {
            self.trace.line(
                self.now,
                format_args!("late at node-{host}: client {client} {deed:?}"),
            );
            if let Some((key, write)) = self.write_of(client, deed) {
                self.serve_late(&key, host, &write);
            }
        }
    }

    fn write_of(&self, client: usize, deed: Deed) -> Option<(InstanceKey, Write)> {
        let key = self.clients.get(client)?.key.clone();
        let write = match deed {
            Deed::Register { dirty_ms, status } => {
                Write::Register(Box::new(registration(&key, dirty_ms, status)?))
            }
            Deed::Renew { dirty_ms } => Write::Renew(UnixMillis(dirty_ms)),
            Deed::Cancel => Write::Cancel,
        };
        Some((key, write))
    }
}

pub(crate) fn registration(
    key: &InstanceKey,
    dirty_ms: i64,
    status: InstanceStatus,
) -> Option<Registration> {
    let app = AppName::new(key.app.as_str());
    let mut draft = InstanceDraft::new(app.clone());
    draft.instance_id = Some(key.id.as_str().into());
    draft.host_name = Some("host".into());
    draft.ip_addr = Some("10.1.0.1".into());
    draft.data_center = Some(DataCenterDraft::Known(DataCenter::MyOwn));
    draft.last_dirty = Some(UnixMillis(dirty_ms));
    draft.status = status;
    let limits = DocumentLimits::default();
    draft
        .into_registration(&app, UnixMillis(dirty_ms), &limits)
        .ok()
}
