//! Runs the binary, never for longer than [`PATIENCE`].

use std::{
    ffi::OsStr,
    fs,
    ops::{Deref, DerefMut},
    path::PathBuf,
    process::{Output, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines},
    net::TcpStream,
    process::{Child, ChildStderr, Command},
    time::{sleep, timeout},
};

/// Far more than anything here takes; only a failing test waits for as long.
const PATIENCE: Duration = Duration::from_secs(60);

const BINARY: &str = env!("CARGO_BIN_EXE_heureka");

/// The binary with `arguments` and no variables but PATH, which the test is free to add to.
pub(crate) fn heureka(arguments: &[&str]) -> Command {
    isolated(BINARY, arguments)
}

/// `heureka serve` on a free port, in a shell that was given `commands` first.
pub(crate) fn heureka_after(commands: &str) -> Command {
    let script = format!("{commands}; exec {BINARY} serve --listen 127.0.0.1:0");
    isolated("sh", &["-c", &script])
}

fn isolated(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// What a run that ends by itself left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) async fn run(mut command: Command) -> Ended {
    let output = timeout(PATIENCE, command.output())
        .await
        .expect("it ends by itself")
        .unwrap();
    let Output {
        status,
        stdout,
        stderr,
    } = output;
    Ended {
        code: status.code(),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

/// Waits until `holds`, which it asks again and again.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, waiting).await.expect(what);
}

/// A process that runs, and what it says on stderr.
pub(crate) struct Process {
    pub(crate) child: Child,
    log: Lines<BufReader<ChildStderr>>,
}

/// A server that is up.
pub(crate) struct Server {
    process: Process,
    /// The line it printed when it was up.
    pub(crate) up: String,
    /// `HOST:PORT`, from that line.
    pub(crate) address: String,
}

impl Server {
    /// Starts `heureka serve` on a free port.
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let free = ["serve", "--listen", "127.0.0.1:0"];
        Self::up(heureka(&[&free, arguments].concat())).await
    }

    pub(crate) async fn up(mut command: Command) -> Self {
        let mut process = Process::start(&mut command);
        let mut stdout = BufReader::new(process.child.stdout.take().unwrap()).lines();
        let up = timeout(PATIENCE, stdout.next_line())
            .await
            .expect("it comes up")
            .unwrap();
        let up = up.expect("it says that it is up");
        let address = up.split('/').nth(2).expect("it says where").to_owned();
        Self {
            process,
            up,
            address,
        }
    }

    /// The first line of the answer to `GET /`.
    pub(crate) async fn get(&self) -> String {
        let answer = self.send("GET / HTTP/1.1", "").await;
        answer.lines().next().unwrap_or_default().to_owned()
    }

    /// The whole answer to a request with this first line and this body of JSON.
    pub(crate) async fn send(&self, first_line: &str, body: &str) -> String {
        let mut connection = TcpStream::connect(&self.address).await.unwrap();
        let length = body.len();
        let request = format!(
            "{first_line}\r\nHost: eureka\r\nConnection: close\r\nAccept: application/json\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

impl Deref for Server {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

impl DerefMut for Server {
    fn deref_mut(&mut self) -> &mut Process {
        &mut self.process
    }
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, log }
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) async fn signal(&self, name: &str) {
        let id = self.child.id().expect("it runs").to_string();
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -{name} {id}")])
            .status()
            .await;
        assert!(sent.unwrap().success());
    }

    /// Reads the log up to the line that contains `part`, and returns what was read.
    pub(crate) async fn log_until(&mut self, part: &str) -> Vec<String> {
        let mut read = Vec::new();
        loop {
            let line = timeout(PATIENCE, self.log.next_line())
                .await
                .expect("a line")
                .unwrap();
            read.push(line.unwrap_or_else(|| panic!("no line with {part:?} in {read:#?}")));
            if read.last().is_some_and(|line| line.contains(part)) {
                return read;
            }
        }
    }

    /// Waits for the end and yields the exit code.
    pub(crate) async fn ended(&mut self) -> Option<i32> {
        timeout(PATIENCE, self.child.wait())
            .await
            .expect("it ends")
            .unwrap()
            .code()
    }
}

/// Writes a configuration file that no other test uses.
pub(crate) fn config_file(name: &str, text: impl AsRef<OsStr>) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.toml"));
    fs::write(&path, text.as_ref().as_encoded_bytes()).unwrap();
    path.into_os_string().into_string().unwrap()
}
