//! `rdig` against a name server in the test, and beside the real `dig`.
#![expect(
    clippy::indexing_slicing,
    reason = "a test may panic at what it does not expect"
)]

mod cache;
mod corpus;
#[cfg(all(feature = "doh", feature = "doq"))]
mod encrypted;
mod explain;
mod json;
mod lists;
mod manual;
mod side_by_side;
mod status;
mod tsig;
mod validate;

use std::process::{Command, Output};

use fairloss::wire::dns::RecordType;

use crate::support::name_server::{Asked, NameServer, Said, transfer, wire};
use crate::support::{free_port, peer, tool};

/// `www.test`, text that is dangerous to a terminal, and servers' bad habits by name.
fn zone(asked: &Asked) -> Vec<Said> {
    let address = |name: &'static str| asked.answer(&[(name, RecordType::A, 60, vec![192, 0, 2, 1])]);
    let said = match (asked.name.to_ascii_lowercase().as_str(), asked.rtype.as_str()) {
        ("www.test", "A") => asked.answer(&[
            ("www.test", RecordType::A, 60, vec![192, 0, 2, 1]),
            ("www.test", RecordType::A, 60, vec![192, 0, 2, 2]),
        ]),
        ("www.test", "MX") => {
            let data = [vec![0, 10], wire("mail.test")].concat();
            asked.answer(&[("www.test", RecordType::MX, 3600, data)])
        }
        ("text.test", "TXT") => {
            let data = b"\x05plain\x06\x1b]52;c\x03\"\\\xff".to_vec();
            asked.answer(&[("text.test", RecordType::TXT, 60, data)])
        }
        ("odd.test", "TYPE65280") => asked.answer(&[
            ("odd.test", RecordType(65280), 60, vec![1, 2, 3]),
            ("odd.test", RecordType(65280), 60, vec![]),
        ]),
        ("big.test", "A") if !asked.tcp => asked.truncated(),
        ("big.test", "A") => address("big.test"),
        ("lost.test", "A") if asked.before == 0 => return vec![],
        ("lost.test", "A") => address("lost.test"),
        ("forged.test", "A") => {
            let wrong = || address("forged.test");
            return vec![
                wrong().with_wrong_id(),
                wrong().sent_from_elsewhere(),
                address("forged.test"),
            ];
        }
        ("refused.test", _) => asked.failure(5),
        ("cut.test", _) => {
            let mut said = address("cut.test");
            said.bytes.truncate(said.bytes.len() - 2);
            said
        }
        ("pointer.test", _) => {
            let mut said = address("pointer.test");
            // The owner becomes a pointer to itself.
            let owner = said.bytes.len() - 14 - wire("pointer.test").len();
            said.bytes[owner..owner + 2]
                .copy_from_slice(&[0xc0, u8::try_from(owner).expect("a short message")]);
            said
        }
        ("zone.test", "AXFR") => return transfer(asked),
        ("1.2.0.192.in-addr.arpa", "PTR") => {
            asked.answer(&[("1.2.0.192.in-addr.arpa", RecordType::PTR, 60, wire("www.test"))])
        }
        _ => asked.denial(3),
    };
    vec![said]
}

/// Runs `program @127.0.0.1 -p PORT`, `line` split at spaces, away from the settings of whoever runs the test.
fn run(mut program: Command, server: &NameServer, line: &str) -> Output {
    program
        .env("HOME", "/dev/null")
        .env("TZ", "UTC")
        .args(["@127.0.0.1", "-p", &server.port()])
        .args(line.split(' '));
    program.output().expect("the program starts")
}

fn rdig(server: &NameServer, line: &str) -> Output {
    run(tool("rdig"), server, line)
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("the output is text")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("the output is text")
}

/// What is printed, as lines, but for those that differ from run to run.
fn lines(output: &Output) -> Vec<String> {
    let text = stdout(output);
    let keep = |line: &&str| {
        ![";; WHEN", ";; Query time", "; <<>>", ";; ->>HEADER"]
            .iter()
            .any(|start| line.starts_with(start))
    };
    text.lines().filter(keep).map(str::to_owned).collect()
}

