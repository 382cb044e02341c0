//! What `-v` tells of the path to the server, and what is remembered of it from run to run.

use std::fs;
use std::path::Path;

use super::everyday::run;
use super::server::Server;
use crate::support::tool;

/// What a verbose launch says, with this folder for what is remembered.
fn launch(address: &str, cache: &Path) -> String {
    let (status, out, err) = run(tool("rlaunch")
        .args(["launch", address, "x", "-v"])
        .env("XDG_CACHE_HOME", cache));
    assert_eq!((status, out.as_str()), (0, "x"), "{err}");
    err
}

#[test]
fn every_attempt_and_answer_is_told_and_the_figures_at_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("store"), "cat");
    let said = launch(&server.address().to_string(), Path::new("/proc/no-cache"));
    for words in [
        "asked, waiting ",
        "answered (attempt 1): round trip ",
        "held for ",
        " sent, ",
        " round trips measured, ",
        " smoothed, timeout now ",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn the_round_trip_of_one_run_is_the_timeout_of_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("store"), "cat");
    let address = server.address().to_string();
    let cache = folder.path().join("cache");
    let first = launch(&address, &cache);
    assert!(!first.contains("its round trip was"), "{first}");
    let second = launch(&address, &cache);
    assert!(second.contains("its round trip was"), "{second}");
    let waits: Vec<u64> = second
        .lines()
        .filter_map(|line| {
            line.split("asked, waiting ")
                .nth(1)?
                .split(' ')
                .next()?
                .parse()
                .ok()
        })
        .collect();
    assert!(
        waits.first().is_some_and(|wait| *wait < 376),
        "shorter than without memory: {second}"
    );
    let other = folder.path().join("other");
    let other = Server::start(&other, "cat");
    let third = launch(&other.address().to_string(), &cache);
    assert!(!third.contains("its round trip was"), "another server: {third}");
}

#[test]
fn a_damaged_memory_is_forgotten() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("store"), "cat");
    let address = server.address().to_string();
    let cache = folder.path().join("cache");
    launch(&address, &cache);
    let file = cache.join("fairloss/dns");
    let length = fs::metadata(&file).expect("it remembers").len();
    fs::write(&file, vec![7; usize::try_from(length).expect("it fits")]).expect("damage");
    assert!(!launch(&address, &cache).contains("its round trip was"));
    assert!(
        launch(&address, &cache).contains("its round trip was"),
        "a new one"
    );
}
