//! `heureka serve`: from the settings to a server that runs, and to its end.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, anyhow};
use heureka_net::{Counters, Drained, Limits, Resolver, Tls};
use heureka_server::{App, discover_peers, drive, drive_peers, follow_regions, router};
use tokio::{
    net::{TcpListener, lookup_host},
    runtime::Builder,
    sync::Notify,
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{
    assembly,
    config::{ListenAddress, Note, ServeSettings},
    descriptors,
    exit::{self, Failure},
    signals::{Hangup, Signals},
};

/// How long threads that hang are waited for at the end.
const RUNTIME_GRACE: Duration = Duration::from_millis(200);

/// Serves until a signal ends it; `tls` is what calls to others need.
pub(crate) fn run(
    settings: &ServeSettings,
    tls: Option<Tls>,
    notes: &[Note],
) -> Result<ExitCode, Failure> {
    info!(
        version = env!("CARGO_PKG_VERSION"),
        node = settings.labels.node_name,
        config = ?settings.config,
        "heureka starts"
    );
    for note in notes {
        warn!("{note}");
    }
    let limits = limits(settings)?;
    // As many worker threads as there are processors to run them.
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime cannot be started")?;
    let ended = runtime.block_on(serve(settings, tls, limits));
    runtime.shutdown_timeout(RUNTIME_GRACE);
    ended
}

fn limits(settings: &ServeSettings) -> anyhow::Result<Limits> {
    let limits = &settings.limits;
    Ok(Limits {
        max_connections: descriptors::fit_connections(limits.max_connections)?,
        header_bytes: limits.max_header_bytes,
        target_bytes: limits.max_target_bytes,
        header_deadline: limits.header_deadline,
        body_deadline: limits.body_deadline,
        idle_timeout: limits.idle_timeout,
        write_stall: limits.write_stall,
        answer_deadline: limits.answer_deadline,
        drain_deadline: limits.drain_deadline,
    })
}

async fn serve(
    settings: &ServeSettings,
    tls: Option<Tls>,
    limits: Limits,
) -> Result<ExitCode, Failure> {
    let mut signals = Signals::listen().context("signals cannot be heard")?;
    let listener = bind(&settings.listen).await.map_err(|error| {
        let listen = &settings.listen;
        Failure::Unavailable(format!(
            "cannot listen on {listen}: {error}; choose another --listen"
        ))
    })?;
    let address = listener
        .local_addr()
        .context("the bound address cannot be read")?;

    // The server stops first: requests in flight may still change what the peers are to be told at the end.
    let (stop, end) = (CancellationToken::new(), CancellationToken::new());
    let counters = Arc::new(Counters::default());
    let app = assembly::app(settings, address.port(), Arc::clone(&counters))?;
    let mut background = JoinSet::new();
    background.spawn(drive(app.clone(), end.clone()));
    if let Some(tls) = tls {
        call_others(settings, &app, tls, &end, &mut background)?;
    }
    let mut server = JoinSet::new();
    server.spawn(heureka_net::serve(
        listener,
        limits,
        router(app),
        stop.clone(),
        counters,
    ));
    announce(address);
    stop_gracefully(&mut signals, [stop, end], server, background).await
}

/// Follows the regions and joins the cluster, where there are any, until the end.
fn call_others(
    settings: &ServeSettings,
    app: &App,
    tls: Tls,
    end: &CancellationToken,
    background: &mut JoinSet<()>,
) -> anyhow::Result<()> {
    if !settings.regions.urls.is_empty() {
        let client = assembly::region_client(&settings.regions, tls.clone());
        background.spawn(follow_regions(app.clone(), Arc::new(client), end.clone()));
    }
    if !settings.cluster.peers.is_empty() {
        join_cluster(app, tls, end, background)?;
    }
    Ok(())
}

/// Finds the peers and calls them, until the end.
fn join_cluster(
    app: &App,
    tls: Tls,
    end: &CancellationToken,
    background: &mut JoinSet<()>,
) -> anyhow::Result<()> {
    let refresh = Arc::new(Notify::new());
    let client = assembly::peer_client(tls);
    let resolver = Resolver::of_machine().context("names cannot be looked up")?;
    let hangup = Hangup::listen().context("SIGHUP cannot be heard")?;
    background.spawn(hangup.pass_on(Arc::clone(&refresh), end.clone()));
    background.spawn(discover_peers(app.clone(), resolver, refresh, end.clone()));
    background.spawn(drive_peers(app.clone(), client, end.clone()));
    Ok(())
}

/// Binds the first address of the host that can be bound.
async fn bind(listen: &ListenAddress) -> io::Result<TcpListener> {
    let mut failure = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in lookup_host((listen.host.as_str(), listen.port)).await? {
        match heureka_net::bind(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// Says where clients and people find the server, in the log and on stdout.
fn announce(address: SocketAddr) {
    let host = match address.ip() {
        // Nobody can connect to "all networks".
        ip if ip.is_unspecified() => "localhost".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    let people = format!("http://{host}:{}/", address.port());
    let clients = format!("{people}eureka/");
    info!(%address, clients, people, "heureka is up");
    let line = format!("heureka is up: clients {clients}  people {people}");
    if exit::print(&line).is_err() {
        warn!("nobody reads stdout");
    }
}

/// The first signal begins the end, and a second one does not wait for it.
async fn stop_gracefully(
    signals: &mut Signals,
    [stop, end]: [CancellationToken; 2],
    mut server: JoinSet<Drained>,
    mut background: JoinSet<()>,
) -> Result<ExitCode, Failure> {
    let signal = tokio::select! {
        signal = signals.next() => signal,
        ended = server.join_next() => return Err(anyhow!("the server ended: {ended:?}").into()),
        // A server whose leases never end would look healthy and lie.
        ended = background.join_next() => return Err(anyhow!("the rounds ended: {ended:?}").into()),
    };
    info!(?signal, "stopping: requests in flight are answered first");
    stop.cancel();
    tokio::select! {
        second = signals.next() => {
            warn!(signal = ?second, "stopping at once");
            Ok(second.exit_code())
        }
        ended = server.join_next() => {
            let drained = ended.context("the server is gone")?.context("the server failed")?;
            end.cancel();
            background.join_all().await;
            info!(finished = drained.finished, aborted = drained.aborted, "heureka has stopped");
            Ok(ExitCode::SUCCESS)
        }
    }
}
