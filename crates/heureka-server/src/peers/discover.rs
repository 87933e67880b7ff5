//! Finds the peers, again and again.

use std::net::IpAddr;
use std::sync::Arc;

use heureka_core::{
    Found, Lookup, LookupFailed, Node, PeerDirectory, PeerKind, PeerTarget, Question,
};
use heureka_model::ServiceUrl;
use heureka_net::Resolver;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::mesh_watch::MeshWatch;
use crate::app::App;
use crate::own_instance;

/// Looks names up when they are due, and at once when `refresh` says so, until `shutdown` is cancelled.
pub async fn discover_peers(
    app: App,
    resolver: Resolver,
    refresh: Arc<Notify>,
    shutdown: CancellationToken,
) {
    let settings = &app.config().peers;
    let mut directory = PeerDirectory::new(settings.sources.clone(), settings.discovery);
    let mut mesh = MeshWatch::default();
    let forever = async {
        loop {
            while let Some(lookup) = directory.poll_lookup(app.now().mono) {
                let result = look_up(&resolver, &lookup).await;
                directory.handle_lookup(app.now().mono, lookup.id, result);
            }
            let targets = targets(&app, &resolver, directory.peers()).await;
            tell_left_out(&directory);
            take_list(&app, targets, &mut mesh);
            tokio::select! {
                () = until_due(&app, &directory) => {}
                () = refresh.notified() => {
                    tracing::info!("the peers are looked up again");
                    directory.refresh();
                }
            }
        }
    };
    shutdown.run_until_cancelled(forever).await;
}

fn take_list(app: &App, targets: Vec<PeerTarget>, mesh: &mut MeshWatch) {
    let (peers, strangers) = {
        let mut node = app.node();
        node.set_peers(app.now(), targets);
        register_under_listed_host(app, &mut node);
        (node.peers(), node.not_meshed())
    };
    app.wake_peers();
    let ids: Vec<_> = peers.iter().map(|peer| peer.id).collect();
    app.metrics().peer_calls().keep_only(&ids);
    mesh.look_and_warn(strangers);
}

/// The node's own instance takes the host that the list has for it, once it is known which entry that is.
fn register_under_listed_host(app: &App, node: &mut Node) {
    let own = app.own_instance();
    let key = own.document.key();
    let listed = node
        .peers()
        .into_iter()
        .find(|peer| peer.kind == PeerKind::Own);
    let registered = node.instance(key.app.as_str(), key.id.as_str());
    let host: Option<Box<str>> = registered.map(|own| own.document.host_name().into());
    if let Some(listed) = listed
        && app.config().peers.register_self
        && host.as_deref() != Some(listed.url.host())
    {
        let now = app.now().wall;
        node.register_self(own_instance::registration_at(own, listed.url.host(), now));
    }
}

async fn look_up(resolver: &Resolver, lookup: &Lookup) -> Result<Found, LookupFailed> {
    let found = match &lookup.question {
        Question::Addresses(name) => resolver.addresses(name).await.map(Found::Addresses),
        Question::Services(name) => resolver.services(name).await.map(Found::Services),
        Question::Texts(name) => resolver.texts(name).await.map(Found::Texts),
    };
    found.map_err(|error| {
        tracing::warn!(question = ?lookup.question, %error, "peers cannot be looked up; those that are known stay");
        LookupFailed
    })
}

async fn until_due(app: &App, directory: &PeerDirectory) {
    let refresh = app.config().peers.discovery.refresh_interval;
    let wait = directory
        .poll_timeout()
        .map_or(refresh, |at| at.saturating_sub(app.now().mono));
    tokio::time::sleep(wait).await;
}

async fn targets(app: &App, resolver: &Resolver, urls: &[ServiceUrl]) -> Vec<PeerTarget> {
    let mut targets = Vec::with_capacity(urls.len());
    for url in urls {
        targets.push(PeerTarget {
            url: url.clone(),
            addresses: addresses(resolver, url).await,
            is_presumed_own: is_presumed_own(app, url),
        });
    }
    targets
}

/// The addresses by which a Java peer is recognised when it sends something. Without them its instances are not held for
/// it; nothing else depends on them.
async fn addresses(resolver: &Resolver, url: &ServiceUrl) -> Vec<IpAddr> {
    match url.address() {
        Some(address) => vec![address],
        None => match tokio::net::lookup_host((url.host(), url.port())).await {
            Ok(addresses) => addresses.map(|address| address.ip()).collect(),
            Err(_) => resolver.addresses(url.host()).await.unwrap_or_default(),
        },
    }
}

/// server.md N12, with the port: two nodes on one host are two.
fn is_presumed_own(app: &App, url: &ServiceUrl) -> bool {
    let config = app.config();
    url.port() == config.labels.port
        && config
            .peers
            .own_hosts
            .iter()
            .any(|own| own.eq_ignore_ascii_case(url.host()))
}

fn tell_left_out(directory: &PeerDirectory) {
    let left_out = directory.left_out();
    if left_out > 0 {
        tracing::warn!(
            left_out,
            "there are more peers than a node takes; the last of the sorted list are left out"
        );
    }
}
