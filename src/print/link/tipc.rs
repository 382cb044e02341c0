//! TIPC, transparent inter-process communication (draft-spec-tipc-07), version 2 directly on Ethernet.

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{HexPad, Put, name_of, put};

/// Prints a message by its user; of users that are not known, nothing.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("tipc");
    let head = Head(message.peek_u32(0)?);
    match head.user() {
        0..=3 | CONNECTIONS | NAMES => payload(page, head, message),
        NEIGHBOURS => neighbour(page, head, message),
        5..=7 | 10 | 12 => internal(page, head, message),
        _ => Ok(()),
    }
}

/// Data, and what is told about names and connections in the same form.
fn payload(page: &mut Page<'_>, head: Head, message: Cursor<'_>) -> Shown {
    let mut rest = message.after(4);
    let second = rest.u32()?;
    let kind = kind(KINDS, second);
    let link = rest.peek_u32(0)?;
    rest.advance(4);
    let previous = Node(rest.u32()?);
    let (source, destination) = (rest.u32()?, rest.u32()?);
    // Within a cluster the addresses of the ends are left out.
    if head.words() <= 6 {
        put!(
            page,
            "TIPC v",
            head.version(),
            ".0 ",
            previous,
            ":",
            source,
            " > ",
            destination
        );
        sizes(page, head);
        put!(page, ", messageType ", kind);
        return Ok(());
    }
    let (from, to) = (Node(rest.u32()?), Node(rest.u32()?));
    put!(page, "TIPC v", head.version(), ".0 ", from, ":", source);
    put!(page, " > ", to, ":", destination);
    sizes(page, head);
    put!(page, ", messageType ", kind);
    if page.verbose(1) {
        put!(
            page,
            "\n\tPrevious Node ",
            previous,
            ", Broadcast Ack ",
            low(second)
        );
        put!(page, ", Link Ack ", high(link), ", Link Sequence ", low(link));
    }
    Ok(())
}

/// What the ends of a link tell each other.
fn internal(page: &mut Page<'_>, head: Head, message: Cursor<'_>) -> Shown {
    let second = message.peek_u32(4)?;
    let (from, to) = (Node(message.peek_u32(24)?), Node(message.peek_u32(28)?));
    put!(page, "TIPC v", head.version(), ".0 ", from, " > ", to);
    sizes(page, head);
    put!(
        page,
        ", messageType ",
        kind(KINDS, second),
        " (0x",
        HexPad(second.into(), 8),
        ")"
    );
    if page.verbose(1) {
        let (gap, previous) = (message.peek_u32(8)?, Node(message.peek_u32(12)?));
        let (fragments, session) = (message.peek_u32(16)?, message.peek_u32(20)?);
        let (transport, last) = (message.peek_u32(32)?, message.peek_u32(36)?);
        put!(
            page,
            "\n\tPrevious Node ",
            previous,
            ", Session No. ",
            high(session)
        );
        put!(
            page,
            ", Broadcast Ack ",
            low(second),
            ", Sequence Gap ",
            high(second) & 0x1fff
        );
        put!(
            page,
            ",  Broadcast Gap After ",
            high(gap),
            ", Broadcast Gap To ",
            low(gap)
        );
        put!(
            page,
            ", Last Sent Packet No. ",
            high(fragments),
            ", Next sent Packet No. ",
            low(fragments)
        );
        put!(page, ", Transport Sequence ", transport);
        put!(page, ", msg_count ", high(last), ", Link Tolerance ", low(last));
    }
    Ok(())
}

/// The search for neighbours.
fn neighbour(page: &mut Page<'_>, head: Head, message: Cursor<'_>) -> Shown {
    let second = message.peek_u32(4)?;
    let (domain, previous) = (Node(message.peek_u32(8)?), Node(message.peek_u32(12)?));
    put!(page, "TIPC v", head.version(), ".0 ", previous, " > ", domain);
    sizes(page, head);
    put!(
        page,
        ", messageType ",
        kind(&["Link request", "Link response"], second)
    );
    if page.verbose(1) {
        let (network, media) = (message.peek_u32(16)?, message.peek_u32(20)?);
        put!(page, "\n\tNodeSignature ", low(second), ", network_id ", network);
        put!(page, ", media_id ", media & 0xff);
    }
    Ok(())
}

/// How long header and message are, and whose the message is.
fn sizes(page: &mut Page<'_>, head: Head) {
    put!(
        page,
        ", headerlength ",
        head.words() * 4,
        " bytes, MessageSize ",
        head.0 & 0x1_ffff,
        " bytes"
    );
    put!(page, ", ", name_of(USERS, head.user()).unwrap_or("unknown"));
}

