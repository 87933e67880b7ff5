//! From bytes to messages and replies.

use heureka_model::{
    AgeOf, AppDigest, Changes, ChangesTaken, Compared, Comparison, Digest, DocumentLimits,
    InstanceKey, KeyVersion, NodeId, PeerHeader, PeerMessage, PeerReply, RenewedKey, Slice, Stamp,
    UnixMillis,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::groups::Groups;
use super::micros::Micros;
use super::rows::Row;
use super::state::StateReader;
use super::texts::Text;
use crate::ReadError;
use crate::json::text_of_bounded_depth;

/// What came from another node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<T> {
    /// Who sent it.
    pub header: PeerHeader,
    /// What it says.
    pub body: T,
    /// States that were left out, because they could not be read or their document may not be stored here.
    pub refused: usize,
}

/// Reads what another node asks, received at `received`; states whose document breaks `limits` are left out alone.
///
/// How large it may be is the caller's business: whoever received the bytes has a limit for them.
///
/// # Errors
///
/// It is no message, an unreadable one, or of a kind that is not known: the error names the kind.
pub fn decode_peer_message(
    bytes: &[u8],
    received: UnixMillis,
    limits: &DocumentLimits,
) -> Result<Decoded<PeerMessage>, ReadError> {
    let envelope: Envelope<MessageWire<'_>> = read(bytes)?;
    Ok(envelope.open(received, limits, MessageWire::into_message))
}

/// Reads what another node answers, in the same way as [`decode_peer_message`].
///
/// # Errors
///
/// It is no answer, an unreadable one, or of a kind that is not known: the error names the kind.
///
/// ```
/// use heureka_model::{DocumentLimits, PeerReply, UnixMillis};
/// use heureka_wire::decode_peer_reply;
///
/// let reply = br#"{"from":{"node":"5f1c","name":"eu-1","version":"0.1.0","uptime":1200000,
///     "reading":[1700000000000,0,"5f1c"],"wall":1700000000000,"open":true,"reaches":[]},"body":{"noted":{}}}"#;
/// let decoded = decode_peer_reply(reply, UnixMillis(0), &DocumentLimits::default())?;
/// assert_eq!(decoded.body, PeerReply::Noted);
/// # Ok::<(), heureka_wire::ReadError>(())
/// ```
pub fn decode_peer_reply(
    bytes: &[u8],
    received: UnixMillis,
    limits: &DocumentLimits,
) -> Result<Decoded<PeerReply>, ReadError> {
    let envelope: Envelope<ReplyWire<'_>> = read(bytes)?;
    Ok(envelope.open(received, limits, ReplyWire::into_reply))
}

fn read<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, ReadError> {
    let text = text_of_bounded_depth(bytes)?;
    serde_json::from_str(text).map_err(|error| ReadError::unreadable(error.to_string()))
}

#[derive(Deserialize)]
struct Envelope<B> {
    from: HeaderWire,
    body: B,
}

impl<B> Envelope<B> {
    fn open<T>(
        self,
        received: UnixMillis,
        limits: &DocumentLimits,
        body: impl FnOnce(B, &mut StateReader<'_>) -> T,
    ) -> Decoded<T> {
        let mut reader = StateReader {
            received,
            limits,
            refused: 0,
        };
        let body = body(self.body, &mut reader);
        Decoded {
            header: self.from.into(),
            body,
            refused: reader.refused,
        }
    }
}

#[derive(Deserialize)]
struct HeaderWire {
    node: Text<NodeId>,
    name: String,
    version: String,
    uptime: Micros,
    reading: Row<Stamp>,
    wall: i64,
    open: bool,
    reaches: Vec<Text<NodeId>>,
}

impl From<HeaderWire> for PeerHeader {
    fn from(wire: HeaderWire) -> Self {
        Self {
            node: wire.node.0,
            name: wire.name,
            version: wire.version,
            uptime: wire.uptime.0,
            reading: wire.reading.0,
            wall: UnixMillis(wire.wall),
            is_open: wire.open,
            reaches: wire.reaches.into_iter().map(|Text(node)| node).collect(),
        }
    }
}

/// The kinds of messages. Those that say nothing are objects all the same, so that later versions may say more.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum MessageWire<'a> {
    Hello {},
    Changes {
        #[serde(borrow)]
        states: Vec<&'a RawValue>,
        renewed: Groups<RenewedKey>,
    },
    Totals {
        present: Text<Digest>,
        cancelled: Text<Digest>,
    },
    Everything {},
    Slices {
        divided: Row<Slice>,
    },
    Keys {
        held: Vec<Row<(Slice, Vec<KeyVersion>)>>,
        with_kept: bool,
    },
    Ages {
        keys: Groups<InstanceKey>,
    },
    Leave {},
}

impl MessageWire<'_> {
    fn into_message(self, states: &mut StateReader<'_>) -> PeerMessage {
        let comparison = match self {
            Self::Hello {} => return PeerMessage::Hello,
            Self::Leave {} => return PeerMessage::Leave,
            Self::Ages { keys } => return PeerMessage::Ages(keys.0),
            Self::Changes {
                states: raw,
                renewed,
            } => {
                return PeerMessage::Changes(Changes {
                    states: states.read(&raw),
                    renewed: renewed.0,
                });
            }
            Self::Totals { present, cancelled } => Comparison::Totals {
                present: present.0,
                cancelled: cancelled.0,
            },
            Self::Everything {} => Comparison::Everything,
            Self::Slices { divided } => Comparison::Slices { divided: divided.0 },
            Self::Keys { held, with_kept } => Comparison::Keys {
                held: values(held),
                with_kept,
            },
        };
        PeerMessage::Compare(comparison)
    }
}

/// The kinds of replies.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReplyWire<'a> {
    Noted {},
    Taken {
        wanted: Groups<InstanceKey>,
        #[serde(borrow)]
        newer: Vec<&'a RawValue>,
    },
    Same {},
    Applications {
        digests: Vec<Row<AppDigest>>,
    },
    Slices {
        sums: Vec<Text<Digest>>,
    },
    Keys {
        #[serde(borrow)]
        states: Vec<&'a RawValue>,
        wanted: Groups<InstanceKey>,
    },
    Ages {
        ages: Groups<AgeOf>,
    },
}

impl ReplyWire<'_> {
    fn into_reply(self, states: &mut StateReader<'_>) -> PeerReply {
        let compared = match self {
            Self::Noted {} => return PeerReply::Noted,
            Self::Ages { ages } => return PeerReply::Ages(ages.0),
            Self::Taken { wanted, newer } => {
                return PeerReply::Taken(ChangesTaken {
                    wanted: wanted.0,
                    newer: states.read(&newer),
                });
            }
            Self::Same {} => Compared::Same,
            Self::Applications { digests } => Compared::Applications(values(digests)),
            Self::Slices { sums } => {
                Compared::Slices(sums.into_iter().map(|Text(sum)| sum).collect())
            }
            Self::Keys {
                states: raw,
                wanted,
            } => Compared::Keys {
                states: states.read(&raw),
                wanted: wanted.0,
            },
        };
        PeerReply::Compared(compared)
    }
}

fn values<T>(rows: Vec<Row<T>>) -> Vec<T> {
    rows.into_iter().map(|Row(value)| value).collect()
}
