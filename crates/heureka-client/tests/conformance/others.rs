//! Other instances, as they come, change and go.

use std::sync::Arc;
use std::time::Duration;

use heureka_client::{Document, EurekaClient, InstanceStatus, Running};

use crate::specs::{changed, document, plain, said, talkative};
use crate::subject::{Subject, unused};
use crate::waiting::{registered, until};

const PATIENCE: Duration = Duration::from_secs(30);

/// A client that has fetched something: one that knows nobody fetches everything each time (K2).
async fn watching(subject: &Subject) -> (Running, Arc<Document>) {
    let bystander = document(&plain(&unused("others-bystander"), "bystander"));
    subject.api().register(&bystander).await.unwrap();
    let known = async || subject.api().applications(&[]).await.unwrap().hash;
    until("the bystander", async || !known().await.is_empty()).await;
    (subject.client().start().await.unwrap(), bystander)
}

/// Everything after the first fetch came by deltas, and all of them added up.
fn came_by_deltas(client: &EurekaClient) {
    let counts = client.stats().counts;
    assert_eq!(counts.fetches_full, 1, "{counts:?}");
    assert_eq!(counts.hash_mismatches, 0, "{counts:?}");
    assert!(counts.fetches_delta > 0, "{counts:?}");
    assert_eq!(counts.fetches_failed, 0, "{counts:?}");
}

#[tokio::test]
async fn what_comes_changes_and_goes_is_seen_by_deltas_whose_hashes_are_equal() {
    let subject = Subject::ready();
    let (app, api) = (unused("others"), subject.api());
    let (client, bystander) = watching(&subject).await;
    let one = document(&plain(&app, "one"));
    let two = document(&plain(&app, "two"));
    api.register(&one).await.unwrap();
    client.wait_for(&app, 1, PATIENCE).await.unwrap();
    api.register(&two).await.unwrap();
    client.wait_for(&app, 2, PATIENCE).await.unwrap();

    let one = changed(&one, |document| document.metadata.set("version", "2"));
    api.register(&one).await.unwrap();
    let version = || {
        client
            .instance(&app, "one")?
            .metadata("version")
            .map(str::to_owned)
    };
    until("the change", async || version().as_deref() == Some("2")).await;

    api.set_status(&two.key(), InstanceStatus::OutOfService, two.last_dirty)
        .await
        .unwrap();
    until("one fewer", async || client.instances(&app).len() == 1).await;
    let two_shown = client.instance(&app, "two").unwrap();
    assert_eq!(two_shown.status(), InstanceStatus::OutOfService);

    api.cancel(&one.key()).await.unwrap();
    until("none", async || client.instances(&app).is_empty()).await;
    api.cancel(&two.key()).await.unwrap();
    until("gone", async || {
        client.registry().application(&app).is_none()
    })
    .await;
    came_by_deltas(&client);
    let is_equal = async || api.applications(&[]).await.unwrap().hash == client.registry().hash();
    until("equal hashes", is_equal).await;
    api.cancel(&bystander.key()).await.unwrap();
    client.shutdown().await.unwrap();
}

#[tokio::test]
async fn many_that_come_at_once_are_all_seen() {
    const COUNT: usize = 50;
    let subject = Subject::ready();
    let (app, api) = (unused("others-many"), subject.api());
    let (client, bystander) = watching(&subject).await;
    let documents: Vec<_> = (0..COUNT)
        .map(|n| document(&talkative(&app, &format!("n-{n}"))))
        .collect();
    for one in &documents {
        api.register(one).await.unwrap();
    }
    let found = client.wait_for(&app, COUNT, PATIENCE).await.unwrap();
    for one in &documents {
        let found = found.iter().find(|found| *found.id() == one.id).unwrap();
        assert_eq!(said(found.document()), said(one));
    }
    for one in &documents {
        api.cancel(&one.key()).await.unwrap();
    }
    until("gone", async || {
        client.registry().application(&app).is_none()
    })
    .await;
    came_by_deltas(&client);
    api.cancel(&bystander.key()).await.unwrap();
    client.shutdown().await.unwrap();
}

#[tokio::test]
async fn one_client_sees_the_other() {
    let subject = Subject::ready();
    let app = unused("others-client");
    let (watcher, bystander) = watching(&subject).await;
    let other = registered(&subject, plain(&app, "one")).await;
    watcher.wait_for(&app, 1, PATIENCE).await.unwrap();
    other.set_status(InstanceStatus::Down).unwrap();
    until("down", async || watcher.instances(&app).is_empty()).await;
    other.set_status(InstanceStatus::Up).unwrap();
    watcher.wait_for(&app, 1, PATIENCE).await.unwrap();
    other.shutdown().await.unwrap();
    until("gone", async || watcher.instance(&app, "one").is_none()).await;
    came_by_deltas(&watcher);
    subject.api().cancel(&bystander.key()).await.unwrap();
    watcher.shutdown().await.unwrap();
}

#[tokio::test]
async fn vips_find_instances_of_any_application() {
    let subject = Subject::ready();
    let (vip, svip, api) = (unused("vip"), unused("svip"), subject.api());
    let client = subject.client().start().await.unwrap();
    let spec = |app: &str| {
        plain(app, "one")
            .vip(&format!("{vip},more"))
            .secure_port(443)
            .secure_vip(&svip)
    };
    let documents = [unused("others-vip"), unused("others-vip")].map(|app| document(&spec(&app)));
    for one in &documents {
        api.register(one).await.unwrap();
    }
    until("the vip", async || client.vip(&vip).len() == 2).await;
    assert_eq!(client.secure_vip(&svip).len(), 2);
    assert!(client.vip(&svip).is_empty());
    for one in &documents {
        api.cancel(&one.key()).await.unwrap();
    }
    client.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_client_of_one_vip_sees_nothing_else() {
    let subject = Subject::ready();
    let (app, vip, api) = (unused("others-single"), unused("single"), subject.api());
    let within = document(&plain(&app, "within").vip(&vip));
    let without = document(&plain(&app, "without"));
    api.register(&within).await.unwrap();
    api.register(&without).await.unwrap();
    let client = subject.client().single_vip(&vip).start().await.unwrap();
    until("the vip", async || client.vip(&vip).len() == 1).await;
    assert_eq!(client.registry().len(), 1);
    assert!(client.instance(&app, "without").is_none());
    api.cancel(&within.key()).await.unwrap();
    until("nobody", async || client.vip(&vip).is_empty()).await;
    api.cancel(&without.key()).await.unwrap();
    client.shutdown().await.unwrap();
}
