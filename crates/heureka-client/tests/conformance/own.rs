//! The instance of the client itself, from its registration to its end.

use heureka_client::{Event, InstanceInfo, InstanceKey, InstanceStatus, Running};

use crate::specs::{at_amazon, oddly_keyed, plain, said, talkative};
use crate::subject::{Subject, unused};
use crate::waiting::{event, eventually, known, registered, until};

/// The instance as the server shows it, as soon as it is as wanted.
async fn shown(
    subject: &Subject,
    key: &InstanceKey,
    what: &str,
    is_it: impl Fn(&InstanceInfo) -> bool,
) -> InstanceInfo {
    let api = subject.api();
    eventually(what, async || {
        known(api.instance(key).await).filter(|info| is_it(info))
    })
    .await
}

async fn plainly_registered(subject: &Subject, app: &str) -> (Running, InstanceKey) {
    let client = registered(subject, plain(app, "one")).await;
    (client, InstanceKey::new(app, "one"))
}

#[tokio::test]
async fn an_instance_is_listed_with_all_it_says() {
    let subject = Subject::ready();
    let app = unused("own-fields");
    for spec in [
        talkative(&app, "one"),
        oddly_keyed(&app, "two"),
        at_amazon(&app, "i-0a1b2c3d"),
    ] {
        let client = registered(&subject, spec).await;
        let document = client.document().unwrap();
        let shown = subject.api().instance(&document.key()).await.unwrap();
        assert_eq!(said(&shown.document), said(&document));
        assert_eq!(shown.status, InstanceStatus::Up);
        // As all clients find it, this one among them.
        let found = client
            .wait_for(&app, 1, std::time::Duration::from_secs(30))
            .await;
        assert_eq!(said(found.unwrap()[0].document()), said(&document));
        client.shutdown().await.unwrap();
    }
}

#[tokio::test]
async fn a_lease_is_renewed() {
    let subject = Subject::ready();
    let (client, key) = plainly_registered(&subject, &unused("own-renewed")).await;
    let mut events = client.events();
    let before = subject
        .api()
        .instance(&key)
        .await
        .unwrap()
        .lease
        .last_renewal;
    for _ in 0..3 {
        event(&mut events, "a heartbeat", |event| *event == Event::Renewed).await;
    }
    let is_later = |info: &InstanceInfo| info.lease.last_renewal > before;
    shown(&subject, &key, "a later renewal", is_later).await;
    assert_eq!(client.stats().counts.registrations_again, 0);
    client.shutdown().await.unwrap();
}

#[tokio::test]
async fn an_instance_that_was_deleted_registers_again() {
    let subject = Subject::ready();
    let (client, key) = plainly_registered(&subject, &unused("own-deleted")).await;
    let mut events = client.events();
    subject.api().cancel(&key).await.unwrap();
    let is_again = |event: &Event| matches!(event, Event::Registered { again: true, .. });
    event(&mut events, "registered again", is_again).await;
    shown(&subject, &key, "the instance", |_| true).await;
    client.shutdown().await.unwrap();
}

#[tokio::test]
async fn an_override_is_noticed_and_its_end_too() {
    let subject = Subject::ready();
    let (client, key) = plainly_registered(&subject, &unused("own-overridden")).await;
    let last_dirty = client.document().unwrap().last_dirty;
    until("up", async || client.remote_status() == InstanceStatus::Up).await;
    let out = InstanceStatus::OutOfService;
    subject
        .api()
        .set_status(&key, out, last_dirty)
        .await
        .unwrap();
    until("out of service", async || client.remote_status() == out).await;
    assert_eq!(client.document().unwrap().status, InstanceStatus::Up);
    subject.api().remove_status(&key, last_dirty).await.unwrap();
    until("up again", async || {
        client.remote_status() == InstanceStatus::Up
    })
    .await;
    client.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_status_is_shown_as_soon_as_it_is_set() {
    let subject = Subject::ready();
    let (client, key) = plainly_registered(&subject, &unused("own-status")).await;
    for status in [
        InstanceStatus::Down,
        InstanceStatus::Up,
        InstanceStatus::Starting,
        InstanceStatus::Up,
    ] {
        client.set_status(status).unwrap();
        shown(&subject, &key, status.as_str(), |info| {
            info.status == status
        })
        .await;
        until("seen", async || client.remote_status() == status).await;
    }
    client.shutdown().await.unwrap();
}

#[tokio::test]
async fn metadata_that_changes_is_shown() {
    let subject = Subject::ready();
    let app = unused("own-metadata");
    let spec = plain(&app, "one").metadata("kept", "yes");
    let client = registered(&subject, spec).await;
    client
        .set_metadata(&[("version", "7"), ("größe", "<&>")])
        .unwrap();
    let key = InstanceKey::new(&app, "one");
    let info = shown(&subject, &key, "the metadata", |info| {
        info.document.metadata.get("version") == Some("7")
    });
    let metadata = &info.await.document.metadata;
    assert_eq!(metadata.get("kept"), Some("yes"));
    assert_eq!(metadata.get("größe"), Some("<&>"));
    client.shutdown().await.unwrap();
}

#[tokio::test]
async fn another_lease_is_shown() {
    let subject = Subject::ready();
    let (client, key) = plainly_registered(&subject, &unused("own-lease")).await;
    let lease = heureka_client::LeaseSettings::new(2, 77);
    client.set_lease(lease).unwrap();
    shown(&subject, &key, "the lease", |info| {
        info.document.lease == lease
    })
    .await;
    client.shutdown().await.unwrap();
}

#[tokio::test]
async fn an_instance_that_leaves_is_gone() {
    let subject = Subject::ready();
    let (client, key) = plainly_registered(&subject, &unused("own-leaving")).await;
    shown(&subject, &key, "the instance", |_| true).await;
    client.shutdown().await.unwrap();
    assert!(known(subject.api().instance(&key).await).is_none());
}
