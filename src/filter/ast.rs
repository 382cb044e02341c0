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
    /// `type mgt subtype beacon`: an 802.11 frame whose first byte has these bits under this mask.
    FrameType {
        mask: u32,
        value: u32,
    },
    /// `dir tods`: from or to the distribution system of 802.11.
    FrameDirection(u32),
    /// What a packet filter logged.
    Log(Log<'a>),
    /// A field of ATM's or SS7's headers.
    Field(Field, Relation, u32),
    Circuit(Circuit),
    Unit(Unit),
}

/// What OpenBSD's packet filter wrote in front of a packet (`pflog`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Log<'a> {
    Interface(&'a str),
    Ruleset(&'a str),
    Rule(u32),
    Subrule(u32),
    Reason(u32),
    Action(u32),
}

/// A field that is compared with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// ATM's virtual path and channel.
    Vpi,
    Vci,
    /// SS7's service information, originating and destination point codes, and signalling link selection.
    Sio(Speed),
    Opc(Speed),
    Dpc(Speed),
    Sls(Speed),
}

/// Which signalling links of SS7: those of 64 kbit/s, or the faster ones with longer sequence numbers (Q.703).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speed {
    Low,
    High,
}

/// The virtual channels of ATM that have a meaning of their own (ITU-T I.361), and the two kinds of payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Circuit {
    Emulated,
    MetaSignalling,
    Broadcast,
    Segment,
    EndToEnd,
    /// Both of operation and maintenance.
    Maintenance,
    Signalling,
    LocalManagement,
    /// Messages that set up or end a connection, on the signalling channel or on that of meta signalling.
    Connect,
    MetaConnect,
}

/// The signal units of SS7 (Q.703, 2.2): those that fill, those of the link's state, and messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Fill(Speed),
    Status(Speed),
    Message(Speed),
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
    /// One of the addresses of an 802.11 frame.
    Frame(FrameAddress),
}

/// The addresses of an 802.11 frame: by their place, or by what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameAddress {
    First,
    Second,
    Third,
    Fourth,
    Receiver,
    Transmitter,
}

impl FrameAddress {
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "addr1" | "address1" => Self::First,
            "addr2" | "address2" => Self::Second,
            "addr3" | "address3" => Self::Third,
            "addr4" | "address4" => Self::Fourth,
            "ra" => Self::Receiver,
            "ta" => Self::Transmitter,
            _ => return None,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::First => "addr1",
            Self::Second => "addr2",
            Self::Third => "addr3",
            Self::Fourth => "addr4",
            Self::Receiver => "ra",
            Self::Transmitter => "ta",
        }
    }
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
    /// `$0e`: an address of one byte.
    Short(u8),
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
