//! What a Java server passes on about the instances of a fleet, in batches.

use std::fmt::Write as _;

use heureka_model::ReplicationAction;

use super::{Fleet, JSON_HEADERS, put_body};

/// What a batch tells of each of its instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// A heartbeat of the version that is registered.
    Heartbeat,
    /// A heartbeat of an older version, which is answered with the newer document.
    StaleHeartbeat,
    /// A changed document.
    Registration,
    /// An override, of what has that changed document.
    StatusUpdate,
}

impl Told {
    /// All of them, in an order in which each finds what the ones before have left.
    pub(crate) const ALL: [Self; 4] = [
        Self::Heartbeat,
        Self::StaleHeartbeat,
        Self::Registration,
        Self::StatusUpdate,
    ];

    /// What tables call them.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Heartbeat => "heartbeats",
            Self::StaleHeartbeat => "stale heartbeats",
            Self::Registration => "registrations",
            Self::StatusUpdate => "status updates",
        }
    }

    /// How an item is answered.
    pub(crate) fn status(self) -> u16 {
        if self == Self::StaleHeartbeat {
            409
        } else {
            200
        }
    }

    fn action(self) -> ReplicationAction {
        match self {
            Self::Heartbeat | Self::StaleHeartbeat => ReplicationAction::Heartbeat,
            Self::Registration => ReplicationAction::Register,
            Self::StatusUpdate => ReplicationAction::StatusUpdate,
        }
    }
}

impl Fleet {
    /// Writes `POST peerreplication/batch/` with so many items from the `first` instance on; behind the last one comes the
    /// first one again. It asks for no gzip, which a Java server would, so that its answer can be looked at.
    pub(crate) fn batch(&self, out: &mut Vec<u8>, first: usize, items: usize, told: Told) {
        let items: Vec<String> = (first..first + items)
            .map(|n| self.item(n % self.instances.max(1), told))
            .collect();
        self.line(out, "POST", format_args!("/peerreplication/batch/"));
        out.extend_from_slice(JSON_HEADERS.as_bytes());
        put_body(out, &[r#"{"replicationList":["#, &items.join(","), "]}"]);
    }

    fn item(&self, n: usize, told: Told) -> String {
        let (app, id) = (n % self.apps, self.id(n));
        let (dirty_ms, status) = match told {
            Told::Heartbeat => (self.first_dirty_ms, "UP"),
            Told::StaleHeartbeat => (self.first_dirty_ms.saturating_sub(1), "UP"),
            Told::Registration => (self.first_dirty_ms + 1, "UP"),
            Told::StatusUpdate => (self.first_dirty_ms + 1, "OUT_OF_SERVICE"),
        };
        let mut item = format!(
            r#"{{"appName":"APP{app:05}","id":"{id}","lastDirtyTimestamp":{dirty_ms},"status":"{status}","#
        );
        if told == Told::Registration {
            let _ = write!(item, r#""instanceInfo":{},"#, self.document(n, 1));
        }
        let _ = write!(item, r#""action":"{}"}}"#, told.action().as_str());
        item
    }
}

#[cfg(test)]
mod tests {
    use heureka_model::{InstanceId, UnixMillis};
    use heureka_wire::decode_batch;

    use super::*;
    use crate::http::Target;

    #[test]
    fn batches_are_those_of_java_servers() {
        let target = Target::local("127.0.0.1:8761".parse().unwrap());
        let fleet = Fleet {
            first_dirty_ms: 1_700_000_000_000,
            ..Fleet::new(target, 10, 2, 90)
        };
        for (told, action, dirty_ms) in [
            (Told::Heartbeat, ReplicationAction::Heartbeat, 0),
            (Told::StaleHeartbeat, ReplicationAction::Heartbeat, -1),
            (Told::Registration, ReplicationAction::Register, 1),
            (Told::StatusUpdate, ReplicationAction::StatusUpdate, 1),
        ] {
            let mut out = Vec::new();
            fleet.batch(&mut out, 8, 4, told);
            let text = String::from_utf8(out).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("POST /eureka/peerreplication/batch/ HTTP/1.1\r\n"));
            assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));

            let items = decode_batch(body.as_bytes()).unwrap();
            let ids = items.iter().map(|item| item.id.clone().unwrap());
            assert!(ids.eq([8, 9, 0, 1].map(|n| InstanceId::new(&fleet.id(n)))));
            for item in items {
                assert_eq!(item.action, Some(action));
                assert_eq!(
                    item.last_dirty,
                    Some(UnixMillis(1_700_000_000_000 + dirty_ms))
                );
                assert_eq!(item.instance.is_some(), told == Told::Registration);
            }
        }
    }
}
