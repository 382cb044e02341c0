//! What a server takes on, and a store that was restored from an old copy.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::everyday::run;
use super::server::{Server, until_there};
use crate::support::tool;

/// Makes no call that the server has not answered within two seconds.
fn launch(server: &Server, payload: &str) -> Command {
    let mut command = tool("rlaunch");
    let address = server.address().to_string();
    command.args([
        "launch",
        &address,
        payload,
        "--quiet",
        "--deadline",
        "2",
        "--grace",
        "20",
    ]);
    command
}

#[test]
fn what_is_beyond_the_rate_is_put_off_and_ruled_out_at_the_deadline() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start_with(&folder.path().join("store"), "cat", &["--rate", "0.00001"]);
    let (status, out, _) = run(launch(&server, "one").args(["--deadline", "20"]));
    assert_eq!((status, out.as_str()), (0, "one"));
    let (status, out, error) = run(&mut launch(&server, "two"));
    assert_eq!((status, out.as_str()), (3, ""), "{error}");
    assert!(error.contains("busy"), "{error}");
}

#[test]
fn a_session_beyond_the_most_is_refused_while_the_others_are_needed() {
    let folder = tempfile::tempdir().expect("a folder");
    let go = folder.path().join("go");
    let action = until_there(&go);
    let store = folder.path().join("store");
    let server = Server::start_with(&store, &action, &["--max-sessions", "1", "--sync-outcome"]);
    let (status, ..) = run(launch(&server, "one").args(["--grace", "0"]));
    assert_eq!(status, 4, "it is being performed");
    let (status, _, error) = run(&mut launch(&server, "two"));
    assert_eq!(status, 5, "{error}");
    assert!(error.contains("no room"), "{error}");
    fs::write(go, "").expect("a file");
}

#[test]
fn flags_that_make_no_sense_are_told_in_a_line() {
    for (flags, reason) in [
        (
            ["--ephemeral", "--sync-outcome"].as_slice(),
            "--sync-outcome: --ephemeral makes nothing durable",
        ),
        (
            &["--ephemeral", "--accept-rollback"],
            "--accept-rollback: --ephemeral keeps nothing that could be rolled back",
        ),
        (
            &["--store", "etcd://127.0.0.1:1/x", "--rate", "1"],
            "--rate: not for an id set that several servers share",
        ),
        (&["--ephemeral", "--rate", "0"], "--rate 0: not a number from"),
        (
            &["--ephemeral", "--max-ids", "0"],
            "--max-ids 0: not a number from 1 to",
        ),
        (
            &["--ephemeral", "--max-sessions", "x"],
            "--max-sessions x: not a number from 1 to",
        ),
    ] {
        let mut command = tool("rlaunch");
        command
            .args(["serve", "127.0.0.1:0", "--exec", "cat"])
            .args(flags);
        let (status, _, error) = run(&mut command);
        assert_eq!(status, 1, "{flags:?}");
        assert!(
            error.contains(reason) && error.lines().count() == 1,
            "{flags:?}: {error}"
        );
    }
}

#[test]
fn a_rollback_that_did_not_happen_is_not_accepted() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = tool("rlaunch");
    command.args([
        "serve",
        "127.0.0.1:0",
        "--exec",
        "cat",
        "--accept-rollback",
        "--store",
    ]);
    let (status, _, error) = run(command.arg(folder.path().join("store")));
    assert_eq!(status, 1);
    assert!(error.contains("this store was not rolled back"), "{error}");
}

/// A server with a key whose store can be exchanged for an older one.
struct Restored {
    folder: tempfile::TempDir,
    key: PathBuf,
    server: Server,
}

impl Restored {
    /// A store of which an old copy was restored, after a client had begun a call that is not settled.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let key = folder.path().join("key");
        fs::write(&key, "sixteen bytes or more").expect("a key");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("it is ours");
        let go = folder.path().join("go");
        let action = format!(
            "read -r x; if [ \"$x\" = slow ]; then {}; fi; echo $x",
            until_there(&go)
        );
        let flags = ["--key", key.to_str().expect("text")];
        let server = Server::start_with(&folder.path().join("store"), &action, &flags);
        let mut world = Self { folder, key, server };
        assert_eq!(world.launch("early").0, 0);
        world.server.kill();
        let old = fs::read(world.journal()).expect("a journal");
        world.server.restart();
        for payload in ["one", "two", "three"] {
            assert_eq!(world.launch(payload).0, 0);
        }
        assert_eq!(world.resumed("slow\n", "0").0, 4, "it is being performed");
        world.server.kill();
        fs::write(go, "").expect("a file");
        fs::write(world.journal(), old).expect("the old one");
        world.server.restart();
        world
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("store/journal")
    }

    fn launch(&self, payload: &str) -> (i32, String, String) {
        run(launch(&self.server, payload).arg("--key").arg(&self.key))
    }

    /// A client with a journal.
    fn resumed(&self, payload: &str, grace: &str) -> (i32, String, String) {
        let notes = self.folder.path().join("notes");
        let mut command = launch(&self.server, payload);
        command.args(["--grace", grace, "--journal"]).arg(notes);
        run(command.arg("--key").arg(&self.key))
    }

    fn accept(&mut self, store: &Path) -> Server {
        let flags = ["--accept-rollback", "--key", self.key.to_str().expect("text")];
        self.server.kill();
        Server::start_with(store, "cat", &flags)
    }
}

#[test]
fn a_restored_store_serves_nobody_until_its_operator_accepts_that() {
    let mut world = Restored::new();
    let (status, _, error) = world.resumed("slow\n", "20");
    assert_eq!(status, 5, "{error}");
    for _ in 0..2 {
        let (status, _, error) = world.launch("anything");
        assert_eq!(status, 5, "{error}");
        assert!(error.contains("older than what it has told"), "{error}");
        world.server.kill();
        world.server.restart();
    }
    let store = world.folder.path().join("store");
    world.server = world.accept(&store);
    let (status, out, error) = world.launch("anything");
    assert_eq!((status, out.as_str()), (0, "anything"), "{error}");
}
