//! The page of those who came and went.

use askama::Template;
use heureka_core::NamedAt;

use super::format;

#[derive(Debug, Template)]
#[template(path = "last_n.html")]
pub(super) struct LastNPage {
    tables: [Table; 2],
}

#[derive(Debug)]
struct Table {
    title: &'static str,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    time: String,
    lease: String,
}

impl LastNPage {
    pub(super) fn new(cancelled: &[NamedAt], registered: &[NamedAt]) -> Self {
        Self {
            tables: [
                Table::new("Last 1000 cancelled leases", cancelled),
                Table::new("Last 1000 newly registered leases", registered),
            ],
        }
    }
}

impl Table {
    fn new(title: &'static str, names: &[NamedAt]) -> Self {
        let row = |name: &NamedAt| Row {
            time: format::time(name.at),
            lease: format!("{}({})", name.key.app, name.key.id),
        };
        Self {
            title,
            rows: names.iter().map(row).collect(),
        }
    }
}
