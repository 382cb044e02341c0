//! Whole explanations, as they are read.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, proptest};

use super::super::plan::Lookup;
use super::super::render::Cached;
use super::super::servers::Server;
use super::super::story::{Came, LeadsTo, Reason, Story, Tried};
use super::explain;
use crate::tools::dns_json::{Failed, Trouble};
use crate::wire::dns::{Name, RecordType};

const HEADER: usize = 12;

/// A reply to `x. A` with these flags and code, and records: how many answers, authorities and additionals.
fn reply(flags: [u8; 2], counts: [u8; 3], records: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 7, flags[0], flags[1], 0, 1];
    for count in counts {
        bytes.extend_from_slice(&[0, count]);
    }
    assert_eq!(bytes.len(), HEADER);
    bytes.extend_from_slice(b"\x01x\0\0\x01\0\x01");
    bytes.extend_from_slice(records);
    bytes
}

/// One `A` record of `x.` with this TTL.
fn address(ttl: u32) -> Vec<u8> {
    [
        b"\xc0\x0c\0\x01\0\x01".as_slice(),
        &ttl.to_be_bytes(),
        b"\0\x04\x7f\0\0\x01",
    ]
    .concat()
}

fn name(text: &str) -> Name {
    Name::from_text(text).unwrap()
}

fn server(text: &str) -> Server {
    Server {
        address: format!("{text}:53").parse().unwrap(),
        name: text.to_owned(),
    }
}

fn tried(asked: &str, transport: &'static str, sendings: &[u64], came: Came) -> Tried {
    Tried {
        name: name(asked),
        server: server("192.0.2.1").address,
        transport,
        sendings: sendings.iter().copied().map(Duration::from_millis).collect(),
        came,
    }
}

fn came(message: Vec<u8>, millis: u64, leads_to: LeadsTo) -> Came {
    Came::Reply {
        message,
        elapsed: Duration::from_millis(millis),
        leads_to,
    }
}

/// A lookup of `x.` at the one server of `resolv.conf` that ended so.
fn story(tries: Vec<Tried>) -> Story {
    Story {
        names: vec![name("x")],
        servers: vec![server("192.0.2.1")],
        tries,
        ..Story::default()
    }
}

fn told(story: &Story, lookup: &Lookup) -> Vec<String> {
    let now = "2026-11-20T09:40:00+00:00[UTC]".parse().unwrap();
    explain(story, lookup, &now)
}

fn answered(message: Vec<u8>) -> Vec<String> {
    let story = story(vec![tried("x", "UDP", &[0], came(message, 3, LeadsTo::Answer))]);
    told(&story, &Lookup::default())
}

/// The lines that begin with this word.
fn lines(all: &[String], word: &str) -> Vec<String> {
    let lines = all.iter().filter_map(|line| line.strip_prefix(word));
    lines
        .map(|line| line.trim_start_matches([':', ' ']).to_owned())
        .collect()
}

#[test]
fn an_everyday_lookup_takes_a_few_lines() {
    let expected = [
        "Name: x. (NOERROR); as it was typed: a search list is used only with +search",
        "Server: 192.0.2.1#53 answered, the only one in /etc/resolv.conf",
        "Sent: once; the reply came after 3.0 ms",
        "Answer: 1 A record of x.",
        "TTL: 300 seconds, until 09:45:00; the zone's own, for the server is authoritative (AA)",
    ];
    assert_eq!(answered(reply([0x85, 0], [1, 0, 0], &address(300))), expected);
}

#[test]
fn an_answer_from_the_cache_is_told_with_its_age() {
    let mut story = story(vec![tried(
        "x",
        "cache",
        &[],
        came(reply([0x85, 0], [1, 0, 0], &address(300)), 0, LeadsTo::Answer),
    )]);
    let mut cache = |stale| {
        story.cached = Some(Cached {
            age: Duration::from_secs(12),
            stale,
        });
        let all = told(&story, &Lookup::default());
        assert!(lines(&all, "Server").is_empty() && lines(&all, "Sent").is_empty());
        assert!(lines(&all, "TTL")[0].ends_with("; what is left of it here"));
        lines(&all, "Cache")
    };
    let told = "the answer is 12 seconds old and came from 192.0.2.1#53; ";
    assert_eq!(cache(false), [format!("{told}nobody was asked")]);
    assert_eq!(
        cache(true),
        [format!("{told}its time is over, but no server answered")]
    );
}

