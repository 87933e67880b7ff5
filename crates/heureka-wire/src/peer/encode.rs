//! From messages and replies to bytes.

use heureka_model::{
    AppDigest, Compared, Comparison, Digest, KeyVersion, PeerHeader, PeerMessage, PeerReply, Slice,
};

use super::groups::write_groups;
use super::micros::write_at_most;
use super::rows::{write_app_digest, write_key_version, write_slice, write_stamp};
use super::state::write_states;
use crate::json::{Astral, Json};

/// Writes what a node asks of another.
///
/// Ages are rounded up to whole microseconds and the time a cancelled key is still remembered is rounded down; so is the
/// sender's uptime. Everything else arrives as it is.
///
/// ```
/// use heureka_model::{DocumentLimits, NodeId, PeerHeader, PeerMessage, Stamp, UnixMillis};
/// use heureka_wire::{decode_peer_message, encode_peer_message};
///
/// let header = PeerHeader {
///     node: NodeId(0x5f1c),
///     name: "eu-1".to_owned(),
///     version: "0.1.0".to_owned(),
///     uptime: std::time::Duration::from_secs(12),
///     reading: Stamp { wall_ms: 1_700_000_000_000, count: 0, node: NodeId(0x5f1c) },
///     wall: UnixMillis(1_700_000_000_000),
///     is_open: true,
///     reaches: vec![],
/// };
/// let bytes = encode_peer_message(&header, &PeerMessage::Hello);
/// let decoded = decode_peer_message(&bytes, UnixMillis(0), &DocumentLimits::default())?;
/// assert_eq!((decoded.header, decoded.body), (header, PeerMessage::Hello));
/// # Ok::<(), heureka_wire::ReadError>(())
/// ```
#[must_use]
pub fn encode_peer_message(header: &PeerHeader, message: &PeerMessage) -> Vec<u8> {
    envelope(header, |json| match message {
        PeerMessage::Hello => kind(json, "hello", |_| {}),
        PeerMessage::Changes(changes) => kind(json, "changes", |json| {
            write_states(json.key("states"), &changes.states);
            write_groups(json.key("renewed"), &changes.renewed);
        }),
        PeerMessage::Compare(comparison) => write_comparison(json, comparison),
        PeerMessage::Ages(keys) => kind(json, "ages", |json| {
            write_groups(json.key("keys"), keys);
        }),
        PeerMessage::Leave => kind(json, "leave", |_| {}),
    })
}

/// Writes what a node answers another, with the same rounding as [`encode_peer_message`].
#[must_use]
pub fn encode_peer_reply(header: &PeerHeader, reply: &PeerReply) -> Vec<u8> {
    envelope(header, |json| match reply {
        PeerReply::Noted => kind(json, "noted", |_| {}),
        PeerReply::Taken(taken) => kind(json, "taken", |json| {
            write_groups(json.key("wanted"), &taken.wanted);
            write_states(json.key("newer"), &taken.newer);
        }),
        PeerReply::Compared(compared) => write_compared(json, compared),
        PeerReply::Ages(ages) => kind(json, "ages", |json| write_groups(json.key("ages"), ages)),
    })
}

fn envelope(header: &PeerHeader, body: impl FnOnce(&mut Json)) -> Vec<u8> {
    let mut json = Json::new(Astral::Raw);
    json.object(|json| {
        json.key("from").object(|json| write_header(json, header));
        json.key("body").object(body);
    });
    json.finish()
}

fn write_header(json: &mut Json, header: &PeerHeader) {
    json.key("node").hex(header.node.0);
    json.key("name").text(&header.name);
    json.key("version").text(&header.version);
    write_at_most(json.key("uptime"), header.uptime);
    write_stamp(json.key("reading"), header.reading);
    json.key("wall").number(header.wall.0);
    write_truth(json, "open", header.is_open);
    json.key("reaches")
        .array(|json| header.reaches.iter().for_each(|node| json.hex(node.0)));
}

fn kind(json: &mut Json, name: &'static str, fields: impl FnOnce(&mut Json)) {
    json.key(name).object(fields);
}

fn write_comparison(json: &mut Json, comparison: &Comparison) {
    match comparison {
        Comparison::Totals { present, cancelled } => kind(json, "totals", |json| {
            json.key("present").hex(present.0);
            json.key("cancelled").hex(cancelled.0);
        }),
        Comparison::Everything => kind(json, "everything", |_| {}),
        Comparison::Slices { divided } => kind(json, "slices", |json| {
            write_slice(json.key("divided"), divided);
        }),
        Comparison::Keys { held, with_kept } => kind(json, "keys", |json| {
            json.key("held")
                .array(|json| held.iter().for_each(|held| write_held(json, held)));
            write_truth(json, "with_kept", *with_kept);
        }),
    }
}

fn write_held(json: &mut Json, (slice, versions): &(Slice, Vec<KeyVersion>)) {
    json.array(|json| {
        write_slice(json, slice);
        json.array(|json| versions.iter().for_each(|it| write_key_version(json, it)));
    });
}

fn write_compared(json: &mut Json, compared: &Compared) {
    match compared {
        Compared::Same => kind(json, "same", |_| {}),
        Compared::Applications(digests) => kind(json, "applications", |json| {
            write_app_digests(json.key("digests"), digests);
        }),
        Compared::Slices(sums) => kind(json, "slices", |json| write_sums(json.key("sums"), sums)),
        Compared::Keys { states, wanted } => kind(json, "keys", |json| {
            write_states(json.key("states"), states);
            write_groups(json.key("wanted"), wanted);
        }),
    }
}

fn write_app_digests(json: &mut Json, digests: &[AppDigest]) {
    json.array(|json| digests.iter().for_each(|it| write_app_digest(json, it)));
}

fn write_sums(json: &mut Json, sums: &[Digest]) {
    json.array(|json| sums.iter().for_each(|sum| json.hex(sum.0)));
}

fn write_truth(json: &mut Json, key: &'static str, is_so: bool) {
    json.key(key).literal(if is_so { "true" } else { "false" });
}
