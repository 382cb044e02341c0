//! A syntax tree → conditions on the bytes of a packet.
//!
//! The meaning of each primitive is that of pcap-filter(7) as libpcap compiles it, surprises included: `vlan`
//! moves everything that is written after it, a port is looked for in first fragments only, and `tcp` under IPv6
//! looks at the first header and behind a fragment header, no further.

mod address;
mod arith;
mod atm;
mod carried;
mod chain;
mod ether;
mod host;
mod llc;
mod log;
mod measured;
mod port;
mod proto;
mod side;
mod signalling;
mod tunnel;
mod wlan;

use std::ops::Range;

use self::measured::Measured;
use super::ast::{ByteOp, Expr, Id, Kind, Qualifier, What};
use super::cond::{Compare, Cond};
use super::emit;
use super::keyword::Proto;
use super::link::{self, Layout, Place};
use super::op::Op;
use super::program::MEMORY;
use super::value::{Size, Value, Values};
use super::{FilterError, Names, Options};

/// Turns expressions into conditions, in the order in which they were written.
pub(super) struct Generator<'a> {
    pub(super) values: Values,
    /// Whether VLAN tags were asked for.
    pub(super) reads_tags: bool,
    options: &'a Options,
    names: &'a dyn Names,
    layout: Layout,
    /// What is worked out before all else, where a header has no fixed length.
    measured: Measured,
    /// The words of scratch memory given out, from the top.
    slots: u8,
    /// How often one was written: each time it holds another value.
    versions: u32,
    text: &'a str,
    /// Where the primitive at hand stands in the text.
    at: Range<usize>,
}

/// A condition, or why there is none.
type Result<T> = std::result::Result<T, FilterError>;

impl<'a> Generator<'a> {
    pub(super) fn new(text: &'a str, options: &'a Options, names: &'a dyn Names) -> Self {
        let mut generator = Self {
            values: Values::default(),
            reads_tags: false,
            options,
            names,
            layout: Layout::of(options.link),
            measured: Measured::default(),
            slots: 0,
            versions: 0,
            text,
            at: 0..0,
        };
        generator.make_room();
        generator
    }

    /// The condition that a whole filter is.
    pub(super) fn filter(&mut self, tree: &Expr<'_>) -> Result<Cond> {
        let condition = self.expression(tree)?;
        Ok(self.measure(condition))
    }

    fn expression(&mut self, tree: &Expr<'_>) -> Result<Cond> {
        match &tree.kind {
            Kind::Not(inner) => self.expression(inner).map(Cond::not),
            Kind::And(left, right) => {
                let left = self.expression(left)?;
                Ok(left.and(self.expression(right)?))
            }
            Kind::Or(left, right) => {
                let left = self.expression(left)?;
                Ok(left.or(self.expression(right)?))
            }
            _ => {
                self.at = tree.at.clone();
                self.primitive(tree)
                    .map_err(|error| error.or_at(self.text, tree.at.clone()))
            }
        }
    }

    fn primitive(&mut self, tree: &Expr<'_>) -> Result<Cond> {
        match &tree.kind {
            Kind::Id(qualifier, id) => self.id(*qualifier, *id),
            Kind::Proto(proto) => self.proto(*proto),
            Kind::Compare(left, relation, right) => self.compare(left, *relation, right),
            Kind::Broadcast(proto) => self.broadcast(*proto),
            Kind::Multicast(proto) => self.multicast(*proto),
            Kind::Less(len) => {
                let more = self.length(Compare::Greater, *len);
                Ok(more.not())
            }
            Kind::Greater(len) => Ok(self.length(Compare::AtLeast, *len)),
            Kind::Byte { index, op, value } => {
                if *value > 0xff {
                    return Err(FilterError::whole(format!(
                        "byte argument {value} greater than maximum 255"
                    )));
                }
                Ok(self.byte(*index, *op, *value))
            }
            Kind::Inbound(inbound) => self.inbound(*inbound),
            Kind::Ifindex(index) => self.ifindex(*index),
            Kind::Vlan(id) => self.vlan(*id),
            Kind::Mpls(label) => self.mpls(*label),
            Kind::PppoeDiscovery => self.linktype(link::ethertype::PPPOE_DISCOVERY),
            Kind::PppoeSession(id) => self.pppoe_session(*id),
            Kind::Geneve(id) => self.geneve(*id),
            Kind::Vxlan(id) => self.vxlan(*id),
            Kind::Llc(kind) => self.llc(*kind),
            Kind::FrameType { mask, value } => self.frame_type(*mask, *value),
            Kind::FrameDirection(direction) => self.frame_direction(*direction),
            Kind::Log(log) => self.log(*log),
            Kind::Field(field, relation, number) => self.telephony_field(*field, *relation, *number),
            Kind::Circuit(circuit) => self.circuit(*circuit),
            Kind::Unit(unit) => self.signal_unit(*unit),
            Kind::Not(_) | Kind::And(..) | Kind::Or(..) => self.expression(tree),
        }
    }

