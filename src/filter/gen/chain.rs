//! `protochain`: a protocol anywhere in the chain of headers behind IP.
//!
//! libpcap's program for it goes round in a loop, which no kernel takes. Here the loop is written out, up to more
//! headers than any packet has.

use super::{Generator, Result};
use crate::filter::ast::{Id, Qualifier};
use crate::filter::cond::Cond;
use crate::filter::keyword::Proto;
use crate::filter::link::ethertype;
use crate::filter::op::Op;
use crate::filter::value::{Size, Value};

impl Generator<'_> {
    pub(super) fn protocol_chain(&mut self, qualifier: Qualifier, id: Id<'_>) -> Result<Cond> {
        match qualifier.proto {
            None | Some(Proto::Ip | Proto::Ip6) => {}
            Some(proto) => {
                // A name that means nothing is the first thing to say.
                self.protocol_number(qualifier, id)?;
                return Err(self.misplaced(proto, "protochain"));
            }
        }
        let number = self.protocol_number(qualifier, id)?;
        match qualifier.proto {
            Some(Proto::Ip) => self.chain4(number),
            Some(Proto::Ip6) => self.chain6(number),
            _ => {
                let ip = self.chain4(number)?;
                Ok(ip.or(self.chain6(number)?))
            }
        }
    }

    fn chain4(&mut self, number: u32) -> Result<Cond> {
        let carried = self.linktype(ethertype::IP)?;
        let next = self.load(self.network().plus(9), Size::Byte);
        let at = self.transport();
        let start = self.address(at.base, at.offset);
        Ok(carried.and(self.chain(number, next, start, &[AUTHENTICATION])?))
    }

    fn chain6(&mut self, number: u32) -> Result<Cond> {
        let carried = self.linktype(ethertype::IPV6)?;
        let next = self.load(self.network().plus(6), Size::Byte);
        let at = self.network().plus(40);
        let start = self.address(at.base, at.offset);
        Ok(carried.and(self.chain(
            number,
            next,
            start,
            &[HOP_BY_HOP, DESTINATION, ROUTING, FRAGMENT, AUTHENTICATION],
        )?))
    }

    /// `next` is the type of the header at `at`; those in `passed` say what follows them.
    fn chain(&mut self, number: u32, next: Value, at: Value, passed: &[u32]) -> Result<Cond> {
        let (next_slot, _) = self.slot()?;
        let (at_slot, _) = self.slot()?;
        // What is read of each header before it is passed over.
        let mut headers = Vec::new();
        let (mut next, mut at) = (next, at);
        for _ in 0..MAX_HEADERS {
            let (next_here, at_here) = (self.again(next_slot), self.again(at_slot));
            let setup = Cond::Set(next_slot, next).and(Cond::Set(at_slot, at));
            headers.push((setup, next_here));
            let len = self.values.load(Size::Byte, Some(at_here), 1);
            let step = self.step(next_here, len);
            next = self.values.load(Size::Byte, Some(at_here), 0);
            at = self.values.binary(Op::Add, step, at_here);
        }
        let mut condition = Cond::NEVER;
        for (setup, here) in headers.into_iter().rev() {
            let found = self.is(here, number);
            let to_pass: Vec<_> = passed.iter().map(|kind| self.is(here, *kind)).collect();
            condition = setup.and(found.or(Cond::any(to_pass).and(condition)));
        }
        Ok(condition)
    }

    /// How long a header is by its length field: (len + 2) × 4 of an authentication header (RFC 4302, 2.2), else
    /// (len + 1) × 8 (RFC 8200, 4). Without a jump: `other` is 1 for any type but that one.
    fn step(&mut self, kind: Value, len: Value) -> Value {
        let difference = self.values.binary_const(Op::Xor, kind, AUTHENTICATION);
        let below = self.values.neg(difference);
        let other = self.values.binary_const(Op::Rsh, below, 31);
        let units = self.values.binary_const(Op::Add, len, 2);
        let units = self.values.binary(Op::Sub, units, other);
        let shift = self.values.binary_const(Op::Add, other, 2);
        self.values.binary(Op::Lsh, units, shift)
    }

    fn address(&mut self, base: Option<Value>, offset: u32) -> Value {
        match base {
            Some(base) => self.values.binary_const(Op::Add, base, offset),
            None => self.values.constant(offset),
        }
    }
}

/// A packet of IPv6 has hardly more than five.
const MAX_HEADERS: usize = 12;

const HOP_BY_HOP: u32 = 0;
const ROUTING: u32 = 43;
const FRAGMENT: u32 = 44;
const AUTHENTICATION: u32 = 51;
const DESTINATION: u32 = 60;

#[cfg(test)]
mod tests {
    use crate::filter::{NoNames, Options, Origin, compile};
    use crate::wire::LinkType;

    #[test]
    fn a_protocol_is_found_behind_every_kind_of_header() {
        let options = Options {
            link: LinkType::RAW,
            snaplen: 1000,
            netmask: 0,
            origin: Origin::File,
            optimise: true,
        };
        let wants = |expression: &str, packet: &[u8]| {
            compile(expression, &options, &NoNames).unwrap().run(packet, 1000) != 0
        };
        let mut packet = vec![0; 40];
        packet[0] = 0x60;
        // Hop-by-hop options of 16 bytes, a fragment header, an authentication header of 24 bytes.
        packet[6] = 0;
        packet.extend([44, 1]);
        packet.extend([0; 14]);
        packet.extend([51, 0]);
        packet.extend([0; 6]);
        packet.extend([6, 4]);
        packet.extend([0; 22]);
        assert!(wants("ip6 protochain 6", &packet));
        assert!(!wants("ip6 protochain 17", &packet));
        assert!(!wants("ip6 proto 6", &packet));
    }
}
