//! The signals that the agent gets in the program's place.

use std::{fs, future::poll_fn, io, task::Poll};

use nix::sys::signal::Signal;
use tokio::signal::unix::{self, SignalKind, signal};

/// Those that are heard; all others do to the agent what they do to every process.
const HEARD: [Signal; 7] = [
    Signal::SIGTERM,
    Signal::SIGINT,
    Signal::SIGHUP,
    Signal::SIGQUIT,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGWINCH,
];

/// The signals that come in.
#[derive(Debug)]
pub(crate) struct Incoming(Vec<(Signal, unix::Signal)>);

impl Incoming {
    /// From here on they are heard, and no longer kill. A hangup that is ignored stays ignored, so that `nohup` does for the
    /// program what it does without the agent.
    pub(crate) fn listen() -> io::Result<Self> {
        let ignores_hangup = fs::read_to_string("/proc/self/status")
            .is_ok_and(|status| is_ignored(&status, Signal::SIGHUP));
        let heard = HEARD
            .into_iter()
            .filter(|heard| *heard != Signal::SIGHUP || !ignores_hangup);
        let listening = heard.map(|heard| {
            let kind = SignalKind::from_raw(heard as i32);
            Ok((heard, signal(kind)?))
        });
        listening.collect::<io::Result<_>>().map(Self)
    }

    /// The next one. Nothing is lost where this is not waited for to its end.
    pub(crate) async fn next(&mut self) -> Signal {
        poll_fn(|context| {
            for (heard, incoming) in &mut self.0 {
                if let Poll::Ready(Some(())) = incoming.poll_recv(context) {
                    return Poll::Ready(*heard);
                }
            }
            Poll::Pending
        })
        .await
    }
}

/// Whether a signal asks for the end, which is prepared before the program hears of it.
pub(crate) fn asks_to_end(signal: Signal) -> bool {
    signal == Signal::SIGTERM || signal == Signal::SIGINT
}

/// Whether `status`, which is what Linux tells of a process, says that it ignores `signal`.
fn is_ignored(status: &str, signal: Signal) -> bool {
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal as i32 - 1) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use nix::sys::signal::Signal::{SIGHUP, SIGINT, SIGPIPE};

    use super::is_ignored;

    #[test]
    fn what_is_ignored_is_read_from_the_status_of_the_process() {
        let status = "Name:\theureka\nSigBlk:\t0000000000000003\nSigIgn:\t0000000000001001\n";
        for (status, signal, ignored) in [
            (status, SIGHUP, true),
            (status, SIGPIPE, true),
            (status, SIGINT, false),
            ("SigIgn:\tnonsense\n", SIGHUP, false),
            ("", SIGHUP, false),
        ] {
            assert_eq!(
                is_ignored(status, signal),
                ignored,
                "{signal} in {status:?}"
            );
        }
    }
}
