//! Machines that are not there.

use std::{io, time::Duration};

use heureka_net::{AnswerLimits, Client, Dial, DialConfig, DialError};
use tokio::{io::DuplexStream, time::Instant};

use crate::harness::{assert_elapsed, get, no_tls, url, within};

/// A network on which every attempt to connect fails, or never ends.
struct Broken(Option<io::ErrorKind>);

impl Dial for Broken {
    type Io = DuplexStream;

    async fn dial(&self, _: &str, _: u16) -> io::Result<DuplexStream> {
        match self.0 {
            Some(kind) => Err(kind.into()),
            None => std::future::pending().await,
        }
    }
}

async fn failure(network: Broken, limits: AnswerLimits) -> DialError {
    let client = Client::over(network, DialConfig::default(), no_tls());
    let to = url("https://peer1:8761/eureka/");
    client.send(&to, get("/"), limits).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn a_process_that_is_gone_is_told_from_a_machine_that_is_gone() {
    for (kind, refused) in [
        (io::ErrorKind::ConnectionRefused, true),
        (io::ErrorKind::HostUnreachable, false),
        (io::ErrorKind::NetworkUnreachable, false),
        (io::ErrorKind::NetworkDown, false),
        (io::ErrorKind::TimedOut, false),
        (io::ErrorKind::ConnectionReset, false),
        (io::ErrorKind::NotFound, false),
        (io::ErrorKind::Other, false),
    ] {
        let error = failure(Broken(Some(kind)), AnswerLimits::default()).await;
        assert_eq!(error == DialError::Refused, refused, "{kind:?}");
        assert_eq!(
            matches!(error, DialError::Unreachable { .. }),
            !refused,
            "{kind:?}"
        );
        assert!(error.is_unsent() && !error.is_congestion());
    }
}

#[tokio::test(start_paused = true)]
async fn connecting_has_a_deadline_of_its_own() {
    let second = DialConfig::CONNECT_TIMEOUT;
    let short = Duration::from_millis(300);
    for (deadline, elapsed) in [(5 * second, second), (second, second), (short, short)] {
        let began = Instant::now();
        let error = failure(Broken(None), within(deadline)).await;
        assert!(matches!(error, DialError::Unreachable { .. }), "{error:?}");
        assert_elapsed(began, elapsed);
    }
}
