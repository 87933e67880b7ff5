//! A client's copy of the registry, kept as Java's client keeps it (wire.md 4).

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::GzDecoder;
use heureka_model::{ActionType, InstanceKey, InstanceStatus, StatusCounts, UnixMillis};
use heureka_wire::{Format, Listing, decode_applications};

use crate::support::Answer;

/// A client's copy of the registry.
#[derive(Debug, Default)]
pub(crate) struct Reader(BTreeMap<InstanceKey, InstanceStatus>);

impl Reader {
    /// Takes a full listing for the whole truth.
    pub(crate) fn take_full(&mut self, answer: &Answer) {
        let listing = read(answer);
        self.0.clear();
        self.apply(&listing);
        assert_eq!(self.hash(), listing.hash, "the hash of a full listing");
    }

    /// Applies a delta, after which the copy must have the hash that came with it.
    pub(crate) fn take_delta(&mut self, answer: &Answer) {
        let listing = read(answer);
        self.apply(&listing);
        assert_eq!(
            self.hash(),
            listing.hash,
            "the hash after a delta: {:?}",
            self.0
        );
    }

    fn apply(&mut self, listing: &Listing) {
        for draft in listing
            .applications
            .iter()
            .flat_map(|application| &application.instances)
        {
            let info = draft.clone().into_listed(UnixMillis(0)).unwrap();
            match info.action {
                Some(ActionType::Deleted) => self.0.remove(&info.document.key()),
                Some(ActionType::Added | ActionType::Modified) | None => {
                    self.0.insert(info.document.key(), info.status)
                }
            };
        }
    }

    fn hash(&self) -> String {
        self.0.values().copied().collect::<StatusCounts>().hash()
    }
}

/// What is found under a vip has to be readable too.
pub(crate) fn read(answer: &Answer) -> Listing {
    assert_eq!(answer.header("content-type"), Some("application/json"));
    decode_applications(&unpacked(answer), Format::Json).unwrap()
}

fn unpacked(answer: &Answer) -> Vec<u8> {
    if answer.header("content-encoding") != Some("gzip") {
        return answer.body.clone();
    }
    let mut plain = Vec::new();
    GzDecoder::new(answer.body.as_slice())
        .read_to_end(&mut plain)
        .unwrap();
    plain
}
