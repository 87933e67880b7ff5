//! From the body of an answer to what it lists.

use heureka_model::{Application, Applications, InstanceDraft, InstanceInfo, UnixMillis};
use heureka_wire::{
    Format, Listing, ReadError, decode_application, decode_applications, decode_instance,
};

/// How much of what cannot be read is quoted.
const EXCERPT_CHARS: usize = 120;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// How much of a body is looked at to tell a page from a document.
const PAGE_BEGINS_WITHIN_BYTES: usize = 512;

/// Reads a listing in JSON or XML, whatever its `Content-Type` says: the first byte tells them apart (T8). What cannot be
/// read comes with a reason that can be quoted.
pub(crate) fn listing(body: &[u8], received: UnixMillis) -> Result<Applications, Box<str>> {
    decoded(body, decode_applications).map(|listing| taken(listing, received))
}

/// Reads a single application.
pub(crate) fn application(body: &[u8], received: UnixMillis) -> Result<Application, Box<str>> {
    let listed = decoded(body, decode_application)?;
    Ok(Application {
        instances: all_taken(listed.instances, received).collect(),
        name: listed.name,
    })
}

/// Reads a single instance.
pub(crate) fn instance(body: &[u8], received: UnixMillis) -> Result<InstanceInfo, Box<str>> {
    let draft = decoded(body, decode_instance)?;
    let instance = draft.into_listed(received);
    instance.map_err(|error| error.to_string().into())
}

/// The beginning of a text as a log can have it: cut and cleaned.
pub(crate) fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let printable = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let excerpt: String = printable.take(EXCERPT_CHARS).collect();
    excerpt.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn decoded<T>(
    body: &[u8],
    decode: fn(&[u8], Format) -> Result<T, ReadError>,
) -> Result<T, Box<str>> {
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let body = body.trim_ascii_start();
    let format = match body.first() {
        None => return Err("it is empty".into()),
        Some(b'<') if is_page(body) => {
            let begin = excerpt(body);
            return Err(format!("it is a web page, such as a proxy's or a login: {begin}").into());
        }
        Some(b'<') => Format::Xml,
        Some(_) => Format::Json,
    };
    decode(body, format).map_err(|error| format!("{error}; it begins: {}", excerpt(body)).into())
}

fn is_page(body: &[u8]) -> bool {
    let begin = body.get(..PAGE_BEGINS_WITHIN_BYTES).unwrap_or(body);
    let begin = String::from_utf8_lossy(begin).to_ascii_lowercase();
    begin.contains("<html") || begin.contains("<!doctype html")
}

/// Takes what can be named. An instance that cannot is left out, and the rest of the registry is not its fault.
fn taken(listing: Listing, received: UnixMillis) -> Applications {
    let applications = listing.applications.into_iter();
    let applications = applications.map(|application| Application {
        instances: all_taken(application.instances, received).collect(),
        name: application.name,
    });
    Applications {
        version: listing.version,
        hash: listing.hash,
        applications: applications.collect(),
    }
}

fn all_taken(
    drafts: Vec<InstanceDraft>,
    received: UnixMillis,
) -> impl Iterator<Item = InstanceInfo> {
    let named = drafts
        .into_iter()
        .filter(|draft| !draft.app.as_str().is_empty());
    named.filter_map(move |draft| {
        draft
            .into_listed(received)
            .inspect_err(|error| tracing::debug!(%error, "an instance is left out"))
            .ok()
    })
}
