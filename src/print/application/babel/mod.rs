//! The Babel routing protocol (RFC 6126, RFC 8966), with its round-trip times (RFC 9616), authentication (RFC 7298,
//! RFC 8967), diversity and source-specific routes.

mod prefix;
mod sub_value;

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex4, Mac, put};
use prefix::{Last, MAPPED, WILDCARD, address, prefix, put_address, put_any_prefix, put_prefix};
use sub_value::{Interval, UpdateInterval, sub_values};

/// Prints a packet.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("babel");
    put!(page, "babel");
    packet.need(4)?;
    let mut rest = packet;
    if rest.u8()? != MAGIC {
        put!(page, " invalid header");
        return Ok(());
    }
    let version = rest.u8()?;
    put!(page, " ", version);
    if version != 2 {
        put!(page, " unknown version");
        return Ok(());
    }
    packet.claims(4)?;
    let length = usize::from(rest.u16()?);
    put!(page, " (", length, ")");
    rest.claims(length)?;
    values(page, rest.sub(length))?;
    // What authenticates the packet is behind its body.
    if !rest.is_empty() {
        put!(page, if page.verbose(1) { "\n\t----" } else { " |" });
        values(page, rest)?;
    }
    Ok(())
}

/// Prints the values of the body or of the trailer.
fn values(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    // Updates may leave out the first bytes of the prefix before.
    let mut last = Last {
        ipv4: MAPPED,
        ipv6: [0; 16],
    };
    while !rest.is_empty() {
        let kind = rest.u8()?;
        if kind == PAD_1 {
            put!(page, if page.verbose(1) { "\n\tPad 1" } else { " pad1" });
            continue;
        }
        rest.claims(1)?;
        let length = usize::from(rest.u8()?);
        rest.claims(length)?;
        rest.need(length)?;
        let value = rest.sub(length);
        if page.verbose(1) {
            verbose_value(page, kind, value, &mut last)?;
        } else {
            brief_value(page, kind, value)?;
        }
    }
    Ok(())
}

fn brief_value(page: &mut Page<'_>, kind: u8, value: Cursor<'_>) -> Shown {
    let name = NAMES.get(usize::from(kind)).copied().unwrap_or(" unknown");
    put!(page, name);
    if kind == UPDATE {
        value.claims(10)?;
        put_update_flags(page, value.peek_u8(1)?);
    }
    Ok(())
}

