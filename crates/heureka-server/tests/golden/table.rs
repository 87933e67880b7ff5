//! The table of intended differences, `docs/differences.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use crate::differences::{RowId, rule_rows};
use crate::recording::Suite;
use crate::replaced::{Replaced, replaced_file};

/// More differences than these are another product.
const MAX_ROWS: usize = 25;

/// What the last column says of a row that is a function here.
const BY_RULE: &str = "by rule";

/// All that is intended to differ.
#[derive(Clone, Debug, Default)]
pub(crate) struct Differences {
    rows: Vec<Row>,
    replaced: BTreeMap<(Suite, String), Replaced>,
}

/// One row of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: RowId,
    is_rule: bool,
    named: Vec<Selector>,
}

/// Exchanges that a row names: `spring:06-datacenter-other/07-10`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Selector {
    /// `None`: both, and what heureka answers to Spring's counts.
    suite: Option<Suite>,
    scenario: String,
    first: u32,
    last: u32,
}

impl Differences {
    /// Reads the table and the replaced answers.
    ///
    /// # Errors
    ///
    /// One of them is malformed, or they contradict each other or the code.
    pub(crate) fn load() -> Result<Self, String> {
        let replaced = fs::read_to_string(replaced_file()).unwrap_or_default();
        Self::load_without_replaced()?.with_replaced(&replaced)
    }

    /// Reads the table alone.
    ///
    /// # Errors
    ///
    /// It is malformed, or contradicts the code.
    pub(crate) fn load_without_replaced() -> Result<Self, String> {
        let table = fs::read_to_string(table_file())
            .map_err(|error| format!("docs/differences.md: {error}"))?;
        let differences = Self {
            rows: parse_table(&table)?,
            ..Self::default()
        };
        differences.check_rows(&rule_rows())?;
        Ok(differences)
    }

    fn with_replaced(mut self, lines: &str) -> Result<Self, String> {
        lines.lines().try_for_each(|line| self.add_replaced(line))?;
        Ok(self)
    }

    /// Differences that only a test has; its table need not have the rules.
    ///
    /// # Errors
    ///
    /// One of the texts is malformed, or they contradict each other.
    pub(crate) fn of_test(table: &str, replaced: &str) -> Result<Self, String> {
        let differences = Self {
            rows: parse_table(table)?,
            ..Self::default()
        };
        differences.with_replaced(replaced)
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The row that names an exchange, and for which suites it does: `None` for both.
    pub(crate) fn row_naming(
        &self,
        suite: Suite,
        exchange: &str,
    ) -> Option<(&RowId, Option<Suite>)> {
        let mut found = self
            .rows
            .iter()
            .flat_map(|row| row.named.iter().map(move |named| (row, named)));
        let covers = |named: &Selector| {
            named.suite.is_none_or(|only| only == suite) && named.covers(exchange)
        };
        found
            .find(|(_, named)| covers(named))
            .map(|(row, named)| (&row.id, named.suite))
    }

    /// What a named exchange is expected to answer.
    pub(crate) fn replaced(&self, suite: Suite, exchange: &str) -> Option<&Replaced> {
        self.replaced.get(&(suite, exchange.to_owned()))
    }

    fn check_rows(&self, rules: &[RowId]) -> Result<(), String> {
        if self.rows.len() > MAX_ROWS {
            return Err(format!("{} rows are more than {MAX_ROWS}", self.rows.len()));
        }
        let mut ids = BTreeSet::new();
        if let Some(row) = self.rows.iter().find(|row| !ids.insert(&row.id)) {
            return Err(format!("two rows are named {}", row.id));
        }
        let written = self
            .rows
            .iter()
            .filter(|row| row.is_rule)
            .map(|row| &row.id);
        let (written, rules) = (
            written.collect::<BTreeSet<_>>(),
            rules.iter().collect::<BTreeSet<_>>(),
        );
        if written != rules {
            return Err(format!(
                "the rows \"{BY_RULE}\" are {written:?}, and the code has {rules:?}"
            ));
        }
        let idle = self
            .rows
            .iter()
            .find(|row| !row.is_rule && row.named.is_empty());
        idle.map_or(Ok(()), |row| Err(format!("{} names no exchange", row.id)))
    }

    fn add_replaced(&mut self, line: &str) -> Result<(), String> {
        let entry = Replaced::parse(line)?;
        let (suite, exchange) = entry.key();
        let named = self.row_naming(suite, &exchange).map(|(row, _)| row);
        if named != Some(entry.row()) {
            return Err(format!("{} does not name {suite}:{exchange}", entry.row()));
        }
        match self.replaced.insert((suite, exchange.clone()), entry) {
            None => Ok(()),
            Some(_) => Err(format!("{suite}:{exchange} is replaced twice")),
        }
    }
}

impl Row {
    /// Every exchange that it names, with the suite whose answer is written down.
    pub(crate) fn named_exchanges(&self) -> impl Iterator<Item = (Suite, String)> {
        self.named.iter().flat_map(|named| {
            let suite = named.suite.unwrap_or(Suite::Spring);
            (named.first..=named.last)
                .map(move |number| (suite, format!("{}/{number:02}", named.scenario)))
        })
    }
}

impl Selector {
    fn parse(text: &str) -> Option<Self> {
        let (suite, rest) = match text.split_once(':') {
            Some((suite, rest)) => (Some(Suite::named(suite)?), rest),
            None => (None, text),
        };
        let (scenario, numbers) = rest.split_once('/')?;
        let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
        let (first, last) = (first.parse().ok()?, last.parse().ok()?);
        let scenario = scenario.to_owned();
        (first <= last).then_some(Self {
            suite,
            scenario,
            first,
            last,
        })
    }

