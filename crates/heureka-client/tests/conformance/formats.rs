//! JSON and XML say the same.

use heureka_client::{EurekaApi, InstanceStatus};
use http::{HeaderValue, header};

use crate::specs::{at_amazon, changed, document, said, talkative};
use crate::subject::{Subject, unused};
use crate::waiting::{eventually, known, until};

const XML: HeaderValue = HeaderValue::from_static("application/xml");

fn wants_xml(head: &mut http::request::Parts) {
    head.headers.insert(header::ACCEPT, XML);
}

fn xml(subject: &Subject) -> EurekaApi {
    subject.api().request_hook(wants_xml)
}

#[tokio::test]
async fn single_instances_and_applications_are_the_same_in_xml() {
    let subject = Subject::ready();
    let (app, json, xml) = (unused("formats-one"), subject.api(), xml(&subject));
    for spec in [
        talkative(&app, &unused("one")),
        at_amazon(&app, &unused("i-0a1b2c3d")),
    ] {
        let one = document(&spec);
        json.register(&one).await.unwrap();
        for api in [&json, &xml] {
            let shown = api.instance(&one.key()).await.unwrap();
            assert_eq!(said(&shown.document), said(&one));
            let by_id = api.instance_by_id(one.id.as_str()).await.unwrap();
            assert_eq!(said(&by_id.document), said(&one));
            let in_app = eventually("the application", async || {
                let app = known(api.application(&app).await)?;
                app.instances
                    .into_iter()
                    .find(|info| info.document.id == one.id)
            });
            assert_eq!(said(&in_app.await.document), said(&one));
        }
        json.cancel(&one.key()).await.unwrap();
    }
}

#[tokio::test]
async fn listings_are_the_same_in_xml() {
    let subject = Subject::ready();
    let (app, json) = (unused("formats-listing"), subject.api());
    let one = document(&talkative(&app, "one"));
    json.register(&one).await.unwrap();
    for api in [subject.api(), xml(&subject)] {
        for is_delta in [false, true] {
            let listed = eventually("the instance", async || {
                let listing = if is_delta {
                    api.delta(&[]).await
                } else {
                    api.applications(&[]).await
                };
                let applications = listing.unwrap().applications;
                let instances = applications.into_iter().flat_map(|app| app.instances);
                instances
                    .into_iter()
                    .find(|info| info.document.key() == one.key())
            });
            assert_eq!(said(&listed.await.document), said(&one));
        }
    }
    json.cancel(&one.key()).await.unwrap();
}

#[tokio::test]
async fn a_client_that_asks_for_xml_follows_by_deltas() {
    let subject = Subject::ready();
    let (app, api) = (unused("formats-client"), subject.api());
    let client = subject.client().request_hook(|head| {
        if head.method == http::Method::GET {
            wants_xml(head);
        }
    });
    let client = client.start().await.unwrap();
    let one = document(&talkative(&app, "one"));
    api.register(&one).await.unwrap();
    until("the instance", async || client.instances(&app).len() == 1).await;
    let down = changed(&one, |document| document.status = InstanceStatus::Down);
    api.register(&down).await.unwrap();
    until("down", async || client.instances(&app).is_empty()).await;
    let shown = client.instance(&app, "one").unwrap();
    assert_eq!(said(shown.document()), said(&down));
    api.cancel(&one.key()).await.unwrap();
    until("gone", async || client.instance(&app, "one").is_none()).await;
    let counts = client.stats().counts;
    assert_eq!((counts.hash_mismatches, counts.fetches_failed), (0, 0));
    client.shutdown().await.unwrap();
}
