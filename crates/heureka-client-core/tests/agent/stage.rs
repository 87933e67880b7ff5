//! An agent, servers, and time that jumps from one thing to the next.

use std::time::Duration;

use heureka_client_core::{
    Agent, AgentConfig, Answer, Call, CallFailure, Endpoint, Event, FetchedHow, Inspected, Task,
    TaskId,
};
use heureka_model::{InstanceStatus, Now, ServiceUrl, UnixMillis};

use crate::servers::{Reply, Servers, name_of};
use crate::values::WALL_AT_START;

type Result<T> = std::result::Result<T, CallFailure>;

/// An agent and its surroundings. Answers come at once unless `latency` says otherwise.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) agent: Agent,
    pub(crate) servers: Servers,
    pub(crate) latency: Duration,
    pub(crate) inspected: Inspected,
    pub(crate) resolved: std::result::Result<Vec<Endpoint>, Box<str>>,
    pub(crate) calls: Vec<(Duration, Call)>,
    pub(crate) events: Vec<(Duration, Event)>,
    pub(crate) inspections: Vec<Duration>,
    /// Whether looks at the process are answered.
    pub(crate) answers_looks: bool,
    now: Now,
    on_their_way: Vec<(Duration, TaskId, Result<Answer>)>,
}

impl Stage {
    /// With one server, `a`.
    pub(crate) fn new(config: AgentConfig) -> Self {
        Self::with_servers(config, &["a"])
    }

    /// Nothing has happened yet: the test may change how servers answer first.
    pub(crate) fn with_servers(config: AgentConfig, hosts: &[&str]) -> Self {
        let now = Now {
            mono: Duration::ZERO,
            wall: UnixMillis(WALL_AT_START),
        };
        Self {
            agent: Agent::new(config, 42, now).expect("a valid configuration"),
            servers: Servers::default(),
            latency: Duration::ZERO,
            inspected: Inspected::default(),
            resolved: Ok(hosts.iter().map(|host| endpoint(host)).collect()),
            calls: Vec::new(),
            events: Vec::new(),
            inspections: Vec::new(),
            answers_looks: true,
            now,
            on_their_way: Vec::new(),
        }
    }

    pub(crate) fn now(&self) -> Now {
        self.now
    }

    /// Lets everything happen up to `secs` after the beginning, that moment included.
    pub(crate) fn run_to(&mut self, secs: u64) -> &mut Self {
        self.run_to_time(Duration::from_secs(secs))
    }

    pub(crate) fn run_to_time(&mut self, end: Duration) -> &mut Self {
        self.settle();
        while let Some(next) = self.next().filter(|next| *next <= end) {
            self.jump(next);
            while let Some(at) = self.on_their_way.iter().position(|(at, ..)| *at <= next) {
                let (_, id, answer) = self.on_their_way.remove(at);
                self.agent.handle_answer(self.now, id, answer);
                self.settle();
            }
            self.agent.handle_timeout(self.now);
            self.settle();
        }
        self.jump(end);
        self
    }

    /// Tells the agent something, and lets happen what follows at once.
    pub(crate) fn tell<T>(&mut self, tell: impl FnOnce(&mut Agent, Now) -> T) -> T {
        let told = tell(&mut self.agent, self.now);
        self.settle();
        told
    }

    pub(crate) fn set_status(&mut self, status: InstanceStatus) -> &mut Self {
        self.tell(|agent, now| agent.set_status(now, status));
        self
    }

    /// Sets the wall clock, as people do.
    pub(crate) fn set_wall(&mut self, millis: i64) {
        self.now.wall = UnixMillis(millis);
    }

    /// What was sent, as `30 PUT`.
    pub(crate) fn sent(&self) -> Vec<String> {
        let calls = self.calls.iter();
        calls
            .map(|(at, call)| format!("{} {}", shown(*at), name_of(&call.operation)))
            .collect()
    }

    /// What was sent by method, without fetches.
    pub(crate) fn told(&self) -> Vec<String> {
        self.sent()
            .into_iter()
            .filter(|sent| !sent.contains("GET"))
            .collect()
    }

