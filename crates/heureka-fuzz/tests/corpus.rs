//! The corpus of the fuzz targets, as ordinary tests: what was found once stays found.

#![allow(clippy::expect_used, reason = "a test that fails says so by panicking")]

use std::fs;
use std::path::Path;

/// Runs a target on each file of its corpus.
fn replay(target: &str, run: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let files = fs::read_dir(&corpus).expect("the corpus is part of the repository");
    let inputs: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    assert!(
        inputs.len() >= 10,
        "the corpus of {target} has {} inputs",
        inputs.len()
    );
    for input in inputs {
        run(&fs::read(&input).expect("a readable file"));
    }
}

#[test]
fn json() {
    replay("json", heureka_fuzz::json);
}

#[test]
fn xml() {
    replay("xml", heureka_fuzz::xml);
}

#[test]
fn peer() {
    replay("peer", heureka_fuzz::peer);
}

#[test]
fn registry() {
    replay("registry", heureka_fuzz::registry);
}
