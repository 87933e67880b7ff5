//! The direction of the arrows between crates: a crate depends only on crates of a lower layer (ARCHITECTURE.md).

#![allow(clippy::expect_used, reason = "a test that fails says so by panicking")]

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// Every crate of ours and its layer. A new crate has to take its place here.
const LAYERS: [(&str, u8); 13] = [
    ("heureka-model", 0),
    ("heureka-wire", 1),
    ("heureka-core", 1),
    ("heureka-client-core", 1),
    ("heureka-net", 1),
    ("heureka-listing", 2),
    ("heureka-server", 3),
    ("heureka-client", 2),
    ("heureka-fuzz", 2),
    ("heureka-sim", 3),
    ("heureka", 4),
    ("heureka-bench", 5),
    ("xtask", 5),
];

/// Crates without IO, clock or thread: nothing that brings one may be among what they are built from.
const PURE: [&str; 5] = [
    "heureka-model",
    "heureka-wire",
    "heureka-core",
    "heureka-client-core",
    "heureka-listing",
];

/// What brings IO, a clock, a runtime or chance of its own.
const IMPURE: [&str; 9] = [
    "tokio",
    "hyper",
    "axum",
    "socket2",
    "mio",
    "getrandom",
    "tracing",
    "parking_lot",
    "clap",
];

/// What cargo knows of the workspace on this platform: the manifests of other platforms need not be downloaded.
fn metadata() -> Value {
    let output = output_of(Command::new(tool("CARGO", "cargo")).args([
        "metadata",
        "--format-version=1",
        "--locked",
        &format!("--filter-platform={}", host()),
    ]));
    serde_json::from_str(&output).expect("cargo writes JSON")
}

fn host() -> String {
    let version = output_of(Command::new(tool("RUSTC", "rustc")).arg("-vV"));
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc names its host").to_owned()
}

fn tool(variable: &str, name: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| name.to_owned())
}

fn output_of(command: &mut Command) -> String {
    let output = command
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("the tool runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("tools write UTF-8")
}

/// The crates that each package needs to be built, without those of its tests.
fn dependencies(metadata: &Value) -> BTreeMap<String, Vec<String>> {
    let mut by_name = BTreeMap::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let names = package["dependencies"]
            .as_array()
            .expect("dependencies")
            .iter()
            .filter(|dependency| dependency["kind"].is_null())
            .filter(|dependency| !dependency["optional"].as_bool().unwrap_or(false))
            .map(|dependency| dependency["name"].as_str().expect("a name").to_owned());
        let name = package["name"].as_str().expect("a name").to_owned();
        by_name.entry(name).or_insert_with(Vec::new).extend(names);
    }
    by_name
}

fn workspace_members(metadata: &Value) -> Vec<String> {
    let members = metadata["workspace_members"].as_array().expect("members");
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .filter(|package| members.contains(&package["id"]))
        .map(|package| package["name"].as_str().expect("a name").to_owned())
        .collect()
}

fn layer_of(name: &str) -> Option<u8> {
    LAYERS
        .iter()
        .find(|(own, _)| *own == name)
        .map(|(_, layer)| *layer)
}

#[test]
fn every_crate_has_a_layer_and_no_layer_is_left_over() {
    let mut members = workspace_members(&metadata());
    let mut known: Vec<String> = LAYERS.iter().map(|(name, _)| (*name).to_owned()).collect();
    members.sort();
    known.sort();
    assert_eq!(members, known);
}

#[test]
fn arrows_go_from_higher_to_lower_layers() {
    for (name, needs) in dependencies(&metadata()) {
        let Some(layer) = layer_of(&name) else {
            continue;
        };
        for needed in needs {
            let Some(below) = layer_of(&needed) else {
                continue;
            };
            assert!(
                below < layer,
                "{name} (layer {layer}) must not need {needed} (layer {below})"
            );
        }
    }
}

#[test]
fn pure_crates_are_built_from_pure_crates() {
    let dependencies = dependencies(&metadata());
    for pure in PURE {
        let mut seen = vec![pure.to_owned()];
        let mut next = 0;
        while let Some(name) = seen.get(next).cloned() {
            assert!(
                !IMPURE.contains(&name.as_str()),
                "{pure} is built from {name}: {seen:?}"
            );
            for needed in dependencies.get(&name).into_iter().flatten() {
                if !seen.contains(needed) {
                    seen.push(needed.clone());
                }
            }
            next += 1;
        }
    }
}
