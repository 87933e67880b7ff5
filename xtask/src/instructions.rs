//! What the hot paths cost in instructions, compared with what is recorded: `cargo run -p xtask -- instructions`.
//!
//! Times are not stable where CI runs; counts are. valgrind's callgrind counts what the bench `instructions` does of each
//! case, and `--record` writes down what it counted. With `--million` the largest registry is counted, which takes minutes.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

const CASES: [&str; 16] = [
    SMALL,
    LARGE,
    "register-at-1000",
    "register-again-at-1000",
    "register-again-at-100000",
    "change-status-at-1000",
    "change-status-at-100000",
    TAKE_OVER_SMALL,
    TAKE_OVER_LARGE,
    "take-over-64-changes-at-1000",
    "take-over-3125-changes-at-100000",
    "read-after-a-change-at-1000",
    "read-after-a-change-at-100000",
    "read-application",
    "decode-registration-json",
    "encode-instance-json",
];
const SMALL: &str = "renew-at-1000";
const LARGE: &str = "renew-at-100000";
const TAKE_OVER_SMALL: &str = "take-over-a-change-at-1000";
const TAKE_OVER_LARGE: &str = "take-over-a-change-at-100000";
/// What one request costs in registries of different sizes: it must not grow by more than [`GROWTH_PERCENT`]. A change costs
/// what is done with it at once, and that listings take it over.
const BY_SIZE: [(&[&str], &[&str]); 4] = [
    (&[SMALL], &[LARGE]),
    (
        &["register-again-at-1000", TAKE_OVER_SMALL],
        &["register-again-at-100000", TAKE_OVER_LARGE],
    ),
    (
        &["change-status-at-1000", TAKE_OVER_SMALL],
        &["change-status-at-100000", TAKE_OVER_LARGE],
    ),
    (
        &["read-after-a-change-at-1000"],
        &["read-after-a-change-at-100000"],
    ),
];
const LARGEST: &str = "renew-at-1000000";
const GROWTH_PERCENT: u64 = 130;

/// So much more than recorded is let pass: compilers and C libraries differ a little.
const BOUND_PERCENT: u64 = 105;
/// So much less asks for a new record, or what was won could be lost again unnoticed.
const STALE_PERCENT: u64 = 90;

const BENCH: &str = "instructions";
const RECORD: &str = "crates/heureka-bench/instructions.toml";
const HEAD: &str = "# Instructions for each time that a path is taken, as valgrind's callgrind counts them. CI fails at 5 % more.
# `cargo run -p xtask -- instructions --record` writes this file.
";

/// Counts all cases, and compares them with the record.
pub(crate) fn check() -> Result<()> {
    let (recorded, counted) = (read_record()?, count_all()?);
    let mut complaints = Vec::new();
    for (case, count) in &counted {
        let recorded = recorded.get(*case).copied();
        say(&line(case, *count, recorded))?;
        complaints.extend(complaint(case, *count, recorded));
    }
    let grown = BY_SIZE.iter();
    complaints.extend(grown.filter_map(|(small, large)| growth(&counted, small, large)));
    ensure!(complaints.is_empty(), "{}", complaints.join("\n"));
    Ok(())
}

/// Counts all cases, and writes that down as the record.
pub(crate) fn record() -> Result<()> {
    let mut record = HEAD.to_owned();
    for (case, count) in count_all()? {
        say(&line(case, count, None))?;
        record.push_str(&format!("{case} = {count}\n"));
    }
    std::fs::write(root().join(RECORD), record).context(RECORD)
}

/// Counts heartbeats in a registry of a million, and whether they take more than in a small one.
pub(crate) fn million() -> Result<()> {
    let program = build()?;
    let counted = counts(&program, &[SMALL, LARGEST])?;
    for (case, count) in &counted {
        say(&line(case, *count, None))?;
    }
    let complaint = growth(&counted, &[SMALL], &[LARGEST]);
    ensure!(complaint.is_none(), "{}", complaint.unwrap_or_default());
    Ok(())
}

type Counts = BTreeMap<&'static str, u64>;

fn count_all() -> Result<Counts> {
    counts(&build()?, &CASES)
}

