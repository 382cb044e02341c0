//! What OpenBSD's packet filter wrote in front of the packets that it logged.

use super::{Generator, Result};
use crate::filter::FilterError;
use crate::filter::ast::Log;
use crate::filter::cond::Cond;
use crate::filter::link::Place;
use crate::filter::value::Size;
use crate::wire::LinkType;

impl Generator<'_> {
    pub(super) fn log(&mut self, log: Log<'_>) -> Result<Cond> {
        if self.options.link != LinkType::PFLOG {
            let name = match log {
                Log::Interface(_) => "ifname",
                Log::Ruleset(_) => "ruleset",
                Log::Rule(_) => "rnr",
                Log::Subrule(_) => "srnr",
                Log::Reason(_) => "reason",
                Log::Action(_) => "action",
            };
            return Err(FilterError::whole(format!(
                "'{name}' supported only on PFLOG linktype"
            )));
        }
        Ok(match log {
            Log::Action(action) => self.field(Place::at(2), Size::Byte, action),
            Log::Reason(reason) => self.field(Place::at(3), Size::Byte, reason),
            Log::Interface(name) => self.text(4, name),
            Log::Ruleset(name) => self.text(20, name),
            Log::Rule(number) => self.field(Place::at(36), Size::Word, number),
            Log::Subrule(number) => self.field(Place::at(40), Size::Word, number),
        })
    }

    /// Whether the text stands there; more may follow it.
    fn text(&mut self, at: u32, text: &str) -> Cond {
        let mut condition = Cond::ALWAYS;
        let (mut at, mut rest) = (at, text.as_bytes());
        while let Some((first, behind)) = rest.split_first() {
            let (size, number, length) = match *rest {
                [a, b, c, d, ..] => (Size::Word, u32::from_be_bytes([a, b, c, d]), 4),
                [a, b, ..] => (Size::Half, u32::from(u16::from_be_bytes([a, b])), 2),
                _ => (Size::Byte, u32::from(*first), 1),
            };
            condition = condition.and(self.field(Place::at(at), size, number));
            at += length;
            rest = rest.get(length as usize..).unwrap_or(behind);
        }
        condition
    }
}
