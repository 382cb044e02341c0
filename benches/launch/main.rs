//! `rlaunch serve` against those who do less, and those who do the like: `cargo bench --bench launch [NAME…] [--store DIR] [--requests N]`.
//!
//! In each round every contestant has its turn; what counts is the median of the rounds' ratios, because all share
//! the machine's mood. Names: `busy` (64 requests outstanding), `alone` (one), `memory` (`--requests`, or 10⁷; not
//! by default). The folder of the store must be on a disk that is one.

mod contest;
#[cfg(feature = "etcd")]
mod etcd;
mod peers;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use contest::{Contest, say};
use fairloss::net::launch::load::{Echo, Load, MISSILES, Measured, Stand, sync_times};
use fairloss::proto::link::Seal;
use fairloss::store::IdLog;

fn main() -> io::Result<()> {
    let mut names = Vec::new();
    let mut store = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let mut requests = 10_000_000;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--store" => store = arguments.next().map(PathBuf::from).unwrap_or_default(),
            "--requests" => {
                requests = arguments
                    .next()
                    .and_then(|count| count.parse().ok())
                    .unwrap_or(requests)
            }
            flag if flag.starts_with("--") => {}
            name => names.push(name.to_owned()),
        }
    }
    let wants = |name: &str| names.iter().any(|want| want == name);
    let folder = tempfile::tempdir_in(&store)?;
    say(&format!("store: {} ({})", store.display(), file_system(&store)?));
    if names.is_empty() || wants("busy") {
        busy(folder.path())?;
    }
    if names.is_empty() || wants("alone") {
        alone(folder.path())?;
    }
    if wants("memory") {
        memory(folder.path(), requests)?;
    }
    Ok(())
}

/// 64 requests outstanding.
fn busy(folder: &Path) -> io::Result<()> {
    const OUTSTANDING: usize = 64;
    let mut contest = Contest::new("64 outstanding", "echo, recvmmsg and sendmmsg");
    let (bulk, plain) = (Echo::bulk()?, Echo::plain()?);
    contest.add("echo, recvmmsg and sendmmsg", move || {
        Load::echoes(bulk.address(), OUTSTANDING)?
            .run(TIME)
            .map(Into::into)
    });
    contest.add("echo, tokio", move || {
        Load::echoes(plain.address(), OUTSTANDING)?
            .run(TIME)
            .map(Into::into)
    });
    contest.add("rlaunch, ephemeral", || ephemeral(OUTSTANDING).map(Into::into));
    let store = folder.join("busy");
    contest.add("rlaunch, durable", move || {
        durable(&store, OUTSTANDING).map(Into::into)
    });
    peers::redis(folder, &mut contest);
    #[cfg(feature = "etcd")]
    etcd::etcd(folder, &mut contest);
    #[cfg(not(feature = "etcd"))]
    say("etcd: NOT MEASURED: built without --features etcd");
    contest.run(ROUNDS)
}

/// One request outstanding.
fn alone(folder: &Path) -> io::Result<()> {
    let mut contest = Contest::new("1 outstanding", "echo, recvmmsg and sendmmsg");
    let bulk = Echo::bulk()?;
    contest.add("echo, recvmmsg and sendmmsg", move || {
        Load::echoes(bulk.address(), 1)?.run(TIME).map(Into::into)
    });
    let file = folder.join("sync");
    contest.add("fdatasync", move || sync_times(&file, TIME).map(Into::into));
    contest.add("rlaunch, ephemeral", || ephemeral(1).map(Into::into));
    let store = folder.join("alone");
    contest.add("rlaunch, durable", move || durable(&store, 1).map(Into::into));
    contest.sum("rlaunch, durable", &["echo, recvmmsg and sendmmsg", "fdatasync"]);
    contest.run(ROUNDS)
}

/// Memory in use after a tenth, and at the end.
fn memory(folder: &Path, requests: u64) -> io::Result<()> {
    let watch = |name: &str, stand: Stand| -> io::Result<()> {
        let mut load = Load::launches(stand.address(), seal(), 64)?;
        let early = load.requests(requests / 10)?.count;
        let before = resident()?;
        let late = load.requests(requests - early)?.count;
        let after = resident()?;
        say(&format!(
            "{name}: resident {before} KiB after {early} requests, {after} KiB after {}: {:+.1} %",
            early + late,
            (after as f64 / before as f64 - 1.0) * 100.0
        ));
        stand.stop()
    };
    watch("ephemeral", Stand::ephemeral(seal(), MISSILES)?)?;
    watch("durable", on_disk(&folder.join("memory"))?)
}

fn ephemeral(outstanding: usize) -> io::Result<Measured> {
    let stand = Stand::ephemeral(seal(), MISSILES)?;
    let measured = Load::launches(stand.address(), seal(), outstanding)?.run(TIME)?;
    stand.stop()?;
    Ok(measured)
}

fn durable(store: &Path, outstanding: usize) -> io::Result<Measured> {
    let stand = on_disk(store)?;
    let measured = Load::launches(stand.address(), seal(), outstanding)?.run(TIME)?;
    stand.stop()?;
    Ok(measured)
}

fn on_disk(store: &Path) -> io::Result<Stand> {
    let found = IdLog::open(store).map_err(io::Error::other)?;
    Stand::start(found.identity, seal(), MISSILES, found.records, found.log)
}

fn seal() -> Seal {
    Seal::checksum()
}

fn resident() -> io::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok())
        .ok_or_else(|| io::Error::other("/proc/self/status has no VmRSS"))
}

/// The kind of file system that `folder` is on, from the table of mounts: the one with the longest prefix.
fn file_system(folder: &Path) -> io::Result<String> {
    let folder = folder.canonicalize()?;
    let mounts = std::fs::read_to_string("/proc/mounts")?;
    let found = mounts
        .lines()
        .map(|line| line.split(' ').collect::<Vec<_>>())
        .filter(|fields| fields.get(1).is_some_and(|place| folder.starts_with(place)))
        .max_by_key(|fields| fields.get(1).map(|place| place.len()));
    let kind = found.map(|fields| fields.get(2).copied().unwrap_or_default().to_owned());
    match kind.as_deref() {
        Some("tmpfs" | "ramfs") => Err(io::Error::other("the store must be on a disk: --store DIR")),
        Some(kind) => Ok(kind.to_owned()),
        None => Ok("unknown".to_owned()),
    }
}

const TIME: Duration = Duration::from_millis(600);
const ROUNDS: usize = 7;
