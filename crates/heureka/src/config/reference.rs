//! The reference pages, made from the tables.

use std::{fmt::Write, fs, path::Path};

use super::{
    AGENT, SERVE,
    setting::{AnySetting, Table},
};

/// What stands before the tables of a page.
const OF_SERVER: &str = include_str!("reference/server.md");
const OF_AGENT: &str = include_str!("reference/agent.md");

fn page(introduction: &str, table: &Table) -> String {
    let mut page = introduction.to_owned();
    for group in table.groups {
        write!(
            page,
            "\n## {}\n\n| setting | value | default | |\n|---|---|---|---|\n",
            group.title
        )
        .unwrap();
        for setting in group.settings {
            page.push_str(&row(*setting));
        }
    }
    page
}

fn row(setting: &dyn AnySetting) -> String {
    let entry = setting.entry();
    let takes = setting.takes().replace('|', "\\|");
    let default = entry.default.description();
    format!(
        "| `{}` | {takes} | {default} | {} |\n",
        entry.key, entry.help
    )
}

#[test]
fn the_reference_pages_are_up_to_date() {
    for (name, introduction, table) in [
        ("configuration.md", OF_SERVER, &SERVE),
        ("agent.md", OF_AGENT, &AGENT),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        let (path, page) = (path.join(name), page(introduction, table));
        if std::env::var_os("HEUREKA_UPDATE_DOCS").is_some() {
            fs::write(&path, &page).unwrap();
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == page,
            "{name}: run `HEUREKA_UPDATE_DOCS=1 cargo test -p heureka`"
        );
    }
}
