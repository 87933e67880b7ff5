//! Names with characters that have a meaning in URLs, JSON or XML.

use std::rc::Rc;

use heureka_client::{ApiError, Event, InstanceKey, LeaseSettings};
use tokio::task::{JoinSet, LocalSet};

use crate::specs::{document, plain};
use crate::subject::{Subject, unused};
use crate::waiting::{event, known, registered, until};

/// The whole life of an instance of this name: that it is listed, renewed and cancelled.
async fn lives(subject: &Subject, app: &str, id: &str) {
    let key = InstanceKey::new(app, id);
    let client = registered(subject, plain(app, id)).await;
    let mut events = client.events();
    let shown = subject.api().instance(&key).await.unwrap();
    assert_eq!(shown.document.key(), key);
    event(&mut events, id, |event| *event == Event::Renewed).await;
    until(id, async || client.instance(app, id).is_some()).await;
    client.shutdown().await.unwrap();
    assert!(
        known(subject.api().instance(&key).await).is_none(),
        "{app}/{id}"
    );
}

/// All of them at once: each waits for heartbeats and fetches of its own.
async fn all_live(names: impl IntoIterator<Item = (String, String)>) {
    let subject = Rc::new(Subject::ready());
    let (here, mut lives_on) = (LocalSet::new(), JoinSet::new());
    for (app, id) in names {
        let subject = Rc::clone(&subject);
        let life = async move { lives(&subject, &app, &id).await };
        lives_on.spawn_local_on(life, &here);
    }
    here.await;
    while let Some(outcome) = lives_on.join_next().await {
        outcome.unwrap();
    }
}

#[tokio::test]
async fn ids_may_have_any_character_but_slashes() {
    let ids = [
        "host.test:orders:8080",
        "with space",
        "100%",
        "%41%2f",
        "größe-✓-日本",
        "a+b",
        "a?b=c&d=e#f",
        "quotes\"'and<angles>",
        "curly{}[]|^`",
        "semi;colon=1",
        "comma,at@dollar$",
        "tilde~dot.dash-under_",
    ];
    all_live(ids.map(|id| (unused("names-id"), id.to_owned()))).await;
}

#[tokio::test]
async fn applications_may_have_any_character_but_slashes() {
    let apps = [
        "with space",
        "dots.and_under",
        "a%b",
        "größe",
        "a:b",
        "a+b&c",
        "a<b>",
    ];
    all_live(apps.map(|app| (unused(app), "one".to_owned()))).await;
}

/// Tomcat and heureka refuse a slash in a path however it is written, and so all that an instance needs besides its
/// registration; Jetty takes it. Nowhere does it name another instance.
#[tokio::test]
async fn a_slash_in_an_id_is_taken_or_refused_but_never_misread() {
    let subject = Subject::ready();
    let (app, api) = (unused("names-slash"), subject.api());
    let one = document(&plain(&app, "a/status").lease(LeaseSettings::new(1, 3)));
    let other = document(&plain(&app, "a"));
    api.register(&one).await.unwrap();
    api.register(&other).await.unwrap();
    let is_renewed = taken(api.renew(&one.key(), one.status, one.last_dirty).await);
    let is_cancelled = taken(api.cancel(&one.key()).await);
    assert_eq!(is_renewed, is_cancelled);
    if is_cancelled {
        assert!(known(api.instance(&one.key()).await).is_none());
    }
    assert_eq!(
        api.instance(&other.key()).await.unwrap().status,
        other.status
    );
    api.cancel(&other.key()).await.unwrap();
}

fn taken(answer: Result<(), ApiError>) -> bool {
    match answer {
        Ok(()) => true,
        Err(ApiError::Http { status: 400, .. }) => false,
        Err(error) => panic!("{error}"),
    }
}
