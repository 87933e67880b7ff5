//! What the server says of its connections.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::http::Connection;

const BUFFER_BYTES: usize = 64 * 1024;
/// Between two looks at the page.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The value of a metric without labels.
pub(super) async fn metric(address: SocketAddr, name: &str) -> Result<u64> {
    let mut connection = Connection::open(address, None, BUFFER_BYTES).await?;
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let (_, page) = connection.exchange_for_body(request.as_bytes()).await?;
    value_in(&String::from_utf8_lossy(&page), name)
        .with_context(|| format!("/metrics has no {name}"))
}

/// How many connections are open once no more than `wanted` are, or patience is over, and how long that took. The one by
/// which the page is asked for is among them.
pub(super) async fn open_connections(
    address: SocketAddr,
    wanted: u64,
    patience: Duration,
) -> Result<(u64, Duration)> {
    let started = Instant::now();
    loop {
        let open = metric(address, "heureka_connections_open").await?;
        if open <= wanted || started.elapsed() >= patience {
            return Ok((open, started.elapsed()));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn value_in(page: &str, name: &str) -> Option<u64> {
    page.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
        .and_then(|value| value.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::value_in;

    #[test]
    fn a_metric_is_found_by_its_whole_name() {
        let page = "# TYPE heureka_connections_open gauge\nheureka_connections_open_limit 9\n\
                    heureka_connections_open 3\n# EOF\n";
        assert_eq!(value_in(page, "heureka_connections_open"), Some(3));
        assert_eq!(value_in(page, "heureka_connections"), None);
    }
}
