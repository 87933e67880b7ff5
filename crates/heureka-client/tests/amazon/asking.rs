//! A service that is well.

use heureka_model::{DataCenter, Metadata};

use crate::service::{Service, machine, ok, plain, status, version_2};

const MAC: &str = "0e:49:61:0f:c3:11";

fn amazon(entries: &[(&str, &str)]) -> DataCenter {
    DataCenter::Amazon(entries.iter().copied().collect::<Metadata>())
}

#[tokio::test(start_paused = true)]
async fn deviation_18_every_question_has_a_token() {
    let service = Service::of(version_2(|path| match path {
        "meta-data/network/interfaces/macs/" => ok(&format!("{MAC}/\n")),
        "meta-data/mac" => ok(MAC),
        "dynamic/instance-identity/document" => ok("{\n  \"accountId\" : \"123\"\n}"),
        path => ok(path.rsplit('/').next().unwrap()),
    }));
    let metadata = service.imds.metadata().await.unwrap();
    let seen = service.seen();
    assert_eq!(seen[0], "PUT /latest/api/token");
    assert_eq!(seen[1], "GET /latest/meta-data/instance-id");
    assert_eq!(seen.len(), 17);
    assert!(
        seen[1..]
            .iter()
            .all(|line| line.starts_with("GET /latest/")),
        "{seen:?}"
    );
    assert_eq!(metadata.len(), 16);
    assert_eq!(metadata.get("availability-zone"), Some("availability-zone"));
    assert_eq!(metadata.get("vpc-id"), Some("vpc-id"));
    assert_eq!(metadata.get("accountId"), Some("123"));
}

#[tokio::test(start_paused = true)]
async fn i15_what_is_not_there_is_absent() {
    let service = Service::of(version_2(plain));
    let metadata = service.imds.metadata().await.unwrap();
    let entries: Vec<_> = metadata.iter().collect();
    assert_eq!(
        entries,
        [("instance-id", "i-1"), ("local-ipv4", "172.16.0.1")]
    );
    assert_eq!(
        service.seen().len(),
        1 + 14,
        "an answer is an answer, so nothing is asked twice"
    );
}

#[tokio::test(start_paused = true)]
async fn i16_the_start_gives_a_data_center() {
    let service = Service::of(version_2(plain));
    let data_center = service.imds.data_center(&machine()).await;
    let expected = [
        ("instance-id", "i-1"),
        ("local-ipv4", "172.16.0.1"),
        ("public-hostname", "172.16.0.1"),
    ];
    assert_eq!(data_center, Ok(amazon(&expected)));
}

#[tokio::test(start_paused = true)]
async fn i18_one_question_tells_whether_the_machine_is_amazons() {
    let service = Service::of(version_2(plain));
    assert!(service.imds.is_there().await);
    assert_eq!(
        service.seen(),
        ["PUT /latest/api/token", "GET /latest/meta-data/instance-id"]
    );
    let empty = Service::of(version_2(|_| status(404)));
    assert!(!empty.imds.is_there().await);
}

#[tokio::test(start_paused = true)]
async fn i16_a_later_look_tells_what_changed() {
    let known = amazon(&[("instance-id", "i-1"), ("local-ipv4", "172.16.0.1")]);
    let same = Service::of(version_2(plain));
    assert_eq!(same.imds.changed(&known).await, None);
    let moved = Service::of(version_2(|path| match path {
        "meta-data/local-ipv4" => ok("172.16.0.2"),
        path => plain(path),
    }));
    let now = amazon(&[("instance-id", "i-1"), ("local-ipv4", "172.16.0.2")]);
    assert_eq!(moved.imds.changed(&known).await, Some(now));
    assert_eq!(moved.imds.changed(&DataCenter::MyOwn).await, None);
}

#[tokio::test(start_paused = true)]
async fn i16_a_later_look_that_fails_changes_nothing() {
    let known = amazon(&[("instance-id", "i-1"), ("local-ipv4", "172.16.0.1")]);
    let without_address = Service::of(version_2(|path| match path {
        "meta-data/instance-id" => ok("i-2"),
        _ => status(404),
    }));
    assert_eq!(without_address.imds.changed(&known).await, None);
    let off = Service::of(|_| status(503));
    assert_eq!(off.imds.changed(&known).await, None);
}
