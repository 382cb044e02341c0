//! DHCP for IPv6 (RFC 8415): the message; its options are in [`super::dhcp6_options`].

use super::dhcp6_options as options;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, Named, name_of, put};

/// Prints a message; what is in it only under `-v`.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("dhcp6");
    put!(page, "dhcp6");
    message.need(4)?;
    let kind = message.peek_u8(0)?;
    page.field("type", kind);
    match name_of(KINDS, kind) {
        Some(name) => put!(page, " ", Named("type_name", name)),
        None => put!(page, " msgtype-", Named("", kind)),
    }
    if !page.verbose(1) {
        return Ok(());
    }
    put!(page, " (");
    let mut rest = message;
    if matches!(kind, RELAY_FORWARD | RELAY_REPLY) {
        // The hop count before the addresses is not shown.
        rest.skip(2)?;
        let (link, peer) = (rest.ipv6()?, rest.ipv6()?);
        put!(page, "linkaddr=", link, " peeraddr=", peer);
    } else {
        put!(page, "xid=", Hex(u64::from(rest.u32()? & 0x00ff_ffff)));
    }
    options::print(page, rest.bytes())?;
    put!(page, ")");
    Ok(())
}

const RELAY_FORWARD: u8 = 12;
const RELAY_REPLY: u8 = 13;

const KINDS: &[(u8, &str)] = &[
    (1, "solicit"),
    (2, "advertise"),
    (3, "request"),
    (4, "confirm"),
    (5, "renew"),
    (6, "rebind"),
    (7, "reply"),
    (8, "release"),
    (9, "decline"),
    (10, "reconfigure"),
    (11, "inf-req"),
    (RELAY_FORWARD, "relay-fwd"),
    (RELAY_REPLY, "relay-reply"),
    (14, "leasequery"),
    (15, "leasequery-reply"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{shown, udp, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    /// A solicit with a DUID of link-layer address and time, an elapsed time and an identity association.
    fn solicit() -> Vec<u8> {
        let mut message = vec![1, 0x12, 0x34, 0x56];
        message.extend_from_slice(&[0, 1, 0, 14, 0, 1, 0, 1, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1]);
        message.extend_from_slice(&[0, 8, 0, 2, 0, 5]);
        message.extend_from_slice(&[0, 3, 0, 16, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 13, 0, 0]);
        message
    }

    #[test]
    fn options_are_nested_in_parentheses() {
        assert!(shown(RAW, &udp(546, 547, &solicit())).ends_with(": dhcp6 solicit"));
        let text = verbose(1, RAW, &udp(546, 547, &solicit()));
        let told = "dhcp6 solicit (xid=123456 (client-ID hwaddr/time type 1 time 9 020000000001) \
                    (elapsed-time 5) (IA_NA IAID:1 T1:2 T2:3 (status-code ?)))";
        assert!(text.ends_with(told), "{text}");
    }

    #[test]
    fn a_relayed_message_is_within_the_relay_s() {
        let mut relayed = vec![12, 0];
        relayed.extend_from_slice(&[0; 32]);
        relayed.extend_from_slice(&[0, 9, 0, 4, 11, 0, 0, 7, 0, 99, 0, 1, 0]);
        let text = verbose(1, RAW, &udp(547, 547, &relayed));
        let told = "relay-fwd (linkaddr=:: peeraddr=:: (relay-message (dhcp6 inf-req (xid=7)) (opt_99))";
        assert!(text.ends_with(told), "{text}");
    }

    #[test]
    fn an_option_that_ends_too_soon_is_told() {
        let text = verbose(1, RAW, &udp(547, 547, &[7, 0, 0, 7, 0, 7, 0, 9, 1]));
        assert!(text.ends_with("dhcp6 reply (xid=7 [|dhcp6])"), "{text}");
    }
}
