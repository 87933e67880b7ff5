//! The packed recordings of what Java servers send to their peers, as `xtask pack-golden` writes them.

use std::path::Path;

use serde::Deserialize;

/// What the recordings show for the name of the machine, and what stands in its place here: it has to fit into a path.
const HOST_NAME: (&str, &str) = ("<HOST-NAME>", "host-name");

/// Everything that one server sent, in the order of time.
#[derive(Debug)]
pub(crate) struct Story(pub(crate) Vec<Exchange>);

/// A request, and what the recorder answered in the peer's place.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Exchange {
    /// Seconds since the start of the recording.
    pub(crate) t: f64,
    pub(crate) request: Request,
    #[serde(default)]
    note: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) body: String,
}

/// The parts of an item that decide what becomes of it, read without the crate that is on trial.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Item {
    pub(crate) app_name: String,
    pub(crate) id: String,
    pub(crate) last_dirty_timestamp: Option<i64>,
    pub(crate) overridden_status: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) instance_info: Option<Info>,
    pub(crate) action: String,
}

/// The parts of an instance that are compared.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Info {
    pub(crate) status: String,
    pub(crate) overridden_status: String,
    pub(crate) last_dirty_timestamp: String,
    pub(crate) metadata: serde_json::Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Batch {
    replication_list: Vec<Item>,
}

impl Story {
    /// Reads a story. Its first line says what was done to the server meanwhile.
    pub(crate) fn read(recording: &str) -> Self {
        let (_actions, exchanges) = recording.split_once('\n').unwrap();
        let exchanges = exchanges.replace(HOST_NAME.0, HOST_NAME.1);
        let lines = exchanges.lines();
        Self(
            lines
                .map(|line| serde_json::from_str(line).unwrap())
                .collect(),
        )
    }

    pub(crate) fn batches(self) -> impl Iterator<Item = Exchange> {
        self.0.into_iter().filter(Exchange::is_batch)
    }
}

impl Exchange {
    pub(crate) fn is_batch(&self) -> bool {
        self.request.path.ends_with("/peerreplication/batch/")
    }

    /// The items of a batch.
    pub(crate) fn items(&self) -> Vec<Item> {
        let batch: Batch = serde_json::from_str(&self.request.body).unwrap();
        batch.replication_list
    }

    /// Whether the recorder wrote the body itself, because it was long: its first item, in another layout.
    pub(crate) fn is_cut(&self) -> bool {
        self.note.contains("body cut to the first")
    }
}

/// How many stories there are.
pub(crate) fn count_recorded() -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/peer-traffic");
    let count = |server| std::fs::read_dir(folder.join(server)).unwrap().count();
    ["netflix", "spring"].map(count).iter().sum()
}
