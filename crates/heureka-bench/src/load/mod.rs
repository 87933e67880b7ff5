//! Clients that keep their times, whatever the server does: an open loop.
//!
//! A request is due at a time that is fixed before the run begins, and its latency counts from then, so a server that
//! stands still for a second is charged with every request that was due in it (a closed loop would send one request later
//! and call the rest fast). The timers of the virtual instances are spread evenly over their period; a pool of connections
//! stands for theirs.

mod command;
mod report;
mod run;
mod schedule;
mod ticker;
mod work;

pub(crate) use self::command::{LoadArgs, run};
pub(crate) use self::report::Report;
pub(crate) use self::run::run as open_loop;
pub(crate) use self::schedule::{Kind, Schedule};
pub(crate) use self::work::Work;
