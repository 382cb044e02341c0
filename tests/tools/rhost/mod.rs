//! `rhost` against a name server in the test, and beside the real `host`.
#![expect(
    clippy::indexing_slicing,
    reason = "a test may panic at what it does not expect"
)]

mod cache;
mod json;

use std::process::{Command, Output};

use fairloss::wire::dns::RecordType;

use crate::support::name_server::{Asked, NameServer, Said, transfer, wire};
use crate::support::{free_port, peer, tool};

/// `www.test` with both families and a mail server, an alias for it, and odd names.
fn zone(asked: &Asked) -> Vec<Said> {
    let www = |rtype| match rtype {
        "A" => vec![
            ("www.test", RecordType::A, 60, vec![192, 0, 2, 1]),
            ("www.test", RecordType::A, 60, vec![192, 0, 2, 2]),
        ],
        "AAAA" => vec![(
            "www.test",
            RecordType::AAAA,
            60,
            [[0x20, 1], [0xd, 0xb8]]
                .concat()
                .into_iter()
                .chain([0; 11])
                .chain([7])
                .collect(),
        )],
        "MX" => vec![(
            "www.test",
            RecordType::MX,
            60,
            [vec![0, 10], wire("mail.test")].concat(),
        )],
        _ => vec![],
    };
    let said = match (asked.name.to_ascii_lowercase().as_str(), asked.rtype.as_str()) {
        ("www.test", rtype) if !www(rtype).is_empty() => asked.answer(&www(rtype)),
        ("www.test", _) | ("empty.test", _) => asked.denial(0),
        ("alias.test", rtype) => {
            let mut answers = vec![("alias.test", RecordType::CNAME, 60, wire("www.test"))];
            answers.extend(www(rtype));
            asked.answer(&answers)
        }
        ("text.test", "TXT") => {
            let data = b"\x05plain\x06\x1b]52;c\x03\"\\\xff".to_vec();
            asked.answer(&[("text.test", RecordType::TXT, 60, data)])
        }
        ("big.test", "A") if !asked.tcp => asked.truncated(),
        ("big.test", "A") => asked.answer(&[("big.test", RecordType::A, 60, vec![192, 0, 2, 3])]),
        ("lost.test", "A") if asked.before == 0 => return vec![],
        ("lost.test", "A") => asked.answer(&[("lost.test", RecordType::A, 60, vec![192, 0, 2, 4])]),
        ("forged.test", "A") => {
            let right = || asked.answer(&[("forged.test", RecordType::A, 60, vec![192, 0, 2, 5])]);
            let wrong = || asked.answer(&[("forged.test", RecordType::A, 60, vec![6, 6, 6, 6])]);
            return vec![wrong().with_wrong_id(), wrong().sent_from_elsewhere(), right()];
        }
        ("refused.test", _) => asked.failure(5),
        ("1.2.0.192.in-addr.arpa", "PTR") => {
            asked.answer(&[("1.2.0.192.in-addr.arpa", RecordType::PTR, 60, wire("www.test"))])
        }
        ("cut.test", _) => {
            let mut said = asked.answer(&[("cut.test", RecordType::A, 60, vec![192, 0, 2, 1])]);
            said.bytes.truncate(said.bytes.len() - 2);
            said
        }
        ("zone.test", "AXFR") => return transfer(asked),
        _ => asked.denial(3),
    };
    vec![said]
}

/// Runs `program` with `-p PORT`, `line` split at spaces, and the server's address.
fn run(mut program: Command, server: &NameServer, line: &str) -> Output {
    program
        .args(["-p", &server.port()])
        .args(line.split(' '))
        .arg("127.0.0.1");
    program.output().expect("the program starts")
}

fn rhost(server: &NameServer, line: &str) -> Output {
    run(tool("rhost"), server, line)
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("the output is text")
}

/// The lines after the ones that name the server.
fn sentences(output: &Output) -> Vec<String> {
    stdout(output).lines().skip(5).map(str::to_owned).collect()
}

