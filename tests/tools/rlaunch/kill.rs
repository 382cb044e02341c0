//! Launches over a bad network to a server that is killed again and again: none lost, none performed twice.
//!
//! The action keeps a log of its own (`tee -a`), which at the end is compared with what the clients printed. The
//! full run of 100,000 launches:
//!
//! ```text
//! FAIRLOSS_LAUNCHES=100000 FAIRLOSS_KILLS=20 FAIRLOSS_WINDOW=8 cargo test --release --test tools kill -- --nocapture
//! ```
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the full run is asked for by the environment, and reports"
)]

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use fairloss::net::UdpRelay;

use super::server::Server;
use crate::support::{Guard, tool};

const CLIENTS: usize = 8;

#[test]
fn no_launch_is_lost_or_performed_twice_whatever_the_network_and_the_kills() {
    let launches = from_environment("FAIRLOSS_LAUNCHES", 160);
    let kills = from_environment("FAIRLOSS_KILLS", 3);
    // How many calls each client has under way.
    let window = from_environment("FAIRLOSS_WINDOW", 1);
    let each = launches / CLIENTS;
    let folder = tempfile::tempdir().expect("a folder for the test");
    let log = folder.path().join("log");
    fs::write(&log, "").expect("the log can be made");

    let began = Instant::now();
    let mut server = Server::start(&folder.path().join("store"), &format!("tee -a {}", log.display()));
    let spec = "loss=30%,dup=10%,reorder=10%,delay=0ms..1ms,seed=1"
        .parse()
        .expect("a spec");
    let local = "127.0.0.1:0".parse().expect("an address");
    let relay = UdpRelay::start(local, server.address(), spec).expect("the relay starts");
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| start_client(folder.path(), client, each, window, &relay.address().to_string()))
        .collect();

    for kill in 1..=kills {
        let enough = launches * kill / (kills + 1) * payload(0, 0).len();
        wait_until("the log grows", || size(&log) >= enough);
        server.kill();
        server.restart();
    }
    for mut client in clients {
        wait_until("the clients end", || {
            client.try_wait().expect("a client can be waited for").is_some()
        });
    }
    let took = began.elapsed();
    let tally = relay.stop().expect("the relay ran to the end");
    let doubts = server.doubts();
    server.stop();

    let verdict = Verdict::new(folder.path(), each, &log);
    println!(
        "{launches} launches by {CLIENTS} clients, {kills} kills, {:.1} s: {} launched, {} not launched, {} unknown \
         ({} of them performed); calls in doubt at the restarts: {doubts}; datagrams up {} of which {} lost, \
         down {} of which {} lost",
        took.as_secs_f64(),
        verdict.launched,
        verdict.not_launched,
        verdict.unknown,
        verdict.unknown_performed,
        tally.up.offered,
        tally.up.lost,
        tally.down.offered,
        tally.down.lost,
    );
    assert!(
        verdict.unknown <= doubts,
        "only what was executing at a kill may be unknown"
    );
    assert!(
        doubts <= kills * CLIENTS * window,
        "no more can have been executing"
    );
    assert_eq!(
        verdict.launched + verdict.not_launched + verdict.unknown,
        each * CLIENTS
    );
}

/// What the clients were told, held against what was done.
#[derive(Default)]
struct Verdict {
    launched: usize,
    not_launched: usize,
    unknown: usize,
    unknown_performed: usize,
}

impl Verdict {
    /// Panics at the first launch that was lost, performed twice, or answered wrongly.
    fn new(folder: &Path, each: usize, log: &Path) -> Self {
        let mut performed: HashMap<String, usize> = HashMap::new();
        let text = fs::read_to_string(log).expect("the log is text");
        for entry in text.split_terminator(';') {
            *performed.entry(format!("{entry};")).or_default() += 1;
        }
        let mut verdict = Self::default();
        for client in 0..CLIENTS {
            let results = fs::read_to_string(results(folder, client)).expect("the results are text");
            assert_eq!(
                results.lines().count(),
                each,
                "client {client} has an answer for each call"
            );
            for (number, line) in results.lines().enumerate() {
                let asked = payload(client, number);
                let count = performed.remove(&asked).unwrap_or(0);
                let words: Vec<_> = line.splitn(4, ' ').collect();
                match words[..] {
                    ["launched", _, "0", result] => {
                        assert_eq!(count, 1, "performed once: {line}");
                        assert_eq!(result, asked, "the result is that of this call");
                        verdict.launched += 1;
                    }
                    ["not-launched", ..] => {
                        assert_eq!(count, 0, "never performed: {line}");
                        verdict.not_launched += 1;
                    }
                    ["unknown", _, _, "the server died while it performed the action"] => {
                        assert!(count <= 1, "not performed twice: {line}");
                        verdict.unknown += 1;
                        verdict.unknown_performed += count;
                    }
                    _ => panic!("client {client}, call {number}: {line}"),
                }
            }
        }
        assert!(
            performed.is_empty(),
            "performed but never asked for: {performed:?}"
        );
        verdict
    }
}

fn start_client(folder: &Path, client: usize, each: usize, window: usize, server: &str) -> Guard {
    let input = folder.join(format!("input-{client}"));
    let lines: String = (0..each).map(|number| payload(client, number) + "\n").collect();
    fs::write(&input, lines).expect("the input can be written");
    let child = tool("rlaunch")
        .args([
            "launch",
            server,
            "--lines",
            "--quiet",
            "--window",
            &window.to_string(),
            "--deadline",
            "600",
        ])
        .stdin(File::open(&input).expect("it was just written"))
        .stdout(File::create(results(folder, client)).expect("the results can be written"))
        .stderr(Stdio::inherit())
        .spawn();
    Guard(child.expect("rlaunch starts"))
}

/// A payload that no other call has, of the same length as all others.
fn payload(client: usize, number: usize) -> String {
    format!("c{client}-{number:07};")
}

fn results(folder: &Path, client: usize) -> std::path::PathBuf {
    folder.join(format!("results-{client}"))
}

fn size(file: &Path) -> usize {
    fs::metadata(file).map_or(0, |metadata| {
        usize::try_from(metadata.len()).unwrap_or(usize::MAX)
    })
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(
            began.elapsed() < Duration::from_secs(1800),
            "waited too long until {what}"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn from_environment(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |value| value.parse().expect("a number"))
}
