//! However bytes are split into parts, and however each part is packed, readers find one member with all of them.

use std::io::Read as _;

use flate2::bufread::GzDecoder;
use heureka_wire::{Checksum, Effort, MEMBER_HEAD, Packer, gunzip, member_end, stored};
use proptest::collection::vec;
use proptest::prelude::*;

/// Bytes of one part, and how they are written.
type Part = (Vec<u8>, Way);

#[derive(Clone, Copy, Debug)]
enum Way {
    Stored,
    Packed(Effort),
    /// Behind the last so many bytes.
    PackedAfter(usize, Effort),
}

fn part() -> impl Strategy<Value = Part> {
    let effort = || prop_oneof![Just(Effort::Usual), Just(Effort::Light)];
    let reach_bytes = prop_oneof![0..3_000_usize, 30_000..70_000_usize];
    let way = prop_oneof![
        Just(Way::Stored),
        effort().prop_map(Way::Packed),
        (reach_bytes, effort()).prop_map(|(bytes, effort)| Way::PackedAfter(bytes, effort)),
    ];
    (text(), way)
}

/// Short ones of any bytes, and such as pack well, up to more than a stored block takes.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let repeated = (
        vec(any::<u8>(), 1..300),
        prop_oneof![0..9_000_usize, 65_530..65_540_usize, 131_065..131_075_usize],
    )
        .prop_map(|(words, length)| words.into_iter().cycle().take(length).collect());
    prop_oneof![
        4 => vec(any::<u8>(), 0..2_000),
        4 => "[a-f\":,{}]{0,2000}".prop_map(String::into_bytes),
        1 => repeated,
    ]
}

fn member(parts: &[Part]) -> Vec<u8> {
    let mut packer = Packer::new();
    let mut member = MEMBER_HEAD.to_vec();
    let mut sum = Checksum::default();
    let mut whole = Vec::new();
    for (plain, way) in parts {
        member.extend(match *way {
            Way::Stored => stored(plain),
            Way::Packed(effort) => packer.pack(plain, effort),
            Way::PackedAfter(bytes, effort) => {
                let before = &whole[whole.len().saturating_sub(bytes)..];
                packer.pack_after(before, plain, effort)
            }
        });
        sum = sum.then(Checksum::of(plain));
        whole.extend_from_slice(plain);
    }
    member.extend(member_end(sum));
    member
}

/// What the first member of `packed` unpacks to, and what stands behind it.
fn first_member(packed: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut decoder = GzDecoder::new(packed);
    let mut plain = Vec::new();
    decoder.read_to_end(&mut plain).expect("a whole member");
    (plain, decoder.into_inner())
}

proptest! {
    #[test]
    fn parts_make_one_member(parts in vec(part(), 0..8)) {
        let whole: Vec<u8> = parts.iter().flat_map(|(plain, _)| plain.clone()).collect();
        let member = member(&parts);
        let (plain, behind) = first_member(&member);
        prop_assert!(plain == whole && behind.is_empty());
        // Alike bytes pack to less than the ratio that bodies from outside may have.
        if whole.len() < member.len() * heureka_wire::MAX_RATIO {
            prop_assert!(gunzip(&member, whole.len()).as_ref() == Ok(&whole));
        }
    }

    #[test]
    fn sums_follow_from_those_of_parts(a in text(), b in text(), c in text()) {
        let sum = |text: &[u8]| Checksum::of(text);
        let whole = [a.clone(), b.clone(), c.clone()].concat();
        let left = sum(&a).then(sum(&b)).then(sum(&c));
        let right = sum(&a).then(sum(&b).then(sum(&c)));
        prop_assert_eq!(left, sum(&whole));
        prop_assert_eq!(right, sum(&whole));
        prop_assert_eq!(left.length_bytes(), whole.len() as u64);
    }
}
