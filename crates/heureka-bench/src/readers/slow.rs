//! `heureka-bench readers slow`.

use std::time::Duration;

use anyhow::Result;
use clap::Args;
use tokio::task::JoinSet;

use super::sockets::Served;
use crate::compare::ServerArgs;
use crate::duration::parse_duration;
use crate::fleet::{Coding, Fleet};
use crate::http::Connection;
use crate::load::{Kind, Report, Schedule, Work, open_loop};
use crate::print;
use crate::trial::{Findings, Subject, knows_flag, make_room_for};

use self::crowd::{Crowd, Temper};

mod crowd;

/// The changes and the fetches of everything come over so many connections.
const OTHER_CONNECTIONS: usize = 8;
const OTHER_BUFFER_BYTES: usize = 256 * 1024;
const SECOND: Duration = Duration::from_secs(1);
/// How much later than its time a reader may be seen to be ended: the kernel is asked now and then.
const SEEN_AFTER: Duration = Duration::from_secs(2);
/// How long after the last reader memory is looked at.
const SETTLING: Duration = Duration::from_secs(12);
/// What a change may keep for readers of what was before it: the leaf of up to 20 KiB, its rows, and its deflated form.
const CHANGE_KIB: f64 = 48.0;
/// What a connection may keep without the answer.
const CONNECTION_KIB: f64 = 64.0;
/// What memory may differ by for other reasons.
const SLACK_MIB: f64 = 32.0;

/// What the kernel may still hold for readers whose connections the server has ended: a few that are just ending.
const KEPT_BY_KERNEL_MB: f64 = 16.0;

/// What `slow` takes.
#[derive(Debug, Args)]
pub(crate) struct SlowArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// How many instances there are
    #[arg(long, value_name = "COUNT", default_value_t = 100_000)]
    instances: usize,
    /// How many readers read 1 KiB a second
    #[arg(long, value_name = "COUNT", default_value_t = 200)]
    slow: usize,
    /// How many readers read nothing at all
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    silent: usize,
    /// How many readers are fast enough for write-stall but not for answer-deadline; none where the server has only the one
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    leisurely: usize,
    /// How often as many come
    #[arg(long, value_name = "COUNT", default_value_t = 2)]
    waves: usize,
    /// The allocator gives back what is freed: memory after the readers has to be that of before
    #[arg(long)]
    gives_back: bool,
    /// The time over which they arrive
    #[arg(long, value_name = "DURATION", default_value = "20s", value_parser = parse_duration)]
    arrive_within: Duration,
    /// How long the changes of a wave go on, and its readers are watched
    #[arg(long, value_name = "DURATION", default_value = "45s", value_parser = parse_duration)]
    duration: Duration,
    /// Registrations of instances that are there, with changed documents
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    changes_per_s: u64,
    /// The server's write-stall
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = parse_duration)]
    write_stall: Duration,
    /// The server's answer-deadline, where it has one
    #[arg(long, value_name = "DURATION", default_value = "20s", value_parser = parse_duration)]
    answer_deadline: Duration,
}

impl SlowArgs {
    fn flags(&self, has_answer_deadline: bool) -> Vec<String> {
        let mut flags = vec![format!("--write-stall={}ms", self.write_stall.as_millis())];
        if has_answer_deadline {
            let ms = self.answer_deadline.as_millis();
            flags.push(format!("--answer-deadline={ms}ms"));
        }
        flags
    }

    fn crowd(&self, has_answer_deadline: bool) -> Crowd {
        let mut crowd = Crowd::default();
        crowd.add(Temper::Slow, self.slow);
        crowd.add(Temper::Silent, self.silent);
        if has_answer_deadline {
            crowd.add(Temper::Leisurely, self.leisurely);
        }
        crowd
    }

    /// How long a reader of this kind may live. One that reads a little may be given a second term: what it has read in the
    /// first may have been enough.
    fn longest_life(&self, temper: Temper) -> Duration {
        let limit = match temper {
            Temper::Silent => self.write_stall,
            Temper::Slow => 2 * self.write_stall,
            Temper::Leisurely => self.answer_deadline,
        };
        limit + SEEN_AFTER
    }

    fn allowed_growth_mib(&self, readers: usize) -> f64 {
        let longest = self.write_stall.max(self.answer_deadline) + SEEN_AFTER;
        let changed_secs = (self.arrive_within + longest).as_secs_f64();
        let changes = changed_secs * self.changes_per_s as f64;
        (changes * CHANGE_KIB + readers as f64 * CONNECTION_KIB) / 1024.0 + SLACK_MIB
    }
}

