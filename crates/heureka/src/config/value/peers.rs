//! How peers are written.

use heureka_core::PeerSource;

use super::{Kind, Unfit};

const NO_PEERS: Unfit = Unfit {
    expected: "list of peers",
    example: "service URLs with commas between them, such as http://peer1:8761/eureka/,http://peer2:8761/eureka/, \
              or names to look up, such as dns+http://peers.example.com:8761/eureka/",
};

pub(crate) const PEERS: Kind<Vec<PeerSource>> = Kind {
    takes: "URL[,URL…]",
    read: |text| {
        text.split(',')
            .map(str::trim)
            .filter(|source| !source.is_empty())
            .map(|source| PeerSource::parse(source).map_err(|_| NO_PEERS))
            .collect()
    },
};
