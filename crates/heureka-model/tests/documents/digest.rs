//! Digests are what nodes tell each other, so another value is another protocol.

use heureka_model::{Digest, InstanceId, Slice};

use crate::builders::{amazon, draft_with, register};

/// Nodes of two versions that took the same document for two would send it to each other for ever. Where one of these has to
/// change, nodes have to be told apart by their version first.
#[test]
fn nodes_of_all_versions_have_the_same_digests() {
    let plain = draft_with(|_| {});
    let full = draft_with(|draft| {
        draft.vip_address = Some("orders,payments".into());
        draft.sid = Some("sid".into());
        draft.metadata.set("zone", "a");
        draft.data_center = amazon(&[("instance-id", "i-1")]);
    });
    for (draft, expected) in [
        (plain, 0x9101_f926_2a7b_d3e5_7662_43f6_d8f9_d170),
        (full, 0x7d34_9caa_cc47_a08a_c3cd_ec00_6193_6029),
    ] {
        let document = register(draft).unwrap().document;
        let digest = Digest::of(&document);
        assert_eq!(digest.0, expected, "{:#034x}", digest.0);
    }
    let prefix = Slice::prefix_of(&InstanceId::new("host:orders:8080"), 8);
    assert_eq!(prefix, 0x17, "{prefix:#x}");
}
