//! Instances as Spring Cloud's clients register them, about a kilobyte of JSON each, and a registry full of them.

#![allow(
    dead_code,
    reason = "each bench is a program of its own and uses a part of it"
)]

mod fragments;

use std::time::Duration;

use heureka_core::{Node, NodeConfig, Origin, RegisterOutcome, RenewOutcome, Renewal};
use heureka_model::{
    AppName, DataCenter, DataCenterDraft, DocumentLimits, InstanceDraft, Now, Registration,
    UnixMillis,
};
use heureka_wire::{Format, decode_registration};

#[allow(
    unused_imports,
    reason = "one of the benches is about the registry alone"
)]
pub(crate) use fragments::Fragments;

/// The applications over which the instances are spread evenly.
const APPS: usize = 1000;
/// After everybody has come, and before a lease ends.
pub(crate) const LATER: Duration = Duration::from_secs(40);
/// The version of every document.
pub(crate) const LAST_DIRTY: UnixMillis = UnixMillis(1_700_000_000_000);
/// What the registry draws its keys and choices from; any number will do, but always the same.
const SEED: u64 = 42;

/// So long after the start of the process.
pub(crate) fn at(mono: Duration) -> Now {
    Now {
        mono,
        wall: LAST_DIRTY.after(Duration::from_secs(60)).after(mono),
    }
}

fn host(n: usize) -> String {
    format!("host-{n:06}.region-1.compute.example.internal")
}

/// The name of the application of instance `n`, as registries write it.
pub(crate) fn app(n: usize) -> String {
    format!("APP{}", n % APPS)
}

/// The id of instance `n`.
pub(crate) fn id(n: usize) -> String {
    format!("{}:app{}:8080", host(n), n % APPS)
}

/// What the client of instance `n` sends to register it.
pub(crate) fn registration_json(n: usize) -> String {
    let (app, host, id, zone) = (n % APPS, host(n), id(n), n % 3);
    let ip = format!("10.{}.{}.{}", n / 65536, n / 256 % 256, n % 256);
    format!(
        r#"{{"instance":{{"instanceId":"{id}","app":"APP{app}","appGroupName":null,"ipAddr":"{ip}","sid":"na","homePageUrl":"http://{host}:8080/","statusPageUrl":"http://{host}:8080/actuator/info","healthCheckUrl":"http://{host}:8080/actuator/health","secureHealthCheckUrl":null,"vipAddress":"app{app}","secureVipAddress":"app{app}","countryId":1,"dataCenterInfo":{{"@class":"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo","name":"MyOwn"}},"hostName":"{host}","status":"UP","overriddenStatus":"UNKNOWN","leaseInfo":{{"renewalIntervalInSecs":30,"durationInSecs":90,"registrationTimestamp":0,"lastRenewalTimestamp":0,"evictionTimestamp":0,"serviceUpTimestamp":0}},"isCoordinatingDiscoveryServer":false,"lastUpdatedTimestamp":{LAST_DIRTY},"lastDirtyTimestamp":{LAST_DIRTY},"actionType":null,"asgName":null,"port":{{"$":8080,"@enabled":"true"}},"securePort":{{"$":443,"@enabled":"false"}},"metadata":{{"management.port":"8080","zone":"zone-{zone}","version":"1.2.{n}"}}}}}}"#
    )
}

/// What the server makes of [`registration_json`].
pub(crate) fn registration(n: usize) -> Registration {
    let body = registration_json(n);
    let draft = decode_registration(body.as_bytes(), Format::Json).expect("an instance");
    draft
        .into_registration(
            &AppName::new(&app(n)),
            LAST_DIRTY,
            &DocumentLimits::default(),
        )
        .expect("a registration")
}

/// Instance `n` with no more than an instance must have, for where documents are not looked at: under callgrind a million
/// that are read from JSON take half an hour.
pub(crate) fn short_registration(n: usize) -> Registration {
    let app = AppName::new(&app(n));
    let mut draft = InstanceDraft::new(app.clone());
    draft.instance_id = Some(id(n).into());
    draft.host_name = Some("host".into());
    draft.ip_addr = Some("10.0.0.1".into());
    draft.data_center = Some(DataCenterDraft::Known(DataCenter::MyOwn));
    draft.last_dirty = Some(LAST_DIRTY);
    draft
        .into_registration(&app, LAST_DIRTY, &DocumentLimits::default())
        .expect("a registration")
}

/// An empty registry.
pub(crate) fn empty_node() -> Node {
    Node::new(NodeConfig::default(), SEED, at(Duration::ZERO))
}

/// A registry of so many instances, which came within half a minute.
pub(crate) fn full_node(instances: usize) -> Node {
    let mut node = empty_node();
    (0..instances).for_each(|n| register(&mut node, n, arrival(n, instances)));
    node
}

/// When instance `n` registers.
pub(crate) fn arrival(n: usize, instances: usize) -> Duration {
    let part = n as f64 / instances as f64;
    Duration::from_secs_f64(30.0 * part)
}

pub(crate) fn register(node: &mut Node, n: usize, mono: Duration) {
    let outcome = node.register(at(mono), registration(n), Origin::Client);
    assert_eq!(outcome, Ok(RegisterOutcome::Added));
}

/// Names of instances, one after the other in memory, so that reading them does not cost what a request would not: that
/// has just been read.
#[derive(Debug)]
pub(crate) struct Keys {
    texts: String,
    /// Where the application and the id end.
    ends: Vec<(usize, usize)>,
}

impl Keys {
    /// All instances from 0, each once, in an order that no cache can foresee.
    pub(crate) fn shuffled(instances: usize) -> Self {
        let mut order: Vec<usize> = (0..instances).collect();
        let mut state = SEED;
        for last in (1..instances).rev() {
            order.swap(last, below(&mut state, last + 1));
        }
        let mut keys = Self {
            texts: String::new(),
            ends: Vec::with_capacity(instances),
        };
        order.into_iter().for_each(|n| keys.push(n));
        keys
    }

    fn push(&mut self, n: usize) {
        self.texts.push_str(&app(n));
        let end_of_app = self.texts.len();
        self.texts.push_str(&id(n));
        self.ends.push((end_of_app, self.texts.len()));
    }

    /// Applications and ids, without end.
    pub(crate) fn cycle(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut begin = 0;
        let ends = self.ends.iter().cycle();
        ends.map(move |&(end_of_app, end)| {
            if begin >= self.texts.len() {
                begin = 0;
            }
            let key = (&self.texts[begin..end_of_app], &self.texts[end_of_app..end]);
            begin = end;
            key
        })
    }
}

/// A number below `bound`, by the generator splitmix64.
fn below(state: &mut u64, bound: usize) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let scaled = (u128::from(z ^ (z >> 31)) * bound as u128) >> 64;
    usize::try_from(scaled).expect("below the bound")
}

/// A heartbeat as clients send it.
pub(crate) fn renew(node: &mut Node, (app, id): (&str, &str), mono: Duration) {
    let renewal = Renewal {
        last_dirty: Some(LAST_DIRTY),
        overridden_status: None,
    };
    let outcome = node.renew(at(mono), app, id, renewal, Origin::Client);
    assert!(matches!(outcome, RenewOutcome::Renewed), "{outcome:?}");
}
