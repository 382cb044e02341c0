//! DNS (RFC 1035) over UDP and TCP, and multicast DNS (RFC 6762).

mod edns;
mod names;
mod record;

use names::skip_name;
use record::{question, record};

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex, Label, Named, Truth, put};
use crate::wire::dns::RecordType;

pub(crate) use names::name;
pub(super) use record::put_type_and_class;

/// Which of the two dialects a message is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// The DNS proper.
    Unicast,
    /// mDNS, where the top bit of a class means something else.
    Multicast,
}

/// Prints a message in a TCP segment, if the two bytes before it say that it is the whole segment.
pub(super) fn over_tcp(page: &mut Page<'_>, mut segment: Cursor<'_>) -> Shown {
    page.enter("domain");
    if segment.len() < 2 {
        put!(page, " [DNS over TCP: length ", segment.len(), " < 2]");
        return Err(Stop::Invalid);
    }
    let prefix = usize::from(segment.u16()?);
    if prefix != segment.len() {
        put!(
            page,
            " [prefix length(",
            prefix,
            ") != length(",
            segment.len(),
            ")]"
        );
        return Err(Stop::Invalid);
    }
    put!(page, " ");
    print(page, segment, Dialect::Unicast)
}

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>, dialect: Dialect) -> Shown {
    page.enter("domain");
    if message.len() < HEADER {
        put!(page, "domain");
        return Err(page.refuse("length", message.len(), "<", HEADER));
    }
    let mut rest = message;
    let id = rest.u16()?;
    let flags = rest.u16()?;
    let counts = Counts {
        questions: rest.u16()?,
        answers: rest.u16()?,
        authorities: rest.u16()?,
        additionals: rest.u16()?,
    };
    let bytes = message.bytes();
    page.field("id", id);
    page.field("response", Truth(flags & RESPONSE != 0));
    page.field("opcode", flags >> 11 & 15);
    for (name, bit) in [
        ("aa", 0x0400),
        ("tc", 0x0200),
        ("rd", 0x0100),
        ("ra", 0x0080),
        ("ad", 0x0020),
        ("cd", 0x0010),
    ] {
        page.field(name, Truth(flags & bit != 0));
    }
    page.aside(|page| {
        put!(
            page,
            id,
            OPCODES
                .get(usize::from(flags >> 11 & 15))
                .copied()
                .unwrap_or_default()
        );
    });
    if flags & RESPONSE != 0 {
        response(page, bytes, flags, counts, dialect)?;
    } else {
        request(page, bytes, flags, counts, dialect)?;
    }
    put!(page, " (", Named("length", message.len()), ")");
    Ok(())
}

/// How many entries each section has.
#[derive(Clone, Copy)]
struct Counts {
    questions: u16,
    answers: u16,
    authorities: u16,
    additionals: u16,
}

fn response(page: &mut Page<'_>, bytes: &[u8], flags: u16, counts: Counts, dialect: Dialect) -> Shown {
    let rcode = u16::from(extended_rcode(bytes, counts)) << 4 | flags & 15;
    page.field("rcode", rcode);
    put_rcode(page, rcode);
    for (bit, shown_if_set, mark) in [
        (0x0400, true, "*"),
        (0x0080, false, "-"),
        (0x0200, true, "|"),
        (0x0020, true, "$"),
    ] {
        if (flags & bit != 0) == shown_if_set {
            put!(page, Label(mark));
        }
    }
    if counts.questions != 1 {
        put!(page, " [", Named("", counts.questions), "q]");
    }
    let mut at = HEADER;
    for index in 0..counts.questions {
        if index > 0 {
            put!(page, ",");
        }
        if page.verbose(2) {
            put!(page, " q:");
            at = page.item("questions", |page| question(page, bytes, at, dialect))?;
        } else {
            at = skip_name(bytes, at).ok_or(Stop::Truncated)? + 4;
        }
    }
    put!(
        page,
        " ",
        Named("answer_count", counts.answers),
        "/",
        Named("authority_count", counts.authorities),
        "/",
        Named("additional_count", counts.additionals)
    );
    sections(page, bytes, at, counts, dialect, true)
}

fn request(page: &mut Page<'_>, bytes: &[u8], flags: u16, counts: Counts, dialect: Dialect) -> Shown {
    put!(
        page,
        Label(if flags & 0x0100 != 0 { "+" } else { "" }),
        Label(if flags & 0x0010 != 0 { "%" } else { "" })
    );
    if flags & UNUSUAL_IN_REQUEST != 0 {
        put!(page, " [b2&3=0x", Named("", Hex(flags.into())), "]");
    }
    let inverse = flags >> 11 & 15 == 1;
    let questions = (counts.questions, u16::from(!inverse), "q]");
    let answers = (counts.answers, u16::from(inverse), "a]");
    let first = if inverse {
        [questions, answers]
    } else {
        [answers, questions]
    };
    let last = [(counts.authorities, 0, "n]"), (counts.additionals, 0, "au]")];
    for (count, usual, mark) in first.into_iter().chain(last) {
        if count != usual {
            put!(page, " [", Named("", count), Label(mark));
        }
    }
    let mut at = HEADER;
    for index in 0..counts.questions {
        if index > 0 && at >= bytes.len() {
            return Err(Stop::Truncated);
        }
        at = page.item("questions", |page| question(page, bytes, at, dialect))?;
    }
    if page.verbose(2) {
        return sections(page, bytes, at, counts, dialect, true);
    }
    Ok(())
}