/// The name of a message's type.
fn kind(names: &[&'static str], second: u32) -> &'static str {
    let place = usize::try_from(second >> 29).unwrap_or_default();
    names.get(place).copied().unwrap_or("Unknown")
}

fn high(word: u32) -> u32 {
    word >> 16
}

fn low(word: u32) -> u32 {
    word & 0xffff
}

/// The first word of a message.
#[derive(Clone, Copy)]
struct Head(u32);

impl Head {
    fn version(self) -> u32 {
        self.0 >> 29
    }

    fn user(self) -> u32 {
        self.0 >> 25 & 15
    }

    /// How many words the header has.
    fn words(self) -> u32 {
        self.0 >> 21 & 15
    }
}

/// An address: zone, cluster and node.
#[derive(Clone, Copy)]
struct Node(u32);

impl Put for Node {
    fn put(self, out: &mut Vec<u8>) {
        let Self(address) = self;
        (address >> 24, ".", address >> 12 & 0xfff, ".", address & 0xfff).put(out);
    }
}

const CONNECTIONS: u32 = 8;
const NAMES: u32 = 11;
const NEIGHBOURS: u32 = 13;

const USERS: &[(u32, &str)] = &[
    (0, "Low Importance Data payload"),
    (1, "Medium Importance Data payload"),
    (2, "High Importance Data payload"),
    (3, "Critical Importance Data payload"),
    (5, "Broadcast Link Protocol internal"),
    (6, "Message Bundler Protocol internal"),
    (7, "Link State Protocol internal"),
    (CONNECTIONS, "Connection Manager internal"),
    (10, "Link Changeover Protocol internal"),
    (NAMES, "Name Table Update Protocol internal"),
    (12, "Message Fragmentation Protocol internal"),
    (NEIGHBOURS, "Neighbor Detection Protocol internal"),
];

/// tcpdump has the second and the fourth name in each other's place, and is not contradicted.
const KINDS: &[&str] = &["CONN_MSG", "MCAST_MSG", "NAMED_MSG", "DIRECT_MSG"];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown, verbose};
    use crate::wire::LinkType;

    fn frame(words: &[u32]) -> Vec<u8> {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        ether(0x88ca, &bytes)
    }

    #[test]
    fn neighbours_are_looked_for() {
        let request = frame(&[0x5b00_0028, 0x0000_1234, 0x0100_1000, 0x0100_1002, 4711, 1]);
        assert_eq!(
            verbose(1, LinkType::ETHERNET, &request),
            "TIPC v2.0 1.1.2 > 1.1.0, headerlength 32 bytes, MessageSize 40 bytes, Neighbor Detection Protocol \
             internal, messageType Link request\n\tNodeSignature 4660, network_id 4711, media_id 1"
        );
        assert_every_cut_is_told(LinkType::ETHERNET, &request);
    }

    #[test]
    fn data_between_clusters_has_both_ends() {
        let mut words = [
            0x4100_0030,
            0x4000_0007,
            0x0003_0004,
            0x0100_1001,
            5,
            6,
            0x0100_1001,
            0x0100_1002,
        ];
        let far = frame(&words);
        assert_eq!(
            verbose(1, LinkType::ETHERNET, &far),
            "TIPC v2.0 1.1.1:5 > 1.1.2:6, headerlength 32 bytes, MessageSize 48 bytes, Low Importance Data payload, \
             messageType NAMED_MSG\n\tPrevious Node 1.1.1, Broadcast Ack 7, Link Ack 3, Link Sequence 4"
        );
        assert_every_cut_is_told(LinkType::ETHERNET, &far);
        words[0] = 0x40c0_0030;
        assert!(
            shown(LinkType::ETHERNET, &frame(&words))
                .starts_with("TIPC v2.0 1.1.1:5 > 6, headerlength 24 bytes")
        );
    }

    #[test]
    fn the_state_of_a_link_is_told_under_v() {
        let state = frame(&[
            0x4f40_0028,
            0x2002_0007,
            0x0003_0004,
            0x0100_1001,
            0x0005_0006,
            0x0007_0000,
            1,
            2,
            8,
            0x0009_000a,
        ]);
        let text = verbose(1, LinkType::ETHERNET, &state);
        assert!(
            text.contains("Link State Protocol internal, messageType MCAST_MSG (0x20020007)\n"),
            "{text}"
        );
        assert!(text.ends_with(
            "Session No. 7, Broadcast Ack 7, Sequence Gap 2,  Broadcast Gap After 3, Broadcast Gap To 4, Last Sent \
             Packet No. 5, Next sent Packet No. 6, Transport Sequence 8, msg_count 9, Link Tolerance 10"
        ), "{text}");
        assert_every_cut_is_told(LinkType::ETHERNET, &state);
    }
}
