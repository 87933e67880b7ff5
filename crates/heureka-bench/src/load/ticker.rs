//! How a run waits for what is due and for answers.

use std::time::Duration;

/// The longest that a request or an answer waits for the clock, and the kernel's delay on top.
const TICK: Duration = Duration::from_micros(200);

/// The same while requests wait for a connection: the next answer will be there sooner than that, and each one that lies
/// there keeps a connection from its work.
const TICK_WHEN_BEHIND: Duration = Duration::from_micros(10);

/// Lets the whole thread sleep, and returns when it wakes.
///
/// No answer wakes it. On one machine the server's half of the kernel's work would have to do that, many thousand times a
/// second, and it would be counted as the server's; a client elsewhere costs a server nothing of the kind. Nor would the
/// runtime's timers do: they have a resolution of a millisecond, and what was due would be sent up to that much too late.
pub(crate) fn sleep_for_a_tick(is_behind: bool) {
    #[expect(
        clippy::disallowed_methods,
        reason = "all that this thread does is of one run, and that waits"
    )]
    std::thread::sleep(if is_behind { TICK_WHEN_BEHIND } else { TICK });
}
