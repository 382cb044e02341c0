//! Ethernet II and 802.3 frames, with 802.1Q tags.

use pnet_packet::ethernet::{EtherType, EthernetPacket};
use pnet_packet::vlan::VlanPacket;

use super::switch_tag::SwitchTag;
use super::{arista, ethertype, llc, macsec};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Label, Mac, Named, put};

/// The two addresses of a frame, for the printers that show them again.
#[derive(Clone, Copy)]
pub(crate) struct Addresses {
    /// Who sent it.
    pub(crate) source: [u8; 6],
    /// For whom it is.
    pub(crate) destination: [u8; 6],
}

/// A whole captured frame; what comes before the payload is the link-layer header of the dumps.
pub(crate) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    let base = page.link_len;
    let header = print(page, packet)?;
    page.link_len = base + header;
    Ok(())
}

/// A whole captured frame behind `skipped` bytes of what captured it.
pub(crate) fn frame_behind(
    page: &mut Page<'_>,
    packet: Cursor<'_>,
    name: &'static str,
    skipped: usize,
) -> Shown {
    page.enter(name);
    packet.need(skipped)?;
    page.link_len += skipped;
    frame(page, packet.after(skipped))
}

/// A whole captured frame with the tag of a switch chip between its addresses and its type.
pub(crate) fn tagged_frame(page: &mut Page<'_>, packet: Cursor<'_>, tag: SwitchTag) -> Shown {
    let base = page.link_len;
    let header = print_behind(page, packet, Some(tag))?;
    page.link_len = base + header;
    Ok(())
}

/// A frame, perhaps within another packet. Returns how many of its bytes were headers.
pub(crate) fn print(page: &mut Page<'_>, frame: Cursor<'_>) -> Shown<usize> {
    print_behind(page, frame, None)
}

fn print_behind(page: &mut Page<'_>, frame: Cursor<'_>, switch_tag: Option<SwitchTag>) -> Shown<usize> {
    page.enter("ether");
    let before_type = 12 + switch_tag.map_or(0, SwitchTag::len);
    let shortest = before_type + 2;
    let Some(view) =
        EthernetPacket::new(frame.bytes()).filter(|_| frame.has(shortest) && frame.len() >= shortest)
    else {
        page.truncated();
        return Ok(if frame.has(shortest) {
            frame.len()
        } else {
            frame.captured()
        });
    };
    let addresses = Addresses {
        source: view.get_source().octets(),
        destination: view.get_destination().octets(),
    };
    page.field("src", Mac(&addresses.source));
    page.field("dst", Mac(&addresses.destination));
    // The type is behind a switch's tag, if there is one.
    page.field("type", EtherType(frame.peek_u16(before_type)?));
    if page.options.link_header {
        put_addresses(page, addresses);
    }
    if let Some(tag) = switch_tag {
        tag.print(page, frame.after(12))?;
    }
    let mut headers = before_type;
    loop {
        match behind(page, frame, headers, addresses)? {
            Behind::Type(at) => headers = at,
            Behind::End(at) => return Ok(at),
        }
    }
}

/// What was behind the headers of a frame so far.
enum Behind {
    /// A header that is followed by one more type, which is so many bytes into the frame.
    Type(usize),
    /// The payload, which is so many bytes into the frame, and has been printed.
    End(usize),
}

/// Prints what a type field leads to that is `at` bytes into the frame.
#[inline(always)]
fn behind(page: &mut Page<'_>, frame: Cursor<'_>, at: usize, addresses: Addresses) -> Shown<Behind> {
    let mut headers = Headers::begin(frame, at)?;
    if headers.kind.0 == MACSEC
        && let Some(end) = headers.secured(page, addresses)?
    {
        return Ok(Behind::End(end));
    }
    while is_tag(headers.kind) {
        if let Some(end) = headers.tagged(page) {
            return Ok(Behind::End(end));
        }
    }
    let Headers { end, kind, rest, .. } = headers;
    if kind.0 <= ethertype::LARGEST_LENGTH {
        // What is behind the length that the frame tells is padding.
        let rest = rest.limited(kind.0.into());
        if page.options.link_header {
            put!(page, "802.3");
            if !headers.length_told {
                put!(page, ", length ", Named("", rest.len()), ": ");
            }
        }
        return Ok(Behind::End(end + llc::print(page, rest, Some(addresses))?));
    }
    if kind.0 == JUMBO {
        return Ok(Behind::End(end + llc::print(page, rest, Some(addresses))?));
    }
    if kind == arista::KIND {
        if !rest.has(2) || rest.len() < 2 {
            put!(page, "[|arista]");
            return Ok(Behind::End(end + rest.captured().min(rest.len())));
        }
        put_type_and_length(page, kind, frame.len());
        if let Some(length) = arista::print(page, rest)? {
            return Ok(Behind::Type(end + length));
        }
    } else {
        headers.put_type(page);
        let mut known = true;
        page.carried(|page| {
            known = ethertype::print(page, kind, rest, Some(addresses))?;
            Ok(())
        })?;
        if known {
            return Ok(Behind::End(end));
        }
    }
    if !page.options.link_header {
        put_addresses(page, addresses);
        put_type_and_length(page, kind, frame.len());
    }
    page.raw(rest.bytes());
    Ok(Behind::End(end))
}

