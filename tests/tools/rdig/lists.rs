//! `rdig -f`: many lookups at once, and yet printed as if one came after the other.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Output, Stdio};

use fairloss::net::UdpRelay;
use fairloss::wire::dns::RecordType;

use crate::support::name_server::{Asked, NameServer, Said, transfer};
use crate::support::{peer, tool};

/// `n17.test` has the address 10.0.0.17; `late.test` is answered at the second query only, `lost.test` never.
fn zone(asked: &Asked) -> Vec<Said> {
    let number = asked
        .name
        .strip_prefix('n')
        .and_then(|rest| rest.strip_suffix(".test"));
    match (
        asked.name.as_str(),
        number.and_then(|number| number.parse::<u16>().ok()),
    ) {
        ("zone.test", _) if asked.rtype == "AXFR" => transfer(asked),
        (_, Some(number)) => {
            let [high, low] = number.to_be_bytes();
            vec![asked.answer(&[(&asked.name, RecordType::A, 60, vec![10, 0, high, low])])]
        }
        ("late.test", _) if asked.before == 0 => vec![],
        ("late.test", _) => vec![asked.answer(&[("late.test", RecordType::A, 60, vec![10, 1, 0, 0])])],
        ("lost.test", _) => vec![],
        _ => vec![asked.denial(3)],
    }
}

/// Runs `rdig -f -` with `list` as its standard input.
fn rdig(port: &str, options: &[&str], list: &str) -> Output {
    run(tool("rdig"), port, options, list)
}

