//! A client that costs as little as one can, because generator and server share a machine.
//!
//! A general client (pools, bodies as streams, header maps) takes about as much time for a heartbeat as the servers that
//! are measured here, and on two cores the generator would then be what is measured. So a request is bytes that were
//! written into a buffer, a connection carries one request at a time, and of an answer only what is counted is kept: the
//! status, the length of the body, and the `ETag`. Bodies are not unpacked, and stored only for who says so.

mod answer;
mod connection;
mod target;

pub(crate) use self::answer::{Answer, AnswerReader};
pub(crate) use self::connection::Connection;
pub(crate) use self::target::{Target, loopback_source};
