//! What nodes of this kind tell each other, in JSON (MERGE 6).
//!
//! ```json
//! {"from":{"node":"5f1c","name":"eu-1","version":"0.1.0","uptime":1200000,"reading":[1700000000000,0,"5f1c"],
//!   "wall":1700000000000,"open":true,"reaches":["77a0"]},
//!  "body":{"changes":{"states":[],"renewed":[["ORDERS",[["host-1","9f3a",12000,1,"5f1c"]]]]}}}
//! ```
//!
//! The body is an object of one field, which names its kind. What comes once in a message, or beside a document, is an
//! object with names; what comes thousands of times is a row:
//!
//! | row | elements |
//! |---|---|
//! | stamp | wall clock in ms, count, node |
//! | lease | age, 1 if it was ever renewed or else 0, node of origin or null |
//! | renewed key | id, version, and then those of a lease |
//! | silent key | id, and then those of a lease |
//! | slice | application, bits, prefix |
//! | version of a key | id, version, newest stamp |
//! | application | name, number of keys, sum of the present ones, sum of the cancelled ones |
//!
//! Keys in a list are grouped: consecutive keys of one application share a row of its name and a list. Nodes, versions
//! and sums are hexadecimal texts; durations are whole microseconds, as a number, or as a text where they need more than 63
//! bits, and times milliseconds since 1970. A document is an instance as clients write it (wire.md 2.3.1); what that form cannot say stands beside it.
//!
//! Nodes of different versions understand each other: unknown fields and surplus elements of rows are ignored, and a
//! state that cannot be understood is left out alone. A kind of message that is not known is an error.

mod decode;
mod encode;
mod groups;
mod micros;
mod rows;
mod state;
mod texts;

pub use decode::{Decoded, decode_peer_message, decode_peer_reply};
pub use encode::{encode_peer_message, encode_peer_reply};
