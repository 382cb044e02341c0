//! `rhost` with a cache of its own.

use std::fs;
use std::net::SocketAddr;
use std::process::Output;
use std::time::Duration;

use fairloss::proto::dns::{Key, Shelf};
use fairloss::store::dns_cache::{BootTime, DnsCache, Moment, Time};
use fairloss::wire::dns::{Flags, Query, RecordType};
use tempfile::TempDir;

use super::json::objects;
use super::{Asked, NameServer, Said, free_port, sentences, stdout, tool, wire, zone};

/// Runs `rhost LINE` with the cache of `home`, `SERVER` for the server's address and port.
fn rhost(home: &TempDir, port: &str, line: &str) -> Output {
    let mut command = tool("rhost");
    command.env_remove("XDG_CACHE_HOME").env("HOME", home.path());
    command.args(["-p", port]).args(line.split(' '));
    command.output().expect("the program starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("the messages are text")
}

/// How often the server was asked so, in whatever case.
fn asked(server: &NameServer, query: &str) -> usize {
    let queries = server.queries();
    let same = queries.iter().filter(|asked| asked.eq_ignore_ascii_case(query));
    same.count()
}

/// An answer in the case that was asked for, or in lower case for names that say so.
fn spelling(asked: &Asked) -> Vec<Said> {
    let mut said = asked.answer(&[(&asked.name, RecordType::A, 60, vec![192, 0, 2, 1])]);
    if asked.name.to_ascii_lowercase().starts_with("folded") {
        let end = 12 + wire(&asked.name).len();
        said.bytes[12..end].make_ascii_lowercase();
    }
    vec![said]
}

#[test]
fn what_is_kept_is_asked_for_in_a_case_of_its_own_that_nobody_sees() {
    let (server, home) = (NameServer::start(spelling), home());
    let name = "A-rather-Long-Name-with-Many-Letters.test";
    for _ in 0..2 {
        let output = rhost(&home, &server.port(), &format!("--cache -t A {name} 127.0.0.1"));
        assert_eq!(sentences(&output), [format!("{name} has address 192.0.2.1")]);
    }
    let queries = server.queries();
    assert_eq!((queries.len(), asked(&server, &format!("{name} A"))), (1, 1));
    assert_ne!(queries[0], format!("{name} A"));
    // Without a cache there is nothing to be kept out of it.
    rhost(&home, &server.port(), &format!("-t A {name} 127.0.0.1"));
    assert_eq!(server.queries()[1], format!("{name} A"));
}

#[test]
fn a_reply_that_does_not_repeat_the_case_is_told_and_not_kept() {
    let (server, home) = (NameServer::start(spelling), home());
    let name = "folded-rather-long-name-with-many-letters.test";
    for _ in 0..2 {
        let output = rhost(&home, &server.port(), &format!("--cache -t A {name} 127.0.0.1"));
        assert_eq!(stderr(&output), "");
        assert!(
            sentences(&output)[0]
                .to_ascii_lowercase()
                .ends_with("has address 192.0.2.1")
        );
    }
}

fn home() -> TempDir {
    tempfile::tempdir().expect("there is room for a folder")
}

#[test]
fn the_second_run_asks_nobody_and_says_so() {
    let (server, home) = (NameServer::start(zone), home());
    let first = rhost(&home, &server.port(), "--cache alias.test 127.0.0.1");
    assert_eq!(stderr(&first), "");
    let asked = server.queries().len();
    let second = rhost(&home, &server.port(), "--cache ALIAS.test 127.0.0.1");
    assert_eq!(server.queries().len(), asked);
    assert_eq!(sentences(&second).len(), sentences(&first).len());
    let said = stderr(&second);
    assert!(said.starts_with(";; From the cache: 3 answers, up to "), "{said}");
    assert!(
        said.contains(&format!("(from 127.0.0.1#{})", server.port())),
        "{said}"
    );
}

#[test]
fn an_object_says_that_it_is_from_the_cache() {
    let (server, home) = (NameServer::start(zone), home());
    let run = |line: &str| {
        let output = rhost(&home, &server.port(), line);
        objects(&output).into_iter().next().expect("there is an object")
    };
    let missing = run("--json --cache=only -t A www.test 127.0.0.1");
    assert_eq!(
        (&missing["error"], &missing["QNAME"]),
        (&"notcached".into(), &"www.test.".into())
    );
    let fresh = run("--json --cache -t A www.test 127.0.0.1");
    assert!(fresh.get("cacheAgeSeconds").is_none() && fresh["sendings"] == 1);
    let known = run("--json --cache -t A www.test 127.0.0.1");
    assert!(known["cacheAgeSeconds"].is_u64(), "{known}");
    assert_eq!(known["cacheStale"], false);
    assert!(known.get("sendings").is_none());
    assert_eq!(known["answerRRs"][0]["rdataA"], fresh["answerRRs"][0]["rdataA"]);
    assert_eq!(asked(&server, "www.test A"), 1);
}

#[test]
fn a_server_that_was_not_asked_has_said_nothing() {
    let (one, other, home) = (NameServer::start(zone), NameServer::start(zone), home());
    rhost(&home, &one.port(), "--cache -t A www.test 127.0.0.1");
    rhost(&home, &other.port(), "--cache -t A www.test 127.0.0.1");
    assert_eq!(asked(&other, "www.test A"), 1);
}

#[test]
fn without_the_word_a_server_that_is_typed_is_asked_again() {
    let (server, home) = (NameServer::start(zone), home());
    for line in [
        "-t A www.test 127.0.0.1",
        "--cache=no -t A www.test 127.0.0.1",
        "-t A www.test 127.0.0.1",
    ] {
        let before = server.queries().len();
        assert_eq!(stderr(&rhost(&home, &server.port(), line)), "");
        assert!(server.queries().len() > before);
    }
}

#[test]
fn a_denial_is_kept_and_a_failure_is_not() {
    let (server, home) = (NameServer::start(zone), home());
    for _ in 0..2 {
        let denied = rhost(&home, &server.port(), "--cache no.test 127.0.0.1");
        assert_eq!(sentences(&denied), ["Host no.test not found: 3(NXDOMAIN)"]);
        assert_eq!(denied.status.code(), Some(1));
        rhost(&home, &server.port(), "--cache refused.test 127.0.0.1");
    }
    assert_eq!(asked(&server, "no.test A"), 1);
    assert!(asked(&server, "refused.test A") > 1);
}

#[test]
fn only_the_cache_answers_or_nobody_does() {
    let (server, home) = (NameServer::start(zone), home());
    let missing = rhost(&home, &server.port(), "--cache=only www.test 127.0.0.1");
    assert_eq!(missing.status.code(), Some(16));
    assert_eq!(stderr(&missing), ";; not in the cache: www.test IN A\n");
    assert!(server.queries().is_empty());
    rhost(&home, &server.port(), "--cache www.test 127.0.0.1");
    let found = rhost(&home, &server.port(), "--cache=only www.test 127.0.0.1");
    assert_eq!((found.status.code(), sentences(&found).len()), (Some(0), 4));
    let refused = rhost(&home, &server.port(), "--cache=only -v www.test 127.0.0.1");
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("--cache is for plain answers"));
}

