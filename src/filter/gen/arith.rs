//! Comparisons of calculations on the packet.

use super::{Generator, Result};
use crate::filter::FilterError;
use crate::filter::ast::{Arith, ArithKind, Relation};
use crate::filter::cond::{Compare, Cond};
use crate::filter::keyword::Proto;
use crate::filter::link::{self, Naming, types};
use crate::filter::op::Op;
use crate::filter::value::{Node, Size, Value};
use crate::wire::LinkType;

impl Generator<'_> {
    /// A comparison, which only holds for packets that have the headers that it reads.
    pub(super) fn compare(&mut self, left: &Arith, relation: Relation, right: &Arith) -> Result<Cond> {
        let (left, left_has) = self.arith(left)?;
        let (right, right_has) = self.arith(right)?;
        let holds = match (self.values.as_const(left), self.values.as_const(right)) {
            (Some(a), Some(b)) => Cond::Known(known(relation, a, b)),
            _ => self.holds(left, relation, right),
        };
        Ok(left_has.and(right_has).and(holds))
    }

    /// Whether the value has this relation to a number.
    pub(super) fn related(&mut self, value: Value, relation: Relation, number: u32) -> Cond {
        let number = self.values.constant(number);
        self.holds(value, relation, number)
    }

    fn holds(&self, left: Value, relation: Relation, right: Value) -> Cond {
        let test = |compare| Cond::test(left, compare, right);
        let equal = || self.no_bits(left, right).unwrap_or_else(|| test(Compare::Equal));
        match relation {
            Relation::Less => test(Compare::AtLeast).not(),
            Relation::AtMost => test(Compare::Greater).not(),
            Relation::Equal => equal(),
            Relation::NotEqual => equal().not(),
            Relation::AtLeast => test(Compare::AtLeast),
            Relation::Greater => test(Compare::Greater),
        }
    }

    /// `value & mask = 0` in one instruction.
    fn no_bits(&self, left: Value, right: Value) -> Option<Cond> {
        match (self.values.node(left), self.values.as_const(right)) {
            (Node::Binary(Op::And, value, mask), Some(0)) if self.values.as_const(mask).is_some() => {
                Some(Cond::test(value, Compare::Bits, mask).not())
            }
            _ => None,
        }
    }

    /// The value, and what the packet must be for it to have one.
    fn arith(&mut self, arith: &Arith) -> Result<(Value, Cond)> {
        match &arith.kind {
            ArithKind::Number(number) => Ok((self.values.constant(*number), Cond::ALWAYS)),
            ArithKind::Len => Ok((self.values.len(), Cond::ALWAYS)),
            ArithKind::Neg(inner) => {
                let (value, has) = self.arith(inner)?;
                Ok((self.values.neg(value), has))
            }
            ArithKind::Binary(op, left, right) => {
                let at = right.at.clone();
                let (left, left_has) = self.arith(left)?;
                let (right, right_has) = self.arith(right)?;
                let wrong = match (op, self.values.as_const(right)) {
                    (Op::Div, Some(0)) => Some("division by zero"),
                    (Op::Mod, Some(0)) => Some("modulus by zero"),
                    (Op::Lsh | Op::Rsh, Some(32..)) => Some("shift by more than 31 bits"),
                    _ => None,
                };
                match wrong {
                    Some(what) => Err(FilterError::at(self.text, at, what)),
                    None => Ok((self.values.binary(*op, left, right), left_has.and(right_has))),
                }
            }
            ArithKind::Load { proto, index, size } => {
                let (index, index_has) = self.arith(index)?;
                let size = match size {
                    1 => Size::Byte,
                    2 => Size::Half,
                    _ => Size::Word,
                };
                let (value, has) = self.indexed(*proto, index, size)?;
                Ok((value, index_has.and(has)))
            }
        }
    }

    /// A field of a protocol's header.
    fn indexed(&mut self, proto: Proto, index: Value, size: Size) -> Result<(Value, Cond)> {
        match proto {
            Proto::Link => {
                let header = self.layout.header;
                Ok((self.at(header.base, index, header.offset, size), Cond::ALWAYS))
            }
            Proto::Radio => match self.options.link {
                LinkType::IEEE802_11_RADIO | LinkType::PRISM_HEADER | types::IEEE802_11_RADIO_AVS => {
                    Ok((self.at(None, index, 0, size), Cond::ALWAYS))
                }
                _ => Err(FilterError::whole("radio information not present in capture")),
            },
            Proto::Ip
            | Proto::Ip6
            | Proto::Arp
            | Proto::Rarp
            | Proto::Atalk
            | Proto::Decnet
            | Proto::Sca
            | Proto::Lat
            | Proto::Moprc
            | Proto::Mopdl => {
                let has = self.proto(proto)?;
                let network = self.network();
                Ok((self.at(network.base, index, network.offset, size), has))
            }
            Proto::Icmp6 => {
                let has = self.proto(Proto::Ip6)?;
                let next = self.network().plus(6);
                let has = has.and(self.field(next, Size::Byte, 58));
                let header = self.network().plus(40);
                Ok((self.at(header.base, index, header.offset, size), has))
            }
            Proto::Tcp
            | Proto::Udp
            | Proto::Sctp
            | Proto::Icmp
            | Proto::Igmp
            | Proto::Igrp
            | Proto::Pim
            | Proto::Vrrp
            | Proto::Carp => {
                if self.layout.naming == Naming::Unknown {
                    return Err(link::unknown(self.options.link));
                }
                // The transport header is looked for behind IPv4 only, and in first fragments.
                let has = self.proto(Proto::Ip)?;
                let has = has.and(self.proto(proto)?).and(self.first_fragment());
                let header = self.transport();
                Ok((self.at(header.base, index, header.offset, size), has))
            }
            other => Err(FilterError::whole(format!(
                "'{}' has no fields that a filter can index",
                other.name()
            ))),
        }
    }

    fn at(&mut self, base: Option<Value>, index: Value, offset: u32, size: Size) -> Value {
        let base = match base {
            Some(base) => self.values.binary(Op::Add, index, base),
            None => index,
        };
        self.values.load(size, Some(base), offset)
    }
}

fn known(relation: Relation, left: u32, right: u32) -> bool {
    match relation {
        Relation::Less => left < right,
        Relation::AtMost => left <= right,
        Relation::Equal => left == right,
        Relation::NotEqual => left != right,
        Relation::AtLeast => left >= right,
        Relation::Greater => left > right,
    }
}
