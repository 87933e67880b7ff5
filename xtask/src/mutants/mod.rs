//! `cargo run --release -p xtask -- mutants`: breaks replication and the client's agent in one place after the other, and
//! asks whether the simulation notices.

mod list;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context as _, Result, bail, ensure};

use self::list::{MUTANTS, Mutant};

/// So many worlds are tried before a mutant counts as not noticed.
const SEEDS: &str = "3000";

/// Runs all mutants, or those whose name contains `name`.
pub(crate) fn run(name: &str) -> Result<()> {
    let root = root();
    let copy = root.join("target/mutants/tree");
    copy_tracked(&root, &copy)?;
    let mut unnoticed = Vec::new();
    for mutant in MUTANTS.iter().filter(|mutant| mutant.name.contains(name)) {
        let noticed = try_out(&copy, mutant).with_context(|| mutant.name.to_owned())?;
        let says = noticed.as_deref().unwrap_or("NOT NOTICED");
        writeln!(std::io::stdout(), "{}: {says}", mutant.name)?;
        if noticed.is_none() {
            unnoticed.push(mutant.name);
        }
    }
    ensure!(
        unnoticed.is_empty(),
        "not noticed: {}",
        unnoticed.join(", ")
    );
    Ok(())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Copies what git knows, as it is on disk.
fn copy_tracked(root: &Path, to: &Path) -> Result<()> {
    let listed = Command::new("git")
        .arg("ls-files")
        .current_dir(root)
        .output()?;
    ensure!(listed.status.success(), "git ls-files failed");
    for file in String::from_utf8(listed.stdout)?.lines() {
        let (from, to) = (root.join(file), to.join(file));
        if !from.is_file() {
            continue;
        }
        let folder = to.parent().context("a file without a folder")?;
        fs::create_dir_all(folder)?;
        // A file that did not change keeps its time, so that it is not built again.
        if fs::read(&from)? != fs::read(&to).unwrap_or_default() {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}

/// Breaks the copy, runs the simulation and mends the copy. Answers the first violation.
fn try_out(copy: &Path, mutant: &Mutant) -> Result<Option<String>> {
    let path = copy.join(mutant.file);
    let whole = fs::read_to_string(&path)?;
    fs::write(&path, mutant.applied_to(&whole)?)?;
    let output = simulate(copy);
    fs::write(&path, &whole)?;
    judge(&output?)
}

fn simulate(copy: &Path) -> Result<Output> {
    let mut cargo = Command::new("cargo");
    cargo.args(["run", "--quiet", "--release", "-p", "heureka-sim", "--"]);
    cargo.args(["--seeds", SEEDS, "--first"]);
    cargo.env("CARGO_TARGET_DIR", copy.join("../build"));
    // Warnings are to be expected: what a mutant leaves out is unused.
    cargo.env("RUSTFLAGS", "--cap-lints=allow");
    Ok(cargo.current_dir(copy).output()?)
}

fn judge(output: &Output) -> Result<Option<String>> {
    let said = String::from_utf8_lossy(&output.stdout);
    let violation = said.lines().find(|line| line.starts_with("seed "));
    match (output.status.success(), violation) {
        (true, None) => Ok(None),
        (false, Some(violation)) => Ok(Some(violation.chars().take(160).collect())),
        (_, _) => bail!("{}", String::from_utf8_lossy(&output.stderr)),
    }
}

impl Mutant {
    /// The text of its file, broken.
    fn applied_to(&self, whole: &str) -> Result<String> {
        let found = whole.matches(self.text).count();
        ensure!(found == 1, "{} has its text {found} times", self.file);
        Ok(whole.replace(self.text, self.broken))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mutant_breaks_one_place_of_the_code_as_it_is() {
        for mutant in MUTANTS {
            let whole = fs::read_to_string(root().join(mutant.file)).unwrap();
            let broken = mutant.applied_to(&whole);
            assert!(
                broken.is_ok_and(|broken| broken != whole),
                "{}",
                mutant.name
            );
        }
    }
}
