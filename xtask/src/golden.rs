//! Packs the recordings of Java's servers, of their clients and of what they send to peers: one folder of exchanges
//! becomes one file of lines.
//!
//! What no test compares is left out: dates, reason phrases, the container's name, headers that only frame a body,
//! and the text of HTML pages. Bodies are strings, so nothing inside them changes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What tests compare, and where a redirection leads.
const KEPT_RESPONSE_HEADERS: [&str; 5] = [
    "allow",
    "connection",
    "content-length",
    "content-type",
    "location",
];

/// What every HTTP library adds by itself.
const DROPPED_CLIENT_HEADERS: [&str; 4] =
    ["connection", "content-length", "host", "transfer-encoding"];

/// How much was written.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    pub(crate) files: usize,
    pub(crate) exchanges: usize,
    pub(crate) bytes: usize,
}

/// One exchange with a server, as it was recorded and as it is packed.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ServerExchange {
    #[serde(default)]
    name: String,
    request: ServerRequest,
    response: ServerResponse,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    note: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ServerRequest {
    method: String,
    path: String,
    base: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ServerResponse {
    /// `None` where no answer came.
    status: Option<u16>,
    #[serde(default, skip_serializing, rename = "reason")]
    _reason: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    body: String,
    #[serde(default, skip_serializing_if = "is_false")]
    gzip: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    html: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

/// What was done besides during the recording of a client or of a server: the first line of its file.
#[derive(Serialize)]
struct Actions {
    actions: Vec<Action>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Action {
    /// Seconds since the start of the recording.
    t: f64,
    action: String,
    result: String,
}

/// One exchange of a client or of a server that is a client of its peer, as the recorder at the other end saw it.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ClientExchange {
    /// Seconds since the start of the recording.
    t: f64,
    request: ClientRequest,
    answered_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response: Option<ClientResponse>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    note: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ClientRequest {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    body: String,
    #[serde(default, skip_serializing_if = "is_false")]
    gzip: bool,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ClientResponse {
    status: u16,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    body: String,
    #[serde(default, skip_serializing_if = "is_false")]
    gzip: bool,
}

/// Packs every scenario of the servers and every story of their clients and peers below `from` into files below `to`.
pub(crate) fn pack(from: &Path, to: &Path) -> Result<Packed> {
    let mut packed = Packed::default();
    for suite in ["spring", "netflix"] {
        pack_suite(
            &from.join(suite),
            &to.join(suite),
            server_lines,
            &mut packed,
        )?;
        for traffic in ["client-traffic", "peer-traffic"] {
            let traffic = Path::new(traffic).join(suite);
            pack_suite(
                &from.join(&traffic),
                &to.join(&traffic),
                client_lines,
                &mut packed,
            )?;
        }
    }
    Ok(packed)
}

/// The lines of one story, one exchange each.
type Lines = Vec<String>;

fn pack_suite(
    from: &Path,
    to: &Path,
    lines_of: impl Fn(&Path) -> Result<Lines>,
    packed: &mut Packed,
) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for story in entries(from)? {
        let lines = lines_of(&story)?;
        let mut text = lines.join("\n");
        text.push('\n');
        let file = to.join(format!("{}.jsonl", name_of(&story)));
        fs::write(&file, &text).with_context(|| format!("cannot write {}", file.display()))?;
        packed.files += 1;
        packed.exchanges += lines.len();
        packed.bytes += text.len();
    }
    Ok(())
}

fn server_lines(story: &Path) -> Result<Lines> {
    exchange_files(story)?
        .iter()
        .map(|file| {
            let mut exchange: ServerExchange = read(file)?;
            exchange.name = name_of(file);
            strip_server(&mut exchange);
            Ok(serde_json::to_string(&exchange)?)
        })
        .collect()
}

fn client_lines(story: &Path) -> Result<Lines> {
    let actions = Actions {
        actions: read(&story.join("story.json"))?,
    };
    let mut lines = vec![serde_json::to_string(&actions)?];
    for file in exchange_files(story)? {
        let mut exchange: ClientExchange = read(&file)?;
        strip_client(&mut exchange.request);
        lines.push(serde_json::to_string(&exchange)?);
    }
    Ok(lines)
}

fn strip_server(exchange: &mut ServerExchange) {
    let ServerExchange {
        request, response, ..
    } = exchange;
    request.headers.retain(|name, _| name != "Host");
    // A length without a body is part of the test; that of a body is what the body says.
    if request.body.is_some() || request.body_base64.is_some() {
        request.headers.remove("Content-Length");
    }
    response
        .headers
        .retain(|name, _| KEPT_RESPONSE_HEADERS.contains(&name.to_ascii_lowercase().as_str()));
    if response.html {
        response.body.clear();
    }
}

fn strip_client(request: &mut ClientRequest) {
    request
        .headers
        .retain(|(name, _)| !DROPPED_CLIENT_HEADERS.contains(&name.to_ascii_lowercase().as_str()));
}

/// The exchanges of a story in the order of their numbers, which have two digits up to 99 and three after.
fn exchange_files(story: &Path) -> Result<Vec<PathBuf>> {
    let mut numbered = Vec::new();
    for file in entries(story)? {
        let name = name_of(&file);
        if name == "story" {
            continue;
        }
        let number = name.split('-').next().unwrap_or_default();
        let number: u32 = number
            .parse()
            .with_context(|| format!("{} has no number", file.display()))?;
        numbered.push((number, file));
    }
    numbered.sort();
    Ok(numbered.into_iter().map(|(_, file)| file).collect())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let listed =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut paths = listed
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>, std::io::Error>>()?;
    paths.sort();
    Ok(paths)
}

/// The name of a folder, or of a file without `.json`.
fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.strip_suffix(".json").unwrap_or(&name).to_owned()
}

fn read<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no recording", file.display()))
}

fn is_false(value: &bool) -> bool {
    !value
}
