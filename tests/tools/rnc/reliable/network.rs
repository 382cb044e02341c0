//! Over a bad network: everything arrives, whatever is lost, repeated, disordered and damaged.
//!
//! The full runs, by hand:
//!
//! ```text
//! FAIRLOSS_SEEDS=100 FAIRLOSS_MIB=10 cargo test --release --test tools reliable::network
//! FAIRLOSS_SEEDS=1 FAIRLOSS_MIB=1024 cargo test --release --test tools reliable::network
//! ```
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the full run is asked for by the environment, and reports"
)]

use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::Path;
use std::time::Instant;

use fairloss::net::UdpRelay;

use super::{bytes, digests, end, with_files};
use crate::support::free_port;

#[test]
fn every_byte_crosses_a_bad_network_both_ways_whatever_the_seed() {
    let seeds = from_environment("FAIRLOSS_SEEDS", 3);
    let size = from_environment("FAIRLOSS_MIB", 1) << 20;
    let folder = tempfile::tempdir().expect("there is room");
    let (up, down) = (folder.path().join("up"), folder.path().join("down"));
    fs::write(&up, bytes(size)).expect("there is room");
    // The way back has its own bytes, fewer of them.
    fs::write(&down, bytes(size / 8)).expect("there is room");
    for seed in 0..seeds {
        let began = Instant::now();
        let said = cross(folder.path(), &up, &down, seed);
        eprintln!("seed {seed}: {:.1} s, {said}", began.elapsed().as_secs_f64());
    }
}

/// Sends both files through a bad network, and says what the caller said last.
fn cross(folder: &Path, up: &Path, down: &Path, seed: usize) -> String {
    let port = free_port();
    let spec = format!("loss=10%,dup=10%,reorder=20%,corrupt=1%,seed={seed}");
    let relay = UdpRelay::start(
        "127.0.0.1:0".parse().expect("an address"),
        ([127, 0, 0, 1], port).into(),
        spec.parse().expect("a spec"),
    )
    .expect("the relay starts");
    let (got_up, got_down) = (folder.join("got up"), folder.join("got down"));
    let (port, through) = (port.to_string(), relay.address().port().to_string());
    let answers = ["-nvluN", "--reliable", "127.0.0.1", &port];
    let calls = ["-nvuN", "--reliable", "127.0.0.1", &through];
    let answers = with_files(&answers, Some(down), &got_up);
    let calls = with_files(&calls, Some(up), &got_down);
    let (calls, answers) = (end(calls), end(answers));
    assert_eq!(
        (calls.0, answers.0),
        (Some(0), Some(0)),
        "seed {seed}: {calls:?} {answers:?}"
    );
    let (up, down) = (digest(up), digest(down));
    assert_eq!(digest(&got_up), up, "seed {seed}: {calls:?}");
    assert_eq!(digest(&got_down), down, "seed {seed}: {calls:?}");
    assert!(digests(&calls.1).0.ends_with(&up) && digests(&calls.1).1.ends_with(&down));
    assert!(digests(&answers.1).0.ends_with(&down) && digests(&answers.1).1.ends_with(&up));
    calls.1.lines().last().unwrap_or_default().to_owned()
}

fn digest(path: &Path) -> String {
    let mut file = BufReader::new(File::open(path).expect("it is there"));
    let (mut hasher, mut piece) = (blake3::Hasher::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut piece).expect("it can be read") {
            0 => return hasher.finalize().to_string(),
            count => hasher.update(piece.get(..count).unwrap_or_default()),
        };
    }
}

fn from_environment(name: &str, otherwise: usize) -> usize {
    let value = std::env::var(name).ok();
    value.map_or(otherwise, |value| value.parse().expect("a number"))
}
