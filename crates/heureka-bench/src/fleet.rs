//! The instances that are registered, and the requests that their clients send.
//!
//! Everything is made from an instance's number when it is needed, so a million instances take no memory here.

mod batch;

use std::io::Write as _;

use crate::http::Target;

pub(crate) use self::batch::Told;

/// What Spring Cloud's client sends beside what says what it wants.
const CLIENT_HEADERS: &str =
    "Connection: keep-alive\r\nUser-Agent: Apache-HttpClient/5.5.2 (Java/17.0.15)\r\n\r\n";
const JSON_HEADERS: &str = "Content-Type: application/json\r\nAccept: application/json\r\n";
const GZIP_HEADER: &str = "Accept-Encoding: gzip, x-gzip, deflate\r\n";

/// How clients ask for a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// As gzip, which Java's clients do.
    Gzip,
    /// As it is.
    Plain,
}

/// Which listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listing {
    /// `apps/`.
    Full,
    /// `apps/delta`.
    Delta,
    /// `apps/{app}` of the application with this number.
    App(usize),
    /// `vips/{vip}` of the application with this number.
    Vip(usize),
    /// `apps/{app}/{id}` of the instance with this number.
    Instance(usize),
    /// `instances/{id}` of the same.
    InstanceById(usize),
}

/// A number of instances in a number of applications, at one server.
#[derive(Debug, Clone)]
pub(crate) struct Fleet {
    /// How many instances there are.
    pub(crate) instances: usize,
    /// How many applications they are spread over.
    pub(crate) apps: usize,
    /// How long leases last.
    pub(crate) lease_secs: u32,
    /// The `lastDirtyTimestamp` of the version 0 of each.
    pub(crate) first_dirty_ms: u64,
    target: Target,
}

impl Fleet {
    /// A fleet that was never registered before: its documents are newer than those of an earlier run.
    pub(crate) fn new(target: Target, instances: usize, apps: usize, lease_secs: u32) -> Self {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let first_dirty_ms = since_epoch
            .ok()
            .and_then(|since| u64::try_from(since.as_millis()).ok())
            .unwrap_or_default();
        Self {
            instances,
            apps: apps.max(1),
            lease_secs,
            first_dirty_ms,
            target,
        }
    }