/// The headers that have been read of a frame, from one type field on.
struct Headers<'a> {
    frame: Cursor<'a>,
    /// How far into the frame they reach.
    end: usize,
    /// What the last of them says is behind them.
    kind: EtherType,
    /// That.
    rest: Cursor<'a>,
    /// Whether `-e` has told the length of the frame, which it does once.
    length_told: bool,
}

impl<'a> Headers<'a> {
    #[inline(always)]
    fn begin(frame: Cursor<'a>, at: usize) -> Shown<Self> {
        let mut rest = frame.after(at);
        Ok(Self {
            frame,
            end: at + 2,
            kind: EtherType(rest.u16()?),
            rest,
            length_told: false,
        })
    }

    /// Takes MACsec's header and the type behind it. What cannot be looked into is printed as it is, and where that
    /// begins is returned.
    fn secured(&mut self, page: &mut Page<'_>, addresses: Addresses) -> Shown<Option<usize>> {
        self.put_type(page);
        match macsec::tag(page, self.rest, addresses)? {
            macsec::Behind::Clear(rest, length) => {
                page.enter("ether");
                self.rest = rest;
                self.end += length;
            }
            macsec::Behind::Encrypted(rest, length) => {
                page.raw(rest.bytes());
                return Ok(Some(self.end + length));
            }
            macsec::Behind::Nothing => return Ok(Some(self.end + self.rest.captured())),
        }
        self.kind = EtherType(self.rest.u16()?);
        self.end += 2;
        Ok(None)
    }

    /// Takes an 802.1Q tag and the type behind it. Where the frame ends within it, that is told, and where is returned.
    #[inline]
    fn tagged(&mut self, page: &mut Page<'_>) -> Option<usize> {
        let Some(tag) = VlanPacket::new(self.rest.bytes()).filter(|_| self.rest.len() >= 4) else {
            page.enter("vlan");
            page.truncated();
            return Some(self.end + self.rest.captured().min(self.rest.len()));
        };
        self.put_type(page);
        self.kind = tag.get_ethertype();
        put_tag(page, &tag);
        self.rest.advance(4);
        self.end += 4;
        None
    }

    /// Under `-e`, the type, and with the first of them the length of the frame.
    #[inline]
    fn put_type(&mut self, page: &mut Page<'_>) {
        if !page.options.link_header {
            return;
        }
        if self.length_told {
            ethertype::put(page, self.kind);
            put!(page, ", ");
        } else {
            put_type_and_length(page, self.kind, self.frame.len());
            self.length_told = true;
        }
    }
}

const JUMBO: u16 = 0x8870;
const MACSEC: u16 = 0x88e5;

/// The fields of an 802.1Q tag, which are shown under `-e`.
fn put_tag(page: &mut Page<'_>, tag: &VlanPacket<'_>) {
    let (id, priority) = (tag.get_vlan_identifier(), tag.get_priority_code_point().0);
    let drop_eligible = tag.get_drop_eligible_indicator() != 0;
    page.tag(id, priority, drop_eligible);
    if page.options.link_header {
        put!(page, "vlan ", Named("", id), ", p ", Named("", priority));
        put!(page, Label(if drop_eligible { ", DEI, " } else { ", " }));
    }
}

fn is_tag(kind: EtherType) -> bool {
    matches!(kind.0, 0x8100 | 0x88a8 | 0x9100 | 0x9200)
}

/// `source > destination, `.
fn put_addresses(page: &mut Page<'_>, addresses: Addresses) {
    put!(
        page,
        Named("", Mac(&addresses.source)),
        " > ",
        Named("", Mac(&addresses.destination)),
        ", "
    );
}

