//! What the machine says of this process.

use std::fs;
use std::thread::available_parallelism;

const KIB_PER_MIB: u64 = 1024;

/// Processors and memory, in the words of Java's servers (server.md 7.22). What the machine does not say is left out.
pub(crate) fn stats() -> Vec<(&'static str, String)> {
    let total = kib_of("/proc/meminfo", "MemTotal:");
    let used = kib_of("/proc/self/status", "VmRSS:");
    let mut stats = Vec::new();
    if let Ok(cpus) = available_parallelism() {
        stats.push(("num-of-cpus", cpus.to_string()));
    }
    if let Some(total) = total {
        stats.push(("total-avail-memory", format!("{}mb", total / KIB_PER_MIB)));
    }
    if let (Some(used), Some(total)) = (used, total.filter(|total| *total > 0)) {
        let percent = used * 100 / total;
        stats.push((
            "current-memory-usage",
            format!("{}mb ({percent}%)", used / KIB_PER_MIB),
        ));
    }
    stats
}

fn kib_of(file: &str, field: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse().ok()
}