    /// The server.
    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Writes `POST apps/{app}`. Each version is a changed document.
    pub(crate) fn register(&self, out: &mut Vec<u8>, n: usize, version: u64) {
        let document = self.document(n, version);
        self.line(out, "POST", format_args!("/apps/APP{:05}", n % self.apps));
        put(
            out,
            format_args!("Accept-Encoding: gzip\r\nContent-Type: application/json\r\n"),
        );
        put_body(out, &[r#"{"instance":"#, &document, "}"]);
    }

    /// Writes the heartbeat of an instance whose document has this version.
    pub(crate) fn heartbeat(&self, out: &mut Vec<u8>, n: usize, version: u64) {
        let (key, dirty_ms) = (self.key(n), self.first_dirty_ms + version);
        self.without_body(
            out,
            "PUT",
            format_args!("/apps/{key}?status=UP&lastDirtyTimestamp={dirty_ms}"),
        );
    }

    /// Writes an operator's `PUT …/status`, or the `DELETE` that takes it back.
    pub(crate) fn override_status(&self, out: &mut Vec<u8>, n: usize, on: bool) {
        let key = self.key(n);
        if on {
            let path = format_args!("/apps/{key}/status?value=OUT_OF_SERVICE");
            self.without_body(out, "PUT", path);
        } else {
            let path = format_args!("/apps/{key}/status?value=UP");
            self.without_body(out, "DELETE", path);
        }
    }

    /// Writes the farewell of an instance.
    pub(crate) fn cancel(&self, out: &mut Vec<u8>, n: usize) {
        self.without_body(out, "DELETE", format_args!("/apps/{}", self.key(n)));
    }

    /// Writes a read, conditional if there is an `ETag`.
    pub(crate) fn read(
        &self,
        out: &mut Vec<u8>,
        listing: Listing,
        coding: Coding,
        etag: Option<&str>,
    ) {
        match listing {
            Listing::Full => self.line(out, "GET", format_args!("/apps/")),
            Listing::Delta => self.line(out, "GET", format_args!("/apps/delta")),
            Listing::App(app) => self.line(out, "GET", format_args!("/apps/APP{app:05}")),
            Listing::Vip(app) => self.line(out, "GET", format_args!("/vips/app{app:05}")),
            Listing::Instance(n) => self.line(out, "GET", format_args!("/apps/{}", self.key(n))),
            Listing::InstanceById(n) => {
                self.line(out, "GET", format_args!("/instances/{}", self.id(n)));
            }
        }
        put_wishes(out, coding, etag);
    }

    /// Writes a `GET` of a path behind the base path.
    pub(crate) fn read_path(&self, out: &mut Vec<u8>, path: &str, coding: Coding) {
        self.line(out, "GET", format_args!("{path}"));
        put_wishes(out, coding, None);
    }

    fn without_body(&self, out: &mut Vec<u8>, method: &str, path: std::fmt::Arguments<'_>) {
        self.line(out, method, path);
        put(
            out,
            format_args!("{JSON_HEADERS}{GZIP_HEADER}Content-Length: 0\r\n{CLIENT_HEADERS}"),
        );
    }

    /// The line of a request, and its `Host`.
    fn line(&self, out: &mut Vec<u8>, method: &str, path: std::fmt::Arguments<'_>) {
        let Target {
            base_path,
            authority,
            ..
        } = &self.target;
        put(
            out,
            format_args!("{method} {base_path}{path} HTTP/1.1\r\nHost: {authority}\r\n"),
        );
    }

    fn key(&self, n: usize) -> String {
        format!("APP{:05}/{}", n % self.apps, self.id(n))
    }

    fn id(&self, n: usize) -> String {
        format!("{}:app{:05}:8080", host(n), n % self.apps)
    }

    /// What a Spring Cloud client sends for an instance with a few entries of metadata.
    fn document(&self, n: usize, version: u64) -> String {
        let (app, host, lease_secs) = (n % self.apps, host(n), self.lease_secs);
        let id = self.id(n);
        let dirty_ms = self.first_dirty_ms + version;
        let (a, b, c, zone) = (n / 65_536 % 256, n / 256 % 256, n % 256, n % 3);
        format!(
            r#"{{"instanceId":"{id}","app":"APP{app:05}","appGroupName":null,"ipAddr":"10.{a}.{b}.{c}","sid":"na","homePageUrl":"http://{host}:8080/","statusPageUrl":"http://{host}:8080/actuator/info","healthCheckUrl":"http://{host}:8080/actuator/health","secureHealthCheckUrl":null,"vipAddress":"app{app:05}","secureVipAddress":"app{app:05}","countryId":1,"dataCenterInfo":{{"@class":"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo","name":"MyOwn"}},"hostName":"{host}","status":"UP","overriddenStatus":"UNKNOWN","leaseInfo":{{"renewalIntervalInSecs":30,"durationInSecs":{lease_secs},"registrationTimestamp":0,"lastRenewalTimestamp":0,"evictionTimestamp":0,"serviceUpTimestamp":0}},"isCoordinatingDiscoveryServer":false,"lastUpdatedTimestamp":{dirty_ms},"lastDirtyTimestamp":{dirty_ms},"actionType":null,"asgName":null,"port":{{"$":8080,"@enabled":"true"}},"securePort":{{"$":443,"@enabled":"false"}},"metadata":{{"management.port":"8081","zone":"zone-{zone}","version":"1.{n}.{version}"}}}}"#
        )
    }
}

fn host(n: usize) -> String {
    format!("host-{n:07}.compute.example.internal")
}

/// Ends the head of a read.
fn put_wishes(out: &mut Vec<u8>, coding: Coding, etag: Option<&str>) {
    out.extend_from_slice(JSON_HEADERS.as_bytes());
    if coding == Coding::Gzip {
        out.extend_from_slice(GZIP_HEADER.as_bytes());
    }
    if let Some(etag) = etag {
        put(out, format_args!("If-None-Match: {etag}\r\n"));
    }
    out.extend_from_slice(CLIENT_HEADERS.as_bytes());
}

/// Ends the head of a write, and adds its body.
fn put_body(out: &mut Vec<u8>, parts: &[&str]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    put(
        out,
        format_args!("Content-Length: {length}\r\n{CLIENT_HEADERS}"),
    );
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
}

fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing into memory does not fail.
    let _ = out.write_fmt(text);
}

/// A walk through the numbers below a count in which neighbours are far apart, so that requests meet keys as if at random,
/// and each key once in as many steps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scatter {
    count: u64,
    stride: u64,
}

impl Scatter {
    /// A walk through all of `0..count`.
    pub(crate) fn new(count: usize) -> Self {
        let count = count.max(1) as u64;
        let from = (count / 1000 * 618 + count % 1000 * 618 / 1000).max(1);
        let stride = (from..from + count)
            .find(|step| coprime(*step, count))
            .unwrap_or(1);
        Self { count, stride }
    }

