//! What it costs to hold 10,000 instances of 200 applications and to look them up while a delta comes every second.
//!
//! `cargo bench -p heureka-client --bench registry`. It first prints the memory that is held for each instance, which the
//! allocator counts, and what a delta did to look-ups meanwhile; then divan's tables.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench stops where something is wrong, and prints what it measured"
)]

use std::alloc::System;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use divan::{Bencher, black_box};
use heureka_client::transport::{BoxFuture, Transport, TransportError, TransportLimits};
use heureka_client::{EurekaClient, Running};
use heureka_model::{
    ActionType, AppName, Application, Applications, DataCenter, DataCenterDraft, InstanceDraft,
    InstanceInfo, PortDraft, ServiceUrl, StatusCounts, UnixMillis,
};
use heureka_wire::{Detail, Form, Format, Version, encode_applications};
use http::{Request, Response};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const APPS: usize = 200;
const INSTANCES: usize = 10_000;
/// How long look-ups are timed one by one while deltas come.
const WATCHED_FOR: Duration = Duration::from_secs(5);

fn main() {
    let (client, bytes) = measured();
    println!(
        "{INSTANCES} instances: {} bytes of memory each, all in all",
        bytes / INSTANCES
    );
    watched(&client);
    drop(client);
    divan::main();
}

/// A client with everything, and how many bytes it holds because of it. What connections and tasks need is in it as well.
fn measured() -> (Started, usize) {
    let runtime = runtime();
    let server = Server::new();
    let region = Region::new(ALLOCATOR);
    let client = Started::on(runtime, server);
    let change = region.change();
    let held = change
        .bytes_allocated
        .saturating_sub(change.bytes_deallocated);
    (client, held)
}

/// Looks up all the time while snapshots are replaced, and tells how many look-ups took how long, the reading of the clock
/// included. What the machine does besides is in it too: the slowest of millions was interrupted.
fn watched(client: &Started) {
    const BOUNDS_NS: [u128; 4] = [200, 1_000, 10_000, 100_000];
    let names: Vec<String> = (0..APPS).map(name).collect();
    let began = Instant::now();
    let mut longer = [0_usize; BOUNDS_NS.len()];
    let mut seen = client.running.registry();
    let (mut lookups, mut replaced) = (0_usize, 0);
    while began.elapsed() < WATCHED_FOR {
        for name in &names {
            let at = Instant::now();
            let found = client
                .running
                .with_registry(|registry| registry.instances(name).len());
            let took = at.elapsed().as_nanos();
            assert!(found > 0, "everybody is there all the time");
            let counters = longer.iter_mut().zip(BOUNDS_NS);
            counters.for_each(|(count, bound)| *count += usize::from(took > bound));
        }
        lookups += names.len();
        let newest = client.running.registry();
        replaced += usize::from(!Arc::ptr_eq(&newest, &seen));
        seen = newest;
    }
    println!(
        "{lookups} look-ups while {replaced} snapshots came: longer than {BOUNDS_NS:?} ns were {longer:?}"
    );
}

#[divan::bench(sample_count = 200, sample_size = 1000)]
fn by_application(bencher: Bencher<'_, '_>) {
    each_name(bencher, |client, name| {
        client.with_registry(|registry| registry.instances(name).len())
    });
}

#[divan::bench(sample_count = 200, sample_size = 1000)]
fn by_application_to_keep(bencher: Bencher<'_, '_>) {
    each_name(bencher, |client, name| client.instances(name));
}

#[divan::bench(sample_count = 200, sample_size = 1000)]
fn by_vip(bencher: Bencher<'_, '_>) {
    each_name(bencher, |client, name| {
        client.with_registry(|registry| registry.vip(name).len())
    });
}

/// Times a look-up, each time with the next name.
fn each_name<T>(bencher: Bencher<'_, '_>, look_up: impl Fn(&EurekaClient, &str) -> T) {
    let client = Started::on(runtime(), Server::new());
    let names: Vec<String> = (0..APPS).map(name).collect();
    let mut turn = 0;
    bencher.bench_local(|| {
        turn = (turn + 1) % APPS;
        look_up(&client.running, black_box(&names[turn]))
    });
}