#[test]
fn the_time_to_live_of_a_cache_is_counted_down_unless_it_is_round() {
    let ttl = |seconds| {
        lines(
            &answered(reply([0x81, 0x80], [1, 0, 0], &address(seconds))),
            "TTL",
        )
        .remove(0)
    };
    assert_eq!(
        ttl(287),
        "287 seconds, until 09:44:47; what is left of it in the server's cache (no AA)"
    );
    assert!(ttl(300).ends_with("a round number from a cache (no AA), so probably fetched just now"));
    assert!(ttl(86_400).starts_with("86400 seconds, until Sat Nov 21 09:40:00 2026;"));
    assert_eq!(ttl(0), "0: it is not to be kept");
    let cut = answered(reply([0x87, 0x80], [1, 0, 0], &address(300)));
    assert_eq!(
        lines(&cut, "TTL"),
        ["none: a part of an answer is not to be kept"]
    );
}

#[test]
fn the_search_list_is_told_name_by_name() {
    let mut story = story(vec![
        tried(
            "x.a.test",
            "UDP",
            &[0],
            came(reply([0x85, 3], [0, 0, 0], b""), 1, LeadsTo::Answer),
        ),
        tried(
            "x.b.test",
            "UDP",
            &[0],
            came(reply([0x85, 0], [0, 0, 0], b""), 1, LeadsTo::Answer),
        ),
    ]);
    story.names = ["x.a.test", "x.b.test", "x"].map(name).to_vec();
    story.reason = Reason::Search { dots: 0, ndots: 1 };
    assert_eq!(
        told(&story, &Lookup::default())[..2],
        [
            "Name: x.a.test. (NXDOMAIN), then x.b.test. (NOERROR); it has no dot, fewer than ndots (1), so the search \
             list came first",
            "      not needed any more: x.",
        ]
    );
}

#[test]
fn an_entry_in_the_hosts_file_is_mentioned() {
    let mut story = story(vec![]);
    story.hosts = vec!["192.0.2.7".parse().unwrap()];
    assert_eq!(
        lines(&told(&story, &Lookup::default()), "Hosts"),
        ["/etc/hosts has 192.0.2.7 for it; other programs look there first, rdig asks the DNS alone"]
    );
}

#[test]
fn servers_that_did_not_answer_are_told_with_the_reason() {
    let failed = Failed {
        server: server("192.0.2.1").address,
        transport: "UDP",
        trouble: Trouble::Timeout,
        text: "communications error to 192.0.2.1#53: timed out".to_owned(),
    };
    let silent = || tried("x", "UDP", &[0, 376], Came::Nothing(failed.clone()));
    let mut other = tried(
        "x",
        "UDP",
        &[0],
        came(reply([0x85, 0], [1, 0, 0], &address(60)), 1, LeadsTo::Answer),
    );
    other.server = server("192.0.2.2").address;
    let mut story = story(vec![silent(), silent(), other]);
    story.servers.push(server("192.0.2.2"));
    assert_eq!(
        lines(&told(&story, &Lookup::default()), "Server"),
        [
            "192.0.2.2#53 answered, the second of 2 in /etc/resolv.conf",
            "192.0.2.1#53 did not answer: timed out (2 tries)",
        ]
    );
    story.tries.pop();
    let all = told(&story, &Lookup::default());
    assert_eq!(
        lines(&all, "Server"),
        ["192.0.2.1#53 did not answer: timed out (2 tries)"]
    );
    assert_eq!(
        lines(&all, "Sent"),
        ["2 times in the last try, and none was answered"]
    );
}

#[test]
fn retransmissions_are_told_with_their_times() {
    let last = came(reply([0x85, 0], [1, 0, 0], &address(60)), 1130, LeadsTo::Answer);
    let story = story(vec![tried("x", "UDP", &[0, 376, 1128], last)]);
    assert_eq!(
        lines(&told(&story, &Lookup::default()), "Sent"),
        [
            "3 times, at 0, 376 ms and 1.1 s; the reply came 2.0 ms after the last: a query or a reply was lost, or the \
          server was slow"
        ]
    );
}