fn run(mut command: Command, port: &str, options: &[&str], list: &str) -> Output {
    let mut child = command
        .args(["-f", "-", "@127.0.0.1", "-p", port])
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it is a pipe");
    let list = list.to_owned();
    // A list that is longer than the pipe is only read while answers are.
    let writer = std::thread::spawn(move || stdin.write_all(list.as_bytes()));
    let output = child.wait_with_output().expect("the program ends");
    // A program that ends early does not read all.
    let _ = writer.join();
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn names(count: u16) -> (String, String) {
    let list = (0..count).map(|n| format!("n{n}.test\n")).collect();
    let answers = (0..count)
        .map(|n| format!("10.0.{}.{}\n", n >> 8, n & 0xff))
        .collect();
    (list, answers)
}

#[test]
fn answers_come_in_the_order_of_the_list_and_each_name_is_asked_once() {
    let server = NameServer::start(zone);
    let (list, answers) = names(3000);
    let output = rdig(&server.port(), &["+short"], &list);
    assert_eq!(text(&output.stderr), "");
    assert!(text(&output.stdout) == answers);
    let mut queries = server.queries();
    queries.sort();
    queries.dedup();
    assert_eq!(queries.len(), 3000);
}

#[test]
fn through_a_link_that_loses_repeats_and_reorders_each_name_is_answered_once_and_in_order() {
    let server = NameServer::start(zone);
    let upstream = format!("127.0.0.1:{}", server.port()).parse().unwrap();
    let spec = "loss=30%,dup=10%,reorder=20%,seed=7".parse().unwrap();
    let relay = UdpRelay::start("127.0.0.1:0".parse().unwrap(), upstream, spec).unwrap();
    let (list, answers) = names(500);
    let port = relay.address().port().to_string();
    let output = rdig(&port, &["+short", "+summary", "+time=20"], &list);
    assert!(text(&output.stdout) == answers);
    let summary = text(&output.stderr);
    assert!(summary.starts_with(";; 500 lookups in "), "{summary}");
    assert!(summary.contains(": NOERROR 500; "), "{summary}");
}

#[test]
fn a_line_is_answered_while_the_list_goes_on() {
    let server = NameServer::start(zone);
    let mut child = tool("rdig")
        .args(["-f", "-", "@127.0.0.1", "-p", &server.port(), "+short"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for number in [3, 1, 2] {
        writeln!(stdin, "n{number}.test").unwrap();
        assert_eq!(answers.next().unwrap().unwrap(), format!("10.0.0.{number}"));
    }
    drop(stdin);
    assert!(answers.next().is_none());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_slow_name_holds_up_what_is_printed_and_not_what_is_asked() {
    let server = NameServer::start(zone);
    let (list, answers) = names(50);
    let list = format!("late.test\n{list}");
    let output = rdig(&server.port(), &["+short", "+time=20"], &list);
    assert!(text(&output.stdout) == format!("10.1.0.0\n{answers}"));
    let queries = server.queries();
    let again = queries.iter().rposition(|query| query == "late.test A").unwrap();
    assert_eq!(again, queries.len() - 1, "the others were asked before");
}

#[test]
fn what_fails_is_told_in_its_place_and_in_the_exit_status() {
    let server = NameServer::start(zone);
    let list = "n1.test\nlost.test +time=1 +tries=1\nno.test\n\nn2.test @a..b\nn3.test\n";
    let output = rdig(&server.port(), &["+short", "+summary"], list);
    let stdout = text(&output.stdout);
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!(lines[0], "10.0.0.1");
    assert!(
        lines[1].starts_with(";; communications error to 127.0.0.1#"),
        "{stdout}"
    );
    assert!(lines.contains(&";; no servers could be reached"), "{stdout}");
    assert_eq!(lines.last(), Some(&"10.0.0.3"));
    let stderr = text(&output.stderr);
    assert!(stderr.contains("skipping lookup"), "{stderr}");
    assert!(stderr.contains("no answer 1"), "{stderr}");
    assert_eq!(output.status.code(), Some(9));
}

#[test]
fn an_illegal_name_ends_the_list_after_what_comes_before_it() {
    let server = NameServer::start(zone);
    let output = rdig(&server.port(), &["+short"], "n1.test\na..b\nn2.test\n");
    assert_eq!(text(&output.stdout), "10.0.0.1\n");
    assert!(text(&output.stderr).contains("is not a legal name"));
    assert_eq!(output.status.code(), Some(10));
}

#[test]
fn a_zone_and_lookups_over_tcp_have_their_place_in_the_list() {
    let server = NameServer::start(zone);
    let list = "n1.test\nzone.test AXFR\nn2.test +tcp\nn3.test\n";
    let output = rdig(&server.port(), &["+noall", "+answer"], list);
    let stdout = text(&output.stdout);
    let owners: Vec<&str> = stdout
        .lines()
        .filter_map(|line| line.split_ascii_whitespace().next())
        .filter(|owner| !owner.starts_with(';'))
        .collect();
    assert_eq!(owners.first(), Some(&"n1.test."), "{stdout}");
    assert_eq!(owners[1], "zone.test.", "{stdout}");
    assert_eq!(owners[owners.len() - 2..], ["n2.test.", "n3.test."], "{stdout}");
}

#[test]
fn a_rate_is_kept_and_the_list_is_counted_unasked() {
    let server = NameServer::start(zone);
    let (list, answers) = names(20);
    let output = rdig(&server.port(), &["+short", "+rate=1000", "+inflight=3"], &list);
    assert_eq!(text(&output.stdout), answers);
    assert!(text(&output.stderr).starts_with(";; 20 lookups in "));
    let quiet = rdig(&server.port(), &["+short", "+inflight=3", "+nosummary"], &list);
    assert_eq!(text(&quiet.stderr), "");
    let none = rdig(&server.port(), &["+inflight=0"], &list);
    assert_eq!(none.status.code(), Some(1));
}

#[test]
fn the_output_for_a_list_is_that_of_dig() {
    let Some(dig) = peer("dig") else { return };
    let server = NameServer::start(zone);
    let list =
        "; a comment\n\nn1.test\nn2.test MX +noall +answer\nno.test n3.test +short\n-x 192.0.2.1\nn4.test\n";
    let plain = |output: Output| {
        let text = text(&output.stdout);
        let lines = text.lines().filter(|line| {
            let varies = ["; <<>>", ";; ->>HEADER", ";; Query time", ";; WHEN", "; COOKIE"];
            !varies.iter().any(|start| line.starts_with(start))
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    for options in [&["-r"][..], &["-r", "+short"], &["-r", "+nocomments"]] {
        let ours = plain(rdig(&server.port(), options, list));
        let theirs = plain(run(Command::new(&dig), &server.port(), options, list));
        assert_eq!(ours, theirs, "{options:?}");
    }
}

#[test]
fn a_race_counts_as_what_the_winner_said() {
    let server = NameServer::start(zone);
    // A second name of the same server makes two of it.
    let list = "@127.1 n1.test +race\n@127.1 n2.test +compare\n@127.1 gone.test +race\n";
    let output = rdig(&server.port(), &["+short", "+summary"], list);
    let told = text(&output.stderr);
    assert!(told.contains("NOERROR 2, NXDOMAIN 1"), "{told}");
}
