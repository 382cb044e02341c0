//! The syntax tree of a filter: what was written, with every inherited qualifier put back.

use std::net::Ipv6Addr;
use std::ops::Range;

use super::keyword::Proto;

/// An expression, and where it stands in the text.
#[derive(Debug)]
pub(super) struct Expr<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) at: Range<usize>,
}

#[derive(Debug)]
pub(super) enum Kind<'a> {
    Not(Box<Expr<'a>>),
    And(Box<Expr<'a>>, Box<Expr<'a>>),
    Or(Box<Expr<'a>>, Box<Expr<'a>>),
    /// A qualifier and what it qualifies: `tcp src port 80`.
    Id(Qualifier, Id<'a>),
    /// A protocol alone.
    Proto(Proto),
    Compare(Arith, Relation, Arith),
    Broadcast(Option<Proto>),
    Multicast(Option<Proto>),
    /// At most this long.
    Less(u32),
    /// At least this long.
    Greater(u32),
    /// `byte 8 & 5`: one byte of the link-layer header.
    Byte {
        index: u32,
        op: ByteOp,
        value: u32,
    },
    /// Towards this machine, or away from it.
    Inbound(bool),
    Ifindex(u32),
    Vlan(Option<u32>),
    Mpls(Option<u32>),
    PppoeDiscovery,
    PppoeSession(Option<u32>),
    Geneve(Option<u32>),
    Vxlan(Option<u32>),
    Llc(Llc),
}

/// What stands before an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Qualifier {
    pub(super) proto: Option<Proto>,
    pub(super) direction: Direction,
    pub(super) what: What,
}

/// Which end of the packet's way is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Source,
    Destination,
    Either,
    Both,
}

/// What kind of thing an id is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Nothing was said, which means a host.
    Default,
    Host,
    Net,
    Port,
    PortRange,
    Gateway,
    Proto,
    ProtoChain,
}

impl What {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Default | Self::Host => "host",
            Self::Net => "net",
            Self::Port => "port",
            Self::PortRange => "portrange",
            Self::Gateway => "gateway",
            Self::Proto => "proto",
            Self::ProtoChain => "protochain",
        }
    }
}

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id<'a> {
    Number(u32),
    Name(&'a str),
    /// An IPv4 address, or the first bytes of one.
    Dotted(&'a str),
    /// `1.2.3.0/24`.
    Prefix(&'a str, u32),
    /// `1.2.3.0 mask 255.255.255.0`.
    Masked(&'a str, &'a str),
    V6(Ipv6Addr),
    V6Prefix(Ipv6Addr, u32),
    Mac([u8; 6]),
}

/// A calculation on the packet, and where it stands.
#[derive(Debug)]
pub(super) struct Arith {
    pub(super) kind: ArithKind,
    pub(super) at: Range<usize>,
}

#[derive(Debug)]
pub(super) enum ArithKind {
    Number(u32),
    Len,
    /// `proto[index:size]`.
    Load {
        proto: Proto,
        index: Box<Arith>,
        size: u32,
    },
    Neg(Box<Arith>),
    Binary(super::op::Op, Box<Arith>, Box<Arith>),
}

/// A comparison, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Less,
    AtMost,
    Equal,
    NotEqual,
    AtLeast,
    Greater,
}

/// The operators of `byte`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByteOp {
    Equal,
    Less,
    Greater,
    And,
    Or,
}

/// The kinds of LLC frames (IEEE 802.2, 5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Llc {
    Any,
    Information,
    Supervisory,
    Unnumbered,
    /// One supervisory function, by its control bits.
    Function(u8),
    /// One unnumbered command or response, by its control bits without the poll bit.
    Command(u8),
}