#[test]
fn a_truncated_reply_is_why_it_went_over_tcp() {
    let cut = came(reply([0x87, 0], [0, 0, 0], b""), 1, LeadsTo::Tcp);
    let many: Vec<u8> = (0..100).flat_map(|_| address(60)).collect();
    let whole = came(reply([0x85, 0], [100, 0, 0], &many), 2, LeadsTo::Answer);
    let story = story(vec![tried("x", "UDP", &[0], cut), tried("x", "TCP", &[0], whole)]);
    assert_eq!(
        lines(&told(&story, &Lookup::default()), "TCP"),
        ["the reply over UDP was truncated (TC): the whole one has 1619 bytes, and 1232 were offered"]
    );
}

#[test]
fn tcp_that_was_asked_for_is_told_so() {
    let story = story(vec![tried(
        "x",
        "TCP",
        &[0],
        came(reply([0x85, 0], [0, 0, 0], b""), 2, LeadsTo::Answer),
    )]);
    let mut lookup = Lookup::default();
    lookup.exchange.tcp = true;
    assert_eq!(lines(&told(&story, &lookup), "TCP"), ["+tcp was typed"]);
    lookup.rtype = RecordType::ANY;
    assert_eq!(
        lines(&told(&story, &lookup), "TCP"),
        ["ANY goes over it unless +notcp is typed"]
    );
}

#[test]
fn an_encrypted_way_is_told_with_whether_the_server_was_verified() {
    let over = |transport| {
        let came = came(reply([0x85, 0], [0, 0, 0], b""), 2, LeadsTo::Answer);
        story(vec![tried("x", transport, &[0], came)])
    };
    let mut lookup = Lookup::default();
    assert_eq!(
        lines(&told(&over("TLS"), &lookup), "TLS"),
        ["an option asks for it; the server was not asked to prove who it is"]
    );
    assert!(lines(&told(&over("HTTP-GET"), &lookup), "HTTP-GET")[0].ends_with("can read and change it"));
    lookup.carrier.verified = true;
    assert_eq!(
        lines(&told(&over("QUIC"), &lookup), "QUIC"),
        ["an option asks for it, and the server has proved who it is"]
    );
}

#[test]
fn renegotiations_are_told() {
    let story = story(vec![
        tried(
            "x",
            "UDP",
            &[0],
            came(reply([0x80, 0], [0, 0, 0], b""), 1, LeadsTo::Version(0)),
        ),
        tried(
            "x",
            "UDP",
            &[0],
            came(reply([0x80, 0], [0, 0, 0], b""), 1, LeadsTo::Cookie),
        ),
        tried(
            "x",
            "UDP",
            &[0],
            came(reply([0x85, 0], [1, 0, 0], &address(60)), 1, LeadsTo::Answer),
        ),
    ]);
    let all = told(&story, &Lookup::default());
    assert!(lines(&all, "EDNS")[0].ends_with("(BADVERS); asked again with version 0"));
    assert!(lines(&all, "Cookie")[0].contains("(BADCOOKIE)"));
}

#[test]
fn absence_is_told_with_how_long_it_may_be_believed() {
    let mut soa = b"\x04test\0\0\x06\0\x01\0\0\x01\x2c\0\x16\0\0".to_vec();
    soa.extend(
        [1_u32, 2, 3, 4, 60]
            .iter()
            .flat_map(|number| number.to_be_bytes()),
    );
    let all = answered(reply([0x85, 3], [0, 1, 0], &soa));
    assert_eq!(
        lines(&all, "Answer"),
        ["NXDOMAIN: x. does not exist, and nothing below it"]
    );
    assert_eq!(
        lines(&all, "TTL"),
        [
            "60 seconds, until 09:41:00 for that there is nothing; the lesser of the TTL (300) and the minimum field (60) \
          of the SOA record of test."
        ]
    );
    let all = answered(reply([0x85, 0], [0, 1, 0], &soa));
    assert_eq!(lines(&all, "Answer"), ["NODATA: x. exists, but has no A records"]);
    let all = answered(reply([0x85, 3], [0, 0, 0], b""));
    assert_eq!(
        lines(&all, "TTL"),
        ["none: without an SOA record nobody may keep that there is nothing"]
    );
}