    /// Where the walk is after so many steps.
    pub(crate) fn at(self, step: u64) -> usize {
        let product = u128::from(step % self.count) * u128::from(self.stride);
        usize::try_from(product % u128::from(self.count)).unwrap_or_default()
    }
}

fn coprime(mut a: u64, mut b: u64) -> bool {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a == 1
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use heureka_model::{AppName, DocumentLimits, InstanceStatus, UnixMillis};
    use heureka_wire::{Format, decode_registration};

    use super::*;

    fn text(write: impl FnOnce(&Fleet, &mut Vec<u8>)) -> String {
        let target = Target::local("127.0.0.1:8761".parse().unwrap());
        let fleet = Fleet {
            first_dirty_ms: 1_700_000_000_000,
            ..Fleet::new(target, 1000, 50, 90)
        };
        let mut out = Vec::new();
        write(&fleet, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_registration_is_a_document_of_about_a_kilobyte() {
        let request = text(|fleet, out| fleet.register(out, 777, 3));
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with("POST /eureka/apps/APP00027 HTTP/1.1\r\nHost: 127.0.0.1:8761\r\n")
        );
        assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
        assert!((950..1250).contains(&body.len()), "{}", body.len());

        let app = AppName::new("APP00027");
        let draft = decode_registration(body.as_bytes(), Format::Json).unwrap();
        let registration = draft
            .into_registration(&app, UnixMillis(1), &DocumentLimits::default())
            .unwrap();
        assert_eq!(registration.document.status, InstanceStatus::Up);
    }

    #[test]
    fn requests_are_those_of_spring_clients() {
        let key = "APP00027/host-0000777.compute.example.internal:app00027:8080";
        let heartbeat = text(|fleet, out| fleet.heartbeat(out, 777, 3));
        assert!(heartbeat.starts_with(&format!(
            "PUT /eureka/apps/{key}?status=UP&lastDirtyTimestamp=1700000000003 HTTP/1.1\r\n"
        )));
        let on = text(|fleet, out| fleet.override_status(out, 777, true));
        assert!(on.starts_with(&format!(
            "PUT /eureka/apps/{key}/status?value=OUT_OF_SERVICE "
        )));
        let off = text(|fleet, out| fleet.override_status(out, 777, false));
        assert!(off.starts_with(&format!("DELETE /eureka/apps/{key}/status?value=UP ")));
        let cancel = text(|fleet, out| fleet.cancel(out, 777));
        assert!(cancel.starts_with(&format!("DELETE /eureka/apps/{key} ")));
    }

    #[test]
    fn reads_say_what_they_take() {
        let read =
            |listing, coding, etag| text(|fleet, out| fleet.read(out, listing, coding, etag));
        let full = read(Listing::Full, Coding::Gzip, None);
        assert!(full.starts_with("GET /eureka/apps/ HTTP/1.1\r\n") && full.ends_with("\r\n\r\n"));
        assert!(full.contains("gzip") && !full.contains("If-None-Match"));
        let delta = read(Listing::Delta, Coding::Plain, Some("W/\"7\""));
        assert!(delta.starts_with("GET /eureka/apps/delta "));
        assert!(!delta.contains("gzip") && delta.contains("\r\nIf-None-Match: W/\"7\"\r\n"));
        assert!(
            read(Listing::App(3), Coding::Plain, None).starts_with("GET /eureka/apps/APP00003 ")
        );
        assert!(
            read(Listing::Vip(3), Coding::Plain, None).starts_with("GET /eureka/vips/app00003 ")
        );
        let key = read(Listing::Instance(777), Coding::Plain, None);
        let id = read(Listing::InstanceById(777), Coding::Plain, None);
        let id = id.replacen("/instances/", "/apps/APP00027/", 1);
        assert_eq!(key, id);
    }

    #[test]
    fn a_walk_meets_every_key_once_and_no_neighbours() {
        for count in [1, 2, 3, 10, 999, 1000, 65_536] {
            let walk = Scatter::new(count);
            let met: BTreeSet<_> = (0..count as u64).map(|step| walk.at(step)).collect();
            assert_eq!(met.len(), count, "{count}");
            assert_eq!(met.last(), Some(&(count - 1)));
        }
        let walk = Scatter::new(10_000);
        assert!((0..100).all(|step| walk.at(step).abs_diff(walk.at(step + 1)) > 100));
    }
}
