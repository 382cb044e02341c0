//! The cache on disk with fifty processes at it, which are killed at any time.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::indexing_slicing,
    reason = "a worker is told by its environment what to do, tells by its output how far it is, and may panic"
)]

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::time::Duration;

use fairloss::proto::dns::{Key, Shelf};
use fairloss::proto::link::Estimate;
use fairloss::store::dns_cache::DnsCache;
use fairloss::wire::dns::{Message, Name, Query, RecordType};

use crate::support::Guard;

const WORKERS: usize = 50;
const KILLS: usize = 100;
/// The names are few, so that all are at the same pages.
const NAMES: u32 = 60;
const STEPS: u32 = 120;
const FOLDER: &str = "FAIRLOSS_TEST_CACHE";

/// A worker of the test below; without its environment it does nothing.
#[test]
fn worker() {
    let Some(folder) = env::var_os(FOLDER) else {
        return;
    };
    let folder = Path::new(&folder);
    for step in 0..STEPS {
        // Each step like a run of its own, which opens the file.
        let cache = DnsCache::new(folder);
        let name = format!("n{}.test", rand::random_range(0..NAMES));
        let key = key(&name);
        if let Some(shelved) = cache.get(&key) {
            check(&name, &shelved.reply(1, &key));
            assert_eq!(shelved.server, server(), "{name}");
        }
        cache.put(&key, server(), &reply(&name, rand::random_range(0..40)));
        match step % 10 {
            0 => drop(cache.flush(Some(&name.parse().expect("a name")))),
            1 => cache.learn(
                server(),
                Estimate::first(Duration::from_micros(rand::random_range(100..90_000))),
            ),
            2 => {
                let known = cache.estimate(server()).map(|estimate| estimate.smoothed);
                assert!(
                    known.is_none_or(|known| known < Duration::from_micros(90_000)),
                    "{known:?}"
                );
            }
            _ => {}
        }
        assert!(cache.troubles().is_empty(), "{name}");
        if step % 8 == 0 {
            println!("\nstep {step}");
        }
    }
}

#[test]
fn fifty_processes_that_are_killed_at_random_never_give_a_wrong_answer_nor_damage_the_file() {
    let home = tempfile::tempdir().expect("there is room for a folder");
    let folder = home.path().join("fairloss");
    let mut workers: Vec<Worker> = (0..WORKERS).map(|_| Worker::start(&folder)).collect();
    for _ in 0..KILLS {
        let victim = rand::random_range(0..WORKERS);
        // It is somewhere behind the step that it tells, or has come to its end.
        workers[victim].wait_for_a_step();
        let status = workers[victim].kill();
        assert!(
            status.success() || status.signal() == Some(9),
            "a worker failed: {status}"
        );
        workers[victim] = Worker::start(&folder);
    }
    for mut worker in workers {
        while worker.wait_for_a_step() {}
        let status = worker.child.wait().expect("a child can be waited for");
        assert!(status.success(), "a worker failed: {status}");
    }
    let cache = DnsCache::new(&folder);
    let listed = cache.list();
    assert!(!listed.is_empty());
    for one in listed {
        check(one.question.name.to_string().trim_end_matches('.'), &one.message);
    }
    assert!(cache.troubles().is_empty());
    let mut left: Vec<String> = fs::read_dir(&folder)
        .expect("the folder was made")
        .map(|entry| {
            entry
                .expect("it can be read")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    left.retain(|name| name != "dns");
    assert!(left.is_empty(), "left behind: {left:?}");
}

/// This test program once more, as a worker.
struct Worker {
    child: Guard,
    steps: BufReader<ChildStdout>,
}

impl Worker {
    fn start(folder: &Path) -> Self {
        let program = env::current_exe().expect("a test knows its program");
        let mut command = Command::new(program);
        command
            .args(["--exact", "dns_cache::worker", "--nocapture"])
            .env(FOLDER, folder)
            .stdin(Stdio::null());
        let mut child = Guard::spawn(&mut command);
        let steps = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        Self { child, steps }
    }

    /// Waits until the worker tells of a step; whether it still does.
    fn wait_for_a_step(&mut self) -> bool {
        let mut line = String::new();
        while !line.starts_with("step ") {
            line.clear();
            if self.steps.read_line(&mut line).expect("a line") == 0 {
                return false;
            }
        }
        true
    }

    fn kill(&mut self) -> std::process::ExitStatus {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a child can be waited for")
    }
}

fn server() -> SocketAddr {
    ([127, 0, 0, 1], 53).into()
}

fn key(name: &str) -> Key {
    let query = Query::new(0, name.parse().expect("a name"), RecordType::TXT);
    Key::new(&[server()], &query).expect("an everyday query")
}

/// A reply that describes itself: each of its texts is its name and how many there are.
fn reply(name: &str, count: u16) -> Vec<u8> {
    let wire = name.parse::<Name>().expect("a name").as_wire().to_vec();
    let text = format!("{name} {count}");
    let mut bytes = vec![0, 1, 0x81, 0x80, 0, 1];
    bytes.extend_from_slice(&(count + 1).to_be_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&wire);
    bytes.extend_from_slice(&[0, 16, 0, 1]);
    for _ in 0..=count {
        bytes.extend_from_slice(&[0xc0, 12, 0, 16, 0, 1, 0, 0, 2, 88]);
        let length = u16::try_from(text.len()).expect("a short text");
        bytes.extend_from_slice(&(length + 1).to_be_bytes());
        bytes.push(u8::try_from(length).expect("a short text"));
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes
}

fn check(name: &str, bytes: &[u8]) {
    let message = Message::parse(bytes).expect("a header");
    let texts: Vec<Vec<u8>> = message
        .records()
        .map(|record| record.expect("a whole record").rdata.bytes()[1..].to_vec())
        .collect();
    let expected = format!("{name} {}", texts.len() - 1).into_bytes();
    assert!(
        texts.iter().all(|text| *text == expected),
        "a wrong answer for {name}"
    );
}
