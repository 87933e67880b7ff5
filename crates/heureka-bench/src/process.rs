//! What a process has used, as the kernel counts it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};

/// The length of a tick of `/proc/PID/stat`: the kernel shows 100 of them a second to programs, whatever it runs with.
const TICK: Duration = Duration::from_millis(10);

/// A process whose use is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process {
    pid: u32,
}

impl Process {
    /// The process with this number.
    pub(crate) fn new(pid: u32) -> Self {
        Self { pid }
    }

    /// This process.
    pub(crate) fn own() -> Self {
        Self::new(std::process::id())
    }

    /// The CPU time of all threads.
    pub(crate) fn cpu_time(self) -> Result<CpuTime> {
        let stat = fs::read_to_string(self.path("stat"))?;
        let of_process = time_in_stat(&stat).with_context(|| format!("unreadable: {stat}"))?;
        Ok(CpuTime {
            of_process,
            of_living_threads: self.time_of_living_threads()?,
        })
    }

    /// Resident memory.
    pub(crate) fn resident_kib(self) -> Result<u64> {
        let status = fs::read_to_string(self.path("status"))?;
        kib_in_status(&status, "VmRSS:").context("no VmRSS")
    }

    /// The most that was ever resident, or since [`Self::forget_peak`].
    pub(crate) fn peak_resident_kib(self) -> Result<u64> {
        let status = fs::read_to_string(self.path("status"))?;
        kib_in_status(&status, "VmHWM:").context("no VmHWM")
    }

    /// From now on the peak is that of what follows.
    pub(crate) fn forget_peak(self) -> Result<()> {
        // 5 is the kernel's number for it (proc_pid_clear_refs(5)).
        fs::write(self.path("clear_refs"), "5").context("the peak cannot be forgotten")
    }

    /// The CPU time of those threads that are there now, exact to the nanosecond: for the difference between two moments
    /// between which hardly ever a thread ends.
    pub(crate) fn time_of_living_threads(self) -> Result<Duration> {
        let mut time = Duration::ZERO;
        for thread in fs::read_dir(self.path("task"))? {
            time += time_of_thread(&thread?.path());
        }
        Ok(time)
    }

    fn path(self, name: &str) -> String {
        format!("/proc/{}/{name}", self.pid)
    }
}

/// The CPU time of a process, in both of the kernel's accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CpuTime {
    /// In ticks.
    of_process: Duration,
    /// Exact to the nanosecond, without the threads that have ended.
    of_living_threads: Duration,
}

impl CpuTime {
    /// What was used since then: exact, unless a thread has ended meanwhile that used more than the ticks can be wrong by.
    pub(crate) fn since(self, before: Self) -> Duration {
        let exact = self
            .of_living_threads
            .saturating_sub(before.of_living_threads);
        let coarse = self.of_process.saturating_sub(before.of_process);
        if exact + 2 * TICK < coarse {
            coarse
        } else {
            exact
        }
    }

    /// Both accounts agree.
    #[cfg(test)]
    pub(crate) fn exact(time: Duration) -> Self {
        Self {
            of_process: time,
            of_living_threads: time,
        }
    }
}

/// The µs of a time for each of so many that took it together.
pub(crate) fn us_each(together: Duration, count: u64) -> f64 {
    together.as_secs_f64() * 1e6 / count.max(1) as f64
}

/// Nothing for a thread that has ended since its folder was listed.
fn time_of_thread(folder: &Path) -> Duration {
    fs::read_to_string(folder.join("schedstat"))
        .ok()
        .and_then(|text| time_in_schedstat(&text))
        .unwrap_or_default()
}

fn time_in_schedstat(text: &str) -> Option<Duration> {
    let ns = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(ns))
}

/// `utime` and `stime`, the 14th and 15th field. The second is the name of the program in parentheses, which may have
/// spaces and parentheses itself.
fn time_in_stat(text: &str) -> Option<Duration> {
    let (_, behind_name) = text.rsplit_once(')')?;
    let mut fields = behind_name.split_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    TICK.checked_mul(user.checked_add(system)?)
}

fn kib_in_status(text: &str, field: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_moves_no_field() {
        let stat = "42 (a) (b c) S 1 42 42 0 -1 4194560 1 0 0 0 150 75 9 9 20 0 4 0 1 1 1";
        assert_eq!(time_in_stat(stat), Some(Duration::from_millis(2250)));
        assert_eq!(time_in_stat("42 (a) S 1"), None);
        assert_eq!(time_in_stat(""), None);
    }

    #[test]
    fn the_first_number_of_schedstat_is_the_time() {
        let expected = Some(Duration::from_nanos(62_133));
        assert_eq!(time_in_schedstat("62133 17 1\n"), expected);
        assert_eq!(time_in_schedstat(""), None);
    }

    #[test]
    fn resident_memory_is_found_among_the_others() {
        let status = "Name:\theureka\nVmHWM:\t   9999 kB\nVmRSS:\t   21504 kB\nRssAnon:\t 1 kB\n";
        assert_eq!(kib_in_status(status, "VmRSS:"), Some(21_504));
        assert_eq!(kib_in_status(status, "VmHWM:"), Some(9999));
        assert_eq!(kib_in_status("Name:\tkthreadd\n", "VmRSS:"), None);
    }

    #[test]
    fn this_process_has_used_something() {
        let own = Process::own();
        let before = own.cpu_time().unwrap();
        let sum: u64 = (0..10_000_000).map(std::hint::black_box).sum();
        assert!(std::hint::black_box(sum) > 0);
        assert!(own.cpu_time().unwrap().since(before) > Duration::from_micros(100));
        assert!(own.resident_kib().unwrap() > 100);
    }

    #[test]
    fn time_is_exact_unless_a_thread_has_ended_that_used_much_of_it() {
        let time = |of_process, of_living_threads| CpuTime {
            of_process: Duration::from_millis(of_process),
            of_living_threads: Duration::from_millis(of_living_threads),
        };
        for (before, after, expected) in [
            (time(100, 107), time(150, 158), 51),
            // A thread had ended before, so the exact account is far below for good.
            (time(1000, 107), time(1050, 158), 51),
            (time(1000, 107), time(1070, 158), 51),
            // One ends meanwhile, and takes what it had used with it.
            (time(1000, 907), time(1300, 158), 300),
            (time(1000, 107), time(1100, 158), 100),
        ] {
            let used = after.since(before);
            assert_eq!(
                used,
                Duration::from_millis(expected),
                "{before:?} {after:?}"
            );
        }
    }

    #[test]
    fn a_peak_is_forgotten() {
        let own = Process::own();
        own.forget_peak().unwrap();
        let before_kib = own.peak_resident_kib().unwrap();
        let held = vec![1_u8; 64 << 20];
        assert!(own.peak_resident_kib().unwrap() > before_kib + 32 * 1024);
        drop(std::hint::black_box(held));
        own.forget_peak().unwrap();
        assert!(own.peak_resident_kib().unwrap() < before_kib + 32 * 1024);
    }

    #[test]
    fn a_time_is_shared_out() {
        assert_eq!(us_each(Duration::from_millis(3), 2), 1500.0);
        assert_eq!(us_each(Duration::ZERO, 0), 0.0);
    }

    #[test]
    fn a_process_that_is_not_there_is_an_error() {
        assert!(Process::new(u32::MAX).cpu_time().is_err());
    }
}
