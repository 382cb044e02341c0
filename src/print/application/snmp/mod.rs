//! The simple network management protocol: versions 1 (RFC 1157), 2c (RFC 1901, RFC 3416) and 3 (RFC 3412, RFC 3414).
//!
//! The objects of the standards have names, unless numbers are wanted; others are shown by their numbers: modules are
//! not read.

mod element;
mod objects;
mod pdu;
mod version3;

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Named, put};
use element::{Element, Value, complain, read};

/// Why the rest of something is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The page says what is wrong with it; what is around it goes on.
    Told,
    /// The packet ends here.
    Cut(Stop),
}

impl From<Stop> for End {
    fn from(stop: Stop) -> Self {
        Self::Cut(stop)
    }
}

/// Prints a message.
pub(crate) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("snmp");
    put!(page, " ");
    go_on(print_message(page, message))
}

/// What was told of a part does not end what is around it.
fn go_on(shown: Result<(), End>) -> Shown {
    match shown {
        Ok(()) | Err(End::Told) => Ok(()),
        Err(End::Cut(stop)) => Err(stop),
    }
}

fn print_message(page: &mut Page<'_>, mut message: Cursor<'_>) -> Result<(), End> {
    let mut rest = expect(page, &mut message, Value::Sequence, "!init SEQ")?.contents;
    extra(page, message, "iSEQ");
    let version = expect_integer(page, &mut rest, "version!=INT")?;
    let name = match version {
        VERSION_1 => "SNMPv1",
        VERSION_2C => "SNMPv2c",
        VERSION_3 => "SNMPv3",
        _ => {
            put_signed(page, "SNMP [version = ", version);
            put!(page, "]");
            return Err(End::Told);
        }
    };
    if page.verbose(1) {
        put!(page, "{ ", Named("version", name), " ");
    }
    go_on(match version {
        VERSION_3 => version3::print(page, rest),
        _ => with_community(page, rest, version),
    })?;
    if page.verbose(1) {
        put!(page, "} ");
    }
    Ok(())
}

fn with_community(page: &mut Page<'_>, mut rest: Cursor<'_>, version: i32) -> Result<(), End> {
    let community = expect(page, &mut rest, Value::Text, "comm!=STR")?;
    // The one that nobody changes is not worth its space.
    if community.contents.bytes() != b"public" {
        put!(page, "C=");
        page.one("community", |page| community.print_text(page))?;
        put!(page, " ");
    }
    pdu::print(page, rest, version)
}

/// The next element, which must be of this kind; else it is shown behind the complaint.
fn expect<'a>(
    page: &mut Page<'_>,
    rest: &mut Cursor<'a>,
    value: Value,
    complaint: &str,
) -> Result<Element<'a>, End> {
    let element = read(page, rest)?;
    if element.value == value {
        return Ok(element);
    }
    Err(unexpected(page, &element, complaint))
}

/// The next element, which must be an integer.
fn expect_integer(page: &mut Page<'_>, rest: &mut Cursor<'_>, complaint: &str) -> Result<i32, End> {
    let element = read(page, rest)?;
    match element.value {
        Value::Integer(number) => Ok(number),
        _ => Err(unexpected(page, &element, complaint)),
    }
}

fn unexpected(page: &mut Page<'_>, element: &Element<'_>, complaint: &str) -> End {
    let told = complain(page, complaint);
    element.print(page).err().unwrap_or(told)
}

/// Says how much there is behind what there should be.
fn extra(page: &mut Page<'_>, rest: Cursor<'_>, what: &str) {
    if !rest.is_empty() {
        put!(page, "[", rest.len(), " extra after ", what, "]");
    }
}

/// A number with its sign.
fn put_signed(page: &mut Page<'_>, before: &str, number: i32) {
    put!(
        page,
        before,
        if number < 0 { "-" } else { "" },
        number.unsigned_abs()
    );
}