/// Lets readers dawdle while the registry changes, and looks when the server has had enough.
pub(crate) async fn run(args: &SlowArgs) -> Result<()> {
    let has_answer_deadline = knows_flag(&args.server.heureka, "--answer-deadline")?;
    let readers = args.crowd(has_answer_deadline).len();
    make_room_for(readers)?;
    let flags = args.flags(has_answer_deadline);
    let subject = Subject::start(&args.server, args.instances, flags)?;
    subject.register().await?;
    subject.forget_changes().await?;
    subject.read_everything(Coding::Gzip).await?;
    let mut findings = Findings::new();
    let gzip_mib = subject.resident_mib()?;
    findings.note("memory once everything was read as gzip, MiB", gzip_mib);
    let answer = subject.read_everything(Coding::Plain).await?;
    findings.note("the answer, MB", answer.body_bytes as f64 / 1e6);
    let plain_mib = subject.resident_mib()?;
    findings.note("memory once it was read plain too, MiB", plain_mib);

    let allowed_mib = plain_mib + args.allowed_growth_mib(readers);
    let mut all = Crowd::default();
    for wave in 1..=args.waves {
        let crowd = args.crowd(has_answer_deadline);
        let found = let_dawdle(args, &subject, crowd).await?;
        add_wave(&mut findings, wave, &found, allowed_mib);
        all.absorb(found.crowd);
    }
    let after_mib = subject.resident_mib()?;
    if args.gives_back {
        findings.at_most("memory after all, MiB", after_mib, plain_mib + SLACK_MIB);
    } else {
        findings.note("memory after all, MiB", after_mib);
    }
    add_lives(&mut findings, args, &all);
    findings.judge()
}

/// What became of one wave.
struct Wave {
    crowd: Crowd,
    peak_mib: f64,
    left: Served,
    report: Option<Report>,
}

async fn let_dawdle(args: &SlowArgs, subject: &Subject, mut crowd: Crowd) -> Result<Wave> {
    subject.process().forget_peak()?;
    let mut others = JoinSet::new();
    let (fleet, schedule) = (subject.fleet.clone(), args.schedule());
    others.spawn_local(change_and_read(fleet, schedule, args.duration));
    let dawdled = crowd.dawdle(subject, args.arrive_within, args.duration);
    let left = dawdled.await?;
    let report = others.join_next().await.transpose()?.transpose()?;
    if let Some(report) = &report {
        print(report.table(args.duration).text());
    }
    let peak_mib = subject.peak_mib()?;
    tokio::time::sleep(SETTLING).await;
    subject.read_everything(Coding::Gzip).await?;
    Ok(Wave {
        crowd,
        peak_mib,
        left,
        report,
    })
}

fn add_wave(findings: &mut Findings, number: usize, wave: &Wave, allowed_mib: f64) {
    let name = |what: &str| format!("wave {number}: {what}");
    findings.at_most(&name("memory at most, MiB"), wave.peak_mib, allowed_mib);
    let left_mb = wave.left.ended_bytes as f64 / 1e6;
    findings.note(
        &name("connections that the server has ended and the kernel keeps"),
        wave.left.ended as f64,
    );
    findings.at_most(
        &name("bytes that wait in these, MB"),
        left_mb,
        KEPT_BY_KERNEL_MB,
    );
    let failed = wave
        .report
        .as_ref()
        .map_or(0, |report| report.errors() + report.unanswered());
    findings.at_most(
        &name("changes and fetches beside them that failed"),
        failed as f64,
        0.0,
    );
}

impl SlowArgs {
    fn schedule(&self) -> Schedule {
        let mut schedule = Schedule::default();
        schedule.add(Kind::Register, SECOND, self.changes_per_s);
        schedule.add(Kind::Full, SECOND, 1);
        schedule
    }
}

async fn change_and_read(fleet: Fleet, schedule: Schedule, duration: Duration) -> Result<Report> {
    let mut connections = Vec::new();
    for _ in 0..OTHER_CONNECTIONS {
        let address = fleet.target().address;
        connections.push(Connection::open(address, None, OTHER_BUFFER_BYTES).await?);
    }
    let work = Work::new(fleet, Coding::Gzip, false);
    open_loop(work, schedule, connections, duration).await
}

fn add_lives(findings: &mut Findings, args: &SlowArgs, crowd: &Crowd) {
    for temper in Temper::ALL {
        let lives = crowd.lives(temper);
        if lives.count == 0 {
            continue;
        }
        let name = temper.name();
        findings.exactly(
            &format!("{name}: ended by the server"),
            lives.ended,
            lives.count,
        );
        findings.note(
            &format!("{name}: the shortest life, s"),
            lives.shortest.as_secs_f64(),
        );
        findings.at_most(
            &format!("{name}: the longest life, s"),
            lives.longest.as_secs_f64(),
            args.longest_life(temper).as_secs_f64(),
        );
    }
}
