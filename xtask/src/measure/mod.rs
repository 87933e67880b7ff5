//! What the server costs, measured on the built binary: time to the first answer, memory, and
//! the time of a batch.

mod batches;
mod connection;
mod server;

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use self::batches::times_of_batches;
use self::connection::Connection;
use self::server::Server;

/// How often the start is timed.
const STARTS: usize = 20;
/// How many instances a full registry has.
const INSTANCES: usize = 100_000;
/// How many names that nobody has are asked for.
const UNKNOWN_NAMES: usize = 1_000_000;
/// Connections that load the server at the same time.
const CONNECTIONS: usize = 4;

/// Measures `target/release/heureka` and prints a line for each figure.
pub(crate) fn run() -> Result<()> {
    let start = start_times()?;
    say(&format!("time from start to the first answer: {start}"));
    memory_of_a_full_registry()?;
    times_of_batches()?;
    memory_after_unknown_names()
}

#[expect(clippy::print_stdout, reason = "figures are what this command is for")]
fn say(line: &str) {
    println!("{line}");
}

fn start_times() -> Result<String> {
    let times = (0..STARTS)
        .map(|_| time_to_first_answer())
        .collect::<Result<Vec<_>>>()?;
    Ok(figures(times))
}

fn figures(mut times: Vec<Duration>) -> String {
    times.sort();
    let ms = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1000.0);
    let (min, median, max) = (times.first(), times.get(times.len() / 2), times.last());
    let count = times.len();
    format!(
        "min {:.1} ms, median {:.1} ms, max {:.1} ms of {count}",
        ms(min),
        ms(median),
        ms(max)
    )
}

fn time_to_first_answer() -> Result<Duration> {
    let started = Instant::now();
    let server = Server::spawn()?;
    server.wait_until_it_answers()?;
    Ok(started.elapsed())
}

fn memory_of_a_full_registry() -> Result<()> {
    let server = Server::start()?;
    say(&format!(
        "resident when empty: {}",
        mib(server.resident_kib()?)
    ));
    let started = Instant::now();
    register_all(&server)?;
    let secs = started.elapsed().as_secs_f64();
    let bytes = instance(0).len();
    say(&format!(
        "resident with {INSTANCES} instances of {bytes} bytes: {} (registered in {secs:.1} s)",
        mib(server.resident_kib()?)
    ));
    Ok(())
}

fn register_all(server: &Server) -> Result<()> {
    on_all_connections(server, INSTANCES, |connection, n| {
        let body = instance(n);
        let head = "Content-Type: application/json\r\n";
        let status = connection.send(
            "POST",
            &format!("/eureka/apps/APP{}", n % 1000),
            head,
            &body,
        )?;
        ensure!(
            status == 204,
            "registering instance {n} was answered {status}"
        );
        Ok(())
    })
}

fn memory_after_unknown_names() -> Result<()> {
    let server = Server::start()?;
    let ask = |connection: &mut Connection, n: usize| {
        let path = match n % 5 {
            0 => format!("/eureka/apps/NOBODY{n}"),
            1 => format!("/eureka/apps/NOBODY{n}/none"),
            2 => format!("/eureka/instances/nobody{n}"),
            3 => format!("/eureka/vips/nobody{n}"),
            _ => format!("/eureka/apps?regions=nowhere{n}"),
        };
        let status = connection.send("GET", &path, "Accept: application/json\r\n", "")?;
        ensure!(matches!(status, 200 | 404), "{path} was answered {status}");
        Ok(())
    };
    on_all_connections(&server, UNKNOWN_NAMES / 20, |connection, n| {
        ask(connection, UNKNOWN_NAMES + n)
    })?;
    let before = server.resident_kib()?;
    on_all_connections(&server, UNKNOWN_NAMES, ask)?;
    let after = server.resident_kib()?;
    say(&format!(
        "resident before and after {UNKNOWN_NAMES} GETs of distinct unknown names: {} and {}",
        mib(before),
        mib(after)
    ));
    Ok(())
}

/// Spreads the numbers from 0 to `count` over a few connections.
fn on_all_connections(
    server: &Server,
    count: usize,
    work: impl Fn(&mut Connection, usize) -> Result<()> + Sync,
) -> Result<()> {
    let work = &work;
    thread::scope(|scope| {
        let workers: Vec<_> = (0..CONNECTIONS)
            .map(|first| {
                scope.spawn(move || {
                    let mut connection = Connection::open(server.address())?;
                    (first..count)
                        .step_by(CONNECTIONS)
                        .try_for_each(|n| work(&mut connection, n))
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| {
            worker
                .join()
                .unwrap_or_else(|_| anyhow::bail!("a worker panicked"))
        })
    })
}

/// What a Spring Cloud client sends, filled up to about a kilobyte.
fn instance(n: usize) -> String {
    let (app, host) = (
        n % 1000,
        format!("host-{n:06}.region-1.compute.example.internal"),
    );
    format!(
        r#"{{"instance":{{"instanceId":"{host}:app{app}:8080","app":"APP{app}","appGroupName":null,"ipAddr":"10.{}.{}.{}","sid":"na","homePageUrl":"http://{host}:8080/","statusPageUrl":"http://{host}:8080/actuator/info","healthCheckUrl":"http://{host}:8080/actuator/health","secureHealthCheckUrl":null,"vipAddress":"app{app}","secureVipAddress":"app{app}","countryId":1,"dataCenterInfo":{{"@class":"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo","name":"MyOwn"}},"hostName":"{host}","status":"UP","overriddenStatus":"UNKNOWN","leaseInfo":{{"renewalIntervalInSecs":30,"durationInSecs":90,"registrationTimestamp":0,"lastRenewalTimestamp":0,"evictionTimestamp":0,"serviceUpTimestamp":0}},"isCoordinatingDiscoveryServer":false,"lastUpdatedTimestamp":1700000000000,"lastDirtyTimestamp":1700000000000,"actionType":null,"asgName":null,"port":{{"$":8080,"@enabled":"true"}},"securePort":{{"$":443,"@enabled":"false"}},"metadata":{{"management.port":"8080","zone":"zone-{}","version":"1.2.{n}"}}}}}}"#,
        n / 65536,
        n / 256 % 256,
        n % 256,
        n % 3
    )
}

fn mib(kib: u64) -> String {
    format!("{}.{} MiB", kib / 1024, kib % 1024 * 10 / 1024)
}