    fn covers(&self, exchange: &str) -> bool {
        let Some((scenario, number)) = exchange.split_once('/') else {
            return false;
        };
        let number = number.parse().unwrap_or(u32::MAX);
        scenario == self.scenario && (self.first..=self.last).contains(&number)
    }
}

/// The rows of the table: `| D01 | rule | reason | exchanges |`.
fn parse_table(text: &str) -> Result<Vec<Row>, String> {
    let rows = text.lines().filter(|line| line.starts_with("| D"));
    rows.map(|line| parse_row(&cells_of(line))).collect()
}

fn cells_of(line: &str) -> Vec<&str> {
    line.trim()
        .trim_matches('|')
        .split('|')
        .map(str::trim)
        .collect()
}

fn parse_row(cells: &[&str]) -> Result<Row, String> {
    let [id, rule, reason, exchanges] = cells else {
        return Err(format!("a row has four cells: {cells:?}"));
    };
    let number = id.strip_prefix('D').unwrap_or_default();
    if number.len() != 2 || number.parse::<u8>().is_err() {
        return Err(format!("{id} is no name of a row"));
    }
    if rule.is_empty() || reason.is_empty() {
        return Err(format!("{id} has no rule or no reason"));
    }
    let mut row = Row {
        id: (*id).to_owned(),
        ..Row::default()
    };
    for item in exchanges
        .split([',', ';'])
        .map(|item| item.trim().trim_matches('`'))
    {
        if item == BY_RULE {
            row.is_rule = true;
        } else {
            let named = Selector::parse(item)
                .ok_or_else(|| format!("{id} names no exchange by {item:?}"))?;
            row.named.push(named);
        }
    }
    Ok(row)
}

fn table_file() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/differences.md"
    ))
}

#[cfg(test)]
const TABLE: &str = "
# Differences
| row | rule | reason | exchanges |
|---|---|---|---|
| D01 | a rule | a reason | by rule |
| D02 | a list | a reason | `01-a/05`, `spring:01-a/07-10` |
| D03 | both | a reason | by rule; `netflix:02-b/100` |
Text with | bars.
";

#[test]
fn a_table_is_read() {
    let differences = Differences::of_test(TABLE, "").unwrap();
    let ids: Vec<&str> = differences
        .rows()
        .iter()
        .map(|row| row.id.as_str())
        .collect();
    assert_eq!(ids, ["D01", "D02", "D03"]);
    let naming = |suite, id| {
        differences
            .row_naming(suite, id)
            .map(|(row, only)| (row.as_str(), only))
    };
    assert_eq!(naming(Suite::Spring, "01-a/05"), Some(("D02", None)));
    assert_eq!(naming(Suite::Netflix, "01-a/05"), Some(("D02", None)));
    assert_eq!(
        naming(Suite::Spring, "01-a/10"),
        Some(("D02", Some(Suite::Spring)))
    );
    assert_eq!(naming(Suite::Netflix, "01-a/10"), None);
    assert_eq!(
        naming(Suite::Netflix, "02-b/100"),
        Some(("D03", Some(Suite::Netflix)))
    );
    assert_eq!(naming(Suite::Spring, "01-a/06"), None);
}

#[test]
fn the_table_and_the_code_name_the_same_rules() {
    let differences = Differences::of_test(TABLE, "").unwrap();
    let check = |rules: &[&str]| {
        differences.check_rows(
            &rules
                .iter()
                .map(|row| (*row).to_owned())
                .collect::<Vec<_>>(),
        )
    };
    assert!(check(&["D01", "D03"]).is_ok());
    assert!(check(&["D01"]).is_err(), "a row without code");
    assert!(check(&["D01", "D02", "D03"]).is_err(), "code without a row");
}

#[test]
fn malformed_rows_are_refused() {
    for row in [
        "| D01 | a rule | a reason |",
        "| D1 | a rule | a reason | by rule |",
        "| D01 | a rule | | by rule |",
        "| D01 | a rule | a reason | |",
        "| D01 | a rule | a reason | 06-datacenter-other |",
        "| D01 | a rule | a reason | java:01-a/05 |",
        "| D01 | a rule | a reason | 01-a/10-05 |",
    ] {
        assert!(parse_table(row).is_err(), "{row}");
    }
    let many: String = (1..=26)
        .map(|n| format!("| D{n:02} | a rule | a reason | 01-a/{n:02} |\n"))
        .collect();
    let check = |text: &str| Differences::of_test(text, "").unwrap().check_rows(&[]);
    assert!(check(&many).is_err(), "26 rows");
    assert!(
        check("| D01 | a | b | 01-a/01 |\n| D01 | a | b | 01-a/02 |").is_err(),
        "the same name twice"
    );
}

#[test]
fn replaced_answers_belong_to_rows() {
    let add = |line: &str| Differences::of_test(TABLE, line).map(|_| ());
    let line = |suite: &str, exchange: &str, row: &str| {
        format!(r#"{{"suite":"{suite}","exchange":"{exchange}","row":"{row}","status":204}}"#)
    };
    assert_eq!(add(&line("spring", "01-a/05", "D02")), Ok(()));
    assert!(
        add(&line("spring", "01-a/05", "D03")).is_err(),
        "another row"
    );
    assert!(add(&line("spring", "01-a/06", "D02")).is_err(), "no row");
    assert!(
        add(&line("netflix", "01-a/07", "D02")).is_err(),
        "another suite"
    );
}
