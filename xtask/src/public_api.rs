//! Whether the client library shows types of others: `cargo run -p xtask -- public-api`.
//!
//! rustdoc of the nightly toolchain writes what is public as JSON. Everything that a public item names is looked up there;
//! what is of another crate has to be allowed, for everybody or for the feature that is about that crate.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// The crates of ours that users of the library see.
const SHOWN: [&str; 4] = [
    "heureka-client",
    "heureka-client-core",
    "heureka-net",
    "heureka-model",
];

/// Crates whose types anybody may meet: the language's, our own, and those that have reached 1.0.
const ALLOWED: [&str; 11] = [
    "core",
    "alloc",
    "std",
    "heureka_client_core",
    "heureka_model",
    "heureka_net",
    "heureka_wire",
    "bytes",
    "http",
    "tokio",
    "serde_core",
];

/// Crates whose types belong to the feature that is about them, and the feature.
const OF_A_FEATURE: [(&str, &str); 11] = [
    ("axum", "axum"),
    ("axum_core", "axum"),
    ("futures_core", "stream"),
    ("metrics", "metrics"),
    ("reqwest", "reqwest-middleware"),
    ("reqwest_middleware", "reqwest-middleware"),
    ("tokio_util", "tokio-util"),
    ("tonic", "tonic"),
    ("tower", "tower"),
    ("tower_layer", "tower"),
    ("tower_service", "tower"),
];

/// The parts of heureka-net that the client shows; the others are the server's.
const SHOWN_OF_NET: [&str; 2] = ["src/dial/", "src/names/"];

/// Checks all crates, with no feature and with every one.
pub(crate) fn run() -> Result<()> {
    let mut leaks = Vec::new();
    for package in SHOWN {
        leaks.extend(leaks_of(package, &["--no-default-features"], &[])?);
        let features: Vec<&str> = OF_A_FEATURE.iter().map(|(name, _)| *name).collect();
        leaks.extend(leaks_of(package, &["--all-features"], &features)?);
    }
    for leak in &leaks {
        writeln!(std::io::stdout(), "{leak}")?;
    }
    ensure!(
        leaks.is_empty(),
        "{} types of other crates are shown",
        leaks.len()
    );
    writeln!(
        std::io::stdout(),
        "no type of an unstable dependency is shown"
    )?;
    Ok(())
}

/// What `package` shows of crates that are not allowed, each as `package: item shows crate::Type`.
fn leaks_of(package: &str, flags: &[&str], also_allowed: &[&str]) -> Result<BTreeSet<String>> {
    let docs = documented(package, flags)?;
    let paths = object(&docs, "paths")?;
    let crates = object(&docs, "external_crates")?;
    let mut leaks = BTreeSet::new();
    let items = object(&docs, "index")?.values();
    for item in items.filter(|item| is_written_here(item) && is_shown(package, item)) {
        let mut named = BTreeSet::new();
        collect_names(item.get("inner").unwrap_or(&Value::Null), &mut named);
        let elsewhere = named
            .iter()
            .filter_map(|id| named_elsewhere(id, paths, crates));
        let name = item
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or("an impl");
        for (owner, path) in elsewhere {
            if !ALLOWED.contains(&owner.as_str()) && !also_allowed.contains(&owner.as_str()) {
                leaks.insert(format!("{package} {flags:?}: {name} shows {path}"));
            }
        }
    }
    Ok(leaks)
}

/// rustdoc's JSON of a package.
fn documented(package: &str, flags: &[&str]) -> Result<Value> {
    let target = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/public-api");
    let status = Command::new("cargo")
        .args(["+nightly", "rustdoc", "--quiet", "--lib", "-p", package])
        .args(flags)
        .args(["--", "-Z", "unstable-options", "--output-format", "json"])
        .env("CARGO_TARGET_DIR", target)
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("RUSTDOCFLAGS")
        .status()
        .context("cargo +nightly rustdoc")?;
    if !status.success() {
        bail!("the documentation of {package} cannot be made by nightly's rustdoc");
    }
    let file = format!("{target}/doc/{}.json", package.replace('-', "_"));
    let text = std::fs::read_to_string(&file).with_context(|| file.clone())?;
    serde_json::from_str(&text).context(file)
}

fn object<'a>(docs: &'a Value, key: &str) -> Result<&'a serde_json::Map<String, Value>> {
    let value = docs.get(key).and_then(Value::as_object);
    value.with_context(|| format!("rustdoc's JSON has no {key}"))
}

/// An item of the crate itself, and not one that the compiler made up for it.
fn is_written_here(item: &Value) -> bool {
    let is_own = item.get("crate_id").and_then(Value::as_u64) == Some(0);
    let implementation = item.pointer("/inner/impl");
    let is_made_up = implementation.is_some_and(|implementation| {
        let is = |key: &str| {
            implementation
                .get(key)
                .is_some_and(|value| !matches!(value, Value::Null | Value::Bool(false)))
        };
        is("is_synthetic") || is("blanket_impl")
    });
    is_own && !is_made_up
}

fn is_shown(package: &str, item: &Value) -> bool {
    let file = item
        .pointer("/span/filename")
        .and_then(Value::as_str)
        .unwrap_or_default();
    package != "heureka-net" || SHOWN_OF_NET.iter().any(|part| file.contains(part))
}

/// The ids of all types and traits that a part of the JSON names.
fn collect_names(part: &Value, names: &mut BTreeSet<String>) {
    match part {
        Value::Object(fields) => {
            // A resolved path, or the trait of an implementation or a bound.
            if let (Some(id), Some(_)) = (fields.get("id"), fields.get("path")) {
                names.insert(id.to_string());
            }
            fields
                .values()
                .for_each(|field| collect_names(field, names));
        }
        Value::Array(parts) => parts.iter().for_each(|part| collect_names(part, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The crate and the whole path of what is not of the documented crate itself.
fn named_elsewhere(
    id: &str,
    paths: &serde_json::Map<String, Value>,
    crates: &serde_json::Map<String, Value>,
) -> Option<(String, String)> {
    let named = paths.get(id)?;
    let owner = named
        .get("crate_id")?
        .as_u64()
        .filter(|owner| *owner != 0)?;
    let owner = crates.get(&owner.to_string())?.get("name")?.as_str()?;
    let path: Vec<&str> = named
        .get("path")?
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    Some((owner.to_owned(), path.join("::")))
}
