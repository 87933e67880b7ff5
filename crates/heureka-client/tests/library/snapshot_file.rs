//! The registry in a file, for a start while no server answers (L15).

use std::path::{Path, PathBuf};

use heureka_client::Running;
use heureka_client::test_util::{Behaviour, FakeEureka};

use crate::log::Log;
use crate::support::{ids, secs, sleep_secs, with_orders};

/// A folder of the test's own, which is gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn of(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("heureka-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
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

async fn started(eureka: &FakeEureka, file: &Path) -> Running {
    let client = eureka.client().snapshot_file(file);
    client.snapshot_interval(secs(1)).start().await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn l15_the_file_is_used_while_every_server_is_down() {
    let folder = Folder::of("l15-used");
    let eureka = with_orders();
    started(&eureka, &folder.file())
        .await
        .shutdown()
        .await
        .unwrap();

    eureka.all_behave(Behaviour::Refuse);
    let client = started(&eureka, &folder.file()).await;
    assert_eq!(ids(&client, "orders"), ["o-1"]);
    assert_eq!(client.instances("orders")[0].port(), Some(8080));
    assert!(!client.is_ready(), "a registry from a file is no fetch");

    eureka.put("orders", "o-2", 8080);
    eureka.all_behave(Behaviour::Answer);
    sleep_secs(60).await;
    assert_eq!(ids(&client, "orders"), ["o-1", "o-2"]);
    assert!(client.is_ready());
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn l15_what_a_server_says_counts_before_the_file() {
    let folder = Folder::of("l15-before");
    let eureka = with_orders();
    started(&eureka, &folder.file())
        .await
        .shutdown()
        .await
        .unwrap();
    eureka.remove("orders", "o-1");
    eureka.put("orders", "o-2", 8080);
    let client = started(&eureka, &folder.file()).await;
    assert_eq!(ids(&client, "orders"), ["o-2"]);
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn l15_what_came_last_is_in_the_file() {
    let folder = Folder::of("l15-last");
    let eureka = with_orders();
    let client = started(&eureka, &folder.file()).await;
    eureka.put("orders", "o-2", 8080);
    client.refresh().unwrap();
    client.wait_for("orders", 2, secs(9)).await.unwrap();
    client.shutdown().await.unwrap();
    eureka.all_behave(Behaviour::Hang);
    let client = started(&eureka, &folder.file()).await;
    assert_eq!(ids(&client, "orders"), ["o-1", "o-2"]);
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn l15_a_file_that_cannot_be_read_is_left_out_and_replaced() {
    let half = r#"{"applications":{"versions__delta":"1","application":[{"name":"ORD"#;
    for (name, content) in [
        ("empty", &b""[..]),
        ("half", half.as_bytes()),
        ("garbage", b"\x00\xff\xfegarbage"),
        ("html", b"<html>not found</html>"),
        ("other", b"{\"services\":[]}"),
    ] {
        let folder = Folder::of(&format!("l15-{name}"));
        std::fs::write(folder.file(), content).unwrap();
        let eureka = with_orders();
        eureka.all_behave(Behaviour::Refuse);
        let log = Log::warnings();
        let client = started(&eureka, &folder.file()).await;
        assert!(client.instances("orders").is_empty(), "{name}");
        let is_told = |line: &&String| line.contains("the kept registry cannot be read");
        assert_eq!(log.take().iter().filter(is_told).count(), 1, "{name}");

        eureka.all_behave(Behaviour::Answer);
        sleep_secs(60).await;
        client.shutdown().await.unwrap();
        eureka.all_behave(Behaviour::Refuse);
        let client = started(&eureka, &folder.file()).await;
        assert_eq!(ids(&client, "orders"), ["o-1"], "{name}");
        client.shutdown().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn l15_a_file_that_is_not_there_is_nothing_to_tell() {
    let folder = Folder::of("l15-none");
    let eureka = with_orders();
    let log = Log::warnings();
    let client = started(&eureka, &folder.file()).await;
    client.shutdown().await.unwrap();
    assert_eq!(log.take(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn l15_a_file_that_cannot_be_written_is_told_and_harms_nobody() {
    let folder = Folder::of("l15-unwritable");
    let file = folder.0.join("missing").join("registry.json");
    let eureka = with_orders();
    let log = Log::warnings();
    let client = started(&eureka, &file).await;
    eureka.put("orders", "o-2", 8080);
    sleep_secs(40).await;
    assert_eq!(ids(&client, "orders"), ["o-1", "o-2"]);
    client.shutdown().await.unwrap();
    let is_told = |line: &String| line.contains("could not be kept in its file");
    assert!(log.take().iter().any(is_told));
}
