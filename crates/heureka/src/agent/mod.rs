//! `heureka agent`: a process that knows nothing of Eureka, and its client.
//!
//! The process comes first: it is started whether a registry answers or not, and what goes wrong there never reaches it.

mod life;
mod probe;
mod processes;
mod program;
mod registration;
mod signals;

use std::{process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context as _;
use heureka_net::Tls;
use tokio::{runtime::Builder, task::JoinSet};
use tracing::{info, warn};

use self::{
    life::Life, probe::Probe, processes::OwnProcesses, program::RunningProgram,
    registration::Registration, signals::Incoming,
};
use crate::{
    assembly,
    command_line::Program,
    config::{AgentSettings, Loaded},
    exit::Failure,
    logging,
};

/// How long threads that hang are waited for at the end.
const RUNTIME_GRACE: Duration = Duration::from_millis(200);

/// Runs `program`, and keeps it registered while it is well, until it ends.
pub(crate) fn run(loaded: Loaded<AgentSettings>, program: &Program) -> Result<ExitCode, Failure> {
    let Loaded { settings, notes } = loaded;
    check(&settings)?;
    let own = OwnProcesses::default();
    let probe = Probe::new(&settings, own.clone())?;
    logging::start(&settings.log)?;
    for note in &notes {
        warn!("{note}");
    }
    // One thread is enough for one process.
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime cannot be started")?;
    let accompanied = Box::pin(accompany(Arc::new(settings), probe, own, program));
    let ended = runtime.block_on(accompanied);
    runtime.shutdown_timeout(RUNTIME_GRACE);
    ended
}

/// What can be said of the settings only by those who use them.
fn check(settings: &AgentSettings) -> Result<(), Failure> {
    if let Some(file) = &settings.ca {
        let roots = Tls::builder().root_file(file);
        roots.map_err(|error| assembly::unusable("ca-file", Some(file), &error))?;
    }
    registration::check(&settings.instance).map_err(|error| Failure::usage(vec![error]))
}

async fn accompany(
    settings: Arc<AgentSettings>,
    probe: Probe,
    own: OwnProcesses,
    program: &Program,
) -> Result<ExitCode, Failure> {
    // Before the program is there, so that no signal is missed that is meant for it.
    let signals = Incoming::listen().context("signals cannot be heard")?;
    let mut background = JoinSet::new();
    own.reap_orphans_in(&mut background)
        .context("the ends of processes cannot be noticed")?;
    let running = RunningProgram::start(program, &own)?;
    info!(
        version = env!("CARGO_PKG_VERSION"),
        app = settings.instance.app,
        process = running.id(),
        health = %probe.target(),
        "the command runs; it is registered as soon as it is well"
    );
    let registration = Registration::begin(Arc::clone(&settings), probe);
    Life::new(&settings.stop, running, signals, registration)
        .live()
        .await
}
