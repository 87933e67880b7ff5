//! From requests to the registry to answers, as far as clients of Eureka ask.

use bytes::Bytes;
use heureka_core::{
    CancelOutcome, MetadataOutcome, Origin, RenewOutcome, Renewal, StatusChange, StatusOutcome,
};
use heureka_model::{
    AppName, Applications, DocumentLimits, InstanceKey, InstanceStatus, Metadata, UnixMillis,
};
use heureka_wire::{
    BodyType, Form, Format, Version, accepts_gzip, body_type, decode_registration, detail,
    encode_application, encode_applications, encode_instance, gzip, listing_answer,
};
use http::{HeaderName, HeaderValue, Method, Request, Response, header};
use percent_encoding::percent_decode_str;

use super::behaviour::empty;
use super::eureka::Eureka;

/// Whether the hash in listings is theirs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Right,
    Wrong,
}

/// What a request names; names are decoded, those of applications in upper case.
enum Resource {
    All,
    Delta,
    App(String),
    Instance(InstanceKey),
    Status(InstanceKey),
    Metadata(InstanceKey),
    ById(String),
    Vip(String),
    SecureVip(String),
}

/// Answers as a Eureka server; `target` is the request's path below the server's URL, with its query.
pub(super) fn answer(
    eureka: &mut Eureka,
    request: &Request<Bytes>,
    target: &str,
    hash: Hash,
) -> Response<Bytes> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let Some(segments) = decoded(path) else {
        return empty(400);
    };
    let Some(resource) = resource(segments) else {
        return empty(404);
    };
    let query = Query::parse(query);
    let method = request.method();
    match resource {
        Resource::App(app) if method == Method::POST => register(eureka, request, &app),
        Resource::Instance(key) if method == Method::PUT => renew(eureka, &key, &query),
        Resource::Instance(key) if method == Method::DELETE => cancel(eureka, &key),
        Resource::Status(key) => change_status(eureka, method, &key, &query),
        Resource::Metadata(key) if method == Method::PUT => update_metadata(eureka, &key, &query),
        resource if method == Method::GET => read(eureka, request, &resource, hash),
        Resource::All
        | Resource::Delta
        | Resource::App(_)
        | Resource::Instance(_)
        | Resource::Metadata(_)
        | Resource::ById(_)
        | Resource::Vip(_)
        | Resource::SecureVip(_) => empty(405),
    }
}

/// The segments of a path; `None` where a server would not read it.
fn decoded(path: &str) -> Option<Vec<String>> {
    let segments = path.trim_end_matches('/').split('/').map(|segment| {
        let decoded = percent_decode_str(segment).decode_utf8().ok()?;
        (!decoded.contains('/')).then(|| decoded.into_owned())
    });
    segments.collect()
}

fn resource(segments: Vec<String>) -> Option<Resource> {
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    Some(match segments[..] {
        ["apps"] => Resource::All,
        ["apps", "delta"] => Resource::Delta,
        ["apps", app] => Resource::App(app.to_uppercase()),
        ["apps", app, id] => Resource::Instance(InstanceKey::new(app, id)),
        ["apps", app, id, "status"] => Resource::Status(InstanceKey::new(app, id)),
        ["apps", app, id, "metadata"] => Resource::Metadata(InstanceKey::new(app, id)),
        ["instances", id] => Resource::ById(id.to_owned()),
        ["vips", vip] => Resource::Vip(vip.to_owned()),
        ["svips", vip] => Resource::SecureVip(vip.to_owned()),
        _ => return None,
    })
}

fn register(eureka: &mut Eureka, request: &Request<Bytes>, app: &str) -> Response<Bytes> {
    let Ok(BodyType { format, .. }) = body_type(text(request, header::CONTENT_TYPE)) else {
        return empty(415);
    };
    let Ok(draft) = decode_registration(request.body(), format) else {
        return empty(400);
    };
    let limits = DocumentLimits::default();
    let Ok(registration) = draft.into_registration(&AppName::new(app), eureka.now.wall, &limits)
    else {
        return empty(400);
    };
    eureka.hand_over(&registration.document.key());
    match eureka
        .node
        .register(eureka.now, registration, Origin::Client)
    {
        Ok(_) => empty(204),
        Err(_) => empty(503),
    }
}

fn renew(eureka: &mut Eureka, key: &InstanceKey, query: &Query) -> Response<Bytes> {
    let renewal = Renewal {
        last_dirty: query.last_dirty(),
        overridden_status: None,
    };
    let (app, id) = (key.app.as_str(), key.id.as_str());
    match eureka
        .node
        .renew(eureka.now, app, id, renewal, Origin::Client)
    {
        RenewOutcome::Renewed => empty(200),
        RenewOutcome::Unknown | RenewOutcome::SenderIsNewer => empty(404),
        RenewOutcome::SenderIsOlder(_) => empty(409),
    }
}

