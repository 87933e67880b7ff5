//! The requests of the protocol (client.md T2, T4).

use std::sync::Arc;

use bytes::Bytes;
use heureka_client_core::CallFailure;
use heureka_model::{
    Document, InstanceDraft, InstanceInfo, InstanceKey, InstanceStatus, LeaseTimes, ServiceUrl,
    UnixMillis,
};
use heureka_wire::encode_registration;
use http::{HeaderName, HeaderValue, Method, Request, header, request::Builder};

use super::path;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const ALLOW_REDIRECT: HeaderName = HeaderName::from_static("x-discovery-allowredirect");

/// What is asked of a server: a row of T2, and the update of metadata besides.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked<'a> {
    Register(&'a Arc<Document>),
    Renew {
        key: &'a InstanceKey,
        status: InstanceStatus,
        last_dirty: UnixMillis,
    },
    Cancel(&'a InstanceKey),
    SetStatus {
        key: &'a InstanceKey,
        status: InstanceStatus,
        last_dirty: UnixMillis,
    },
    RemoveStatus {
        key: &'a InstanceKey,
        last_dirty: UnixMillis,
    },
    SetMetadata {
        key: &'a InstanceKey,
        entries: &'a [(&'a str, &'a str)],
    },
    All(&'a [Box<str>]),
    Delta(&'a [Box<str>]),
    Vip(&'a str, &'a [Box<str>]),
    /// 7.3.7: Java's own stack asks for the plain vip here.
    SecureVip(&'a str, &'a [Box<str>]),
    App(&'a str),
    Instance(&'a InstanceKey),
    ById(&'a str),
}

impl Asked<'_> {
    fn method(self) -> Method {
        match self {
            Self::Register(_) => Method::POST,
            Self::Renew { .. } | Self::SetStatus { .. } | Self::SetMetadata { .. } => Method::PUT,
            Self::Cancel(_) | Self::RemoveStatus { .. } => Method::DELETE,
            Self::All(_)
            | Self::Delta(_)
            | Self::Vip(..)
            | Self::SecureVip(..)
            | Self::App(_)
            | Self::Instance(_)
            | Self::ById(_) => Method::GET,
        }
    }

    /// Path and query below the service URL.
    fn target(self) -> String {
        match self {
            Self::Register(document) => path::of_app(document.app.as_str()),
            Self::Renew {
                key,
                status,
                last_dirty,
            } => dated(path::of_instance(key), Some(("status", status)), last_dirty),
            Self::Cancel(key) | Self::Instance(key) => path::of_instance(key),
            Self::SetStatus {
                key,
                status,
                last_dirty,
            } => dated(status_of(key), Some(("value", status)), last_dirty),
            Self::RemoveStatus { key, last_dirty } => dated(status_of(key), None, last_dirty),
            Self::SetMetadata { key, entries } => {
                let query = path::query(entries.iter().copied());
                format!("{}/metadata{query}", path::of_instance(key))
            }
            Self::All(regions) => format!("apps/{}", path::regions(regions)),
            Self::Delta(regions) => format!("apps/delta{}", path::regions(regions)),
            Self::Vip(vip, regions) => named("vips", vip, regions),
            Self::SecureVip(vip, regions) => named("svips", vip, regions),
            Self::App(app) => path::of_app(app),
            Self::ById(id) => format!("instances/{}", path::segment(id)),
        }
    }
}

fn status_of(key: &InstanceKey) -> String {
    format!("{}/status", path::of_instance(key))
}

fn dated(path: String, status: Option<(&str, InstanceStatus)>, last_dirty: UnixMillis) -> String {
    let last_dirty = last_dirty.to_string();
    let status = status.map(|(key, status)| (key, status.as_str()));
    let dated = [("lastDirtyTimestamp", &*last_dirty)];
    path + &path::query(status.into_iter().chain(dated))
}

fn named(kind: &str, vip: &str, regions: &[Box<str>]) -> String {
    format!("{kind}/{}{}", path::segment(vip), path::regions(regions))
}

/// Writes a request, without what all of them have.
pub(crate) fn request(
    asked: Asked<'_>,
    server: &ServiceUrl,
    known: Option<&str>,
    allows_redirect: bool,
) -> Result<Request<Bytes>, CallFailure> {
    let method = asked.method();
    let mut builder = Request::builder()
        .method(method.clone())
        .uri(server.join(&asked.target()));
    if allows_redirect {
        builder = builder.header(ALLOW_REDIRECT, "true");
    }
    if let Some(etag) = known {
        builder = builder.header(header::IF_NONE_MATCH, etag);
    }
    // T4: what expects no document says nothing about its form.
    if method == Method::GET {
        builder = builder.header(header::ACCEPT, JSON);
    }
    let request = if let Asked::Register(document) = asked {
        registration(builder, document)
    } else {
        builder.body(Bytes::new())
    };
    request.map_err(|error| {
        CallFailure::Refused(format!("the request cannot be written: {error}").into())
    })
}

fn registration(builder: Builder, document: &Arc<Document>) -> http::Result<Request<Bytes>> {
    let body = encode_registration(&InstanceDraft::from(&as_shown(document)));
    builder
        .header(header::CONTENT_TYPE, JSON)
        .header(header::ACCEPT, JSON)
        .body(body.into())
}

/// The document as the instance would be shown: nothing that a server adds is there yet (client.md I7).
fn as_shown(document: &Arc<Document>) -> InstanceInfo {
    InstanceInfo {
        document: Arc::clone(document),
        status: document.status,
        overridden_status: InstanceStatus::Unknown,
        lease: LeaseTimes::default(),
        is_coordinating: false,
        last_updated: document.last_dirty,
        action: None,
    }
}