#[test]
fn a_name_is_told_with_addresses_and_mail_servers_along_its_alias() {
    let server = NameServer::start(zone);
    let output = rhost(&server, "alias.test");
    let head = format!(
        "Using domain server:\nName: 127.0.0.1\nAddress: 127.0.0.1#{}\nAliases: \n\n",
        server.port()
    );
    assert_eq!(
        stdout(&output),
        head + "alias.test is an alias for www.test.\nwww.test has address 192.0.2.1\nwww.test has address 192.0.2.2\n\
                www.test has IPv6 address 2001:db8::7\nwww.test mail is handled by 10 mail.test.\n"
    );
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(server.queries(), ["alias.test A", "www.test AAAA", "www.test MX"]);
}

#[test]
fn an_address_is_told_with_its_name() {
    let output = rhost(&NameServer::start(zone), "192.0.2.1");
    let expected = ["1.2.0.192.in-addr.arpa domain name pointer www.test."];
    assert_eq!(sentences(&output), expected);
}

#[test]
fn a_name_that_does_not_exist_is_told_and_fails() {
    let output = rhost(&NameServer::start(zone), "no.test");
    assert_eq!(sentences(&output), ["Host no.test not found: 3(NXDOMAIN)"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_type_that_a_name_does_not_have_is_told_and_does_not_fail() {
    let output = rhost(&NameServer::start(zone), "-t TXT www.test");
    assert_eq!(sentences(&output), ["www.test has no TXT record"]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_refusal_is_told_and_fails() {
    let output = rhost(&NameServer::start(zone), "refused.test");
    assert_eq!(sentences(&output), ["Host refused.test not found: 5(REFUSED)"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn the_search_list_completes_a_short_name() {
    let server = NameServer::start(zone);
    let mut command = tool("rhost");
    command
        .env("LOCALDOMAIN", "other.test test")
        .env("RES_OPTIONS", "ndots:1");
    let output = run(command, &server, "-t A www");
    assert_eq!(sentences(&output)[0], "www.test has address 192.0.2.1");
    assert_eq!(server.queries(), ["www.other.test A", "www.test A"]);
}

#[test]
fn a_short_name_that_no_domain_has_is_told_as_it_was_typed() {
    let server = NameServer::start(zone);
    let mut command = tool("rhost");
    command
        .env("LOCALDOMAIN", "a.test b.test")
        .env("RES_OPTIONS", "ndots:1");
    let output = run(command, &server, "nobody");
    assert_eq!(sentences(&output), ["Host nobody not found: 3(NXDOMAIN)"]);
    assert_eq!(
        server.queries(),
        ["nobody.a.test A", "nobody.b.test A", "nobody A"]
    );
}

#[test]
fn a_truncated_reply_is_fetched_over_tcp() {
    let server = NameServer::start(zone);
    let output = rhost(&server, "-t A big.test");
    assert_eq!(sentences(&output), ["big.test has address 192.0.2.3"]);
    assert_eq!(server.queries(), ["big.test A", "big.test A tcp"]);
}

#[test]
fn a_lost_query_is_sent_again_within_the_time_of_its_server() {
    let server = NameServer::start(zone);
    let output = rhost(&server, "-t A -W 20 lost.test");
    assert_eq!(sentences(&output), ["lost.test has address 192.0.2.4"]);
    assert_eq!(server.queries().len(), 2);
}

#[test]
fn replies_with_a_wrong_id_or_from_a_wrong_port_are_ignored() {
    let output = rhost(&NameServer::start(zone), "-t A forged.test");
    let text = stdout(&output);
    assert!(
        text.starts_with(";; Warning: ID mismatch: expected ID "),
        "{text}"
    );
    assert!(text.ends_with("\nforged.test has address 192.0.2.5\n"), "{text}");
    assert!(!text.contains("6.6.6.6"), "{text}");
}

#[test]
fn control_characters_in_a_text_do_not_reach_the_terminal() {
    let output = rhost(&NameServer::start(zone), "-t TXT text.test");
    let expected = [r#"text.test descriptive text "plain" "\027]52;c" "\"\\\255""#];
    assert_eq!(sentences(&output), expected);
}

#[test]
fn a_packet_that_makes_no_sense_is_shown_in_hex() {
    let output = rhost(&NameServer::start(zone), "-t A cut.test");
    let text = stdout(&output);
    assert!(
        text.starts_with(";; Got bad packet: unexpected end of input\n48 bytes\n"),
        "{text}"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_list_is_a_zone_over_all_its_messages() {
    let server = NameServer::start(zone);
    let output = rhost(&server, "-l zone.test");
    let expected = [
        "zone.test name server ns.test.",
        "a.zone.test has address 192.0.2.9",
    ];
    assert_eq!(sentences(&output), expected);
    let refused = rhost(&server, "-l refused.test");
    let expected = ["Host refused.test not found: 5(REFUSED)", "; Transfer failed."];
    assert_eq!(sentences(&refused), expected);
    assert_eq!(refused.status.code(), Some(1));
}

#[test]
fn a_server_that_is_not_there_is_told_and_fails() {
    let port = free_port().to_string();
    let output = tool("rhost")
        .args(["-p", &port, "www.test", "127.0.0.1"])
        .output();
    let output = output.expect("rhost starts");
    let refused = format!(";; communications error to 127.0.0.1#{port}: connection refused\n");
    assert_eq!(
        stdout(&output),
        format!("{refused}{refused};; no servers could be reached\n")
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn what_cannot_be_asked_for_is_one_line_and_the_exit_status() {
    for (line, status, message) in [
        ("-t NOSUCH www.test", 2, "rhost: invalid type: NOSUCH"),
        ("-c XX www.test", 2, "rhost: invalid class: XX"),
        (
            "bad..name",
            1,
            "rhost: 'bad..name' is not a legal name (empty label)",
        ),
        ("-4 -6 www.test", 1, "rhost: only one of -4 and -6 allowed"),
    ] {
        let output = tool("rhost")
            .args(line.split(' '))
            .output()
            .expect("rhost starts");
        assert_eq!(output.status.code(), Some(status), "{line}");
        assert_eq!(String::from_utf8_lossy(&output.stderr).trim_end(), message);
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn it_says_what_host_says() {
    let Some(host) = peer("host") else { return };
    for line in [
        "www.test",
        "alias.test",
        "no.test",
        "192.0.2.1",
        "2001:db8::1",
        "-t TXT text.test",
        "-t TXT www.test",
        "-t A big.test",
        "-v www.test",
        "-v no.test",
        "-v big.test",
        "-a www.test",
        "-v -t TXT text.test",
        "-l zone.test",
        "-l -v zone.test",
        "-t AXFR zone.test",
        "-l refused.test",
        "-T www.test",
        "-t NOSUCH www.test",
    ] {
        // Each has a server of its own, which remembers what was asked before.
        let theirs = run(Command::new(&host), &NameServer::start(zone), line);
        let ours = rhost(&NameServer::start(zone), line);
        assert_eq!(comparable(&ours), comparable(&theirs), "{line}");
        assert_eq!(ours.status.code(), theirs.status.code(), "{line}");
    }
}

/// What is printed, without ids, ports and times.
fn comparable(output: &Output) -> Vec<String> {
    let words = |line: &str| -> Vec<String> {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for at in 1..words.len() {
            if ["id:", "in"].contains(&words[at - 1].as_str()) && words[at].parse::<u32>().is_ok() {
                words[at] = "N".to_owned();
            }
        }
        for word in &mut words {
            if let Some((address, _)) = word.split_once('#') {
                *word = format!("{address}#PORT");
            }
        }
        words
    };
    stdout(output).lines().map(|line| words(line).join(" ")).collect()
}
