//! The registry in a file (L15).

use std::path::PathBuf;
use std::time::Duration;

use heureka_client::InstanceKey;
use tokio::time::sleep;

use crate::cluster::{Cluster, client_of, instance};

const SECOND: Duration = Duration::from_secs(1);

/// A folder of one test, gone at its end.
struct Folder(PathBuf);

impl Folder {
    fn of(test: &str) -> Self {
        let name = format!("heureka-client-{test}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("registry.json")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test(start_paused = true)]
async fn l15_the_registry_outlives_its_servers_in_a_file_that_anybody_can_read() {
    let folder = Folder::of("outlives");
    let cluster = Cluster::default();
    cluster.list(instance("stock", "host:stock:1"));
    let client = client_of(&cluster.transport()).snapshot_file(folder.file());
    client.start().await.unwrap().shutdown().await.unwrap();
    let kept: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.file()).unwrap()).unwrap();
    let name = &kept["applications"]["application"][0]["name"];
    assert_eq!(name, "STOCK");
    let left: Vec<_> = std::fs::read_dir(&folder.0).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");

    cluster.take_down("a");
    let client = client_of(&cluster.transport())
        .snapshot_file(folder.file())
        .insist_on_fetch(true);
    let client = client.start().await.unwrap();
    assert_eq!(client.instances("stock").len(), 1);
    assert!(!client.is_ready(), "a file is no fetch");
    cluster.bring_up("a");
    cluster.list(instance("stock", "host:stock:2"));
    client.wait_for("stock", 2, 60 * SECOND).await.unwrap();
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn l15_what_servers_list_counts_before_the_file() {
    let folder = Folder::of("counts");
    let cluster = Cluster::default();
    cluster.list(instance("stock", "1"));
    let client = client_of(&cluster.transport()).snapshot_file(folder.file());
    client.start().await.unwrap().shutdown().await.unwrap();
    cluster.unlist(&InstanceKey::new("stock", "1"));
    cluster.list(instance("orders", "1"));
    let client = client_of(&cluster.transport()).snapshot_file(folder.file());
    let client = client.start().await.unwrap();
    assert_eq!(client.instances("stock").len(), 0);
    assert_eq!(client.instances("orders").len(), 1);
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn l15_a_file_that_cannot_be_read_is_as_good_as_none() {
    let folder = Folder::of("unreadable");
    let cluster = Cluster::default();
    cluster.take_down("a");
    for content in ["", "{\"applications\":{\"appl", "<html>", "\u{0}\u{1}"] {
        std::fs::write(folder.file(), content).unwrap();
        let client = client_of(&cluster.transport()).snapshot_file(folder.file());
        let client = client.start().await.unwrap();
        assert_eq!(client.registry().len(), 0);
        client.shutdown().await.unwrap();
        let kept = std::fs::read_to_string(folder.file()).unwrap();
        assert_eq!(kept, content, "nothing was learnt, so nothing is written");
    }
}

#[tokio::test(start_paused = true)]
async fn l15_the_file_is_written_at_most_once_in_each_interval() {
    let folder = Folder::of("interval");
    let cluster = Cluster::default();
    cluster.list(instance("stock", "1"));
    let client = client_of(&cluster.transport())
        .fetch_interval(SECOND)
        .snapshot_file(folder.file())
        .snapshot_interval(60 * SECOND)
        .start()
        .await
        .unwrap();
    sleep(5 * SECOND).await;
    cluster.list(instance("stock", "2"));
    sleep(30 * SECOND).await;
    let kept = std::fs::read_to_string(folder.file()).unwrap();
    assert!(!kept.contains(r#""instanceId":"2""#));
    sleep(60 * SECOND).await;
    let kept = std::fs::read_to_string(folder.file()).unwrap();
    assert!(kept.contains(r#""instanceId":"2""#));
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn l15_a_file_that_cannot_be_written_disturbs_nobody() {
    let folder = Folder::of("unwritable");
    let cluster = Cluster::default();
    cluster.list(instance("stock", "1"));
    let client = client_of(&cluster.transport()).snapshot_file(folder.0.join("no/such/folder"));
    let client = client.start().await.unwrap();
    assert_eq!(client.instances("stock").len(), 1);
    client.shutdown().await.unwrap();
}
