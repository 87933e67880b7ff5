//! Every request of the protocol, one at a time.

use heureka_client::{ApiError, EurekaApi, InstanceKey, InstanceStatus, UnixMillis};
use heureka_model::{Applications, StatusCounts};

use crate::specs::{changed, document, plain};
use crate::subject::{Subject, unused};
use crate::waiting::{eventually, known, until};

fn ids(listing: &Applications) -> Vec<String> {
    let instances = listing.applications.iter().flat_map(|one| &one.instances);
    let mut ids: Vec<String> = instances.map(|one| one.document.id.to_string()).collect();
    ids.sort();
    ids
}

/// The hash that a client calculates.
fn counted(listing: &Applications) -> String {
    let mut counts = StatusCounts::default();
    for info in listing.applications.iter().flat_map(|one| &one.instances) {
        counts.add(info.status);
    }
    counts.hash()
}

fn is_unknown<T: std::fmt::Debug>(answer: Result<T, ApiError>) -> bool {
    known(answer).is_none()
}

#[tokio::test]
async fn register_renew_and_cancel() {
    let subject = Subject::ready();
    let (app, api) = (unused("api-life"), subject.api());
    let one = document(&plain(&app, "one"));
    let (key, up) = (one.key(), InstanceStatus::Up);
    assert!(is_unknown(api.renew(&key, up, one.last_dirty).await));
    api.register(&one).await.unwrap();
    api.renew(&key, up, one.last_dirty).await.unwrap();
    // Who knows something newer than the server has to tell it.
    let newer = UnixMillis(one.last_dirty.0 + 1);
    assert!(is_unknown(api.renew(&key, up, newer).await));
    api.cancel(&key).await.unwrap();
    assert!(is_unknown(api.cancel(&key).await));
    assert!(is_unknown(api.renew(&key, up, one.last_dirty).await));
}

#[tokio::test]
async fn a_registration_replaces_the_one_before() {
    let subject = Subject::ready();
    let (app, api) = (unused("api-again"), subject.api());
    let one = document(&plain(&app, "one").metadata("old", "yes"));
    api.register(&one).await.unwrap();
    let two = changed(&one, |document| {
        document.metadata = [("new", "yes")].into_iter().collect()
    });
    api.register(&two).await.unwrap();
    assert_eq!(api.instance(&one.key()).await.unwrap().document, two);
    api.cancel(&one.key()).await.unwrap();
}

#[tokio::test]
async fn overrides_come_and_go() {
    let subject = Subject::ready();
    let (app, api) = (unused("api-override"), subject.api());
    let one = document(&plain(&app, "one"));
    let (key, out) = (one.key(), InstanceStatus::OutOfService);
    assert!(is_unknown(api.set_status(&key, out, one.last_dirty).await));
    api.register(&one).await.unwrap();
    api.set_status(&key, out, one.last_dirty).await.unwrap();
    let shown = api.instance(&key).await.unwrap();
    assert_eq!((shown.status, shown.overridden_status), (out, out));
    // It outlives a registration.
    api.register(&one).await.unwrap();
    assert_eq!(api.instance(&key).await.unwrap().status, out);
    api.remove_status(&key, one.last_dirty).await.unwrap();
    let shown = api.instance(&key).await.unwrap();
    assert_eq!(shown.overridden_status, InstanceStatus::Unknown);
    // Until the instance says something, nobody knows its status, and its heartbeat is answered with 404.
    assert!(is_unknown(
        api.renew(&key, InstanceStatus::Up, one.last_dirty).await
    ));
    api.register(&one).await.unwrap();
    assert_eq!(api.instance(&key).await.unwrap().status, InstanceStatus::Up);
    api.cancel(&key).await.unwrap();
    assert!(is_unknown(api.remove_status(&key, one.last_dirty).await));
}