#[test]
fn the_cache_is_listed_and_flushed() {
    let (server, home) = (NameServer::start(zone), home());
    let port = server.port();
    rhost(&home, &port, "--cache www.test 127.0.0.1");
    rhost(&home, &port, "--cache -t A big.test 127.0.0.1");
    let rows = |line| stdout(&rhost(&home, &port, line)).lines().count();
    let list = stdout(&rhost(&home, &port, "--cache-list"));
    let lines: Vec<&str> = list.lines().collect();
    let titles: Vec<&str> = lines[0].split_whitespace().collect();
    assert_eq!(
        titles,
        [
            ";name", "class", "type", "left", "age", "status", "bytes", "server"
        ]
    );
    let big: Vec<&str> = lines[1].split_whitespace().collect();
    assert_eq!(big[..3], ["big.test.", "IN", "A"]);
    assert!(
        big[3].parse::<u32>().is_ok_and(|left| (1..=60).contains(&left)),
        "{list}"
    );
    assert_eq!(
        (big[5], big[7]),
        ("NOERROR", format!("127.0.0.1#{port}").as_str())
    );
    assert!(lines[5].starts_with(";; 4 replies, "), "{list}");
    assert_eq!(rows("--cache-list big.test"), 3);
    assert_eq!(
        stdout(&rhost(&home, &port, "--cache-flush WWW.test")),
        ";; 3 replies forgotten\n"
    );
    assert_eq!(
        stdout(&rhost(&home, &port, "--cache-flush")),
        ";; 1 reply forgotten\n"
    );
    assert_eq!(rows("--cache-list"), 1);
}

