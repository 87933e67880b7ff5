//! How a program hears of instances that come and go (RS4).

use std::time::Duration;

use heureka_client::{Change, Error, InstanceKey, InstanceStatus};
use tokio::time::{Instant, sleep};

use crate::cluster::{Cluster, client_of, instance};

const SECOND: Duration = Duration::from_secs(1);

fn told(change: &Change) -> String {
    match change {
        Change::Added(instance) => format!("+{}", instance.id()),
        Change::Modified { after, .. } => format!("~{} {}", after.id(), after.port().unwrap()),
        Change::Removed(instance) => format!("-{}", instance.id()),
    }
}

#[tokio::test(start_paused = true)]
async fn rs4_changes_begin_with_what_is_there_and_end_with_the_client() {
    let cluster = Cluster::default();
    cluster.list(instance("stock", "1"));
    let client = client_of(&cluster.transport())
        .fetch_interval(SECOND)
        .start()
        .await
        .unwrap();
    let mut changes = client.changes("stock");
    assert_eq!(told(&changes.next().await.unwrap()), "+1");
    cluster.list(instance("stock", "2"));
    assert_eq!(told(&changes.next().await.unwrap()), "+2");
    let mut moved = instance("stock", "1");
    moved.port.number = 9090;
    cluster.list(moved);
    assert_eq!(told(&changes.next().await.unwrap()), "~1 9090");
    let mut down = instance("stock", "2");
    down.status = InstanceStatus::Down;
    cluster.list(down);
    assert_eq!(told(&changes.next().await.unwrap()), "-2");
    client.shutdown().await.unwrap();
    assert_eq!(changes.next().await, None);
    assert_eq!(changes.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn rs4_who_asks_late_hears_the_difference_alone() {
    let cluster = Cluster::default();
    cluster.list(instance("stock", "1"));
    let client = client_of(&cluster.transport())
        .fetch_interval(SECOND)
        .start()
        .await
        .unwrap();
    let mut changes = client.changes("stock");
    assert_eq!(told(&changes.next().await.unwrap()), "+1");
    for id in ["2", "3", "4"] {
        cluster.list(instance("stock", id));
        sleep(3 * SECOND).await;
        cluster.unlist(&InstanceKey::new("stock", id));
        sleep(3 * SECOND).await;
    }
    cluster.list(instance("stock", "5"));
    cluster.unlist(&InstanceKey::new("stock", "1"));
    sleep(3 * SECOND).await;
    assert_eq!(told(&changes.next().await.unwrap()), "+5");
    assert_eq!(told(&changes.next().await.unwrap()), "-1");
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rs4_a_change_that_is_given_up_waiting_for_is_not_lost() {
    let cluster = Cluster::default();
    let client = client_of(&cluster.transport())
        .fetch_interval(SECOND)
        .start()
        .await
        .unwrap();
    let mut changes = client.changes("stock");
    let given_up = tokio::time::timeout(10 * SECOND, changes.next()).await;
    assert!(given_up.is_err());
    cluster.list(instance("stock", "1"));
    sleep(3 * SECOND).await;
    assert_eq!(told(&changes.next().await.unwrap()), "+1");
    client.shutdown().await.unwrap();
}

#[cfg(feature = "stream")]
#[tokio::test(start_paused = true)]
async fn rs4_changes_are_a_stream() {
    use futures_core::Stream as _;

    let cluster = Cluster::default();
    cluster.list(instance("stock", "1"));
    let client = client_of(&cluster.transport()).start().await.unwrap();
    let mut changes = std::pin::pin!(client.changes("stock"));
    let first = std::future::poll_fn(|context| changes.as_mut().poll_next(context)).await;
    assert_eq!(told(&first.unwrap()), "+1");
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rs4_waiting_for_instances_ends_when_they_come_or_time_is_up() {
    let cluster = Cluster::default();
    cluster.list(instance("stock", "1"));
    let client = client_of(&cluster.transport())
        .fetch_interval(SECOND)
        .start()
        .await
        .unwrap();
    let at_once = client.wait_for("STOCK", 1, Duration::ZERO).await;
    assert_eq!(at_once.unwrap().len(), 1);
    let began = Instant::now();
    let missing = client.wait_for("stock", 2, 5 * SECOND).await.unwrap_err();
    assert_eq!(began.elapsed(), 5 * SECOND);
    let is_told = matches!(
        &missing,
        Error::NotFound {
            wanted: 2,
            found: 1,
            ..
        }
    );
    assert!(is_told, "{missing}");
    let come = async {
        sleep(2 * SECOND).await;
        cluster.list(instance("stock", "2"));
    };
    let (found, ()) = tokio::join!(client.wait_for("stock", 2, 60 * SECOND), come);
    assert_eq!(found.unwrap().len(), 2);
    client.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rs2_whoever_holds_a_snapshot_keeps_it() {
    let cluster = Cluster::default();
    cluster.list(instance("stock", "1"));
    let client = client_of(&cluster.transport())
        .fetch_interval(SECOND)
        .start()
        .await
        .unwrap();
    let before = client.registry();
    let mut registries = client.watch();
    cluster.list(instance("stock", "2"));
    registries.changed().await.unwrap();
    assert_eq!(before.instances("stock").len(), 1);
    assert_eq!(registries.borrow().instances("stock").len(), 2);
    assert_eq!(client.vip("stock").len(), 2);
    assert_eq!(client.services().len(), 1);
    assert!(client.instance("stock", "2").is_some());
    client.shutdown().await.unwrap();
}
