//! The processes that the agent starts, and those that others leave to it.

use std::{collections::BTreeSet, io, process::ExitStatus, sync::Arc};

use nix::{
    sys::signal::{Signal, kill, killpg},
    unistd::Pid,
};
use parking_lot::Mutex;
use tokio::{
    process::{Child, Command},
    task::JoinSet,
};

/// The processes that the agent has started itself, and whose ends somebody waits for.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnProcesses(Arc<Mutex<BTreeSet<Pid>>>);

/// One of them. Dropped before it has ended, it is killed.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    pid: Pid,
    leads_group: bool,
    own: OwnProcesses,
}

impl OwnProcesses {
    /// Starts `command`, in a process group of its own where it `leads_group`.
    pub(crate) fn start(&self, mut command: Command, leads_group: bool) -> io::Result<Process> {
        if leads_group {
            command.process_group(0);
        }
        // Held until the number is known, or a process that ends at once would be taken for an orphan.
        let mut own = self.0.lock();
        let child = command.spawn()?;
        let pid = child.id().and_then(|id| i32::try_from(id).ok());
        let pid = Pid::from_raw(pid.ok_or(io::ErrorKind::NotFound)?);
        own.insert(pid);
        drop(own);
        Ok(Process {
            child,
            pid,
            leads_group,
            own: self.clone(),
        })
    }

    /// Takes note of the ends of processes that others left behind, from now on until `background` is dropped. As the first
    /// process of a container the agent is their parent, and without this they would stay as zombies.
    #[cfg(target_os = "linux")]
    pub(crate) fn reap_orphans_in(&self, background: &mut JoinSet<()>) -> io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};

        let (own, mut ended) = (self.clone(), signal(SignalKind::child())?);
        background.spawn(async move {
            while ended.recv().await.is_some() {
                own.reap_orphans();
            }
        });
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn reap_orphans_in(&self, _: &mut JoinSet<()>) -> io::Result<()> {
        Ok(())
    }

    /// The system names one process that has ended, again and again until somebody takes note of it. If it is one of ours,
    /// those behind it have to wait until its own waiter has done so.
    #[cfg(target_os = "linux")]
    fn reap_orphans(&self) {
        use nix::sys::wait::{Id, WaitPidFlag, waitid, waitpid};

        let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        let own = self.0.lock();
        while let Ok(ended) = waitid(Id::All, look)
            && let Some(pid) = ended.pid()
            && !own.contains(&pid)
            && waitpid(pid, Some(WaitPidFlag::WNOHANG)).is_ok()
        {
            tracing::debug!(process = pid.as_raw(), "an orphan has ended");
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn reap_orphans(&self) {}
}

impl Process {
    pub(crate) fn id(&self) -> i32 {
        self.pid.as_raw()
    }

    /// Waits for its end. That can be broken off and begun again.
    pub(crate) async fn ended(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        self.own.0.lock().remove(&self.pid);
        self.own.reap_orphans();
        Ok(status)
    }

    /// Sends `signal` to it, and to nobody where its end was noticed: its number may be another's by now.
    pub(crate) fn signal(&self, signal: Signal) -> nix::Result<()> {
        self.child.id().map_or(Ok(()), |_| kill(self.pid, signal))
    }

    /// Kills it, with its group where it has one of its own.
    pub(crate) fn kill(&self) -> nix::Result<()> {
        match self.child.id() {
            Some(_) if self.leads_group => killpg(self.pid, Signal::SIGKILL),
            Some(_) | None => self.signal(Signal::SIGKILL),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended, and then there is nobody to kill.
        let _ = self.kill();
        self.own.0.lock().remove(&self.pid);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{path::Path, process::Stdio, time::Duration};

    use nix::sys::prctl::set_child_subreaper;
    use tokio::{
        io::AsyncReadExt as _,
        process::Command,
        task::JoinSet,
        time::{sleep, timeout},
    };

    use super::OwnProcesses;

    const PATIENCE: Duration = Duration::from_secs(60);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::null());
        command
    }

    /// A process that its parent left behind, and that has ended, is taken note of; one of ours is left to its waiter.
    #[tokio::test]
    async fn orphans_do_not_stay_as_zombies() {
        // What the first process of a container is by itself.
        set_child_subreaper(true).unwrap();
        let own = OwnProcesses::default();
        let mut background = JoinSet::new();
        own.reap_orphans_in(&mut background).unwrap();
        let mut command = shell("sleep 0.05 >/dev/null & echo $!; exit 3");
        command.stdout(Stdio::piped());
        let mut process = own.start(command, true).unwrap();
        let mut orphan = String::new();
        let mut stdout = process.child.stdout.take().unwrap();
        stdout.read_to_string(&mut orphan).await.unwrap();
        let entry = Path::new("/proc").join(orphan.trim());
        let is_gone = async {
            while entry.exists() {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, async {
            assert_eq!(process.ended().await.unwrap().code(), Some(3));
            is_gone.await;
        })
        .await
        .expect("nobody takes note of the orphan");
    }

    #[tokio::test]
    async fn a_process_that_is_dropped_takes_its_group_with_it() {
        let mut command = shell("sleep 1000 & wait");
        command.stdout(Stdio::piped());
        let mut process = OwnProcesses::default().start(command, true).unwrap();
        // Nobody has it open any more when both have ended.
        let mut stdout = process.child.stdout.take().unwrap();
        drop(process);
        let mut text = String::new();
        let read = timeout(PATIENCE, stdout.read_to_string(&mut text)).await;
        assert_eq!(read.expect("they live on").unwrap(), 0);
    }
}
