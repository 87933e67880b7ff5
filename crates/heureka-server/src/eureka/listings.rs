//! Reads of more than one instance.

use std::collections::BTreeSet;

use heureka_core::{ClientClass, DeltaRefused, Fetch};
use heureka_listing::{Header, Listing, Row, Selection, Vip, Whole};
use heureka_model::{AppName, VERSION_OF_FULL, VERSION_OF_VIP};
use heureka_wire::{AnswerType, Form, accepts_gzip, detail, listing_answer};
use http::{HeaderName, HeaderValue, StatusCode, header};

use super::answer::Answer;
use super::refusal::Refusal;
use super::{Call, list_of};
use crate::app::App;
use crate::listings::{Asked, Coded, Listings, ScopeKey, Shows, Tag};

/// The header by which a client says what it is (server.md 7.3).
const IDENTITY: HeaderName = HeaderName::from_static("discoveryidentity-name");

/// The header by which a client asks for less of each instance.
const EUREKA_ACCEPT: HeaderName = HeaderName::from_static("x-eureka-accept");

/// What servers call themselves, when they ask other servers.
const SERVER: &str = "DefaultServer";

/// From about how many bytes on an application, or who is found under a name, is packed.
const PACKED_FROM_BYTES: u64 = 32 * 1024;

/// What of a request makes its answer: a cache between must not give one client what another asked for.
const VARY: HeaderValue =
    HeaderValue::from_static("Accept, Accept-Encoding, X-Eureka-Accept, DiscoveryIdentity-Name");

/// What Java's clients and servers call themselves.
const STANDARD_CLIENTS: [&str; 2] = ["DefaultClient", SERVER];

/// `GET apps`
pub(super) fn applications(app: &App, call: &Call<'_>) -> Result<Answer, Refusal> {
    let wanted = Wanted::by(call)?;
    open(app)?;
    limit(app, call, Fetch::Full)?;
    let scope = scope(app, call)?;
    let full = app.listings().shown(app, &scope, wanted.usual(call)).full;
    let tag = Tag::new(Shows::Rows, full.content(), wanted.form, &scope);
    let header = Header {
        version: VERSION_OF_FULL,
        statuses: full.statuses(),
    };
    wanted.unless_known(call, tag, || Ok(wanted.pack(app, call, full, header)))
}

/// `GET apps/delta`
pub(super) fn delta(app: &App, call: &Call<'_>) -> Result<Answer, Refusal> {
    let wanted = Wanted::by(call)?;
    open(app)?;
    limit(app, call, Fetch::Delta)?;
    let scope = scope(app, call)?;
    let shown = app.listings().shown(app, &scope, wanted.usual(call));
    if let Err(refused @ DeltaRefused::Disabled) = shown.delta_version {
        return Err(Refusal::Delta(refused));
    }
    let statuses = shown.full.statuses();
    let tag = Tag::new(Shows::Changes, shown.full.content(), wanted.form, &scope);
    // Who has everything needs no delta, so it does not matter whether one would tell everything.
    wanted.unless_known(call, tag, || {
        let version = shown.delta_version.map_err(Refusal::Delta)?;
        let header = Header { version, statuses };
        Ok(wanted.pack(app, call, shown.recent, header))
    })
}

/// `GET apps/{app}`: of a region only where there is no instance here (server.md R69).
pub(super) fn application(app: &App, call: &Call<'_>, name: &str) -> Result<Answer, Refusal> {
    let wanted = Wanted::by(call)?;
    open(app)?;
    limit(app, call, Fetch::Application)?;
    let full = app
        .listings()
        .shown(app, &ScopeKey::Local, wanted.coded(false))
        .full;
    let mut found = full.application(name);
    if found.is_empty() {
        let elsewhere = app.node().application_anywhere(name);
        let rows = elsewhere.ok_or(Refusal::Unknown)?.instances.into_iter();
        found = rows.map(Row::new).collect::<Listing>().application(name);
    }
    let tag = Tag::new(Shows::Rows, found.content(), wanted.form, &ScopeKey::Local);
    wanted.unless_known(call, tag, || {
        Ok(wanted.answer(app, call, found, Whole::Application))
    })
}

/// `GET vips/{vip}`
pub(super) fn by_vip(app: &App, call: &Call<'_>, vip: &str) -> Result<Answer, Refusal> {
    let apps = app.node().apps_with_vip(vip);
    carriers(app, call, &apps, Vip::Usual(vip))
}

/// `GET svips/{vip}`
pub(super) fn by_secure_vip(app: &App, call: &Call<'_>, vip: &str) -> Result<Answer, Refusal> {
    let apps = app.node().apps_with_secure_vip(vip);
    carriers(app, call, &apps, Vip::Secure(vip))
}

/// The instances of `apps` that carry a name, among those whom a client is shown that names no region (server.md C17).
fn carriers(
    app: &App,
    call: &Call<'_>,
    apps: &BTreeSet<AppName>,
    vip: Vip<'_>,
) -> Result<Answer, Refusal> {
    let wanted = Wanted::by(call)?;
    open(app)?;
    let scope = ScopeKey::usual(&app.config().regions.follow);
    let full = app.listings().shown(app, &scope, wanted.coded(false)).full;
    let found = full.carriers(apps.iter().map(AppName::as_str), vip);
    let tag = Tag::new(Shows::Rows, found.content(), wanted.form, &scope);
    let header = Header {
        version: VERSION_OF_VIP,
        statuses: found.statuses(),
    };
    wanted.unless_known(call, tag, || {
        Ok(wanted.answer(app, call, found, Whole::Listing(header)))
    })
}