#[test]
fn a_referral_is_no_absence_and_one_to_the_root_is_lame() {
    let ns = |owner: &[u8]| [owner, b"\0\x02\0\x01\0\0\0\x3c\0\x04\x02ns\0"].concat();
    let all = answered(reply([0x81, 0], [0, 1, 0], &ns(b"\xc0\x0c")));
    assert_eq!(
        lines(&all, "Answer"),
        [
            "a referral to the servers of x.: ns.; the server does not resolve for others and is not authoritative here"
        ]
    );
    let all = answered(reply([0x81, 0], [0, 1, 0], &ns(b"\0")));
    assert!(lines(&all, "Answer")[0].ends_with("so it is lame: it does not know the zone at all"));
}

#[test]
fn of_a_broken_message_nothing_is_said_to_be_absent() {
    let cut = &address(60)[..12];
    let all = answered(reply([0x85, 0], [1, 0, 0], cut));
    assert_eq!(
        lines(&all, "Broken"),
        ["entry 0 of the answer section, at byte 19: unexpected end of input; what comes before can be read"]
    );
    assert!(lines(&all, "Answer").is_empty());
    let all = answered(reply([0x85, 0], [2, 0, 0], &[&address(60), cut].concat()));
    assert_eq!(lines(&all, "Answer"), ["1 A record of x."]);
    let all = answered(reply([0x01, 0], [0, 0, 0], b""));
    assert_eq!(
        lines(&all, "Broken"),
        ["it does not say that it is a reply: perhaps the query came back"]
    );
}

#[test]
fn records_that_nobody_asked_for_are_no_absence() {
    let text = b"\xc0\x0c\0\x10\0\x01\0\0\0\x3c\0\x01\0";
    let all = answered(reply([0x85, 0], [1, 0, 0], text));
    assert_eq!(
        lines(&all, "Answer"),
        ["1 record, and none is what was asked for: x. IN A"]
    );
}

#[test]
fn aliases_are_followed() {
    let alias = b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x03\x01y\0";
    let all = answered(reply([0x85, 0], [1, 0, 0], alias));
    assert_eq!(lines(&all, "Alias"), ["x. is an alias for y."]);
    assert_eq!(
        lines(&all, "Answer"),
        ["it ends at y., of which the reply says nothing more: ask for that name"]
    );
}

#[test]
fn a_failure_is_told_with_its_extended_error_and_without_control_characters() {
    let opt = b"\0\0\x29\x04\xd0\0\0\0\0\0\x0b\0\x0f\0\x07\0\x12no \x1b[";
    let all = answered(reply([0x81, 0x85], [0, 0, 1], opt));
    assert!(lines(&all, "Answer")[0].starts_with("REFUSED: the server does not want to"));
    assert_eq!(
        lines(&all, "EDE 18"),
        ["(Prohibited): the server does not serve this client; the server adds: no .["]
    );
}

proptest! {
    #[test]
    fn any_reply_is_explained_without_control_characters(
        flags in any::<[u8; 2]>(),
        counts in [0..4_u8, 0..4, 0..4],
        records in vec(any::<u8>(), 0..200),
        text in vec(any::<u8>(), 0..40),
    ) {
        let mut opt = b"\0\0\x29\x04\xd0\0\0\0\0\0".to_vec();
        let length = u8::try_from(text.len()).unwrap();
        opt.extend([length + 6, 0, 15, 0, length + 2, 0, 3]);
        opt.extend(&text);
        for bytes in [reply(flags, counts, &records), reply(flags, [0, 0, 1], &opt)] {
            for line in answered(bytes) {
                prop_assert!(!line.contains(char::is_control), "{line:?}");
            }
        }
    }
}

#[test]
fn who_vouches_is_told() {
    let dnssec = |low| lines(&answered(reply([0x81, low], [1, 0, 0], &address(60))), "DNSSEC").remove(0);
    assert!(dnssec(0xa0).starts_with("validated by the server (AD)"));
    assert!(dnssec(0x90).starts_with("not checked by the server, as was asked (CD)"));
    assert!(dnssec(0x80).starts_with("not validated by the server (no AD)"));
}
