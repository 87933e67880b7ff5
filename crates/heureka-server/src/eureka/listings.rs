//! Reads of more than one instance.

use heureka_core::{ClientClass, Fetch, Node, Scope};
use heureka_model::Applications;
use heureka_wire::{
    AnswerType, Form, Version, accepts_gzip, detail, encode_application, encode_applications, gzip,
    listing_answer,
};
use http::{HeaderName, StatusCode, header};

use super::Call;
use super::answer::Answer;
use super::refusal::Refusal;
use crate::app::App;

/// The header by which a client says what it is (server.md 7.3).
const IDENTITY: HeaderName = HeaderName::from_static("discoveryidentity-name");

/// The header by which a client asks for less of each instance.
const EUREKA_ACCEPT: HeaderName = HeaderName::from_static("x-eureka-accept");

/// What servers call themselves, when they ask other servers.
const SERVER: &str = "DefaultServer";

/// What Java's clients and servers call themselves.
const STANDARD_CLIENTS: [&str; 2] = ["DefaultClient", SERVER];

/// `GET apps`
pub(super) fn applications(app: &App, call: &Call<'_>) -> Result<Answer, Refusal> {
    let wanted = Wanted::by(call)?;
    open(app)?;
    limit(app, call, Fetch::Full)?;
    let regions = call.query.regions();
    let applications = {
        let node = app.node();
        node.applications_in(scope(&node, call, &regions)?)
    };
    Ok(wanted.pack(call, &applications))
}

/// `GET apps/delta`
pub(super) fn delta(app: &App, call: &Call<'_>) -> Result<Answer, Refusal> {
    let wanted = Wanted::by(call)?;
    open(app)?;
    limit(app, call, Fetch::Delta)?;
    let regions = call.query.regions();
    let applications = {
        let mut node = app.node();
        let scope = scope(&node, call, &regions)?;
        node.delta_in(app.now().mono, scope)
            .map_err(Refusal::Delta)?
    };
    Ok(wanted.pack(call, &applications))
}

/// `GET apps/{app}`
pub(super) fn application(app: &App, call: &Call<'_>, name: &str) -> Result<Answer, Refusal> {
    let wanted = Wanted::by(call)?;
    open(app)?;
    limit(app, call, Fetch::Application)?;
    let application = app.node().application_anywhere(name);
    let application = application.ok_or(Refusal::Unknown)?;
    Ok(wanted.answer(encode_application(&application, wanted.form)))
}

/// `GET vips/{vip}`
pub(super) fn by_vip(app: &App, call: &Call<'_>, vip: &str) -> Result<Answer, Refusal> {
    let wanted = Wanted::by(call)?;
    open(app)?;
    let found = app.node().by_vip_anywhere(vip);
    Ok(wanted.answer(encode_applications(&found, wanted.form)))
}

/// `GET svips/{vip}`
pub(super) fn by_secure_vip(app: &App, call: &Call<'_>, vip: &str) -> Result<Answer, Refusal> {
    let wanted = Wanted::by(call)?;
    open(app)?;
    let found = app.node().by_secure_vip_anywhere(vip);
    Ok(wanted.answer(encode_applications(&found, wanted.form)))
}

/// Whose instances a listing shows. A server that copies the registry is shown what is registered here and nothing else:
/// instances of other regions are not for passing on (server.md G10). Two regions that follow each other would otherwise
/// hear of their own dead from the other for ever, as two of Java's servers do.
fn scope<'a>(node: &Node, call: &Call<'_>, regions: &'a [String]) -> Result<Scope<'a>, Refusal> {
    if regions.is_empty() {
        return Ok(if is_of_server(call) {
            Scope::Local
        } else {
            Scope::Usual
        });
    }
    // server.md P9: also where the region that is asked for is another one.
    if !node.regions_are_ready() {
        return Err(Refusal::RegionsNotReady);
    }
    note_unknown(node, regions);
    Ok(Scope::Regions(regions))
}

/// Whether a server asks that follows this region or copies it: it says so, ours as well as Java's (server.md G2, N32).
fn is_of_server(call: &Call<'_>) -> bool {
    call.header(IDENTITY) == Some(SERVER)
}

/// A region that is not configured is left out of the answer, and only the log says so (server.md R71).
fn note_unknown(node: &Node, regions: &[String]) {
    let unknown = || {
        regions
            .iter()
            .filter(|region| !node.knows_region(region))
            .collect::<Vec<_>>()
    };
    if tracing::enabled!(tracing::Level::DEBUG) && !unknown().is_empty() {
        tracing::debug!(regions = ?unknown(), "unknown regions are left out of the listing");
    }
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
        let answer_type = listing_answer(call.accept()).map_err(|_| Refusal::NotAcceptable)?;
        let form = Form {
            format: answer_type.format,
            detail: detail(call.header(EUREKA_ACCEPT)),
            version: if call.is_v1 { Version::V1 } else { Version::V2 },
        };
        Ok(Self { form, answer_type })
    }

    fn answer(&self, body: Vec<u8>) -> Answer {
        Answer::with_body(StatusCode::OK, &self.answer_type.content_type, body)
    }

    /// The two listings that clients fetch all the time are packed where the client takes that; Spring's server leaves
    /// the others as they are.
    fn pack(&self, call: &Call<'_>, applications: &Applications) -> Answer {
        let body = encode_applications(applications, self.form);
        if accepts_gzip(call.header(header::ACCEPT_ENCODING)) {
            self.answer(gzip(&body)).gzipped()
        } else {
            self.answer(body)
        }
    }
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
