//! Whether the program is well.

use std::{io, process::ExitStatus, process::Stdio, time::Duration};

use bytes::Bytes;
use heureka_net::{AnswerLimits, Client, DialConfig, DialError, Tls};
use http::{Request, StatusCode, header};
use thiserror::Error;
use tokio::{net::TcpStream, process::Command, time::timeout};

use super::{processes::OwnProcesses, program::keep_secrets};
use crate::{
    assembly,
    config::{AgentSettings, HealthTarget, HttpTarget},
    exit::Failure,
};

/// How large a page may be that says that the program is well.
const MAX_PAGE_BYTES: usize = 1024 * 1024;
const USER_AGENT: &str = concat!("heureka-agent/", env!("CARGO_PKG_VERSION"));

/// Looks whether the program is well.
#[derive(Debug)]
pub(crate) struct Probe {
    target: HealthTarget,
    timeout: Duration,
    client: Client,
    own: OwnProcesses,
}

/// Why a program is not well.
#[derive(Debug, Error)]
pub(crate) enum Unwell {
    #[error("the health check was answered {0}")]
    Status(StatusCode),
    #[error("the health check has no answer: {0}")]
    NoAnswer(#[from] DialError),
    #[error("the port cannot be connected to: {0}")]
    NotConnected(io::Error),
    #[error("the health check's command ended with {0}")]
    Ended(ExitStatus),
    #[error("the health check's command cannot be run: {0}")]
    NotRun(io::Error),
    #[error("the health check cannot be asked for: {0}")]
    NotAsked(#[from] http::Error),
    #[error("the health check took longer than {0:?}")]
    TimedOut(Duration),
}

impl Probe {
    /// Reads certificates, where a page is asked for over TLS.
    pub(crate) fn new(settings: &AgentSettings, own: OwnProcesses) -> Result<Self, Failure> {
        let (target, timeout) = (settings.health_target(), settings.health.timeout);
        // Each look makes a connection of its own: that the program still accepts some is part of being well.
        let dial = DialConfig {
            connect_timeout: timeout,
            handshake_timeout: timeout,
            max_idle_per_host: 0,
            ..DialConfig::default()
        };
        Ok(Self {
            client: Client::new(dial, tls(settings, &target)?),
            target,
            timeout,
            own,
        })
    }

    pub(crate) fn target(&self) -> &HealthTarget {
        &self.target
    }

    /// Looks once, for as long as that may take.
    pub(crate) async fn check(&self) -> Result<(), Unwell> {
        let looked = timeout(self.timeout, self.look()).await;
        looked.unwrap_or(Err(Unwell::TimedOut(self.timeout)))
    }

    async fn look(&self) -> Result<(), Unwell> {
        match &self.target {
            HealthTarget::Http(target) => self.get(target).await,
            HealthTarget::Tcp(target) => TcpStream::connect((target.host.as_str(), target.port))
                .await
                .map(drop)
                .map_err(Unwell::NotConnected),
            HealthTarget::Exec(command) => self.run(command).await,
        }
    }

    async fn get(&self, target: &HttpTarget) -> Result<(), Unwell> {
        let request = Request::get(target.page.as_str())
            .header(header::USER_AGENT, USER_AGENT)
            .header(header::ACCEPT, "*/*")
            .body(Bytes::new())?;
        let limits = AnswerLimits {
            deadline: self.timeout,
            max_bytes: MAX_PAGE_BYTES,
        };
        let answer = self.client.send(&target.server, request, limits).await?;
        let status = answer.status();
        if status.is_success() || status.is_redirection() {
            Ok(())
        } else {
            Err(Unwell::Status(status))
        }
    }

    /// One that takes too long is dropped, and killed with its children.
    async fn run(&self, script: &str) -> Result<(), Unwell> {
        let mut command = Command::new("sh");
        command
            .args(["-c", script])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        keep_secrets(&mut command);
        let mut process = self.own.start(command, true).map_err(Unwell::NotRun)?;
        let status = process.ended().await.map_err(Unwell::NotRun)?;
        if status.success() {
            Ok(())
        } else {
            Err(Unwell::Ended(status))
        }
    }
}

/// There are many certificates to read, and only `https` needs them.
fn tls(settings: &AgentSettings, target: &HealthTarget) -> Result<Tls, Failure> {
    let is_https = match target {
        HealthTarget::Http(target) => target.server.scheme() == heureka_model::Scheme::Https,
        HealthTarget::Tcp(_) | HealthTarget::Exec(_) => false,
    };
    let file = settings.ca.as_deref().filter(|_| is_https);
    let tls = if is_https {
        Tls::of_machine(file)
    } else {
        Tls::builder().build()
    };
    tls.map_err(|error| assembly::unusable("ca-file", file, &error))
}