fn verbose_value(page: &mut Page<'_>, kind: u8, mut value: Cursor<'_>, last: &mut Last) -> Shown {
    let length = value.len();
    match kind {
        PAD_N => put!(page, "\n\tPad ", length + 2),
        ACK_REQUEST => {
            put!(page, "\n\tAcknowledgment Request ");
            value.claims(6)?;
            put!(page, Hex4(value.peek_u16(2)?), " ", Interval(value.peek_u16(4)?));
        }
        ACK => {
            put!(page, "\n\tAcknowledgment ");
            value.claims(2)?;
            put!(page, Hex4(value.u16()?));
        }
        HELLO => {
            put!(page, "\n\tHello ");
            value.claims(6)?;
            let (flags, number, interval) = (value.u16()?, value.u16()?, value.u16()?);
            put!(
                page,
                if flags & 0x8000 != 0 { "(Unicast) " } else { "" },
                "seqno ",
                number
            );
            if interval == 0 {
                put!(page, " unscheduled");
            } else {
                put!(page, " interval ", Interval(interval));
            }
            sub_values(page, kind, value)?;
        }
        HEARD => {
            put!(page, "\n\tIHU ");
            value.claims(6)?;
            let (encoding, _, cost, interval) = (value.u8()?, value.u8()?, value.u16()?, value.u16()?);
            let Some(address) = address(encoding, &mut value)? else {
                page.truncated();
                return Ok(());
            };
            put_address(page, encoding, address, "any");
            put!(page, " rxcost ", cost, " interval ", Interval(interval));
            sub_values(page, kind, value)?;
        }
        ROUTER_ID => {
            put!(page, "\n\tRouter Id");
            value.claims(10)?;
            put!(page, " ", Mac(&value.after(2).array::<8>()?));
        }
        NEXT_HOP => {
            put!(page, "\n\tNext Hop");
            value.claims(2)?;
            let encoding = value.u8()?;
            value.skip(1)?;
            let hop = address(encoding, &mut value)?.ok_or(Stop::Invalid)?;
            put!(page, " ");
            put_address(page, encoding, hop, "invalid AE 0");
        }
        UPDATE => update(page, value, last)?,
        ROUTE_REQUEST => {
            put!(page, "\n\tRoute Request ");
            value.claims(2)?;
            let (encoding, bits) = (value.u8()?, value.u8()?);
            let route = prefix(encoding, bits, 0, None, &mut value)?;
            put!(page, "for ");
            put_prefix(page, encoding, route, bits, "any");
        }
        SEQUENCE_REQUEST => {
            put!(page, "\n\tSeqno Request ");
            value.claims(14)?;
            let (encoding, bits, number) = (value.u8()?, value.u8()?, value.u16()?);
            let (hops, _, id) = (value.u8()?, value.u8()?, value.array::<8>()?);
            let route = prefix(encoding, bits, 0, None, &mut value)?;
            put!(page, "(", hops, " hops) for ");
            put_prefix(page, encoding, route, bits, "invalid AE 0");
            put!(page, " seqno ", number, " id ", Mac(&id));
        }
        PACKET_COUNTER_OLD => {
            put!(page, "\n\tTS/PC ");
            value.claims(6)?;
            let (counter, time) = (value.u16()?, value.u32()?);
            put!(page, "timestamp ", time, " packetcounter ", counter);
        }
        HMAC => {
            put!(page, "\n\tHMAC ");
            value.claims(18)?;
            put!(page, "key-id ", value.u16()?, " digest-", value.len(), " ");
            let start = page.out.len();
            let count = value.len();
            page.digits(&mut value, count)?;
            if let Some(digits) = page.out.get_mut(start..) {
                digits.make_ascii_uppercase();
            }
        }
        SOURCE_UPDATE => source_update(page, value, last)?,
        SOURCE_REQUEST => {
            put!(page, "\n\tSS-Request ");
            value.claims(3)?;
            let (encoding, bits, source_bits) = (value.u8()?, value.u8()?, value.u8()?);
            let route = prefix(encoding, bits, 0, None, &mut value)?;
            let source = prefix(encoding, source_bits, 0, None, &mut value)?;
            if encoding == WILDCARD {
                put!(page, "for any");
            } else {
                put!(page, "for (");
                put_prefix(page, encoding, route, bits, "");
                put!(page, ", ");
                put_prefix(page, encoding, source, source_bits, "");
                put!(page, ")");
            }
        }
        SOURCE_SEQUENCE_REQUEST => {
            put!(page, "\n\tSS-MH-Request ");
            value.claims(14)?;
            let (encoding, bits, number) = (value.u8()?, value.u8()?, value.u16()?);
            let (hops, source_bits, id) = (value.u8()?, value.u8()?, value.array::<8>()?);
            let route = prefix(encoding, bits, 0, None, &mut value)?;
            let source = prefix(encoding, source_bits, 0, None, &mut value)?;
            put!(page, "(", hops, " hops) for (");
            put_any_prefix(page, encoding, route, bits);
            put!(page, ", ");
            put_any_prefix(page, encoding, source, source_bits);
            put!(page, ") seqno ", number, " id ", Mac(&id));
        }
        AUTHENTICATION => put!(page, "\n\tMAC len ", length),
        PACKET_COUNTER => {
            put!(page, "\n\tPC");
            value.claims(4)?;
            put!(page, " value ", value.u32()?, " index len ", value.len());
        }
        CHALLENGE_REQUEST | CHALLENGE_REPLY => {
            let request = kind == CHALLENGE_REQUEST;
            put!(page, "\n\tChallenge ", if request { "Request" } else { "Reply" });
            if length > 192 {
                return Err(Stop::Invalid);
            }
            put!(page, " len ", length);
        }
        _ => put!(page, "\n\tUnknown message type ", kind),
    }
    Ok(())
}

fn update(page: &mut Page<'_>, mut value: Cursor<'_>, last: &mut Last) -> Shown {
    put!(page, "\n\tUpdate");
    value.claims(10)?;
    let (encoding, flags, bits, omitted) = (value.u8()?, value.u8()?, value.u8()?, value.u8()?);
    let terms = Terms::read(&mut value)?;
    let before = last.of(encoding);
    let route = prefix(encoding, bits, omitted, Some(*before), &mut value)?;
    put_update_flags(page, flags);
    put!(page, " ");
    put_prefix(page, encoding, route, bits, "any");
    terms.print(page);
    if flags & 0x80 != 0 {
        *before = route;
    }
    sub_values(page, UPDATE, value)
}

