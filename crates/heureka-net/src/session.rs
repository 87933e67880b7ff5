//! What the parts of one connection share.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use parking_lot::{Mutex, MutexGuard};

use crate::{Counters, Limits, pace::Pace};

/// One connection, as its socket, its requests and its watchman see it.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) peer: SocketAddr,
    pub(crate) limits: Limits,
    pub(crate) counters: Arc<Counters>,
    pace: Mutex<Pace>,
    leaving: AtomicBool,
}

impl Session {
    pub(crate) fn new(peer: SocketAddr, limits: Limits, counters: Arc<Counters>) -> Arc<Self> {
        let pace = Mutex::new(Pace::new());
        Arc::new(Self {
            peer,
            limits,
            counters,
            pace,
            leaving: AtomicBool::new(false),
        })
    }

    /// The lock is free: all that reports to it runs in the task of the connection.
    pub(crate) fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock()
    }

    /// The next answer is to be the last one.
    pub(crate) fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Relaxed)
    }
}
