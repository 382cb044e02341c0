//! `+explain`: a lookup in words, below its answer.

use super::json::objects;
use super::{rdig, stdout, zone};
use crate::support::name_server::NameServer;

/// The lines of the explanation, by the word before the colon.
fn explained(text: &str) -> Vec<(&str, &str)> {
    let lines = text.lines().skip_while(|line| *line != ";; EXPLANATION:").skip(1);
    lines
        .filter_map(|line| line.strip_prefix(";; ")?.split_once(": "))
        .collect()
}

#[test]
fn a_lookup_is_explained_below_its_answer() {
    let server = NameServer::start(zone);
    for line in [
        "+explain www.test",
        "+explain +short www.test",
        "+explain +yaml www.test",
    ] {
        let text = stdout(&rdig(&server, line)).replace("\n# ", "\n;; ");
        let said = explained(&text);
        let words: Vec<&str> = said.iter().map(|(word, _)| *word).collect();
        assert_eq!(words, ["Name", "Server", "Sent", "Answer", "TTL"], "{text}");
        assert_eq!(said[3].1, "2 A records of www.test.");
        assert!(said[4].1.starts_with("60 seconds, until "));
    }
}

#[test]
fn what_it_took_is_explained() {
    let server = NameServer::start(zone);
    let text = stdout(&rdig(&server, "+explain +short lost.test"));
    let sent = explained(&text).into_iter().find(|(word, _)| *word == "Sent");
    assert!(
        sent.is_some_and(|(_, said)| said.starts_with("2 times, at 0 and ")),
        "{text}"
    );
    let text = stdout(&rdig(&server, "+explain +short big.test"));
    assert!(
        text.contains(";; TCP: the reply over UDP was truncated (TC)"),
        "{text}"
    );
    let text = stdout(&rdig(&server, "+explain +domain=test +short www"));
    assert!(
        text.contains(";; Name: www.test. (NOERROR); it was completed by +domain"),
        "{text}"
    );
    let text = stdout(&rdig(&server, "+explain @127.255.0.1 +tries=1 www.test"));
    assert!(
        explained(&text)
            .iter()
            .any(|(word, said)| *word == "Server" && said.contains("the first of 2"))
    );
}

#[test]
fn in_json_an_explanation_is_part_of_the_object() {
    let server = NameServer::start(zone);
    let said = objects(&rdig(&server, "+explain +json nosuch.test"));
    let lines: Vec<_> = said[0]["explanation"].as_array().into_iter().flatten().collect();
    assert!(lines.iter().any(|line| {
        line.as_str()
            .is_some_and(|line| line.starts_with("Answer: NXDOMAIN"))
    }));
    assert_eq!(said.len(), 1);
}