#[test]
fn the_whole_message_is_printed_in_the_layout_of_dig() {
    let server = NameServer::start(zone);
    let output = rdig(&server, "www.test +noedns");
    let port = server.port();
    let text = stdout(&output);
    let id = text
        .split("id: ")
        .nth(1)
        .and_then(|rest| rest.lines().next())
        .unwrap();
    let expected = format!(
        "\n; <<>> rdig {} <<>> @127.0.0.1 -p {port} www.test +noedns\n\
         ; (1 server found)\n\
         ;; global options: +cmd\n\
         ;; Got answer:\n\
         ;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: {id}\n\
         ;; flags: qr aa rd; QUERY: 1, ANSWER: 2, AUTHORITY: 0, ADDITIONAL: 0\n\
         ;; WARNING: recursion requested but not available\n\
         \n\
         ;; QUESTION SECTION:\n\
         ;www.test.\t\t\tIN\tA\n\
         \n\
         ;; ANSWER SECTION:\n\
         www.test.\t\t60\tIN\tA\t192.0.2.1\n\
         www.test.\t\t60\tIN\tA\t192.0.2.2\n\
         \n\
         ;; Query time: ",
        env!("CARGO_PKG_VERSION")
    );
    assert!(text.starts_with(&expected), "{text}");
    let footer = format!(";; SERVER: 127.0.0.1#{port}(127.0.0.1) (UDP)\n;; WHEN: ");
    assert!(text.contains(&footer), "{text}");
    assert!(text.ends_with(";; MSG SIZE  rcvd: 74\n\n"), "{text}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn short_is_the_data_alone() {
    let server = NameServer::start(zone);
    assert_eq!(
        stdout(&rdig(&server, "www.test +short")),
        "192.0.2.1\n192.0.2.2\n"
    );
    assert_eq!(stdout(&rdig(&server, "+short www.test MX")), "10 mail.test.\n");
    assert_eq!(stdout(&rdig(&server, "-x 192.0.2.1 +short")), "www.test.\n");
}

#[test]
fn several_names_are_asked_for_with_their_own_options() {
    let server = NameServer::start(zone);
    let output = rdig(
        &server,
        "+noall www.test MX +answer +ttlunits www.test +answer +nottlid",
    );
    assert_eq!(
        stdout(&output),
        "www.test.\t\t1h\tIN\tMX\t10 mail.test.\nwww.test.\t\tIN\tA\t192.0.2.1\nwww.test.\t\tIN\tA\t192.0.2.2\n"
    );
    assert_eq!(server.queries(), ["www.test MX", "www.test A"]);
}

#[test]
fn text_from_the_network_is_escaped() {
    let output = rdig(&NameServer::start(zone), "text.test TXT +short");
    assert_eq!(stdout(&output), "\"plain\" \"\\027]52;c\" \"\\\"\\\\\\255\"\n");
}

#[test]
fn an_unknown_type_is_written_as_rfc_3597_says() {
    let output = rdig(&NameServer::start(zone), "odd.test TYPE65280 +short");
    assert_eq!(stdout(&output), "\\# 3 010203\n\\# 0\n");
}

#[test]
fn a_truncated_reply_is_fetched_over_tcp() {
    let server = NameServer::start(zone);
    let output = rdig(&server, "big.test");
    assert!(stdout(&output).starts_with(";; Truncated, retrying in TCP mode.\n\n; <<>>"));
    assert!(stdout(&output).contains("(TCP)"));
    assert_eq!(server.queries(), ["big.test A", "big.test A tcp"]);
}

#[test]
fn a_truncated_reply_is_shown_with_ignore() {
    let server = NameServer::start(zone);
    let output = rdig(&server, "big.test +ignore");
    assert!(stdout(&output).contains(";; flags: qr aa tc rd; QUERY: 1, ANSWER: 0"));
    assert_eq!(server.queries(), ["big.test A"]);
}

#[test]
fn a_lost_query_is_sent_again_within_one_try() {
    let server = NameServer::start(zone);
    let output = rdig(&server, "lost.test +short +tries=1 +time=20");
    assert_eq!(stdout(&output), "192.0.2.1\n");
    assert_eq!(server.queries().len(), 2);
}

#[test]
fn a_wrong_id_is_warned_of_and_a_wrong_source_is_not_heard() {
    let text = stdout(&rdig(&NameServer::start(zone), "forged.test +noall +answer"));
    let mut lines = text.lines();
    let warning = lines.next().unwrap();
    assert!(
        warning.starts_with(";; Warning: ID mismatch: expected ID "),
        "{text}"
    );
    assert_eq!(
        lines.collect::<Vec<_>>(),
        ["forged.test.\t\t60\tIN\tA\t192.0.2.1"]
    );
}

#[test]
fn a_message_cut_short_is_shown_up_to_there() {
    let server = NameServer::start(zone);
    let text = stdout(&rdig(&server, "cut.test"));
    assert!(
        text.starts_with(";; Warning: Message parser reports malformed message packet.\n"),
        "{text}"
    );
    assert!(
        text.contains(";; WARNING: Message has 2 extra bytes at end\n"),
        "{text}"
    );
    let strict = stdout(&rdig(&server, "cut.test +nobesteffort"));
    assert!(
        strict.starts_with(";; Got bad packet: unexpected end of input\n"),
        "{strict}"
    );
}

#[test]
fn a_message_that_points_at_itself_is_dumped() {
    let output = rdig(&NameServer::start(zone), "pointer.test");
    assert!(stdout(&output).starts_with(";; Got bad packet: bad compression pointer\n"));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_zone_is_transferred_over_several_messages() {
    let server = NameServer::start(zone);
    let output = rdig(&server, "zone.test AXFR +nostats +nocmd");
    assert_eq!(
        stdout(&output),
        "zone.test.\t\t60\tIN\tSOA\tns.test. host.test. 0 0 0 0 0\n\
         zone.test.\t\t60\tIN\tNS\tns.test.\n\
         a.zone.test.\t\t60\tIN\tA\t192.0.2.9\n\
         zone.test.\t\t60\tIN\tSOA\tns.test. host.test. 0 0 0 0 0\n"
    );
    assert!(stdout(&rdig(&server, "zone.test AXFR")).contains(";; XFR size: 4 records (messages 2, bytes "));
    assert_eq!(
        stdout(&rdig(&server, "refused.test AXFR +nocmd")),
        "; Transfer failed.\n"
    );
}

#[test]
fn a_closed_port_ends_with_9() {
    let port = free_port().to_string();
    let output = tool("rdig")
        .env("HOME", "/dev/null")
        .args(["@127.0.0.1", "-p", &port, "+nocmd", "x.test", "+tries=1"])
        .output()
        .unwrap();
    assert_eq!(
        stdout(&output),
        format!(
            ";; communications error to 127.0.0.1#{port}: connection refused\n;; no servers could be reached\n"
        )
    );
    assert_eq!(output.status.code(), Some(9));
}

#[test]
fn the_next_server_is_asked_when_one_does_not_answer() {
    let server = NameServer::start(zone);
    // Nobody listens there: the lab of this test is at 127.0.0.1 only.
    let output = rdig(&server, "@127.0.0.1 @127.255.0.1 www.test +short");
    assert_eq!(stdout(&output), "192.0.2.1\n192.0.2.2\n");
}

#[test]
fn what_was_typed_wrong_is_told_before_anybody_is_asked() {
    let server = NameServer::start(zone);
    for (line, status, why) in [
        (
            "bad..name",
            10,
            "rdig: 'bad..name' is not a legal name (empty label)",
        ),
        ("+nosuch x.test", 1, "Invalid option: +nosuch"),
        ("-4 -6 x.test", 1, "rdig: only one of -4 and -6 allowed"),
        ("+time=x x.test", 10, "rdig: Couldn't parse timeout"),
        ("-b 1.2 x.test", 1, "rdig: invalid address 1.2"),
    ] {
        let output = rdig(&server, line);
        let said = stderr(&output);
        // How to type it may stand below.
        assert_eq!(said.lines().next(), Some(why), "{line}");
        assert_eq!(output.status.code(), Some(status), "{line}");
    }
    assert_eq!(server.queries(), [""; 0]);
}

#[test]
fn settings_come_from_digrc_unless_r_is_typed() {
    let server = NameServer::start(zone);
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(".digrc"), "+short\n-t MX\n").unwrap();
    let run = |line: &str| {
        let mut command = tool("rdig");
        command
            .env("HOME", home.path())
            .args(["@127.0.0.1", "-p", &server.port()])
            .args(line.split(' '));
        stdout(&command.output().unwrap())
    };
    assert_eq!(run("www.test"), "10 mail.test.\n");
    assert_eq!(run("-r www.test +short"), "192.0.2.1\n192.0.2.2\n");
}

#[test]
fn lookups_are_read_from_a_file() {
    let server = NameServer::start(zone);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("names");
    std::fs::write(&file, "# a comment\n\nwww.test MX\nwww.test\n").unwrap();
    let line = format!("+short -f {}", file.display());
    assert_eq!(
        stdout(&rdig(&server, &line)),
        "10 mail.test.\n192.0.2.1\n192.0.2.2\n"
    );
    // Before anything is asked.
    let missing = rdig(&server, "-f /nonexistent www.test");
    assert_eq!(missing.status.code(), Some(8));
    assert_eq!(stdout(&missing), "");
    assert_eq!(
        stderr(&missing),
        "/nonexistent: No such file or directory\nrdig: couldn't open specified batch file\n"
    );
}

#[test]
fn what_is_done_is_told_on_request() {
    let server = NameServer::start(zone);
    let output = rdig(&server, "+short -d www.test");
    assert_eq!(stdout(&output), "192.0.2.1\n192.0.2.2\n");
    let told = stderr(&output);
    let (query, reply) = told.split_once('\n').unwrap();
    let address = format!("127.0.0.1#{}", server.port());
    assert!(query.starts_with(";; www.test. A: a query of "), "{told}");
    assert!(query.ends_with(&format!("to {address} (UDP)")), "{told}");
    assert!(
        reply.starts_with(";; www.test. A: a reply of ") && reply.contains(&address),
        "{told}"
    );
}

#[test]
fn the_output_is_that_of_dig() {
    let Some(dig) = peer("dig") else {
        return;
    };
    let server = NameServer::start(zone);
    for line in [
        "www.test",
        "www.test +noedns",
        "www.test MX +multiline",
        "www.test +short +identify -u",
        "text.test TXT",
        "odd.test TYPE65280",
        "no.test",
        "refused.test +qr",
        "big.test",
        "cut.test",
        "www.test +noall +answer +ttlunits",
        "www.test +noclass www.test MX +nottlid",
        "+nocomments www.test",
        "-x 192.0.2.1 +nostats",
        "zone.test AXFR +onesoa",
        "no.test AXFR",
    ] {
        let [ours, theirs] = [rdig(&server, line), run(Command::new(&dig), &server, line)];
        let without_times = |output: &Output| -> Vec<String> {
            let cut = |line: String| {
                let line = line.split(" in ").next().unwrap_or_default().to_owned();
                match line.split_once("COOKIE: ") {
                    Some((start, _)) => start.to_owned(),
                    None => line,
                }
            };
            lines(output).into_iter().map(cut).collect()
        };
        assert_eq!(without_times(&ours), without_times(&theirs), "{line}");
        assert_eq!(ours.status.code(), theirs.status.code(), "{line}");
    }
}