/// Whose instances a listing shows. A server that copies the registry is shown what is registered here and nothing else:
/// instances of other regions are not for passing on (server.md G10). Two regions that follow each other would otherwise
/// hear of their own dead from the other for ever, as two of Java's servers do.
fn scope(app: &App, call: &Call<'_>) -> Result<ScopeKey, Refusal> {
    let mut regions = call.query.regions();
    if regions.is_empty() {
        return Ok(if is_of_server(call) {
            ScopeKey::Local
        } else {
            ScopeKey::usual(&app.config().regions.follow)
        });
    }
    let unknown = {
        let node = app.node();
        // server.md P9: also where the region that is asked for is another one.
        if !node.regions_are_ready() {
            return Err(Refusal::RegionsNotReady);
        }
        regions
            .extract_if(.., |region| !node.knows_region(region))
            .collect::<Vec<_>>()
    };
    if !unknown.is_empty() {
        // Who asks is not told (server.md R71).
        tracing::debug!(regions = ?unknown, "unknown regions are left out of the listing");
    }
    regions.dedup();
    Ok(if regions.is_empty() {
        ScopeKey::Local
    } else {
        ScopeKey::Regions(regions)
    })
}

/// Whether a server asks that follows this region or copies it: it says so, ours as well as Java's (server.md G2, N32).
fn is_of_server(call: &Call<'_>) -> bool {
    call.header(IDENTITY) == Some(SERVER)
}

/// A listing of a registry that is not whole yet would tell clients that the others are gone (MERGE 8, I20).
fn open(app: &App) -> Result<(), Refusal> {
    if app.node().is_open() {
        Ok(())
    } else {
        Err(Refusal::NotOpen)
    }
}

/// In which form a client wants a listing.
struct Wanted {
    form: Form,
    answer_type: AnswerType,
}

impl Wanted {
    fn by(call: &Call<'_>) -> Result<Self, Refusal> {
        let accept = call.accept();
        let answer_type = listing_answer(accept.as_deref())?;
        let form = Form {
            format: answer_type.format,
            detail: detail(call.header(EUREKA_ACCEPT)),
            version: call.version,
        };
        Ok(Self { form, answer_type })
    }

    /// The answer, unless the client has what it would show.
    fn unless_known(
        &self,
        call: &Call<'_>,
        tag: Tag,
        answer: impl FnOnce() -> Result<Answer, Refusal>,
    ) -> Result<Answer, Refusal> {
        let answer = if tag.is_known_to(&call.head.headers) {
            Answer::empty(StatusCode::NOT_MODIFIED)
        } else {
            answer()?
        };
        let answer = answer.with_header(header::VARY, VARY);
        Ok(match tag.into_header() {
            Some(tag) => answer.with_header(header::ETAG, tag),
            None => answer,
        })
    }

    /// A part of the registry: packed where the client takes that and it is long. Spring's server never packs these, but
    /// Netflix's does.
    fn answer(&self, app: &App, call: &Call<'_>, found: Selection, whole: Whole) -> Answer {
        let is_long = found.weight_bytes() >= PACKED_FROM_BYTES;
        let coded = self.coded(is_long && takes_gzip(call));
        self.with_listing(app, Asked::Part(found, whole), coded)
    }

    /// The two listings that clients fetch all the time are packed wherever the client takes that.
    fn pack(&self, app: &App, call: &Call<'_>, listing: Listing, header: Header) -> Answer {
        self.with_listing(app, Asked::All(listing, header), self.usual(call))
    }

    /// How it gets what is packed wherever the client takes that.
    fn usual(&self, call: &Call<'_>) -> Coded {
        self.coded(takes_gzip(call))
    }

    fn coded(&self, is_packed: bool) -> Coded {
        Coded {
            form: self.form,
            is_packed,
        }
    }

    fn with_listing(&self, app: &App, asked: Asked, coded: Coded) -> Answer {
        let making = Listings::body(app, asked, coded);
        let answer = Answer::with_listing(&self.answer_type.content_type, making);
        if coded.is_packed {
            answer.gzipped()
        } else {
            answer
        }
    }
}

fn takes_gzip(call: &Call<'_>) -> bool {
    let codings = list_of(&call.head.headers, header::ACCEPT_ENCODING);
    accepts_gzip(codings.as_deref())
}

/// server.md 7.1
fn limit(app: &App, call: &Call<'_>, fetch: Fetch) -> Result<(), Refusal> {
    let name = call.header(IDENTITY).unwrap_or_default();
    let is_privileged =
        STANDARD_CLIENTS.contains(&name) || app.config().privileged_clients.contains(name);
    let class = if is_privileged {
        ClientClass::Privileged
    } else {
        ClientClass::Other
    };
    let allowed = app.fetch_limiter().allow(fetch, class, app.now().mono);
    if allowed {
        Ok(())
    } else {
        Err(Refusal::RateLimited)
    }
}