fn cancel(eureka: &mut Eureka, key: &InstanceKey) -> Response<Bytes> {
    let (app, id) = (key.app.as_str(), key.id.as_str());
    match eureka.node.cancel(eureka.now, app, id, Origin::Client) {
        CancelOutcome::Cancelled => empty(200),
        CancelOutcome::Unknown => empty(404),
    }
}

fn change_status(
    eureka: &mut Eureka,
    method: &Method,
    key: &InstanceKey,
    query: &Query,
) -> Response<Bytes> {
    let value: Option<InstanceStatus> = query.get("value").and_then(|value| value.parse().ok());
    let change = match (method, value) {
        (&Method::PUT, Some(status)) => StatusChange::Override(status),
        (&Method::PUT, None) => return empty(500),
        (&Method::DELETE, shown) => StatusChange::RemoveOverride {
            shown: shown.unwrap_or(InstanceStatus::Unknown),
        },
        _ => return empty(405),
    };
    let (app, id) = (key.app.as_str(), key.id.as_str());
    let dirty = query.last_dirty();
    match eureka
        .node
        .change_status(eureka.now, app, id, change, dirty, Origin::Client)
    {
        StatusOutcome::Changed | StatusOutcome::Unchanged => empty(200),
        StatusOutcome::Unknown => empty(404),
    }
}

fn update_metadata(eureka: &mut Eureka, key: &InstanceKey, query: &Query) -> Response<Bytes> {
    let entries = query.0.iter().map(|(key, value)| (&**key, &**value));
    let entries: Metadata = entries.collect();
    let (app, id) = (key.app.as_str(), key.id.as_str());
    match eureka.node.update_metadata(eureka.now, app, id, &entries) {
        MetadataOutcome::Changed => empty(200),
        MetadataOutcome::Unknown => empty(404),
        MetadataOutcome::Invalid(_) => empty(400),
    }
}

fn read(
    eureka: &mut Eureka,
    request: &Request<Bytes>,
    resource: &Resource,
    hash: Hash,
) -> Response<Bytes> {
    let Ok(wanted) = listing_answer(text(request, header::ACCEPT)) else {
        return empty(406);
    };
    let eureka_accept = HeaderName::from_static("x-eureka-accept");
    let form = Form {
        format: wanted.format,
        detail: detail(text(request, eureka_accept)),
        version: Version::V2,
    };
    let Some(body) = body(eureka, resource, form, hash) else {
        return empty(404);
    };
    let is_large = matches!(resource, Resource::All | Resource::Delta);
    let packs = is_large && accepts_gzip(text(request, header::ACCEPT_ENCODING));
    with_body(form.format, body, packs)
}

fn body(eureka: &mut Eureka, resource: &Resource, form: Form, hash: Hash) -> Option<Vec<u8>> {
    let node = &mut eureka.node;
    let listing = match resource {
        Resource::All => node.applications(),
        Resource::Delta => node.delta(eureka.now.mono).ok()?,
        Resource::Vip(vip) => node.by_vip(vip),
        Resource::SecureVip(vip) => node.by_secure_vip(vip),
        Resource::App(app) => return Some(encode_application(&node.application(app)?, form)),
        Resource::Instance(key) => {
            let info = node.instance(key.app.as_str(), key.id.as_str())?;
            return Some(encode_instance(&info, form.format, form.version));
        }
        Resource::ById(id) => {
            let info = node.instance_by_id(id)?;
            return Some(encode_instance(&info, form.format, form.version));
        }
        Resource::Status(_) | Resource::Metadata(_) => return None,
    };
    Some(encode_applications(&hashed(listing, hash), form))
}

fn hashed(mut listing: Applications, hash: Hash) -> Applications {
    if hash == Hash::Wrong {
        listing.hash.push_str("UP_1_");
    }
    listing
}

fn with_body(format: Format, body: Vec<u8>, packs: bool) -> Response<Bytes> {
    let mut response = empty(200);
    let headers = response.headers_mut();
    let content_type = HeaderValue::from_static(format.media_type());
    headers.insert(header::CONTENT_TYPE, content_type);
    if packs {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        return response.map(|_| gzip(&body).into());
    }
    response.map(|_| body.into())
}

fn text(request: &Request<Bytes>, name: HeaderName) -> Option<&str> {
    request.headers().get(name)?.to_str().ok()
}

/// The parameters of a request, decoded.
struct Query(Vec<(String, String)>);

impl Query {
    fn parse(query: &str) -> Self {
        let parameters = query.split('&').filter(|text| !text.is_empty());
        let parameters = parameters.map(|text| text.split_once('=').unwrap_or((text, "")));
        Self(
            parameters
                .map(|(name, value)| (plain(name), plain(value)))
                .collect(),
        )
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    fn last_dirty(&self) -> Option<UnixMillis> {
        let value = self.get("lastDirtyTimestamp")?;
        value.parse().ok().map(UnixMillis)
    }
}

fn plain(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}
