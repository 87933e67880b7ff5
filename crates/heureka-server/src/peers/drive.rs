//! Makes the calls that the core wants made.

use heureka_core::PeerCall;
use heureka_net::Client;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::transport::carry_out;
use crate::app::App;
use crate::driver::tell_events;

/// Calls peers until `shutdown` is cancelled, and then says goodbye to those that are reached.
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
    say_goodbye(&app, &client).await;
}

fn next_call(app: &App) -> Option<PeerCall> {
    let mut node = app.node_for_calls();
    node.poll_call(app.now())
}

async fn make(app: App, client: Client, call: PeerCall) {
    let result = carry_out(&app, &client, &call).await;
    let mut node = app.node();
    node.handle_result(app.now(), call.id, result);
    let events: Vec<_> = std::iter::from_fn(|| node.poll_event()).collect();
    drop(node);
    tell_events(&app, &events);
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
