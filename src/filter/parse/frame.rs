//! What 802.11 says of a frame: `type mgt subtype beacon`, `dir tods`.

use super::Parser;
use crate::filter::FilterError;
use crate::filter::ast::Kind as Node;
use crate::filter::lex::Kind;

impl<'a> Parser<'_, 'a> {
    /// The primitive that begins with `word`, one of [`WORDS`], which has not been passed over yet.
    pub(super) fn frame(&mut self, word: &str) -> Result<Node<'a>, FilterError> {
        self.next += 1;
        match word {
            "type" => self.frame_type(),
            "subtype" => self.lone_subtype(),
            _ => Ok(Node::FrameDirection(self.frame_direction()?)),
        }
    }

    fn frame_type(&mut self) -> Result<Node<'a>, FilterError> {
        let kind = self.code("type", TYPES, TYPE_MASK, "'mgt', 'ctl', 'data' or its number")?;
        if self.peek() != Some(Kind::Word("subtype")) {
            return Ok(Node::FrameType {
                mask: TYPE_MASK,
                value: kind,
            });
        }
        self.next += 1;
        let names = match kind {
            MANAGEMENT => MANAGEMENT_SUBTYPES,
            CONTROL => CONTROL_SUBTYPES,
            DATA => DATA_SUBTYPES,
            _ => &[],
        };
        let subtype = self.code("subtype", names, SUBTYPE_MASK, "a subtype of this type of frame")?;
        Ok(Node::FrameType {
            mask: TYPE_MASK | SUBTYPE_MASK,
            value: kind | subtype,
        })
    }

    /// Every name of a subtype belongs to one type.
    fn lone_subtype(&mut self) -> Result<Node<'a>, FilterError> {
        let Some(Kind::Name(name)) = self.peek() else {
            return Err(self.expected("the name of a subtype such as 'beacon'"));
        };
        let found = [
            (MANAGEMENT, MANAGEMENT_SUBTYPES),
            (CONTROL, CONTROL_SUBTYPES),
            (DATA, DATA_SUBTYPES),
        ]
        .into_iter()
        .find_map(|(kind, names)| Some(kind | number_of(names, name)?));
        let Some(value) = found else {
            return Err(self.error(format!("unknown 802.11 subtype name '{name}'")));
        };
        self.next += 1;
        Ok(Node::FrameType {
            mask: TYPE_MASK | SUBTYPE_MASK,
            value,
        })
    }

    fn frame_direction(&mut self) -> Result<u32, FilterError> {
        self.code(
            "direction",
            DIRECTIONS,
            0x03,
            "'nods', 'tods', 'fromds' or 'dstods'",
        )
    }

    /// A number that only has bits of `mask`, or a name for one.
    fn code(&mut self, what: &str, names: Names, mask: u32, wanted: &str) -> Result<u32, FilterError> {
        let code = match self.peek() {
            Some(Kind::Number(number)) if number & !mask != 0 => {
                return Err(self.error(format!("invalid 802.11 {what} value 0x{number:02x}")));
            }
            Some(Kind::Number(number)) => number,
            Some(Kind::Name(name)) => match number_of(names, name) {
                Some(number) => number,
                None => return Err(self.error(format!("unknown 802.11 {what} name '{name}'"))),
            },
            _ => return Err(self.expected(wanted)),
        };
        self.next += 1;
        Ok(code)
    }
}

fn number_of(names: Names, name: &str) -> Option<u32> {
    names
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, number)| *number)
}

pub(super) const WORDS: &[&str] = &["type", "subtype", "dir", "direction"];

/// The bits of the first byte of a frame (IEEE 802.11, 9.2.4.1).
const TYPE_MASK: u32 = 0x0c;
const SUBTYPE_MASK: u32 = 0xf0;

const MANAGEMENT: u32 = 0x00;
const CONTROL: u32 = 0x04;
const DATA: u32 = 0x08;

type Names = &'static [(&'static str, u32)];

#[rustfmt::skip]
const TYPES: Names = &[
    ("mgt", MANAGEMENT), ("management", MANAGEMENT), ("ctl", CONTROL), ("control", CONTROL), ("data", DATA),
];

#[rustfmt::skip]
const MANAGEMENT_SUBTYPES: Names = &[
    ("assoc-req", 0x00), ("assocreq", 0x00), ("assoc-resp", 0x10), ("assocresp", 0x10),
    ("reassoc-req", 0x20), ("reassocreq", 0x20), ("reassoc-resp", 0x30), ("reassocresp", 0x30),
    ("probe-req", 0x40), ("probereq", 0x40), ("probe-resp", 0x50), ("proberesp", 0x50),
    ("beacon", 0x80), ("atim", 0x90), ("disassoc", 0xa0), ("disassociation", 0xa0),
    ("auth", 0xb0), ("authentication", 0xb0), ("deauth", 0xc0), ("deauthentication", 0xc0),
];

#[rustfmt::skip]
const CONTROL_SUBTYPES: Names = &[
    ("bar", 0x80), ("ba", 0x90), ("ps-poll", 0xa0), ("pspoll", 0xa0), ("rts", 0xb0), ("cts", 0xc0), ("ack", 0xd0),
    ("cf-end", 0xe0), ("cf-end-ack", 0xf0),
];

#[rustfmt::skip]
const DATA_SUBTYPES: Names = &[
    ("data", 0x00), ("data-cf-ack", 0x10), ("data-cf-poll", 0x20), ("data-cf-ack-poll", 0x30),
    ("null", 0x40), ("cf-ack", 0x50), ("cf-poll", 0x60), ("cf-ack-poll", 0x70),
    ("qos-data", 0x80), ("qos-data-cf-ack", 0x90), ("qos-data-cf-poll", 0xa0), ("qos-data-cf-ack-poll", 0xb0),
    ("qos", 0xc0), ("qos-cf-poll", 0xe0), ("qos-cf-ack-poll", 0xf0),
];

const DIRECTIONS: Names = &[("nods", 0), ("tods", 1), ("fromds", 2), ("dstods", 3)];