#[test]
fn a_damaged_cache_is_set_aside_with_one_warning_and_the_answer_comes_from_the_server() {
    let (server, home) = (NameServer::start(zone), home());
    let run = || rhost(&home, &server.port(), "--cache -t A www.test 127.0.0.1");
    let good = run();
    let folder = home.path().join(".cache/fairloss");
    fs::write(folder.join("dns"), b"not a cache at all").expect("the file is ours");
    let after = run();
    assert_eq!(stdout(&after), stdout(&good));
    let said = stderr(&after);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        said.contains("damaged") && said.contains("dns.damaged-1"),
        "{said}"
    );
    assert_eq!(
        fs::read(folder.join("dns.damaged-1")).expect("it was only given another name"),
        b"not a cache at all"
    );
    assert!(stderr(&run()).starts_with(";; From the cache: 1 answer, "));
}

#[test]
fn no_place_for_a_cache_is_no_error() {
    let server = NameServer::start(zone);
    for home in ["/proc/none", "relative", ""] {
        let mut command = tool("rhost");
        command.env_remove("XDG_CACHE_HOME").env("HOME", home);
        command.args(["-p", &server.port(), "-t", "A", "www.test", "127.0.0.1"]);
        let output = command.output().expect("the program starts");
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
    }
}

/// The clock of this system, an hour ago.
#[derive(Debug)]
struct Earlier(BootTime);

impl Time for Earlier {
    fn now(&self) -> Option<Moment> {
        let mut moment = self.0.now()?;
        moment.since = moment.since.saturating_sub(Duration::from_secs(3600));
        Some(moment)
    }
}

#[test]
fn a_stale_answer_is_better_than_none_for_who_wants_it() {
    let (home, port) = (home(), free_port());
    let server: SocketAddr = ([127, 0, 0, 1], port).into();
    let mut query = Query::new(1, "www.test".parse().expect("a name"), RecordType::A);
    query.flags.set(Flags::AD, true);
    let mut reply = query.to_bytes().expect("a short query");
    reply[2] |= 0x80;
    reply[7] = 1;
    reply.extend_from_slice(b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01");
    let folder = home.path().join(".cache/fairloss");
    let cache = DnsCache::with_time(&folder, Box::new(Earlier(BootTime::read())));
    cache.put(
        &Key::new(&[server], &query).expect("an everyday query"),
        server,
        &reply,
    );

    let run = |when: &str| {
        rhost(
            &home,
            &port.to_string(),
            &format!("--cache={when} -t A www.test 127.0.0.1"),
        )
    };
    let fresh = run("yes");
    assert!(stdout(&fresh).contains("no servers could be reached"));
    assert_eq!((fresh.status.code(), stderr(&fresh).as_str()), (Some(1), ""));
    assert_eq!(run("only").status.code(), Some(16));
    let stale = run("stale");
    assert!(stdout(&stale).contains("www.test has address 192.0.2.1"));
    let said = stderr(&stale);
    assert!(
        said.starts_with(";; From the cache: 1 answer, 36") && said.contains(" s old, stale (from"),
        "{said}"
    );
    assert_eq!(stale.status.code(), Some(0));
}
