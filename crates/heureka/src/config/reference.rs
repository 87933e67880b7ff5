//! The reference page, made from the table.

use std::{fmt::Write, fs, path::Path};

use super::{setting::AnySetting, table::SERVE_SETTINGS};

const INTRODUCTION: &str = "\
# Configuration

This page is made from the table of settings in `crates/heureka/src/config/table.rs`; a test keeps it
up to date (`HEUREKA_UPDATE_DOCS=1 cargo test -p heureka` writes it anew).

`heureka serve` needs no configuration. What is to be different can be given in three ways, the first of
which counts:

1. a flag: `--node-name n1`
2. a variable: `HEUREKA_NODE_NAME=n1` (an empty one counts as not set)
3. a key of a TOML file, which `--config` or `HEUREKA_CONFIG` names: `node-name = \"n1\"`

All of it is read and checked before a port is bound. A mistake ends the process with one line for each
problem on stderr and exit code 64; a port that cannot be bound gives 69, an internal failure 70.
Variables that begin with `HEUREKA_` and are not known give a warning in the log, but for those that
Kubernetes makes for a service called `heureka`.

| value | is written |
|---|---|
| DURATION | a whole number and its unit: `500ms`, `30s`, `15m`, `1h` |
| SIZE | a whole number and its unit: `512B`, `64KiB`, `1MiB`, `1GiB` |
| RATIO | a number from 0 to 1 with at most six decimals: `0.85` |
| COUNT | a whole number of at least 1 |
| on\\|off | `on` or `off`; in the file also `true` or `false` |
| URL[,URL…] | `http` and `https` URLs with commas between them: `http://peer1:8761/eureka/,http://peer2:8761/eureka/`; in the file also a list |
| NAME=URL[,NAME=URL…] | names of regions and such URLs with commas between them: `eu=https://eureka.eu/eureka/`; in the file also a list |
| REGION=APP[,REGION=APP…] | regions (or `*` for all) and applications with commas between them: `eu=ORDERS,*=BILLING`; in the file also a list |
| NAME[,NAME…] | names with commas between them; in the file also a list |

Credentials in a URL (`https://user:password@host/eureka/`) are sent to that server with each request, as HTTP's basic
authentication, and to no other: redirects are not followed. (Where a name is looked up, they are sent to each peer that
it stands for.) In a password `,` is written `%2C`, `/` is `%2F`, `?` is `%3F`, `#` is `%23` and `%` is `%25`. No log,
page or message shows credentials, and so a value with an `@` is not repeated where it is mistaken. Other users of a
machine can read the flags of a process, but not its variables.
";

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for group in SERVE_SETTINGS {
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
fn the_reference_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    if std::env::var_os("HEUREKA_UPDATE_DOCS").is_some() {
        fs::write(&path, page()).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page(),
        "run `HEUREKA_UPDATE_DOCS=1 cargo test -p heureka`"
    );
}
