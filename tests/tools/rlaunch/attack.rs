//! What somebody can do with the disk or the wire, against processes.

use std::fs;
use std::path::Path;

use super::everyday::run;
use super::server::{Server, until_there};
use crate::support::tool;

/// Copies the files of a folder.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("it has a type").is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("it can be read");
        }
    }
}

#[test]
fn an_older_copy_of_the_store_is_refused_to_who_has_seen_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    // Every action is logged at once; "slow" is answered only when the gate is there.
    let action = format!(
        "read what; echo $what >> {}; if [ \"$what\" = slow ]; then {}; fi",
        at("log").display(),
        until_there(&at("gate"))
    );
    let mut server = Server::start(&at("store"), &action);
    let address = server.address().to_string();
    copy(&at("store"), &at("copy"));
    let launch = |payload: &str, patience: &[&str]| {
        let mut command = tool("rlaunch");
        command.args(["launch", &address, payload]).args(patience);
        run(command.arg("--journal").arg(at("journal")))
    };
    for payload in ["one", "two", "three"] {
        let (status, _, err) = launch(payload, &["--deadline", "20"]);
        assert_eq!(status, 0, "{err}");
    }
    let (status, _, err) = launch("slow", &["--deadline", "0.3", "--grace", "0.2"]);
    assert_eq!(status, 4, "{err}");
    fs::write(at("gate"), "").expect("the gate opens");

    server.kill();
    fs::remove_dir_all(at("store")).expect("it is ours");
    copy(&at("copy"), &at("store"));
    server.restart();
    let (status, _, err) = launch("slow", &["--deadline", "20"]);
    assert_eq!(status, 5, "{err}");
    assert!(err.contains("older than what it has told before"), "{err}");
    let log = fs::read_to_string(at("log")).expect("a log");
    assert_eq!(log, "one\ntwo\nthree\nslow\n", "nothing is performed again");
    let (_, said) = server.stop();
    assert!(said.contains("rolled back") || said.contains("seen"), "{said}");
}