fn runtime() -> Runtime {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    runtime.expect("a runtime")
}

/// A client that runs, with what it runs on.
struct Started {
    running: Running,
    _runtime: Runtime,
}

impl Started {
    fn on(runtime: Runtime, server: Server) -> Self {
        let builder = EurekaClient::builder()
            .server("http://server:8761/eureka/")
            .fetch_interval(Duration::from_secs(1))
            .insist_on_fetch(true)
            .transport(server);
        let running = runtime.block_on(builder.start()).expect("a start");
        Self {
            running,
            _runtime: runtime,
        }
    }
}

/// A server in memory: everything once, and then one change a second.
struct Server {
    everything: Bytes,
    turn: AtomicUsize,
}

impl Server {
    fn new() -> Self {
        Self {
            everything: encoded(&(0..INSTANCES).map(instance).collect::<Vec<_>>()),
            turn: AtomicUsize::new(0),
        }
    }

    fn delta(&self) -> Bytes {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let mut info = instance(turn % INSTANCES);
        info.action = Some(ActionType::Modified);
        let mut document = (*info.document).clone();
        document.last_dirty = document.last_dirty.after(Duration::from_secs(1));
        document.metadata.set("turn", &turn.to_string());
        info.document = Arc::new(document);
        encoded(&[info])
    }
}

impl Transport for Server {
    fn send<'a>(
        &'a self,
        request: Request<Bytes>,
        _server: &'a ServiceUrl,
        _limits: TransportLimits,
    ) -> BoxFuture<'a, Result<Response<Bytes>, TransportError>> {
        let body = if request.uri().path().ends_with("delta") {
            self.delta()
        } else {
            self.everything.clone()
        };
        let answer = Response::builder()
            .header("content-type", "application/json")
            .body(body);
        Box::pin(async move { Ok(answer.expect("an answer")) })
    }
}

fn encoded(instances: &[InstanceInfo]) -> Bytes {
    let mut applications: Vec<Application> = Vec::new();
    for info in instances {
        match applications
            .iter_mut()
            .find(|app| app.name == info.document.app)
        {
            Some(app) => app.instances.push(info.clone()),
            None => applications.push(Application {
                name: info.document.app.clone(),
                instances: vec![info.clone()],
            }),
        }
    }
    let everybody: StatusCounts = (0..INSTANCES)
        .map(|_| heureka_model::InstanceStatus::Up)
        .collect();
    let listing = Applications {
        version: 1,
        hash: everybody.hash(),
        applications,
    };
    let form = Form {
        format: Format::Json,
        detail: Detail::Full,
        version: Version::V2,
    };
    Bytes::from(encode_applications(&listing, form))
}

fn name(index: usize) -> String {
    format!("service-{:03}", index % APPS)
}

/// About 1 kB of JSON, as a Spring Boot application registers itself.
fn instance(index: usize) -> InstanceInfo {
    let app = name(index);
    let host = format!(
        "ip-10-{}-{}-{}.eu-west-1.compute.internal",
        index / 65_536,
        index / 256 % 256,
        index % 256
    );
    let address = format!(
        "10.{}.{}.{}",
        index / 65_536,
        index / 256 % 256,
        index % 256
    );
    let page = |path: &str| Some(format!("http://{host}:8080/{path}").into());
    let mut draft = InstanceDraft::new(AppName::new(&app));
    draft.instance_id = Some(format!("{host}:{app}:8080").into());
    draft.ip_addr = Some(address.into());
    draft.data_center = Some(DataCenterDraft::Known(DataCenter::MyOwn));
    draft.port = PortDraft {
        number: Some(8080),
        enabled: Some(true),
    };
    draft.vip_address = Some(app.clone().into());
    draft.secure_vip_address = Some(app.into());
    draft.urls.home_page = page("");
    draft.urls.status_page = page("actuator/info");
    draft.urls.health_check = page("actuator/health");
    draft.metadata.set("management.port", "8080");
    draft.metadata.set("zone", "eu-west-1a");
    draft.host_name = Some(host.into());
    draft.last_dirty = Some(UnixMillis(1_700_000_000_000));
    draft
        .into_listed(UnixMillis(1_700_000_000_000))
        .expect("a valid instance")
}
