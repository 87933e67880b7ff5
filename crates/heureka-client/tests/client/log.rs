//! What a client writes to the log (RS12).

use std::io;
use std::sync::Arc;
use std::time::Duration;

use heureka_client::EurekaClient;
use parking_lot::Mutex;
use tokio::time::sleep;
use tracing_subscriber::fmt::MakeWriter;

use crate::cluster::{Cluster, WALL};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lines_with(&self, text: &str) -> Vec<String> {
        let log = self.0.lock();
        let log = String::from_utf8_lossy(&log);
        let lines = log.lines().filter(|line| line.contains(text));
        lines.map(str::to_owned).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// While one subscriber alone is known, a place in the code that another test's thread comes to first is taken for one that
/// nobody listens to. So there is one for everybody besides.
fn listen_everywhere() {
    // Whoever comes second finds it there.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
}

fn collecting(log: &Log) -> tracing::subscriber::DefaultGuard {
    listen_everywhere();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_ansi(false)
        .with_writer(log.clone());
    tracing::subscriber::set_default(subscriber.finish())
}

#[tokio::test(start_paused = true)]
async fn rs12_what_fails_again_and_again_is_told_once_and_so_is_its_end() {
    let log = Log::default();
    let _collecting = collecting(&log);
    let cluster = Cluster::default();
    cluster.take_down("a");
    let client = EurekaClient::builder()
        .server("http://me:s3cret@a:8761/eureka/")
        .transport(cluster.transport())
        .wall_clock(|| WALL)
        .seed(7)
        .start()
        .await
        .unwrap();
    sleep(Duration::from_secs(3600)).await;
    assert!(client.stats().counts.fetches_failed > 100);
    let warnings = log.lines_with(" WARN ");
    assert_eq!(warnings.len(), 2, "{warnings:#?}");
    assert!(warnings[0].contains("a Eureka server fails"));
    assert!(warnings[1].contains("the registry could not be fetched"));
    cluster.bring_up("a");
    sleep(Duration::from_secs(60)).await;
    assert_eq!(log.lines_with("fetching the registry works again").len(), 1);
    cluster.answer_instead("GET", 503);
    sleep(Duration::from_secs(600)).await;
    let warnings = log.lines_with(" WARN ");
    assert_eq!(warnings.len(), 4, "{warnings:#?}");
    client.shutdown().await.unwrap();
    assert!(log.lines_with("s3cret").is_empty());
}

#[tokio::test(start_paused = true)]
async fn rs12_each_call_has_a_span_with_its_operation_and_server() {
    let log = Log::default();
    let _collecting = collecting(&log);
    let cluster = Cluster::default();
    let client = crate::cluster::client_of(&cluster.transport());
    client.start().await.unwrap().shutdown().await.unwrap();
    let span = "eureka_call{operation=\"fetch\" server=http://a:8761/eureka/}";
    let lines = log.lines_with(span);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("status=200"));
}

#[tokio::test(start_paused = true)]
async fn rs3_a_client_that_is_dropped_says_so() {
    let log = Log::default();
    let _collecting = collecting(&log);
    let cluster = Cluster::default();
    let client = crate::cluster::client_of(&cluster.transport());
    drop(client.start().await.unwrap());
    assert_eq!(log.lines_with("dropped instead of shut down").len(), 1);
}