const VERSION_1: i32 = 0;
const VERSION_2C: i32 = 1;
const VERSION_3: i32 = 3;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, options, shown, udp, verbose};
    use crate::print::{Names, Packet, Printer, Timestamp, Transport};
    use crate::wire::LinkType;

    /// An element with its tag and length.
    fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let contents = parts.concat();
        let mut bytes = vec![tag, u8::try_from(contents.len()).unwrap()];
        bytes.extend(contents);
        bytes
    }

    fn integer(number: u8) -> Vec<u8> {
        element(2, &[&[number]])
    }

    /// `.1.3.6.1.4.1.3830` with what it is bound to.
    fn binding(value: &[u8]) -> Vec<u8> {
        element(
            0x30,
            &[&element(0x30, &[b"\x06\x07\x2b\x06\x01\x04\x01\x9d\x76", value])],
        )
    }

    fn pdu(tag: u8, status: u8, index: u8, value: &[u8]) -> Vec<u8> {
        element(
            tag,
            &[&integer(9), &integer(status), &integer(index), &binding(value)],
        )
    }

    fn message(version: u8, parts: &[&[u8]]) -> Vec<u8> {
        udp(1000, 161, &element(0x30, &[&integer(version), &parts.concat()]))
    }

    const PUBLIC: &[u8] = b"\x04\x06public";

    #[test]
    fn a_question_has_no_values_and_an_answer_has_them() {
        let question = message(1, &[PUBLIC, &pdu(0xa0, 0, 0, &[5, 0])]);
        assert!(shown(LinkType::RAW, &question).ends_with(":  GetRequest(24)  .1.3.6.1.4.1.3830"));
        let answer = message(0, &[b"\x04\x02me", &pdu(0xa2, 2, 1, b"\x04\x03\x00\x01\x02")]);
        let told = "{ SNMPv1 C=\"me\" { GetResponse(27) R=9  noSuchName@1 .1.3.6.1.4.1.3830=00_01_02 } } ";
        assert!(verbose(1, LinkType::RAW, &answer).ends_with(told));
        assert_every_cut_is_told(LinkType::RAW, &answer);
    }

    /// Nobody has a name here but the objects.
    struct Nameless;

    impl Names for Nameless {
        fn host(&mut self, _: std::net::IpAddr) -> Option<&str> {
            None
        }

        fn service(&mut self, _: u16, _: Transport) -> Option<&str> {
            None
        }
    }

    /// What an object is called without `-n`.
    fn named(object: &[u8]) -> String {
        let binding = element(0x30, &[&element(0x30, &[&element(6, &[object]), &[5, 0]])]);
        let get = element(0xa0, &[&integer(9), &integer(0), &integer(0), &binding]);
        let packet = message(0, &[PUBLIC, &get]);
        let mut printer = Printer::new(options(0)).with_names(Box::new(Nameless));
        let mut out = Vec::new();
        printer.print(
            &Packet {
                number: 1,
                interface: None,
                time: Timestamp::default(),
                link: LinkType::RAW,
                wire_len: u32::try_from(packet.len()).unwrap(),
                bytes: &packet,
            },
            &mut out,
        );
        let text = String::from_utf8(out).unwrap();
        text.trim_end().split_once(")  ").unwrap().1.to_owned()
    }

    #[test]
    fn objects_have_their_names_unless_numbers_are_wanted() {
        for (object, name) in [
            (&[0x2b, 6, 1, 2, 1, 1, 3, 0][..], "system.sysUpTime.0"),
            (
                &[0x2b, 6, 1, 2, 1, 2, 2, 1, 10, 0x81, 0],
                "interfaces.ifTable.ifEntry.ifInOctets.128",
            ),
            (&[0x2b, 6, 1, 2, 1, 31, 1], "31.1"),
            (&[0x2b, 6, 1, 4, 1, 9, 2, 3], "E:cisco.2.3"),
            (&[0x2b, 6, 1, 4, 1, 0x81, 8], "E:ccur"),
            (&[0x2b, 6, 1, 3, 5, 1], "X:5.1"),
            (
                &[0x2b, 6, 1, 6, 3, 15, 1, 1, 3, 0],
                "S:snmpUsmMIB.usmMIBObjects.usmStats.usmStatsUnknownUserNames.0",
            ),
            (&[0x2b, 6, 1, 6], ".iso.org.dod.internet.snmpV2"),
            (&[0x2b, 6, 1, 2, 2], ".iso.org.dod.internet.mgmt.2"),
            (&[0x2a, 3, 4], ".iso.2.3.4"),
            (&[0x51, 3], ".2.1.3"),
        ] {
            assert_eq!(named(object), name);
        }
    }

    #[test]
    fn what_is_wrong_within_a_part_ends_that_part_alone() {
        let asking = message(0, &[PUBLIC, &pdu(0xa0, 1, 0, &[2, 1, 3])]);
        assert!(
            shown(LinkType::RAW, &asking)
                .ends_with("[errorStatus(tooBig)!=0] .1.3.6.1.4.1.3830[objVal!=NULL]3")
        );
        let strange = message(0, &[PUBLIC, &pdu(0xa2, 0, 0, &[0x85, 1, 3])]);
        assert!(shown(LinkType::RAW, &strange).ends_with(".1.3.6.1.4.1.3830=[BE_ANY!?]"));
        let longer = message(0, &[PUBLIC, &element(0xa0, &[&[2, 9, 1]])]);
        assert!(verbose(1, LinkType::RAW, &longer).ends_with("{ GetRequest(3) [len1<asnlen9] } } "));
        let foreign = message(0, &[PUBLIC, &element(0xa7, &[])]);
        assert!(shown(LinkType::RAW, &foreign).ends_with("V2Trap(0) [v2 PDU in v1 message]"));
    }

    #[test]
    fn version_3_tells_who_speaks_and_of_what() {
        let header = element(0x30, &[&integer(1), &integer(2), b"\x04\x01\x05", &integer(3)]);
        let user = element(
            0x30,
            &[
                b"\x04\x00",
                &integer(4),
                &integer(5),
                b"\x04\x02jo",
                b"\x04\x00",
                b"\x04\x00",
            ],
        );
        let scoped = element(
            0x30,
            &[
                b"\x04\x02\x80\x0a",
                b"\x04\x00",
                &pdu(0xa8, 0, 0, &[0x41, 1, 0xff]),
            ],
        );
        let bytes = message(3, &[&header, &element(4, &[&user]), &scoped]);
        let told = "{ SNMPv3 { F=ar } { USM B=4 T=5 U=\"jo\" } { ScopedPDU E=_80_0a C=\"\" \
                    { Report(25) R=9  .1.3.6.1.4.1.3830=255 } } } ";
        assert!(verbose(1, LinkType::RAW, &bytes).ends_with(told));
        assert_every_cut_is_told(LinkType::RAW, &bytes);
    }
}
