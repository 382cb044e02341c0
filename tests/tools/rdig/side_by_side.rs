//! `+race` and `+compare`: several servers at once.

use super::json::objects;
use super::{rdig, stdout, zone};
use crate::support::name_server::{Asked, NameServer, Said};
use fairloss::wire::dns::RecordType;

/// Another opinion of `www.test`, in another order, or none at all.
fn other(asked: &Asked) -> Vec<Said> {
    let address = |last, ttl| ("www.test", RecordType::A, ttl, vec![192, 0, 2, last]);
    match asked.name.as_str() {
        "www.test" => vec![asked.answer(&[address(2, 30), address(1, 30)])],
        "differs.test" => vec![asked.denial(3)],
        "refused.test" => vec![asked.answer(&[("refused.test", RecordType::A, 60, vec![192, 0, 2, 9])])],
        _ => vec![asked.failure(2)],
    }
}

fn differing(asked: &Asked) -> Vec<Said> {
    match asked.name.as_str() {
        "differs.test" => vec![asked.answer(&[("differs.test", RecordType::A, 60, vec![192, 0, 2, 3])])],
        _ => zone(asked),
    }
}

/// The lines of comment.
fn comments(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix(";; ")).collect()
}

#[test]
fn servers_that_agree_but_for_order_and_time_to_live_agree() {
    let server = NameServer::start(zone);
    let _other = server.beside("127.0.0.2", other);
    let output = rdig(&server, "@127.0.0.2 +compare +short www.test");
    let text = stdout(&output);
    assert!(text.starts_with("192.0.2.1\n192.0.2.2\n;; COMPARED"), "{text}");
    let port = server.port();
    assert_eq!(
        comments(&text),
        [
            "COMPARED 2 servers: 2 agree".to_owned(),
            format!("  127.0.0.1#{port}(127.0.0.1): its answer is the one above"),
            format!("  127.0.0.2#{port}(127.0.0.2): agrees, but for: TTL 30 instead of 60 of www.test. A"),
        ]
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_server_that_differs_or_does_not_answer_is_named_and_ends_with_11() {
    let server = NameServer::start(differing);
    let _other = server.beside("127.0.0.2", other);
    let output = rdig(
        &server,
        "@127.0.0.2 @127.255.0.1 +compare +short +tries=1 differs.test",
    );
    let text = stdout(&output);
    let port = server.port();
    assert_eq!(
        comments(&text),
        [
            "COMPARED 3 servers: 1 agrees, 1 differs, 1 does not answer".to_owned(),
            format!("  127.0.0.1#{port}(127.0.0.1): its answer is the one above"),
            format!(
                "  127.0.0.2#{port}(127.0.0.2): differs: says NXDOMAIN instead of NOERROR; lacks differs.test. A \
                 192.0.2.3"
            ),
            format!(
                "  127.255.0.1#{port}(127.255.0.1): does not answer: communications error to 127.255.0.1#{port}: \
                 connection refused"
            ),
        ]
    );
    assert_eq!(output.status.code(), Some(11));
}

#[test]
fn a_comparison_in_json_is_every_answer_and_one_object_more() {
    let server = NameServer::start(differing);
    let _other = server.beside("127.0.0.2", other);
    let output = rdig(&server, "@127.0.0.2 +compare +json differs.test");
    let said = objects(&output);
    let codes: Vec<_> = said.iter().take(2).map(|object| &object["status"]).collect();
    assert_eq!(codes, ["NOERROR", "NXDOMAIN"]);
    assert_eq!(said[2]["compare"]["unanimous"], false);
    assert_eq!(said[2]["compare"]["servers"][1]["standing"], "differs");
    assert_eq!(said.len(), 3);
}

#[test]
fn a_refusal_does_not_win_a_race() {
    let server = NameServer::start(zone);
    let _other = server.beside("127.0.0.2", other);
    let output = rdig(&server, "@127.0.0.2 +race refused.test +noall +answer +stats");
    let text = stdout(&output);
    assert!(text.contains("192.0.2.9"), "{text}");
    let port = server.port();
    let race = comments(&text)
        .into_iter()
        .skip_while(|line| !line.starts_with("RACE"))
        .collect::<Vec<_>>();
    assert!(race[0].starts_with(&format!(
        "RACE of 2 servers: 127.0.0.2#{port}(127.0.0.2) won after "
    )));
    assert!(race[1].starts_with(&format!("  127.0.0.1#{port}(127.0.0.1): ")));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_race_without_a_good_answer_shows_what_came() {
    let server = NameServer::start(zone);
    let output = rdig(&server, "@127.255.0.1 +race +tries=1 refused.test");
    let text = stdout(&output);
    assert!(text.contains("status: REFUSED"), "{text}");
    assert!(text.contains(";; RACE of 2 servers: no good answer\n"), "{text}");
    assert!(
        text.contains("(127.255.0.1): no answer: communications error to"),
        "{text}"
    );
}

#[test]
fn a_silent_server_does_not_hold_up_a_race() {
    let server = NameServer::start(zone);
    let _silent = server.beside("127.0.0.2", |_: &Asked| Vec::new());
    let output = rdig(&server, "@127.0.0.2 +race +short www.test");
    assert_eq!(stdout(&output), "192.0.2.1\n192.0.2.2\n");
}
