//! A server of its own that is put to a test: what is started, what was measured, and what is allowed.

mod findings;
mod subject;

pub(crate) use self::findings::Findings;
pub(crate) use self::subject::{Subject, knows_flag, make_room_for};
