//! `rdig +cache`, beside `rhost` at the same cache.

use std::process::Output;

use tempfile::TempDir;

use super::{NameServer, stderr, stdout, tool, zone};

/// Runs `program` with the cache of `home`, the port of `server`, and `line`.
fn run(program: &str, home: &TempDir, server: &NameServer, line: &str) -> Output {
    let mut command = tool(program);
    command.env_remove("XDG_CACHE_HOME").env("HOME", home.path());
    command.args(["-p", &server.port()]).args(line.split(' '));
    command.output().expect("the program starts")
}

/// Whether the server was asked during a run: a query that is sent again is no other question.
fn asks(home: &TempDir, server: &NameServer, line: &str) -> bool {
    let before = server.queries().len();
    run("rdig", home, server, &format!("@127.0.0.1 {line}"));
    server.queries().len() > before
}

fn home() -> TempDir {
    tempfile::tempdir().expect("there is room for a folder")
}

/// The line of the footer that names the server.
fn server_line(output: &Output) -> String {
    let text = stdout(output);
    let line = text.lines().find(|line| line.starts_with(";; SERVER: "));
    line.unwrap_or_else(|| panic!("no server line in {text}"))
        .to_owned()
}

#[test]
fn an_answer_from_the_cache_is_printed_with_its_age_and_who_gave_it() {
    let (home, server) = (home(), NameServer::start(zone));
    let first = run("rdig", &home, &server, "@127.0.0.1 +cache www.test");
    assert!(server_line(&first).ends_with("(127.0.0.1) (UDP)"));
    let second = run("rdig", &home, &server, "@127.0.0.1 +cache WWW.test +qr");
    let line = server_line(&second);
    assert!(line.starts_with(";; SERVER: cache ("), "{line}");
    assert!(
        line.ends_with(&format!(" s old, from 127.0.0.1#{})", server.port())),
        "{line}"
    );
    let text = stdout(&second);
    assert!(
        text.contains(";WWW.test."),
        "the question as it was asked: {text}"
    );
    assert!(
        !text.contains("OPT PSEUDOSECTION") && !text.contains("Sending:"),
        "{text}"
    );
    assert_eq!((second.status.code(), stderr(&second).as_str()), (Some(0), ""));
}

#[test]
fn without_the_option_nothing_is_taken_or_kept() {
    let (home, server) = (home(), NameServer::start(zone));
    assert!(asks(&home, &server, "www.test"));
    assert!(asks(&home, &server, "+cache +nocache www.test"));
    assert!(!asks(&home, &server, "+cache=only www.test"));
    assert!(asks(&home, &server, "+cache www.test"));
}

#[test]
fn only_the_cache_answers_or_the_run_ends_with_its_own_status() {
    let (home, server) = (home(), NameServer::start(zone));
    let missing = run("rdig", &home, &server, "@127.0.0.1 +cache=only www.test MX");
    assert!(
        stdout(&missing).ends_with(";; not in the cache: www.test IN MX\n"),
        "{}",
        stdout(&missing)
    );
    assert_eq!((missing.status.code(), server.queries().len()), (Some(16), 0));
    run("rdig", &home, &server, "@127.0.0.1 +cache www.test MX");
    let found = run(
        "rdig",
        &home,
        &server,
        "@127.0.0.1 +cache=only +short www.test MX",
    );
    assert_eq!(
        (found.status.code(), stdout(&found).as_str()),
        (Some(0), "10 mail.test.\n")
    );
}

#[test]
fn rhost_and_rdig_use_the_answers_of_each_other() {
    let (home, server) = (home(), NameServer::start(zone));
    run("rhost", &home, &server, "--cache -t A www.test 127.0.0.1");
    let answer = run("rdig", &home, &server, "@127.0.0.1 +cache=only +short www.test");
    assert_eq!(stdout(&answer), "192.0.2.1\n192.0.2.2\n");
    run("rdig", &home, &server, "@127.0.0.1 +cache www.test MX");
    let answer = run("rhost", &home, &server, "--cache=only -t MX www.test 127.0.0.1");
    assert!(stdout(&answer).ends_with("www.test mail is handled by 10 mail.test.\n"));
}

#[test]
fn what_changes_the_answer_is_not_answered_by_another_answer() {
    let (home, server) = (home(), NameServer::start(zone));
    for line in [
        "",
        "+dnssec",
        "+cd",
        "+norec",
        "+norec",
        "+subnet=192.0.2.0/24",
        "+subnet=192.0.2.0/24",
    ] {
        assert!(asks(&home, &server, &format!("+cache www.test {line}")), "{line}");
    }
    assert!(!asks(
        &home,
        &server,
        "+cache www.test +dnssec +nocookie +padding=128"
    ));
}

#[test]
fn a_failure_and_a_broken_message_are_not_kept() {
    let (home, server) = (home(), NameServer::start(zone));
    for name in ["refused.test", "cut.test", "pointer.test"] {
        for _ in 0..2 {
            assert!(asks(&home, &server, &format!("+cache {name}")), "{name}");
        }
    }
}

#[test]
fn a_value_that_is_none_is_a_usage_error() {
    let (home, server) = (home(), NameServer::start(zone));
    let output = run("rdig", &home, &server, "@127.0.0.1 +cache=maybe www.test");
    assert_eq!(output.status.code(), Some(1));
    assert!(server.queries().is_empty());
}
