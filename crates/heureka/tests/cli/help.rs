//! What the program says about itself.

use crate::harness::{heureka, run};

/// The reference pages; a unit test compares them with the tables of settings.
const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");

#[tokio::test]
async fn help_lists_every_setting() {
    for (command, page, prefix, at_least) in [
        ("serve", "configuration.md", "HEUREKA_", 30),
        ("agent", "agent.md", "HEUREKA_AGENT_", 20),
    ] {
        let reference = std::fs::read_to_string(format!("{DOCS}/{page}")).unwrap();
        let keys: Vec<&str> = reference
            .lines()
            .skip_while(|line| !line.starts_with("| setting |"))
            .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
            .map(|(key, _)| key)
            .collect();
        assert!(keys.len() > at_least, "{keys:?}");
        let help = run(heureka(&[command, "--help"])).await;
        assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
        for key in keys {
            let variable = format!("{prefix}{}", key.replace('-', "_").to_uppercase());
            assert!(help.stdout.contains(&format!("--{key} <")), "{key}");
            assert!(
                help.stdout.contains(&format!("[env: {variable}]")),
                "{variable}"
            );
        }
    }
}

#[tokio::test]
async fn the_agent_says_when_it_registers() {
    let help = run(heureka(&["agent", "--help"])).await.stdout;
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "Usage: heureka agent --server URL --app NAME --port PORT [OPTIONS] -- COMMAND",
        "without --health once its port accepts connections",
        "without it, tcp://127.0.0.1:PORT",
    ] {
        assert!(help.contains(part), "{part}: {help}");
    }
}

#[tokio::test]
async fn the_program_explains_itself() {
    let help = run(heureka(&["--help"])).await;
    assert_eq!(help.code, Some(0));
    for command in ["serve", "agent"] {
        assert!(help.stdout.contains(command), "{help:?}");
    }
    let version = run(heureka(&["--version"])).await;
    assert_eq!(
        version.stdout.trim(),
        concat!("heureka ", env!("CARGO_PKG_VERSION"))
    );
}
