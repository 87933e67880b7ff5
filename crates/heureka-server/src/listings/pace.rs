//! When listings take over what has changed, though nobody reads.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// Of how many rows one has changed when the changes are taken over: about as many as two leaves have. Then a change shares
/// its way through the tree with others, and finds it in a processor's cache.
const ROWS_FOR_EACH_CHANGE: u64 = 32;
/// Fewer changes are left where they are, however small the registry is.
const FEWEST_AT_ONCE: u64 = 64;
/// So many are taken over, however large it is: each takes a microsecond or two, which nobody who reads later, and no
/// connection, should have to wait for all at once.
const MOST_AT_ONCE: u64 = 4096;

/// Tells when enough has changed.
#[derive(Debug)]
pub(super) struct Pace {
    /// At which revision of the registry there is enough to take over.
    work_at: AtomicU64,
    work: Notify,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            work_at: AtomicU64::new(FEWEST_AT_ONCE),
            work: Notify::new(),
        }
    }
}

impl Pace {
    /// Takes notice of how much the registry has changed.
    pub(super) fn note_revision(&self, revision: u64) {
        if revision >= self.work_at.load(Ordering::Relaxed) {
            self.work.notify_one();
        }
    }

    /// Waits until there is enough to take over.
    pub(super) async fn have_work(&self) {
        self.work.notified().await;
    }

    /// Everything up to this revision was taken over, of which there are so many rows now.
    pub(super) fn kept_up(&self, revision: u64, rows: usize) {
        let enough = (rows as u64 / ROWS_FOR_EACH_CHANGE).clamp(FEWEST_AT_ONCE, MOST_AT_ONCE);
        self.work_at.store(revision + enough, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    fn has_work(pace: &Pace) -> bool {
        let mut waiting = pin!(pace.have_work());
        let mut nobody = Context::from_waker(Waker::noop());
        waiting.as_mut().poll(&mut nobody).is_ready()
    }

    #[test]
    fn nothing_is_to_be_done_before_anything_changes() {
        let pace = Pace::default();
        pace.note_revision(0);
        assert!(!has_work(&pace));
    }

    #[test]
    fn a_larger_registry_waits_for_more_changes_up_to_a_bound() {
        for (rows, enough) in [
            (0, 64),
            (2_048, 64),
            (10_000, 312),
            (100_000, 3_125),
            (1_000_000, 4_096),
        ] {
            let pace = Pace::default();
            pace.kept_up(500, rows);
            pace.note_revision(500 + enough - 1);
            assert!(!has_work(&pace), "{rows} rows");
            pace.note_revision(500 + enough);
            assert!(has_work(&pace), "{rows} rows");
            assert!(!has_work(&pace), "it is told once");
        }
    }
}
