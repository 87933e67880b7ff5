//! How many files the process may have open; connections are among them.

use anyhow::{Context, Result};
use tracing::warn;

/// Kept for everything that is not a client's connection: listeners, lines to peers, refusals, files.
const RESERVED_DESCRIPTORS: u64 = 256;

/// Raises the soft limit of open files to the hard one and says how many connections fit below it.
pub(crate) fn fit_connections(wanted_connections: usize) -> Result<usize> {
    let limit = rlimit::increase_nofile_limit(u64::MAX)
        .context("the limit of open files cannot be read or raised")?;
    let fitting = fitting_connections(wanted_connections, limit);
    if fitting < wanted_connections {
        warn!(
            max_connections = fitting,
            wanted = wanted_connections,
            open_files = limit,
            "the limit of open files leaves room for fewer connections: raise it with `ulimit -n`"
        );
    }
    Ok(fitting)
}

fn fitting_connections(wanted_connections: usize, limit: u64) -> usize {
    let room = limit.saturating_sub(RESERVED_DESCRIPTORS).max(1);
    usize::try_from(room).map_or(wanted_connections, |room| wanted_connections.min(room))
}

#[cfg(test)]
mod tests {
    use super::fitting_connections;

    #[test]
    fn connections_fit_below_the_limit_of_open_files() {
        for (wanted, limit, expected) in [
            (8192, 20_000, 8192),
            (8192, 1024, 768),
            (8192, 64, 1),
            (8192, u64::MAX, 8192),
        ] {
            assert_eq!(
                fitting_connections(wanted, limit),
                expected,
                "{wanted} below {limit}"
            );
        }
    }
}