/// The records: the answers always, the other two sections from `-vv` on.
fn sections(
    page: &mut Page<'_>,
    bytes: &[u8],
    at: usize,
    counts: Counts,
    dialect: Dialect,
    answers: bool,
) -> Shown {
    let mut at = at;
    if answers {
        at = section(page, bytes, at, counts.answers, "", dialect)?;
    }
    if page.verbose(2) {
        at = section(page, bytes, at, counts.authorities, " ns:", dialect)?;
        section(page, bytes, at, counts.additionals, " ar:", dialect)?;
    }
    Ok(())
}

/// The records of one section after its label; those that were not captured are missed.
fn section(
    page: &mut Page<'_>,
    bytes: &[u8],
    mut at: usize,
    count: u16,
    label: &str,
    dialect: Dialect,
) -> Shown<usize> {
    for index in 0..count {
        // The answers have no label, and the first of them is tried even where nothing was captured.
        if at >= bytes.len() && (index > 0 || !label.is_empty()) {
            return Err(Stop::Truncated);
        }
        put!(page, Label(if index > 0 { "," } else { label }));
        let list = match label {
            "" => "answers",
            " ns:" => "authorities",
            _ => "additionals",
        };
        at = page.item(list, |page| record(page, bytes, at, dialect))?;
    }
    Ok(at)
}

/// The upper eight bits of the response code, which the OPT record holds (RFC 6891 section 6.1.3).
fn extended_rcode(bytes: &[u8], counts: Counts) -> u8 {
    find_extended_rcode(bytes, counts).unwrap_or(0)
}

fn find_extended_rcode(bytes: &[u8], counts: Counts) -> Option<u8> {
    let mut at = HEADER;
    for _ in 0..counts.questions {
        at = skip_name(bytes, at)? + 4;
    }
    let before = u32::from(counts.answers) + u32::from(counts.authorities);
    for index in 0..before + u32::from(counts.additionals) {
        at = skip_name(bytes, at)?;
        let record = Cursor::new(bytes, bytes.len()).after(at);
        if index >= before && record.peek_u16(0) == Ok(RecordType::OPT.0) {
            return record.peek_u8(4).ok();
        }
        at += 10 + usize::from(record.peek_u16(8).ok()?);
    }
    None
}

fn put_rcode(page: &mut Page<'_>, rcode: u16) {
    match RCODES.get(usize::from(rcode)) {
        Some(name) => put!(page, Named("rcode_name", *name)),
        None => put!(page, " Resp", Named("", rcode)),
    }
}

const HEADER: usize = 12;
const RESPONSE: u16 = 0x8000;
/// The bits that a request has no use for: AA, TC, RA, Z, AD and the response code.
const UNUSUAL_IN_REQUEST: u16 = 0x06cf;

const OPCODES: [&str; 16] = [
    "",
    " inv_q",
    " stat",
    " op3",
    " notify",
    " update",
    " op6",
    " op7",
    " op8",
    " updateA",
    " updateD",
    " updateDA",
    " updateM",
    " updateMA",
    " zoneInit",
    " zoneRef",
];

