//! A syntax tree → conditions on the bytes of a packet.
//!
//! The meaning of each primitive is that of pcap-filter(7) as libpcap compiles it, surprises included: `vlan`
//! moves everything that is written after it, a port is looked for in first fragments only, and `tcp` under IPv6
//! looks at the first header and behind a fragment header, no further.

mod arith;
mod chain;
mod ether;
mod host;
mod port;
mod proto;
mod tunnel;

use std::ops::Range;

use super::ast::{ByteOp, Expr, Id, Kind, Llc, Qualifier, What};
use super::cond::{Compare, Cond};
use super::emit;
use super::keyword::Proto;
use super::link::{self, Layout, Naming, Place};
use super::op::Op;
use super::program::MEMORY;
use super::text::{KERNEL_IFINDEX, KERNEL_PACKET_TYPE};
use super::value::{Size, Value, Values};
use super::{FilterError, Names, Options};
use crate::wire::LinkType;

/// Turns expressions into conditions, in the order in which they were written.
pub(super) struct Generator<'a> {
    pub(super) values: Values,
    /// Whether VLAN tags were asked for.
    pub(super) reads_tags: bool,
    options: &'a Options,
    names: &'a dyn Names,
    layout: Layout,
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
        Self {
            values: Values::default(),
            reads_tags: false,
            options,
            names,
            layout: Layout::of(options.link),
            slots: 0,
            versions: 0,
            text,
            at: 0..0,
        }
    }

    pub(super) fn expression(&mut self, tree: &Expr<'_>) -> Result<Cond> {
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
            Kind::Not(_) | Kind::And(..) | Kind::Or(..) => self.expression(tree),
        }
    }

    fn id(&mut self, qualifier: Qualifier, id: Id<'_>) -> Result<Cond> {
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

    /// Packets that came to this machine, or that it sent: in the header of a cooked capture, else known to the
    /// kernel alone.
    fn inbound(&mut self, inbound: bool) -> Result<Cond> {
        let place = match self.options.link {
            LinkType::LINUX_SLL => (Place::at(0), Size::Half),
            LinkType::LINUX_SLL2 => (Place::at(10), Size::Byte),
            _ if self.options.live => (Place::at(KERNEL_PACKET_TYPE), Size::Half),
            link => {
                return Err(FilterError::whole(format!(
                    "inbound/outbound not supported on {link} when reading savefiles"
                )));
            }
        };
        let outgoing = self.field(place.0, place.1, PACKET_OUTGOING);
        Ok(if inbound { outgoing.not() } else { outgoing })
    }

    fn ifindex(&mut self, index: u32) -> Result<Cond> {
        let place = match self.options.link {
            LinkType::LINUX_SLL2 => Place::at(4),
            _ if self.options.live => Place::at(KERNEL_IFINDEX),
            link => {
                return Err(FilterError::whole(format!(
                    "ifindex not supported on {link} when reading savefiles"
                )));
            }
        };
        Ok(self.field(place, Size::Word, index))
    }

    /// Frames with an LLC header, of one kind.
    fn llc(&mut self, kind: Llc) -> Result<Cond> {
        let has_llc = match self.layout.naming {
            Naming::Ethernet => {
                let length = self.is_length();
                // Novell's raw 802.3 has no LLC header, only this.
                length.and(self.field(self.layout.payload, Size::Half, 0xffff).not())
            }
            _ => {
                let name = self.options.link;
                return Err(FilterError::whole(format!("'llc' not supported on {name}")));
            }
        };
        let control = self.layout.payload.plus(2);
        let of_kind = match kind {
            Llc::Any => Cond::ALWAYS,
            Llc::Information => self.bits(control, Size::Byte, 0x01).not(),
            Llc::Supervisory => self.masked(control, Size::Byte, 0x03, 0x01),
            Llc::Unnumbered => self.masked(control, Size::Byte, 0x03, 0x03),
            Llc::Function(function) => self.masked(control, Size::Byte, 0x0f, u32::from(function)),
            Llc::Command(command) => self.masked(control, Size::Byte, 0xef, u32::from(command)),
        };
        Ok(has_llc.and(of_kind))
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
        self.versions += 1;
        let value = self.values.slot(slot, self.versions);
        Ok((slot, value))
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

/// The packet type of a packet that this machine sent (`linux/if_packet.h`).
const PACKET_OUTGOING: u32 = 4;
