//! What tables are made on.

use std::fs;
use std::time::{Duration, Instant};

/// One line about this machine, for the reader of a table. What the kernel does not say is left out.
pub(crate) fn machine_line() -> String {
    let cpuinfo = read("/proc/cpuinfo");
    // All cores, also those that this process is not pinned to.
    let cores = cpuinfo.matches("processor\t:").count();
    let facts: Vec<String> = [
        field(&cpuinfo, "model name"),
        (cores > 0).then(|| format!("{cores} cores")),
        memory(&read("/proc/meminfo")),
        named("Linux", &read("/proc/sys/kernel/osrelease")),
        named(
            "TCP with",
            &read("/proc/sys/net/ipv4/tcp_congestion_control"),
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    format!("Machine: {}.", facts.join(", "))
}

/// How much time the host took from this machine for others, so that a table that was measured meanwhile can be doubted.
#[derive(Debug)]
pub(crate) struct Stolen {
    began: Instant,
    before: Duration,
}

impl Stolen {
    /// Counts from now on.
    pub(crate) fn from_now() -> Self {
        Self {
            began: Instant::now(),
            before: stolen(&read("/proc/stat")),
        }
    }

    /// One line about it, for the reader of a table.
    pub(crate) fn line(&self) -> String {
        let now = stolen(&read("/proc/stat"));
        let (stolen, time) = (now.saturating_sub(self.before), self.began.elapsed());
        let (stolen, time) = (stolen.as_secs_f64(), time.as_secs());
        format!("Other machines on the host took {stolen:.1} s of its cores' time in {time} s.")
    }
}

/// The eighth number of the line for all cores, in hundredths of a second. Nothing where the kernel does not say.
fn stolen(stat: &str) -> Duration {
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu "));
    let ticks = line.and_then(|line| line.split_whitespace().nth(7));
    Duration::from_millis(10 * ticks.and_then(|ticks| ticks.parse().ok()).unwrap_or(0))
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn field(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn memory(meminfo: &str) -> Option<String> {
    let total = field(meminfo, "MemTotal")?;
    let kib: u64 = total.split_whitespace().next()?.parse().ok()?;
    Some(format!("{:.0} GiB of memory", kib as f64 / 1_048_576.0))
}

fn named(name: &str, value: &str) -> Option<String> {
    let value = value.trim();
    (!value.is_empty()).then(|| format!("{name} {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_found_where_the_kernel_puts_them() {
        let cpuinfo = "processor\t: 0\nmodel name\t: AMD EPYC\nprocessor\t: 1\n";
        assert_eq!(field(cpuinfo, "model name").as_deref(), Some("AMD EPYC"));
        assert_eq!(field("", "model name"), None);
        let meminfo = "MemTotal:       25165824 kB\nMemFree: 1 kB\n";
        assert_eq!(memory(meminfo).as_deref(), Some("24 GiB of memory"));
        assert_eq!(named("Linux", "6.1\n").as_deref(), Some("Linux 6.1"));
        assert_eq!(named("Linux", "\n"), None);
        let stat = "cpu  1 2 3 4 5 6 7 250 0 0\ncpu0 1 2 3 4 5 6 7 200 0 0\n";
        assert_eq!(stolen(stat), Duration::from_millis(2500));
        assert_eq!(stolen(""), Duration::ZERO);
    }
}
