//! A server that was started, and what is measured of it.

use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::servers::Server;
use crate::cases::{AfterChange, Bench, Case, Cost, Timing, TimingArgs};
use crate::fleet::Fleet;

/// How long reads after a change are measured.
const AFTER_CHANGE_TIME: Duration = Duration::from_secs(5);

/// A server and the connections to it.
#[derive(Debug)]
pub(crate) struct Subject {
    server: Server,
    /// How it is measured.
    pub(crate) bench: Bench,
}

/// Resident memory at three moments.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    /// After the first answer.
    pub(crate) empty_kib: u64,
    /// With every instance.
    pub(crate) registered_kib: u64,
    /// After everything was read as gzip once.
    pub(crate) read_kib: u64,
}

impl Subject {
    /// Connects to a server; `shape` is the number of instances and of applications.
    pub(crate) async fn new(
        server: Server,
        (instances, apps): (usize, usize),
        args: &TimingArgs,
        timing: Timing,
    ) -> Result<Self> {
        let fleet = Fleet::new(server.target(), instances, apps, args.lease_secs);
        let bench = Bench::open(fleet, server.process(), args.connections, timing).await?;
        Ok(Self { server, bench })
    }

    /// Registers every instance and reads them once.
    pub(crate) async fn fill(&mut self) -> Result<Memory> {
        let empty_kib = self.resident_kib()?;
        self.bench.register_fleet().await?;
        let registered_kib = self.resident_kib()?;
        self.bench.read_everything().await?;
        Ok(Memory {
            empty_kib,
            registered_kib,
            read_kib: self.resident_kib()?,
        })
    }

    /// Its resident memory.
    pub(crate) fn resident_kib(&self) -> Result<u64> {
        self.server.process().resident_kib()
    }

    /// Measures a case; an answer that is an error makes the figures worthless.
    pub(crate) async fn measure(&mut self, case: Case) -> Result<Option<Cost>> {
        let cost = self.bench.measure(case).await?;
        let failures = cost.map_or(0, |cost| cost.failures);
        ensure!(failures == 0, "{}: {failures} errors", case.name());
        Ok(cost)
    }

    /// Measures the bare server with the requests of a case, answered with as many bytes.
    pub(crate) async fn measure_as_floor(&mut self, case: Case, body_bytes: u64) -> Result<Cost> {
        let write = self
            .bench
            .writer(case, Some("W/\"0123456789abcdef\"".to_owned()));
        let Some(reading) = case.reading() else {
            return self.bench.measure_requests(write).await;
        };
        let path = if reading.conditional {
            "/304".to_owned()
        } else {
            format!("/bytes/{body_bytes}")
        };
        let mut request = Vec::new();
        write(&mut request, 0);
        let request = with_path(&request, &path);
        let write = move |out: &mut Vec<u8>, _: u64| out.extend_from_slice(&request);
        self.bench.measure_requests(Rc::new(write)).await
    }

    /// What a change costs the next full read.
    pub(crate) async fn after_change(&mut self) -> Result<AfterChange> {
        self.bench.measure_after_change(AFTER_CHANGE_TIME).await
    }
}

/// The same request for another path.
fn with_path(request: &[u8], path: &str) -> Vec<u8> {
    let mut parts = request.splitn(3, |byte| *byte == b' ');
    let (method, _, rest) = (parts.next(), parts.next(), parts.next());
    [
        method.unwrap_or_default(),
        path.as_bytes(),
        rest.unwrap_or_default(),
    ]
    .join(&b' ')
}

#[cfg(test)]
mod tests {
    use super::with_path;

    #[test]
    fn only_the_path_is_another() {
        let request = b"GET /eureka/apps/ HTTP/1.1\r\nHost: a b\r\n\r\n";
        let expected = b"GET /bytes/7 HTTP/1.1\r\nHost: a b\r\n\r\n";
        assert_eq!(with_path(request, "/bytes/7"), expected);
    }
}