    fn id(&mut self, qualifier: Qualifier, id: Id<'_>) -> Result<Cond> {
        self.check_frame_address(qualifier)?;
        match qualifier.what {
            What::Default | What::Host | What::Net => self.host(qualifier, id),
            What::Port => self.port(qualifier, id),
            What::PortRange => self.port_range(qualifier, id),
            What::Gateway => self.gateway(qualifier, id),
            What::Proto => self.protocol(qualifier, id),
            What::ProtoChain => self.protocol_chain(qualifier, id),
        }
    }

    fn length(&mut self, compare: Compare, len: u32) -> Cond {
        let (left, right) = (self.values.len(), self.values.constant(len));
        Cond::test(left, compare, right)
    }

    /// A byte of the link-layer header; `&` and `|` ask whether the result is not zero.
    fn byte(&mut self, index: u32, op: ByteOp, value: u32) -> Cond {
        let place = self.layout.header.plus(index);
        let byte = self.load(place, Size::Byte);
        let number = self.values.constant(value);
        match op {
            ByteOp::Equal => Cond::test(byte, Compare::Equal, number),
            ByteOp::Less => Cond::test(byte, Compare::AtLeast, number).not(),
            ByteOp::Greater => Cond::test(byte, Compare::Greater, number),
            ByteOp::And => Cond::test(byte, Compare::Bits, number),
            ByteOp::Or => {
                let all = self.values.binary(Op::Or, byte, number);
                self.is(all, 0).not()
            }
        }
    }

    // The small change of which all primitives are made.

    fn load(&mut self, place: Place, size: Size) -> Value {
        self.values.load(size, place.base, place.offset)
    }

    /// Whether the field has this value.
    fn field(&mut self, place: Place, size: Size, number: u32) -> Cond {
        let field = self.load(place, size);
        self.is(field, number)
    }

    /// Whether the field has this value where the mask has ones.
    fn masked(&mut self, place: Place, size: Size, mask: u32, number: u32) -> Cond {
        let full = match size {
            Size::Byte => 0xff,
            Size::Half => 0xffff,
            Size::Word => u32::MAX,
        };
        if mask == 0 {
            return Cond::Known(number == 0);
        }
        if mask == full {
            return self.field(place, size, number);
        }
        let field = self.load(place, size);
        let field = self.values.binary_const(Op::And, field, mask);
        self.is(field, number)
    }

    /// Whether the field has one of these bits.
    fn bits(&mut self, place: Place, size: Size, bits: u32) -> Cond {
        let (field, bits) = (self.load(place, size), self.values.constant(bits));
        Cond::test(field, Compare::Bits, bits)
    }

    fn is(&mut self, value: Value, number: u32) -> Cond {
        let number = self.values.constant(number);
        Cond::test(value, Compare::Equal, number)
    }

    fn more_than(&mut self, value: Value, number: u32) -> Cond {
        let number = self.values.constant(number);
        Cond::test(value, Compare::Greater, number)
    }

    fn at_least(&mut self, value: Value, number: u32) -> Cond {
        let number = self.values.constant(number);
        Cond::test(value, Compare::AtLeast, number)
    }

    /// Where the network header is.
    fn network(&self) -> Place {
        self.layout.payload.plus(self.layout.network)
    }

    /// A word of scratch memory that nobody else uses, and the value that reads it.
    fn slot(&mut self) -> Result<(u8, Value)> {
        if usize::from(self.slots) == emit::RESERVED {
            return Err(FilterError::whole(
                "too many registers needed to evaluate expression",
            ));
        }
        self.slots += 1;
        let slot = u8::try_from(MEMORY).unwrap_or(u8::MAX) - self.slots;
        Ok((slot, self.again(slot)))
    }

    /// The value that the word will hold when it is written once more.
    fn again(&mut self, slot: u8) -> Value {
        self.versions += 1;
        self.values.slot(slot, self.versions)
    }

    fn misplaced(&self, proto: Proto, what: &str) -> FilterError {
        FilterError::whole(format!(
            "'{}' is not a valid qualifier for '{what}'",
            proto.name()
        ))
    }

    /// The primitive at hand as it was written, without its qualifiers.
    fn written(&self) -> String {
        let text = self.text.get(self.at.clone()).unwrap_or_default();
        text.split_whitespace().last().unwrap_or_default().to_owned()
    }
}
