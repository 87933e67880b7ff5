//! Whether the client library builds with the oldest versions that it says it takes:
//! `cargo run -p xtask -- minimal-versions`.
//!
//! Cargo of the nightly toolchain chooses the oldest version of each direct dependency, in a copy of what is committed, and
//! the library is checked with every feature.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

pub(crate) fn run() -> Result<()> {
    let copy = Path::new(ROOT).join("target/minimal-versions");
    copy_commit(&copy)?;
    cargo(&copy, &["update", "-Z", "direct-minimal-versions"])?;
    cargo(&copy, &["check", "-p", "heureka-client", "--all-features"])?;
    writeln!(
        std::io::stdout(),
        "heureka-client builds with the oldest versions that it takes"
    )?;
    Ok(())
}

/// Lays out what is committed, without what an earlier run left but for its target folder.
fn copy_commit(copy: &Path) -> Result<()> {
    for folder in ["crates", "xtask"] {
        let old = copy.join(folder);
        if old.exists() {
            std::fs::remove_dir_all(&old)?;
        }
    }
    std::fs::create_dir_all(copy)?;
    let archive = Command::new("git")
        .args(["archive", "HEAD"])
        .current_dir(ROOT)
        .stdout(Stdio::piped())
        .spawn();
    let mut archive = archive.context("git archive")?;
    let committed = archive.stdout.take().context("git's output")?;
    let unpacked = Command::new("tar")
        .arg("x")
        .current_dir(copy)
        .stdin(committed)
        .status()
        .context("tar")?;
    ensure!(
        archive.wait()?.success() && unpacked.success(),
        "what is committed cannot be copied"
    );
    // The toolchain is named by each call.
    std::fs::remove_file(copy.join("rust-toolchain.toml"))?;
    Ok(())
}

fn cargo(copy: &Path, arguments: &[&str]) -> Result<()> {
    let status = Command::new("cargo")
        .arg("+nightly")
        .args(arguments)
        .arg("--quiet")
        .current_dir(copy)
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO_TARGET_DIR")
        .status()
        .context("cargo +nightly")?;
    ensure!(
        status.success(),
        "cargo +nightly {} failed",
        arguments.join(" ")
    );
    Ok(())
}
