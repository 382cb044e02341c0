//! Primitives: a qualifier with its id, a protocol alone, and the words that stand for themselves.

use super::{Parser, Read, field, frame};
use crate::filter::FilterError;
use crate::filter::ast::{ByteOp, Direction, Expr, FrameAddress, Kind as Node, Llc, Qualifier, What};
use crate::filter::keyword::Proto;
use crate::filter::lex::Kind;

impl<'a> Parser<'_, 'a> {
    /// The primitive that begins with the keyword `word`, which has not been passed over yet.
    pub(super) fn primitive(&mut self, word: &'a str) -> Result<Read<'a>, FilterError> {
        let start = self.next;
        if let Some(kind) = self.alone(word)? {
            return Ok((self.expr(kind, start), None));
        }
        let proto = Proto::of(word);
        if proto.is_some() {
            if self.kind_at(start + 1) == Some(Kind::Symbol("[")) {
                return Ok((self.comparison()?, None));
            }
            self.next += 1;
        }
        if let Some(kind) = self.without_id(proto, start)? {
            return Ok((self.expr(kind, start), None));
        }
        match self.qualifier(proto) {
            Some(qualifier) => {
                let (mut read, qualifier) = self.id(qualifier)?;
                read.at = self.span(start);
                Ok((read, qualifier))
            }
            None => match proto {
                Some(proto) => Ok((self.expr(Node::Proto(proto), start), None)),
                None => Err(self.expected(super::PRIMITIVE)),
            },
        }
    }

    /// A primitive that may follow a protocol and takes no id.
    fn without_id(&mut self, proto: Option<Proto>, start: usize) -> Result<Option<Node<'a>>, FilterError> {
        Ok(Some(match self.peek() {
            Some(Kind::Word("broadcast")) => {
                self.next += 1;
                Node::Broadcast(proto)
            }
            Some(Kind::Word("multicast")) => {
                self.next += 1;
                Node::Multicast(proto)
            }
            Some(Kind::Word(word)) if frame::WORDS.contains(&word) => {
                if let Some(proto) = proto.filter(|proto| *proto != Proto::Link) {
                    self.rewind(start);
                    let name = proto.name();
                    return Err(self.error(format!("'{name}' is not a valid qualifier for '{word}'")));
                }
                self.frame(word)?
            }
            _ => return Ok(None),
        }))
    }

    fn expr(&self, kind: Node<'a>, start: usize) -> Expr<'a> {
        Expr {
            kind,
            at: self.span(start),
        }
    }

    /// The words of direction and kind, if there are any.
    fn qualifier(&mut self, proto: Option<Proto>) -> Option<Qualifier> {
        let direction = self.direction();
        let what = match self.peek() {
            Some(Kind::Word("host")) => Some(What::Host),
            Some(Kind::Word("net")) => Some(What::Net),
            Some(Kind::Word("port")) => Some(What::Port),
            Some(Kind::Word("portrange")) => Some(What::PortRange),
            Some(Kind::Word("gateway")) if direction.is_none() => Some(What::Gateway),
            Some(Kind::Word("proto")) if direction.is_none() => Some(What::Proto),
            Some(Kind::Word("protochain")) if direction.is_none() => Some(What::ProtoChain),
            _ => None,
        };
        if what.is_some() {
            self.next += 1;
        }
        if direction.is_none() && what.is_none() {
            return None;
        }
        Some(Qualifier {
            proto,
            direction: direction.unwrap_or(Direction::Either),
            what: what.unwrap_or(What::Default),
        })
    }

    /// `src`, `dst`, both of them with a word between, or one of the addresses of 802.11.
    fn direction(&mut self) -> Option<Direction> {
        let end = |kind| match kind {
            Some(Kind::Word("src")) => Some(Direction::Source),
            Some(Kind::Word("dst")) => Some(Direction::Destination),
            _ => None,
        };
        if let Some(Kind::Word(word)) = self.peek()
            && let Some(address) = FrameAddress::of(word)
        {
            self.next += 1;
            return Some(Direction::Frame(address));
        }
        let first = end(self.peek())?;
        self.next += 1;
        let second = end(self.kind_at(self.next + 1)).filter(|second| *second != first);
        let joined = match (self.peek(), second) {
            (Some(Kind::Word("or") | Kind::Symbol("or")), Some(_)) => Direction::Either,
            (Some(Kind::Word("and") | Kind::Symbol("and")), Some(_)) => Direction::Both,
            _ => return Some(first),
        };
        self.next += 2;
        Some(joined)
    }

    /// A primitive that takes no qualifier.
    fn alone(&mut self, word: &str) -> Result<Option<Node<'a>>, FilterError> {
        let before = self.next;
        self.next += 1;
        Ok(Some(match word {
            "less" => Node::Less(self.number("a length in bytes")?),
            "greater" => Node::Greater(self.number("a length in bytes")?),
            "byte" => self.byte()?,
            "inbound" => Node::Inbound(true),
            "outbound" => Node::Inbound(false),
            "ifindex" => Node::Ifindex(self.number("the number of an interface")?),
            "vlan" => Node::Vlan(self.optional_number()),
            "mpls" => Node::Mpls(self.optional_number()),
            "pppoed" => Node::PppoeDiscovery,
            "pppoes" => Node::PppoeSession(self.optional_number()),
            "geneve" => Node::Geneve(self.optional_number()),
            "vxlan" => Node::Vxlan(self.optional_number()),
            "llc" => Node::Llc(self.llc()),
            _ => match self.of_a_link(word)? {
                Some(kind) => kind,
                None => {
                    self.next = before;
                    return Ok(None);
                }
            },
        }))
    }

    /// A primitive that only packets of certain link types have an answer to.
    fn of_a_link(&mut self, word: &str) -> Result<Option<Node<'a>>, FilterError> {
        if let Some(kind) = field::alone(word) {
            return Ok(Some(kind));
        }
        match self.field(word)? {
            Some(kind) => Ok(Some(kind)),
            None => self.log(word),
        }
    }

    fn optional_number(&mut self) -> Option<u32> {
        let Some(Kind::Number(number)) = self.peek() else {
            return None;
        };
        self.next += 1;
        Some(number)
    }

    fn byte(&mut self) -> Result<Node<'a>, FilterError> {
        let index = self.number("the index of a byte")?;
        let op = match self.peek() {
            Some(Kind::Symbol("=")) => ByteOp::Equal,
            Some(Kind::Symbol("<")) => ByteOp::Less,
            Some(Kind::Symbol(">")) => ByteOp::Greater,
            Some(Kind::Symbol("&")) => ByteOp::And,
            Some(Kind::Symbol("|")) => ByteOp::Or,
            _ => return Err(self.expected("one of = < > & |")),
        };
        self.next += 1;
        Ok(Node::Byte {
            index,
            op,
            value: self.number("a number")?,
        })
    }

    /// The kind of LLC frame, where one is named.
    fn llc(&mut self) -> Llc {
        // One of the names has a second meaning, that of a rule's number.
        let Some(Kind::Name(name) | Kind::Word(name)) = self.peek() else {
            return Llc::Any;
        };
        let Some((_, llc)) = LLC.iter().find(|(known, _)| *known == name) else {
            return Llc::Any;
        };
        self.next += 1;
        *llc
    }
}

const LLC: &[(&str, Llc)] = &[
    ("i", Llc::Information),
    ("s", Llc::Supervisory),
    ("u", Llc::Unnumbered),
    ("rr", Llc::Function(0x01)),
    ("rnr", Llc::Function(0x05)),
    ("rej", Llc::Function(0x09)),
    ("ui", Llc::Command(0x03)),
    ("ua", Llc::Command(0x63)),
    ("disc", Llc::Command(0x43)),
    ("dm", Llc::Command(0x0f)),
    ("sabme", Llc::Command(0x6f)),
    ("test", Llc::Command(0xe3)),
    ("xid", Llc::Command(0xaf)),
    ("frmr", Llc::Command(0x87)),
];
