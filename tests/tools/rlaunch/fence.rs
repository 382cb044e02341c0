//! A command that outlives its server is known to the next one, for as long as it lives.

use super::orphan::{Life, Orphan};

#[test]
fn a_server_waits_for_the_commands_of_its_earlier_life() {
    let mut orphan = Orphan::new("true");
    let mut life = orphan.next_life(&[]);
    assert!(life.said.contains("still at work"), "{}", life.said);
    orphan.end();
    life.wait_for("have ended");
}

#[test]
fn a_server_whose_commands_have_ended_waits_for_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    for _ in 0..2 {
        let mut life = Life::begin("127.0.0.1:0", folder.path(), &["--exec", "true"]);
        assert!(!life.said.contains("still at work"), "{}", life.said);
        life.kill();
    }
}
