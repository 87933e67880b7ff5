//! Waiting for something to become true.

use std::time::Duration;

use heureka_client::{ApiError, Event, InstanceSpec, Running};
use tokio::sync::broadcast::Receiver;
use tokio::time::{sleep, timeout};

use crate::subject::Subject;

/// How long anything may take: the caches of a Java server take a second each.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);

/// Asks until there is something, and gives it.
pub(crate) async fn eventually<T>(what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(found) = probe().await {
                return found;
            }
            sleep(PAUSE).await;
        }
    };
    let found = timeout(PATIENCE, asking).await;
    found.unwrap_or_else(|_| panic!("not within {PATIENCE:?}: {what}"))
}

/// Asks until it is so.
pub(crate) async fn until(what: &str, mut probe: impl AsyncFnMut() -> bool) {
    eventually(what, async || probe().await.then_some(())).await;
}

/// Waits for an event.
pub(crate) async fn event(
    events: &mut Receiver<Event>,
    what: &str,
    mut is_it: impl FnMut(&Event) -> bool,
) {
    let waiting = async {
        loop {
            if is_it(&events.recv().await.expect("the client has ended")) {
                return;
            }
        }
    };
    let seen = timeout(PATIENCE, waiting).await;
    seen.unwrap_or_else(|_| panic!("no such event within {PATIENCE:?}: {what}"));
}

/// A client whose instance the server shows. On a busy machine the first registration may come too late, and another does it.
pub(crate) async fn registered(subject: &Subject, spec: InstanceSpec) -> Running {
    let client = subject.client().register(spec).start().await.unwrap();
    let (api, key) = (subject.api(), client.document().unwrap().key());
    let is_shown = async || known(api.instance(&key).await).is_some();
    until(key.id.as_str(), is_shown).await;
    client
}

/// What is there, or nothing; all other answers are faults.
pub(crate) fn known<T>(answer: Result<T, ApiError>) -> Option<T> {
    match answer {
        Ok(answer) => Some(answer),
        Err(ApiError::NotFound { .. }) => None,
        Err(error) => panic!("{error}"),
    }
}