fn source_update(page: &mut Page<'_>, mut value: Cursor<'_>, last: &mut Last) -> Shown {
    put!(page, "\n\tSS-Update");
    value.claims(10)?;
    let (encoding, source_bits, bits, omitted) = (value.u8()?, value.u8()?, value.u8()?, value.u8()?);
    let terms = Terms::read(&mut value)?;
    let route = prefix(encoding, bits, omitted, Some(*last.of(encoding)), &mut value)?;
    let source = prefix(encoding, source_bits, 0, None, &mut value)?;
    put!(page, " ");
    put_any_prefix(page, encoding, route, bits);
    put!(page, " from ");
    put_any_prefix(page, encoding, source, source_bits);
    terms.print(page);
    sub_values(page, SOURCE_UPDATE, value)
}

/// For how long, in which version and at what price a route is offered.
struct Terms {
    interval: u16,
    number: u16,
    metric: u16,
}

impl Terms {
    fn read(value: &mut Cursor<'_>) -> Shown<Self> {
        let (interval, number, metric) = (value.u16()?, value.u16()?, value.u16()?);
        Ok(Self {
            interval,
            number,
            metric,
        })
    }

    fn print(&self, page: &mut Page<'_>) {
        put!(page, " metric ", self.metric, " seqno ", self.number);
        put!(page, " interval ", UpdateInterval(self.interval));
    }
}

fn put_update_flags(page: &mut Page<'_>, flags: u8) {
    for (mask, name) in [(0x80, "/prefix"), (0x40, "/id"), (0x3f, "/unknown")] {
        put!(page, if flags & mask != 0 { name } else { "" });
    }
}

const MAGIC: u8 = 42;

const PAD_1: u8 = 0;
const PAD_N: u8 = 1;
const ACK_REQUEST: u8 = 2;
const ACK: u8 = 3;
const HELLO: u8 = 4;
const HEARD: u8 = 5;
const ROUTER_ID: u8 = 6;
const NEXT_HOP: u8 = 7;
const UPDATE: u8 = 8;
const ROUTE_REQUEST: u8 = 9;
const SEQUENCE_REQUEST: u8 = 10;
const PACKET_COUNTER_OLD: u8 = 11;
const HMAC: u8 = 12;
const SOURCE_UPDATE: u8 = 13;
const SOURCE_REQUEST: u8 = 14;
const SOURCE_SEQUENCE_REQUEST: u8 = 15;
const AUTHENTICATION: u8 = 16;
const PACKET_COUNTER: u8 = 17;
const CHALLENGE_REQUEST: u8 = 18;
const CHALLENGE_REPLY: u8 = 19;

/// What stands for a value without `-v`, by its type.
const NAMES: &[&str] = &[
    " pad1",
    " padN",
    " ack-req",
    " ack",
    " hello",
    " ihu",
    " router-id",
    " nh",
    " update",
    " route-request",
    " seqno-request",
    " tspc",
    " hmac",
    " ss-update",
    " ss-request",
    " ss-mh-request",
    " mac",
    " pc",
    " challenge_request",
    " challenge_reply",
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    fn packet(body: &[u8], trailer: &[u8]) -> Vec<u8> {
        let mut message = vec![42, 2, 0, u8::try_from(body.len()).unwrap()];
        message.extend_from_slice(body);
        message.extend_from_slice(trailer);
        udp(6696, 6696, &message)
    }

    #[test]
    fn each_value_is_named_and_under_v_told() {
        let datagram = packet(
            &[
                4, 12, 0, 0, 0, 1, 1, 0x90, 3, 4, 0, 0x0f, 0x42, 0x41, 8, 14, 1, 0x80, 32, 0, 0, 100, 0, 2,
                0, 96, 10, 1, 2, 3, 8, 11, 1, 0, 32, 3, 0xff, 0xff, 0, 2, 0, 96, 9,
            ],
            &[16, 1, 7],
        );
        assert!(shown(RAW, &datagram).ends_with("babel 2 (43) hello update/prefix update | mac"));
        let text = verbose(1, RAW, &datagram);
        assert!(
            text.ends_with(
                "babel 2 (43)\n\tHello seqno 1 interval 4.00s sub-timestamp 1.000001s\
                 \n\tUpdate/prefix 10.1.2.3/32 metric 96 seqno 2 interval 1.00s\
                 \n\tUpdate 10.1.2.9/32 metric 96 seqno 2 interval infinity\n\t----\n\tMAC len 1"
            ),
            "{text}"
        );
        assert_every_cut_is_told(RAW, &datagram);
    }

    #[test]
    fn what_leaves_out_more_than_there_was_is_invalid() {
        let text = verbose(1, RAW, &packet(&[9, 2, 1, 33], &[]));
        assert!(text.ends_with("\n\tRoute Request  (invalid)"), "{text}");
        let text = verbose(1, RAW, &packet(&[9, 5, 2], &[]));
        assert!(text.ends_with("babel 2 (3) (invalid)"), "{text}");
    }
}
