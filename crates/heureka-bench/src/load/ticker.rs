//! A finer clock than the runtime's, whose timers have a resolution of a millisecond: with them each request would be sent up
//! to that much after it was due, and the server would be charged for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::Notify;

/// The longest that a request waits for the clock, and the kernel's delay on top.
const TICK: Duration = Duration::from_micros(200);

/// A thread that wakes a task at every tick until it is dropped.
#[derive(Debug)]
pub(crate) struct Ticker {
    tick: Arc<Notify>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    /// Starts to tick.
    pub(crate) fn start() -> Self {
        let (tick, stop) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let (wakes, stopped) = (Arc::clone(&tick), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "this thread does nothing but sleep and wake"
                )]
                std::thread::sleep(TICK);
                wakes.notify_one();
            }
        });
        Self {
            tick,
            stop,
            thread: Some(thread),
        }
    }

    /// Waits for the next tick; one that was missed counts.
    pub(crate) async fn tick(&self) {
        self.tick.notified().await;
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It has nothing that could fail.
            let _ = thread.join();
        }
    }
}