#[tokio::test]
async fn metadata_is_set_until_the_next_registration() {
    let subject = Subject::ready();
    let (app, api) = (unused("api-metadata"), subject.api());
    let one = document(&plain(&app, "one").metadata("own", "1"));
    let key = one.key();
    assert!(is_unknown(api.set_metadata(&key, &[("a", "b")]).await));
    api.register(&one).await.unwrap();
    let entries = [("a", "b"), ("größe & co", "1 + 1 = 2 <✓>")];
    api.set_metadata(&key, &entries).await.unwrap();
    let shown = api.instance(&key).await.unwrap();
    for (name, value) in entries {
        assert_eq!(shown.document.metadata.get(name), Some(value), "{name}");
    }
    assert_eq!(shown.document.metadata.get("own"), Some("1"));
    api.cancel(&key).await.unwrap();
}

#[tokio::test]
async fn listings_have_what_is_registered() {
    let subject = Subject::ready();
    let (app, api) = (unused("api-listings"), subject.api());
    let (vip, svip) = (unused("vip"), unused("svip"));
    let documents = ["one", "two"].map(|id| {
        let id = unused(id);
        document(
            &plain(&app, &id)
                .vip(&vip)
                .secure_port(443)
                .secure_vip(&svip),
        )
    });
    for one in &documents {
        api.register(one).await.unwrap();
    }
    let expected: Vec<String> = documents.iter().map(|one| one.id.to_string()).collect();
    let has_all = |listing: &Applications| expected.iter().all(|id| ids(listing).contains(id));
    for what in ["applications", "delta", "vip", "secure vip"] {
        until(what, async || {
            has_all(&listing(&api, what, &vip, &svip).await)
        })
        .await;
    }
    // The instances under a vip are these and no others.
    assert_eq!(ids(&api.vip(&vip, &[]).await.unwrap()), expected);
    assert_eq!(ids(&api.secure_vip(&svip, &[]).await.unwrap()), expected);
    let application = eventually("the application", async || {
        known(api.application(&app).await).filter(|one| one.instances.len() == 2)
    });
    assert_eq!(application.await.name, documents[0].app);
    for one in &documents {
        assert_eq!(api.instance(&one.key()).await.unwrap().document, *one);
        let by_id = api.instance_by_id(one.id.as_str()).await.unwrap();
        assert_eq!(by_id.document, *one);
        api.cancel(&one.key()).await.unwrap();
    }
}

async fn listing(api: &EurekaApi, what: &str, vip: &str, svip: &str) -> Applications {
    let listing = match what {
        "applications" => api.applications(&[]).await,
        "delta" => api.delta(&[]).await,
        "vip" => api.vip(vip, &[]).await,
        _ => api.secure_vip(svip, &[]).await,
    };
    listing.unwrap()
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let subject = Subject::ready();
    let (app, api) = (unused("api-nobody"), subject.api());
    assert!(is_unknown(api.application(&app).await));
    assert!(is_unknown(
        api.instance(&InstanceKey::new(&app, "one")).await
    ));
    assert!(is_unknown(api.instance_by_id(&app).await));
    // A vip without instances is a listing without instances, or not found.
    for listing in [api.vip(&app, &[]).await, api.secure_vip(&app, &[]).await] {
        assert!(known(listing).is_none_or(|listing| ids(&listing).is_empty()));
    }
}

#[tokio::test]
async fn the_hash_counts_what_is_listed() {
    let subject = Subject::ready();
    let (app, api) = (unused("api-hash"), subject.api());
    let one = document(&plain(&app, "one"));
    let down = document(&plain(&app, "two").status(InstanceStatus::Down));
    for document in [&one, &down] {
        api.register(document).await.unwrap();
    }
    let counts_itself = async || {
        let listing = api.applications(&[]).await.unwrap();
        let is_there = ids(&listing).contains(&"two".to_owned());
        is_there && listing.hash == counted(&listing)
    };
    until("a hash that counts", counts_itself).await;
    for document in [&one, &down] {
        api.cancel(&document.key()).await.unwrap();
    }
}
