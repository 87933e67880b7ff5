//! What the program says about itself.

use crate::harness::{heureka, run};

/// The reference page; a unit test compares it with the table of settings.
const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");

#[tokio::test]
async fn help_lists_every_setting() {
    let reference = std::fs::read_to_string(REFERENCE).unwrap();
    let keys: Vec<&str> = reference
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(key, _)| key)
        .collect();
    assert!(keys.len() > 30, "{keys:?}");
    let help = run(heureka(&["serve", "--help"])).await;
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    for key in keys {
        let variable = format!("HEUREKA_{}", key.replace('-', "_").to_uppercase());
        assert!(help.stdout.contains(&format!("--{key} <")), "{key}");
        assert!(
            help.stdout.contains(&format!("[env: {variable}]")),
            "{variable}"
        );
    }
}

#[tokio::test]
async fn the_program_explains_itself() {
    let help = run(heureka(&["--help"])).await;
    assert_eq!(help.code, Some(0));
    assert!(help.stdout.contains("serve"), "{help:?}");
    let version = run(heureka(&["--version"])).await;
    assert_eq!(
        version.stdout.trim(),
        concat!("heureka ", env!("CARGO_PKG_VERSION"))
    );
}