const RCODES: [&str; 24] = [
    "",
    " FormErr",
    " ServFail",
    " NXDomain",
    " NotImp",
    " Refused",
    " YXDomain",
    " YXRRSet",
    " NXRRSet",
    " NotAuth",
    " NotZone",
    " Resp11",
    " Resp12",
    " Resp13",
    " Resp14",
    " NoChange",
    " BadVers",
    "Resp17",
    " Resp18",
    " Resp19",
    " Resp20",
    "Resp21",
    " Resp22",
    " BadCookie",
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, tcp, udp, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    /// A? example.
    const QUERY: &[u8] = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x07example\0\0\x01\0\x01";
    /// Its answer: 192.0.2.7 for an hour, and an OPT record.
    const REPLY: &[u8] = b"\x12\x34\x84\0\0\x01\0\x01\0\0\0\x01\x07example\0\0\x01\0\x01\
        \xc0\x0c\0\x01\0\x01\0\0\x0e\x10\0\x04\xc0\0\x02\x07\
        \0\0\x29\x04\xd0\0\0\x80\0\0\0";

    #[test]
    fn a_question_and_its_answer() {
        assert!(shown(RAW, &udp(9, 53, QUERY)).ends_with(".53: 4660+ A? example. (25)"));
        assert!(shown(RAW, &udp(53, 9, REPLY)).ends_with(".9: 4660*- 1/0/1 A 192.0.2.7 (52)"));
        assert!(verbose(3, RAW, &udp(53, 9, REPLY)).ends_with(
            "4660*- q: A? example. 1/0/1 example. [1h] A 192.0.2.7 ar: . OPT UDPsize=1232 DO (52)"
        ));
    }

    #[test]
    fn a_message_in_a_segment_is_told_if_it_fills_it() {
        let mut segment = vec![0, 25];
        segment.extend_from_slice(QUERY);
        assert!(
            shown(RAW, &tcp((9, 53), (1, 2), 0x18, &[], &segment))
                .ends_with(", length 27 4660+ A? example. (25)")
        );
        segment[1] = 26;
        let text = shown(RAW, &tcp((9, 53), (1, 2), 0x18, &[], &segment));
        assert!(text.ends_with(" [prefix length(26) != length(25)] (invalid)"));
    }

    #[test]
    fn multicast_questions_say_how_they_want_their_answer() {
        let mut query = QUERY.to_vec();
        assert!(shown(RAW, &udp(5353, 5353, &query)).contains(" A (QM)? example."));
        query[23] |= 0x80;
        assert!(shown(RAW, &udp(5353, 5353, &query)).contains(" A (QU)? example."));
    }

    #[test]
    fn a_pointer_that_does_not_lead_back_ends_the_message() {
        let mut reply = REPLY.to_vec();
        reply[26] = 0x30;
        assert!(verbose(1, RAW, &udp(53, 9, &reply)).ends_with("<BAD PTR> [|domain]"));
    }

    /// Two records: the data of the first is a chain of pointers, to whose end the name of the second points.
    fn chained(pointers: u16) -> Vec<u8> {
        let mut reply = b"\0\x07\x80\0\0\x01\0\x02\0\0\0\0\x01x\0\0\x01\0\x01".to_vec();
        reply.extend_from_slice(b"\0\x03\xe7\0\x01\0\0\0\0");
        reply.extend((2 * pointers).to_be_bytes());
        let mut last = 0xc00c_u16;
        for _ in 0..pointers {
            let at = u16::try_from(reply.len()).unwrap();
            reply.extend(last.to_be_bytes());
            last = 0xc000 | at;
        }
        reply.extend(last.to_be_bytes());
        reply.extend_from_slice(b"\0\x01\0\x01\0\0\0\0\0\x04\xc0\0\x02\x07");
        udp(53, 9, &reply)
    }

    #[test]
    fn a_chain_of_more_pointers_than_a_name_can_have_ends_the_message() {
        assert!(verbose(1, RAW, &chained(100)).contains(", x. A 192.0.2.7 ("));
        assert!(verbose(1, RAW, &chained(130)).ends_with(", <BAD PTR> [|domain]"));
    }

    /// Records whose names are all the one in the data of the first, which is far too long.
    fn all_too_long(label: &[u8]) -> String {
        let mut reply = b"\0\x07\x80\0\0\0\x06\xd6\0\0\0\0".to_vec();
        reply.extend_from_slice(b"\0\x03\xe7\0\x01\0\0\0\0");
        let name = [label.repeat(30_000 / label.len()), vec![0]].concat();
        reply.extend(u16::try_from(name.len()).unwrap().to_be_bytes());
        reply.extend(name);
        for _ in 1..1750 {
            reply.extend_from_slice(b"\xc0\x17\0\x01\0\x01\0\0\0\0\0\x04\xc0\0\x02\x07");
        }
        verbose(1, RAW, &udp(53, 9, &reply))
    }

    #[test]
    fn names_that_are_all_too_long_cost_little_more_than_one() {
        let text = all_too_long(b"\x01x");
        assert!(text.ends_with("x.<DOMAIN NAME TOO LONG> A 192.0.2.7 (58008)"));
        assert!(text.len() < 600_000, "{}", text.len());
        let text = all_too_long(b"\x41\x08\xff");
        assert!(
            text.ends_with(" <DOMAIN NAME TOO LONG> A 192.0.2.7 (58008)"),
            "{}",
            &text[text.len() - 100..]
        );
        assert!(text.len() < 2_000_000, "{}", text.len());
    }

    #[test]
    fn a_label_of_bits_is_told_with_their_count() {
        let query = b"\0\x07\x01\0\0\x01\0\0\0\0\0\0\x41\x0b\xab\xcd\x02ip\0\0\x17\0\x01";
        assert!(shown(RAW, &udp(9, 53, query)).ends_with(".53: 7+ NSAP_PTR? \\[xabc/11].ip. (24)"));
    }

    #[test]
    fn data_that_is_longer_than_its_record_is_shown_as_far_as_the_message_goes() {
        let mut reply = REPLY.to_vec();
        reply[36] = 3;
        assert!(shown(RAW, &udp(53, 9, &reply)).ends_with(" 1/0/1 A 192.0.2.7 (52)"));
    }

    #[test]
    fn every_cut_is_told() {
        assert_every_cut_is_told(RAW, &udp(9, 53, QUERY));
    }
}
