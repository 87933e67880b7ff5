//! The tasks that drive a client's connections.

use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Where hyper spawns its connections, so that they have a parent that can end and await them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Tasks {
    /// Ends all connections, whatever they are doing, and waits until they are closed.
    pub(crate) async fn end(&self) {
        self.stop.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}

impl<F> hyper::rt::Executor<F> for Tasks
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, connection: F) {
        let stop = self.stop.clone();
        self.tracker.spawn(async move {
            let _: Option<()> = stop.run_until_cancelled(connection).await;
        });
    }
}
