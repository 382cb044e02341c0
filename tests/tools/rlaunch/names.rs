//! `--id NAME`: a call that all clients know by the same name is launched once.

use std::fs;
use std::path::Path;
use std::thread;

use super::everyday::run;
use super::server::{Server, until_there};
use crate::support::tool;

fn named(address: &str, name: &str, payload: &str, flags: &[&str]) -> (i32, String, String) {
    run(tool("rlaunch")
        .args(["launch", address, payload, "--id", name])
        .args(flags))
}

fn logging(folder: &Path) -> String {
    format!("tee -a {}", folder.join("log").display())
}

#[test]
fn many_clients_with_one_name_launch_it_once_and_have_the_same_result() {
    let folder = tempfile::tempdir().expect("a folder");
    let action = format!("{}; date +%N", logging(folder.path()));
    let mut server = Server::start(&folder.path().join("store"), &action);
    let address = server.address().to_string();
    let clients: Vec<_> = (0..6)
        .map(|_| {
            let address = address.clone();
            thread::spawn(move || named(&address, "invoice-42", "pay;", &[]))
        })
        .collect();
    let mut results: Vec<_> = clients
        .into_iter()
        .map(|client| {
            let (status, out, err) = client.join().expect("no panic");
            assert_eq!(status, 0, "{err}");
            out
        })
        .collect();
    server.kill();
    server.restart();
    results.push(named(&address, "invoice-42", "pay;", &[]).1);
    results.dedup();
    assert_eq!(results.len(), 1, "{results:?}");
    let log = folder.path().join("log");
    assert_eq!(fs::read_to_string(&log).expect("a log"), "pay;");
    let (status, _, err) = named(&address, "invoice-42", "pay twice;", &[]);
    assert_eq!(status, 5, "{err}");
    assert!(err.contains("the id was used with another payload"), "{err}");
    assert_eq!(named(&address, "invoice-43", "pay;", &[]).0, 0);
    assert_eq!(fs::read_to_string(&log).expect("a log"), "pay;pay;");
}

#[test]
fn the_action_is_told_the_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("store"), "echo $RLAUNCH_ID");
    let (status, out, err) = named(&server.address().to_string(), "one two", "x", &[]);
    assert_eq!((status, out.as_str()), (0, "one two\n"), "{err}");
}

#[test]
fn a_name_that_the_journal_has_is_asked_only_of_the_store_that_it_was_asked_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join("journal").display().to_string();
    let gate = folder.path().join("gate");
    let action = format!("{}; {}", logging(folder.path()), until_there(&gate));
    let store = folder.path().join("store");
    let mut server = Server::start(&store, &action);
    let address = server.address().to_string();
    let impatient = ["--deadline", "0.4", "--grace", "0.1", "--journal", &journal];
    let (status, _, err) = named(&address, "invoice-42", "pay;", &impatient);
    assert_eq!(status, 4, "{err}");
    // Another store at the same address has never heard of it, and would launch it again.
    fs::write(&gate, "").expect("the gate opens");
    server.kill();
    fs::rename(&store, folder.path().join("lost")).expect("the store is lost");
    server.restart();
    let (status, out, err) = named(&address, "invoice-42", "pay;", &["--journal", &journal]);
    assert_eq!((status, out.as_str()), (4, ""), "{err}");
    assert!(err.contains("does not know"), "{err}");
    let log = folder.path().join("log");
    assert_eq!(fs::read_to_string(log).expect("a log"), "pay;");
}
