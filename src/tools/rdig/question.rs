//! From a lookup to the query that is sent.

use std::net::IpAddr;

use super::plan::{Cookie, Lookup, Subnet};
use crate::wire::dns::{Flags, Name, Query, Question, RecordType, option_code};

/// What has been learned from earlier replies to the same lookup.
#[derive(Clone, Debug, Default)]
pub(super) struct Learned {
    /// The version of EDNS that the server has.
    pub(super) edns_version: Option<u8>,
    /// The cookie with the server's part.
    pub(super) cookie: Option<Vec<u8>>,
}

/// The query for `lookup` of `name`, with `id` and `client_cookie` unless others were typed.
pub(super) fn query(
    lookup: &Lookup,
    name: &Name,
    id: u16,
    client_cookie: [u8; 8],
    learned: &Learned,
) -> Query {
    let options = &lookup.query;
    let mut flags = options.flags;
    if lookup.is_transfer() {
        flags.set(Flags::RD, false);
        // RFC 1995 section 3: an IXFR query may go over UDP, and then looks like any other but for these.
        if lookup.rtype == RecordType::IXFR {
            flags.set(Flags::AD, false);
        }
    }
    Query {
        id: options.id.unwrap_or(id),
        opcode: options.opcode,
        flags,
        question: (!options.header_only).then(|| Question {
            name: name.clone(),
            rtype: lookup.rtype,
            class: lookup.class,
        }),
        serial: lookup.serial,
        edns: options.edns_without_options().map(|mut edns| {
            edns.version = learned.edns_version.unwrap_or(edns.version);
            edns.options = edns_options(lookup, client_cookie, learned);
            edns
        }),
    }
}

/// The options in the order in which dig sends them.
fn edns_options(lookup: &Lookup, client_cookie: [u8; 8], learned: &Learned) -> Vec<(u16, Vec<u8>)> {
    let options = &lookup.query;
    let mut sent = Vec::new();
    if options.nsid {
        sent.push((option_code::NSID, Vec::new()));
    }
    if let Some(subnet) = options.subnet {
        sent.push((option_code::CLIENT_SUBNET, subnet_data(subnet)));
    }
    let cookie = match (&options.cookie, &learned.cookie) {
        (Cookie::None, _) => None,
        (_, Some(cookie)) => Some(cookie.clone()),
        (Cookie::Own, None) => Some(client_cookie.to_vec()),
        (Cookie::Given(cookie), None) => Some(cookie.clone()),
    };
    sent.extend(cookie.map(|cookie| (option_code::COOKIE, cookie)));
    if options.expire {
        sent.push((option_code::EXPIRE, Vec::new()));
    }
    if options.keepalive {
        sent.push((option_code::TCP_KEEPALIVE, Vec::new()));
    }
    sent.extend_from_slice(&options.options);
    sent
}

/// RFC 7871 section 6: only as many bytes of the address as the prefix needs, the rest of the last one zero.
fn subnet_data(subnet: Subnet) -> Vec<u8> {
    let (family, octets) = match subnet.address {
        IpAddr::V4(address) => (1, address.octets().to_vec()),
        IpAddr::V6(address) => (2, address.octets().to_vec()),
    };
    let mut data = vec![0, family, subnet.prefix, 0];
    data.extend(octets.iter().take(usize::from(subnet.prefix.div_ceil(8))));
    let spare = (8 - subnet.prefix % 8) % 8;
    if let (Some(last), true) = (data.last_mut(), subnet.prefix > 0) {
        *last &= 0xff << spare;
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::dns::Message;

    fn options(lookup: &Lookup) -> Vec<(u16, Vec<u8>)> {
        let query = query(lookup, &Name::root(), 7, *b"12345678", &Learned::default());
        let bytes = query.to_bytes().unwrap();
        let edns = Message::parse(&bytes).unwrap().edns().unwrap();
        edns.options()
            .map(Result::unwrap)
            .map(|o| (o.code, o.data.to_vec()))
            .collect()
    }

    #[test]
    fn the_options_have_an_order() {
        let mut lookup = Lookup::default();
        lookup.query.nsid = true;
        lookup.query.expire = true;
        lookup.query.keepalive = true;
        lookup.query.options = vec![(65001, vec![1]), (3, vec![])];
        lookup.query.subnet = Some(Subnet {
            address: "192.0.3.4".parse().unwrap(),
            prefix: 23,
        });
        assert_eq!(
            options(&lookup),
            [
                (3, vec![]),
                (8, vec![0, 1, 23, 0, 192, 0, 2]),
                (10, b"12345678".to_vec()),
                (9, vec![]),
                (11, vec![]),
                (65001, vec![1]),
                (3, vec![]),
            ]
        );
    }

    #[test]
    fn a_subnet_of_no_bits_has_no_bytes() {
        let subnet = Subnet {
            address: "0.0.0.0".parse().unwrap(),
            prefix: 0,
        };
        assert_eq!(subnet_data(subnet), [0, 1, 0, 0]);
    }

    #[test]
    fn a_transfer_does_not_ask_for_recursion() {
        let flags = |rtype| {
            let mut lookup = Lookup::default();
            lookup.rtype = rtype;
            query(&lookup, &Name::root(), 7, [0; 8], &Learned::default()).flags
        };
        assert_eq!(flags(RecordType::A), Flags::RD | Flags::AD);
        assert_eq!(flags(RecordType::AXFR), Flags::AD);
        assert_eq!(flags(RecordType::IXFR), Flags::default());
    }
}
