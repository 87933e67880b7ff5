//! Makes the calls that the core wants made.

use std::time::Duration;

use heureka_core::{PeerCall, PeerResult};
use heureka_net::Client;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::transport::carry_out;
use crate::app::App;
use crate::driver::tell_events;

/// How long what is still queued may take to be told at the end.
const FAREWELL_DEADLINE: Duration = Duration::from_secs(2);

/// Calls peers until `shutdown` is cancelled. Then it tells them what they have not been told yet, and says goodbye.
pub async fn drive_peers(app: App, client: Client, shutdown: CancellationToken) {
    let mut calls = JoinSet::new();
    let forever = async {
        loop {
            while let Some(call) = next_call(&app) {
                calls.spawn(make(app.clone(), client.clone(), call));
            }
            tokio::select! {
                () = app.peers_have_work() => {}
                Some(ended) = calls.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "a call to a peer broke off");
                    }
                }
            }
        }
    };
    shutdown.run_until_cancelled(forever).await;
    app.node().unregister_self(app.now());
    // Whoever may not be called now, because it failed just before, is not waited for.
    let flushed = async {
        loop {
            while let Some(call) = next_call(&app) {
                calls.spawn(make(app.clone(), client.clone(), call));
            }
            if calls.join_next().await.is_none() {
                return;
            }
        }
    };
    // What is left then is told below.
    _ = tokio::time::timeout(FAREWELL_DEADLINE, flushed).await;
    warn_of_what_is_left(&app);
    say_goodbye(&app, &client).await;
}

fn warn_of_what_is_left(app: &App) {
    let peers = app.node_for_calls().peers();
    for peer in peers.iter().filter(|peer| peer.queued > 0) {
        tracing::warn!(
            peer = %peer.url,
            keys = peer.queued,
            "not everything could be told to a peer; it hears it from the others or from the clients"
        );
    }
}

fn next_call(app: &App) -> Option<PeerCall> {
    let mut node = app.node_for_calls();
    node.poll_call(app.now())
}

async fn make(app: App, client: Client, call: PeerCall) {
    let result = carry_out(&app, &client, &call).await;
    take_peer_result(&app, &call, result);
}

/// Gives the core what came of a call, counts it, and tells people what it means.
pub fn take_peer_result(app: &App, call: &PeerCall, result: PeerResult) {
    app.metrics().peer_calls().count(call, &result);
    let mut node = app.node();
    node.handle_result(app.now(), call.id, result);
    let events: Vec<_> = std::iter::from_fn(|| node.poll_event()).collect();
    drop(node);
    tell_events(app, &events);
}

async fn say_goodbye(app: &App, client: &Client) {
    let farewells = app.node().farewells(app.now());
    let mut calls = JoinSet::new();
    for call in farewells {
        let (app, client) = (app.clone(), client.clone());
        calls.spawn(async move {
            carry_out(&app, &client, &call).await;
        });
    }
    calls.join_all().await;
}
