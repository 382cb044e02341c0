//! The proof by real processes: clients that launch through a network that loses, repeats, reorders and damages, a
//! server that is killed and stopped again and again, clients that are killed too. The action keeps a log of its
//! own, and a checker that knows nothing of the protocol holds it against what the clients were told.
//!
//! The full run, and the same load on the lecture's server (`examples/lecture.rs`):
//!
//! ```text
//! FAIRLOSS_LAUNCHES=1000000 cargo test --release --test tools proof -- --nocapture --test-threads 1
//! ```
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the full run is asked for by the environment, and reports"
)]

mod checker;
mod rig;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[cfg(feature = "etcd")]
pub(super) use checker::Verdict;
use rig::{Load, Suspect};

use crate::support::{skip, tool};

#[test]
fn no_launch_is_lost_or_performed_twice_whatever_the_network_and_the_kills() {
    let report = load().run(&Rlaunch { probe: false });
    println!("rlaunch: {report}");
    let (verdict, load) = (&report.verdict, report.load);
    assert!(verdict.is_clean(), "{verdict}");
    assert_eq!(verdict.unanswered, 0, "{verdict}");
    let executing = load.server_kills * JOBS;
    assert!(
        verdict.unknown <= executing,
        "only what was executing at a kill may be unknown: {verdict}"
    );
}

#[test]
fn a_probe_settles_what_was_executing_at_a_kill() {
    let report = small().run(&Rlaunch { probe: true });
    println!("rlaunch with a probe: {report}");
    let verdict = &report.verdict;
    assert!(verdict.is_clean(), "{verdict}");
    assert_eq!(verdict.unknown + verdict.unanswered, 0, "{verdict}");
}

#[test]
fn the_server_of_the_lecture_launches_twice_under_the_same_load() {
    let Some(program) = lecture() else {
        return skip("the example `lecture` is not built: run `cargo test` without --test");
    };
    let report = load().run(&Lecture { program });
    println!("lecture: {report}");
    assert!(
        !report.verdict.is_clean(),
        "or the load is none: {}",
        report.verdict
    );
}

/// What the environment asks for, or a load of seconds.
fn load() -> Load {
    match std::env::var("FAIRLOSS_LAUNCHES") {
        Err(_) => small(),
        Ok(launches) => Load {
            clients: 64,
            each: launches.parse::<usize>().expect("a number") / 64,
            server_kills: 100,
            client_kills: 100,
            stops: 20,
            network: "loss=30%,dup=10%,reorder=20%,corrupt=1%,delay=0ms..1ms,seed=1",
        },
    }
}

fn small() -> Load {
    Load {
        clients: 8,
        each: 40,
        server_kills: 4,
        client_kills: 4,
        stops: 1,
        network: "loss=30%,dup=10%,reorder=20%,corrupt=1%,delay=0ms..1ms,seed=1",
    }
}

/// `rlaunch` with an action that notes the id and the payload.
struct Rlaunch {
    probe: bool,
}

impl Suspect for Rlaunch {
    fn server(&self, address: SocketAddr, folder: &Path, log: &Path) -> Command {
        let mut command = tool("rlaunch");
        command
            .arg("serve")
            .arg(address.to_string())
            .arg("--store")
            .arg(folder.join("store"));
        command.args(["--coproc", &format!("{LOGGER} 3>> {}", log.display())]);
        if self.probe {
            // What is in the log was launched, and its result is its payload.
            let found = format!(
                r#"awk -v id="$RLAUNCH_ID" '$1 == id {{ printf "%s", $2; found = 1 }} END {{ exit found ? 0 : 3 }}' {}"#,
                log.display()
            );
            command.args(["--probe", &found]);
        }
        command
    }

    fn client(&self, server: SocketAddr, folder: &Path, number: usize) -> Command {
        let mut command = tool("rlaunch");
        command.args([
            "launch",
            &server.to_string(),
            "--lines",
            "--quiet",
            "--deadline",
            "600",
        ]);
        command.args(["--window", &WINDOW.to_string(), "--journal"]);
        command.arg(folder.join(format!("journal-{number}")));
        command.stderr(Stdio::inherit());
        command
    }

    fn entry(&self) -> usize {
        36
    }

    /// All of them: its journal tells a client where it was.
    fn rest(&self, lines: &[String], _: &str) -> Vec<String> {
        lines.to_vec()
    }
}

/// The server and the client of `examples/lecture.rs`.
struct Lecture {
    program: PathBuf,
}

impl Suspect for Lecture {
    fn server(&self, address: SocketAddr, _: &Path, log: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("serve").arg(address.to_string()).arg(log);
        command
    }

    fn client(&self, server: SocketAddr, _: &Path, _: usize) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("launch").arg(server.to_string());
        command
    }

    fn entry(&self) -> usize {
        13
    }

    fn rest(&self, lines: &[String], told: &str) -> Vec<String> {
        lines.get(told.lines().count()..).unwrap_or_default().to_vec()
    }
}

/// Where `cargo test` builds the example.
fn lecture() -> Option<PathBuf> {
    let tests = std::env::current_exe().ok()?;
    let program = tests.parent()?.parent()?.join("examples/lecture");
    program.is_file().then_some(program)
}

/// A coprocess that notes the id and the payload of each call, and answers with the payload.
const LOGGER: &str = r#"while read -r line; do
    id=${line#*'"id":"'} payload=${line#*'"payload":"'}
    id=${id%%'"'*} payload=${payload%%'"'*}
    printf '%s %s\n' "$id" "$payload" >&3
    printf '{"id":"%s","result":"%s"}\n' "$id" "$payload"
done"#;
/// How many actions a server performs at a time.
const JOBS: usize = 64;
/// How many calls each client has under way.
const WINDOW: usize = 4;
