//! Servers that share one registry, as far as a client can tell.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use heureka_client::transport::TransportError;
use heureka_client::{
    ClientBuilder, Document, EurekaClient, InstanceInfo, InstanceKey, InstanceStatus, UnixMillis,
};
use heureka_model::{
    AppName, Application, Applications, DataCenter, DocumentLimits, InstanceId, LeaseSettings,
    LeaseTimes, Metadata, Port, SentId, StatusCounts, Texts, VERSION_OF_FULL,
};
use heureka_wire::{Detail, Form, Format, Version, decode_registration, encode_applications};
use http::{Method, Response};
use parking_lot::Mutex;

use crate::memory::{Answer, Memory, Seen, answer, json};

pub(crate) const WALL: UnixMillis = UnixMillis(1_700_000_000_000);

/// Servers that share one registry.
#[derive(Clone, Default)]
pub(crate) struct Cluster(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    instances: BTreeMap<InstanceKey, InstanceInfo>,
    /// Hosts that are not reached.
    down: Vec<String>,
    /// What is answered to requests that begin so, instead.
    instead: Vec<(String, u16)>,
}

impl Cluster {
    pub(crate) fn transport(&self) -> Memory {
        let cluster = self.clone();
        Memory::answering(move |seen| cluster.answer(seen))
    }

    pub(crate) fn list(&self, document: Document) {
        let info = shown(document);
        self.0.lock().instances.insert(info.document.key(), info);
    }

    pub(crate) fn unlist(&self, key: &InstanceKey) {
        self.0.lock().instances.remove(key);
    }

    pub(crate) fn status_of(&self, key: &InstanceKey) -> Option<InstanceStatus> {
        Some(self.0.lock().instances.get(key)?.status)
    }

    pub(crate) fn take_down(&self, host: &str) {
        self.0.lock().down.push(host.to_owned());
    }

    pub(crate) fn bring_up(&self, host: &str) {
        self.0.lock().down.retain(|own| own != host);
    }

    /// Answers requests such as `PUT` or `GET /eureka/apps/` with this status from now on.
    pub(crate) fn answer_instead(&self, requests: &str, status: u16) {
        self.0.lock().instead.push((requests.to_owned(), status));
    }

    fn answer(&self, seen: &Seen) -> Answer {
        let mut state = self.0.lock();
        if state.down.iter().any(|host| host == seen.server.host()) {
            return Err(TransportError::Unreachable(
                "no process listens there".into(),
            ));
        }
        let told = seen.told();
        let instead = state
            .instead
            .iter()
            .find(|(requests, _)| told.starts_with(requests));
        if let Some((_, status)) = instead {
            return Ok(answer(*status, &[], ""));
        }
        Ok(match seen.method {
            Method::GET if seen.path == "/eureka/apps/" => json(state.listing()),
            Method::GET => answer(404, &[], ""),
            Method::POST => state.register(&seen.body),
            Method::PUT => state.renew(&key_of(&seen.path)),
            Method::DELETE => state.cancel(&key_of(&seen.path)),
            _ => answer(405, &[], ""),
        })
    }
}

impl State {
    fn listing(&self) -> Vec<u8> {
        let mut by_app: BTreeMap<AppName, Vec<InstanceInfo>> = BTreeMap::new();
        for info in self.instances.values() {
            let app = info.document.app.clone();
            by_app.entry(app).or_default().push(info.clone());
        }
        let counts: StatusCounts = self.instances.values().map(|info| info.status).collect();
        listing(counts.hash(), by_app)
    }

    fn register(&mut self, body: &[u8]) -> Response<Bytes> {
        let draft = decode_registration(body, Format::Json).unwrap();
        let app = draft.app.clone();
        let registration = draft.into_registration(&app, WALL, &DocumentLimits::default());
        let info = shown(registration.unwrap().document);
        self.instances.insert(info.document.key(), info);
        answer(204, &[], "")
    }

    fn renew(&self, key: &InstanceKey) -> Response<Bytes> {
        let is_known = self.instances.contains_key(key);
        answer(if is_known { 200 } else { 404 }, &[], "")
    }

    fn cancel(&mut self, key: &InstanceKey) -> Response<Bytes> {
        let was_known = self.instances.remove(key).is_some();
        answer(if was_known { 200 } else { 404 }, &[], "")
    }
}

pub(crate) fn listing(
    hash: String,
    by_app: impl IntoIterator<Item = (AppName, Vec<InstanceInfo>)>,
) -> Vec<u8> {
    let applications = by_app.into_iter();
    let applications = Applications {
        version: VERSION_OF_FULL,
        hash,
        applications: applications
            .map(|(name, instances)| Application { name, instances })
            .collect(),
    };
    let form = Form {
        format: Format::Json,
        detail: Detail::Full,
        version: Version::V2,
    };
    encode_applications(&applications, form)
}

fn key_of(path: &str) -> InstanceKey {
    let path = path.split('?').next().unwrap();
    let mut segments = path.trim_start_matches("/eureka/apps/").split('/');
    InstanceKey::new(segments.next().unwrap(), segments.next().unwrap())
}

pub(crate) fn shown(document: Document) -> InstanceInfo {
    InstanceInfo {
        status: document.status,
        overridden_status: InstanceStatus::Unknown,
        lease: LeaseTimes::default(),
        is_coordinating: false,
        last_updated: document.last_dirty,
        action: None,
        document: Arc::new(document),
    }
}

/// An instance that is up.
pub(crate) fn instance(app: &str, id: &str) -> Document {
    let texts = Texts {
        host_name: "host",
        ip_addr: "10.0.0.1",
        vip_address: Some(&app.to_ascii_lowercase()),
        ..Texts::default()
    };
    Document {
        app: AppName::new(app),
        id: InstanceId::new(id),
        sent_id: SentId::AsInstanceId,
        texts: texts.pack(),
        status: InstanceStatus::Up,
        port: Port {
            number: 8080,
            enabled: true,
        },
        secure_port: Port::DEFAULT_SECURE,
        country_id: 1,
        data_center: DataCenter::MyOwn,
        lease: LeaseSettings::default(),
        metadata: Metadata::new(),
        last_dirty: WALL,
    }
}

/// A client of the server `a`, to which chance means nothing.
pub(crate) fn client_of(transport: &Memory) -> ClientBuilder {
    EurekaClient::builder()
        .server("http://a:8761/eureka/")
        .transport(transport.clone())
        .wall_clock(|| WALL)
        .seed(7)
        .delta(false)
}