    /// What was fetched.
    pub(crate) fn fetched(&self) -> Vec<String> {
        self.sent()
            .into_iter()
            .filter(|sent| sent.contains("GET"))
            .collect()
    }

    /// What was sent to whom, as `30 a PUT`.
    pub(crate) fn sent_to(&self) -> Vec<String> {
        let calls = self.calls.iter();
        let shown = calls.map(|(at, call)| {
            format!(
                "{} {} {}",
                shown(*at),
                call.server.host(),
                name_of(&call.operation)
            )
        });
        shown.collect()
    }

    pub(crate) fn last_call(&self) -> &Call {
        &self.calls.last().expect("a call").1
    }

    /// When events of a kind happened.
    pub(crate) fn times_of(&self, is_it: impl Fn(&Event) -> bool) -> Vec<String> {
        let events = self.events.iter().filter(|(_, event)| is_it(event));
        events.map(|(at, _)| shown(*at)).collect()
    }

    pub(crate) fn fetch_events(&self) -> Vec<(String, FetchedHow)> {
        let fetched = |(at, event): &(Duration, Event)| match event {
            Event::Fetched { how, .. } => Some((shown(*at), *how)),
            _ => None,
        };
        self.events.iter().filter_map(fetched).collect()
    }

    pub(crate) fn remote_changes(&self) -> Vec<(InstanceStatus, InstanceStatus)> {
        let changed = |(_, event): &(Duration, Event)| match event {
            Event::RemoteStatusChanged { previous, current } => Some((*previous, *current)),
            _ => None,
        };
        self.events.iter().filter_map(changed).collect()
    }

    /// Forgets what was sent and what happened so far.
    pub(crate) fn forget(&mut self) -> &mut Self {
        self.calls.clear();
        self.events.clear();
        self.inspections.clear();
        self
    }

    fn next(&self) -> Option<Duration> {
        let answers = self.on_their_way.iter().map(|(at, ..)| *at);
        answers.chain(self.agent.poll_timeout()).min()
    }

    fn jump(&mut self, to: Duration) {
        let by = to.saturating_sub(self.now.mono);
        self.now.mono += by;
        self.now.wall = self.now.wall.after(by);
    }

    fn settle(&mut self) {
        loop {
            while let Some(event) = self.agent.poll_event() {
                self.events.push((self.now.mono, event));
            }
            let Some(task) = self.agent.poll_task() else {
                return;
            };
            self.carry_out(task);
        }
    }

    fn carry_out(&mut self, task: Task) {
        match task {
            Task::Resolve(id) => self
                .agent
                .handle_resolved(self.now, id, self.resolved.clone()),
            Task::Inspect(id) => {
                self.inspections.push(self.now.mono);
                if self.answers_looks {
                    self.agent
                        .handle_inspected(self.now, id, self.inspected.clone());
                }
            }
            Task::Send(call) => {
                let reply = self.servers.reply(&call);
                let id = call.id;
                self.calls.push((self.now.mono, call));
                match reply {
                    Reply::Silence => {}
                    Reply::Answer(answer) => self.answer(id, Ok(answer)),
                    Reply::Failure(failure) => self.answer(id, Err(failure)),
                }
            }
            other => panic!("an unknown task: {other:?}"),
        }
    }

    fn answer(&mut self, id: TaskId, answer: Result<Answer>) {
        if self.latency == Duration::ZERO {
            self.agent.handle_answer(self.now, id, answer);
        } else {
            self.on_their_way
                .push((self.now.mono + self.latency, id, answer));
        }
    }
}

pub(crate) fn endpoint(host: &str) -> Endpoint {
    let url = ServiceUrl::parse(&format!("http://{host}:8761/eureka/"));
    Endpoint {
        url: url.expect("a URL"),
        zone: None,
    }
}

fn shown(at: Duration) -> String {
    if at.subsec_millis() == 0 {
        at.as_secs().to_string()
    } else {
        format!("{:.1}", at.as_secs_f64())
    }
}