/// `ethertype IPv4 (0x0800), length 98: `.
fn put_type_and_length(page: &mut Page<'_>, kind: EtherType, length: usize) {
    ethertype::put(page, kind);
    put!(page, ", length ", length, ": ");
}

#[cfg(test)]
mod tests {
    use crate::print::Options;
    use crate::print::sample::{assert_every_cut_is_told, ether, ipv4, options, shown, shown_with};
    use crate::print::{Dump, DumpForm};
    use crate::wire::LinkType;

    const ETHERNET: LinkType = LinkType::ETHERNET;

    fn with_header() -> Options {
        Options {
            link_header: true,
            ..options(0)
        }
    }

    #[test]
    fn the_header_is_told_under_e() {
        assert_eq!(
            shown_with(&with_header(), ETHERNET, &ether(0x0800, &ipv4(253, &[]))),
            "02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype IPv4 (0x0800), length 34: \
             192.0.2.1 > 192.0.2.2:  ip-proto-253 0"
        );
    }

    #[test]
    fn tags_are_passed_over_and_told_under_e() {
        let mut tagged = vec![0xb0, 5, 8, 0];
        tagged.extend(ipv4(253, &[]));
        let frame = ether(0x8100, &tagged);
        assert_eq!(
            shown(ETHERNET, &frame),
            "IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0"
        );
        assert!(
            shown_with(&with_header(), ETHERNET, &frame)
                .contains("802.1Q (0x8100), length 38: vlan 5, p 5, DEI, ethertype IPv4 (0x0800), 192.0.2.1")
        );
        assert_every_cut_is_told(ETHERNET, &frame);
    }

    #[test]
    fn an_unknown_type_is_dumped_after_its_header() {
        assert_eq!(
            shown(ETHERNET, &ether(0x1234, &[0x41, 0x42])),
            format!(
                "02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype Unknown (0x1234), length 16: \n\t0x0000:  4142{}  AB",
                " ".repeat(35)
            )
        );
    }

    #[test]
    fn a_length_is_told_as_far_as_the_frame_goes() {
        let text = shown_with(&with_header(), ETHERNET, &ether(900, &[0x42, 0x43, 0xe3]));
        assert!(text.contains(", 802.3, length 3: LLC, dsap STP"), "{text}");
        let text = shown_with(
            &with_header(),
            ETHERNET,
            &ether(0x8100, &[0, 5, 0, 3, 0x42, 0x43, 0xe3]),
        );
        assert!(
            text.contains("802.1Q (0x8100), length 21: vlan 5, p 0, 802.3LLC, dsap STP"),
            "{text}"
        );
    }

    #[test]
    fn a_header_of_arista_is_followed_by_one_more_type() {
        let header = [0, 1, 0, 0x20, 0, 9, 0x77, 0x35, 0x94, 1, 8, 0];
        let told = "ethertype Arista Vendor Specific Protocol (0xd28b), length 46: SubType Timestamp (0x0001), \
                    Timescale TAI (0), Format 48-bit (2), HwInfo R/R2 (0), Timestamp 11.000000001: IP 192.0.2.1";
        let text = shown(ETHERNET, &ether(0xd28b, &[&header[..], &ipv4(253, &[])].concat()));
        assert!(text.starts_with(told), "{text}");
        let text = shown(ETHERNET, &ether(0xd28b, &[0, 2, 0, 0]));
        assert!(
            text.contains(
                ": SubType Unknown (0x0002), 02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype Arista"
            )
        );
    }

    #[test]
    fn what_is_invalid_within_a_frame_is_dumped_behind_its_header() {
        let dump = Some(Dump {
            form: DumpForm::Hex,
            link_header: false,
        });
        let text = shown_with(
            &Options { dump, ..options(0) },
            ETHERNET,
            &ether(0x0800, &[0x55; 20]),
        );
        assert!(
            text.starts_with("IP  [version 5 != 4] (invalid)\n\t0x0000:  5555 "),
            "{text}"
        );
    }

    #[test]
    fn a_dump_begins_behind_the_tags() {
        let dump = Some(Dump {
            form: DumpForm::Hex,
            link_header: false,
        });
        let mut tagged = vec![0, 5, 8, 0];
        tagged.extend(ipv4(253, &[]));
        let text = shown_with(&Options { dump, ..options(0) }, ETHERNET, &ether(0x8100, &tagged));
        assert!(text.contains("\n\t0x0000:  4500 0014 "));
    }
}