fn counts(program: &Path, cases: &[&'static str]) -> Result<Counts> {
    let counted = cases.iter().map(|case| {
        let count = count(program, case).with_context(|| (*case).to_owned())?;
        Ok((*case, count))
    });
    counted.collect()
}

/// Builds the bench, and says where it is.
fn build() -> Result<PathBuf> {
    let output = Command::new("cargo")
        .args(["bench", "-p", "heureka-bench", "--bench", BENCH])
        .args(["--no-run", "--locked", "--message-format=json"])
        .current_dir(root())
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("cargo")?;
    ensure!(output.status.success(), "the bench cannot be built");
    let messages = String::from_utf8(output.stdout)?;
    let program = messages.lines().find_map(program_of);
    program.context("cargo named no program")
}

/// The program that one of cargo's messages says it has built.
fn program_of(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    // The generator of the same crate is built along.
    let is_the_bench = message.pointer("/target/name")? == BENCH;
    let program = message.get("executable")?.as_str()?;
    is_the_bench.then(|| program.into())
}

/// How many instructions a case takes each time.
fn count(program: &Path, case: &str) -> Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=*counted_by_callgrind*")
        .args([program, Path::new(case)])
        .output()
        .context("valgrind, which Debian has as a package")?;
    let said = String::from_utf8(output.stderr)?;
    ensure!(output.status.success(), "{said}");
    let turns: u64 = String::from_utf8(output.stdout)?.trim().parse()?;
    let collected: u64 = said
        .lines()
        .find_map(|line| line.split_once("Collected : "))
        .context("callgrind gave no count")?
        .1
        .trim()
        .parse()?;
    ensure!(collected > 0, "callgrind has not found what to count");
    Ok(collected / turns.max(1))
}

fn read_record() -> Result<BTreeMap<String, u64>> {
    let record = std::fs::read_to_string(root().join(RECORD)).context(RECORD)?;
    toml::from_str(&record).context(RECORD)
}

/// What is wrong with a count.
fn complaint(case: &str, count: u64, recorded: Option<u64>) -> Option<String> {
    let Some(recorded) = recorded else {
        return Some(format!("{case} is not recorded: {RECORD_ANEW}"));
    };
    let bound = bound_of(recorded);
    if count > bound {
        Some(format!(
            "{case} takes {count} instructions, more than {bound}; if that is worth it, {RECORD_ANEW}"
        ))
    } else if count < recorded * STALE_PERCENT / 100 {
        Some(format!(
            "{case} takes {count} instructions instead of {recorded}; so that it stays so, {RECORD_ANEW}"
        ))
    } else {
        None
    }
}

const RECORD_ANEW: &str = "record it anew with `cargo run -p xtask -- instructions --record`";

/// Whether a path takes too much more in the larger of two registries.
fn growth(counted: &Counts, small: &[&str], large: &[&str]) -> Option<String> {
    let (few, many) = (sum(counted, small)?, sum(counted, large)?);
    let (small, large) = (small.join(" and "), large.join(" and "));
    (many * 100 > few * GROWTH_PERCENT)
        .then(|| format!("{large}: {many} instructions, {small}: {few}; it must not grow"))
}

fn sum(counted: &Counts, cases: &[&str]) -> Option<u64> {
    cases.iter().map(|case| counted.get(case).copied()).sum()
}

fn bound_of(recorded: u64) -> u64 {
    recorded * BOUND_PERCENT / 100
}

fn line(case: &str, count: u64, recorded: Option<u64>) -> String {
    let bound = recorded.map_or_else(String::new, |recorded| {
        let bound = bound_of(recorded);
        format!(", {recorded} recorded, at most {bound}")
    });
    format!("{case}: {count} instructions{bound}")
}

fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grew_and_what_shrank_and_what_is_new_is_told() {
        for (count, recorded, is_fine) in [
            (100, Some(100), true),
            (105, Some(100), true),
            (106, Some(100), false),
            (90, Some(100), true),
            (89, Some(100), false),
            (100, None, false),
        ] {
            let complaint = complaint("case", count, recorded);
            assert_eq!(complaint.is_none(), is_fine, "{count} {recorded:?}");
        }
    }

    #[test]
    fn a_path_may_grow_by_less_than_a_third() {
        for (large, is_fine) in [(1300, true), (1301, false)] {
            let counted = Counts::from([(SMALL, 1000), (LARGE, large)]);
            let growth = growth(&counted, &[SMALL], &[LARGE]);
            assert_eq!(growth.is_none(), is_fine, "{large}");
        }
    }

    #[test]
    fn what_belongs_together_may_grow_together() {
        let counted = Counts::from([("one", 100), ("other", 900), ("more", 400)]);
        assert_eq!(
            growth(&counted, &["one", "other"], &["more", "other"]),
            None
        );
        assert!(growth(&counted, &["one"], &["more"]).is_some());
        assert!(
            growth(
                &counted,
                &["other", "other"],
                &["more", "other", "other", "more"]
            )
            .is_some()
        );
    }

    #[test]
    fn every_case_is_recorded_and_nothing_else() {
        let recorded = read_record().unwrap();
        let mut cases = CASES.to_vec();
        cases.sort_unstable();
        assert_eq!(recorded.keys().collect::<Vec<_>>(), cases);
    }
}
