//! What a packet filter logged: `on em0 and action block`.

use super::Parser;
use crate::filter::FilterError;
use crate::filter::ast::{Kind as Node, Log};
use crate::filter::lex::Kind;

impl<'a> Parser<'_, 'a> {
    /// The primitive of a log that `word`, which has been passed over, begins; `None` if it begins none.
    pub(super) fn log(&mut self, word: &str) -> Result<Option<Node<'a>>, FilterError> {
        Ok(Some(Node::Log(match word {
            "on" | "ifname" => Log::Interface(self.name_of("an interface", 15)?),
            "rset" | "ruleset" => Log::Ruleset(self.name_of("a set of rules", 15)?),
            "rnr" | "rulenum" => Log::Rule(self.number("the number of a rule")?),
            "srnr" | "subrulenum" => Log::Subrule(self.number("the number of a rule")?),
            "reason" => Log::Reason(self.reason()?),
            "action" => Log::Action(self.listed("action", ACTIONS)?),
            _ => return Ok(None),
        })))
    }

    /// A name that has room in its field.
    fn name_of(&mut self, what: &str, room: usize) -> Result<&'a str, FilterError> {
        let Some(Kind::Name(name)) = self.peek() else {
            return Err(self.expected(&format!("the name of {what}")));
        };
        if name.len() > room {
            return Err(self.error(format!("the name of {what} has at most {room} characters")));
        }
        self.next += 1;
        Ok(name)
    }

    fn reason(&mut self) -> Result<u32, FilterError> {
        match self.peek() {
            Some(Kind::Number(number)) => {
                self.next += 1;
                Ok(number)
            }
            _ => self.listed("reason", REASONS),
        }
    }

    fn listed(&mut self, what: &str, names: &[(&str, u32)]) -> Result<u32, FilterError> {
        let Some(Kind::Name(name)) = self.peek() else {
            return Err(self.expected(&format!("the name of a PF {what}")));
        };
        let found = names.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let Some((_, number)) = found else {
            return Err(self.error(format!("unknown PF {what} '{name}'")));
        };
        self.next += 1;
        Ok(*number)
    }
}

/// Why a packet was logged. From 15 on each system has its own.
#[rustfmt::skip]
const REASONS: &[(&str, u32)] = &[
    ("match", 0), ("bad-offset", 1), ("fragment", 2), ("short", 3), ("normalize", 4), ("memory", 5),
    ("bad-timestamp", 6), ("congestion", 7), ("ip-option", 8), ("proto-cksum", 9), ("state-mismatch", 10),
    ("state-insert", 11), ("state-limit", 12), ("src-limit", 13), ("synproxy", 14), ("map-failed", 15),
    ("translate", 15), ("dummynet", 15), ("no-route", 16),
];

/// What was done with it. From 11 on each system has its own.
#[rustfmt::skip]
const ACTIONS: &[(&str, u32)] = &[
    ("pass", 0), ("accept", 0), ("drop", 1), ("block", 1), ("scrub", 2), ("noscrub", 3), ("nat", 4), ("nonat", 5),
    ("binat", 6), ("nobinat", 7), ("rdr", 8), ("nordr", 9), ("synproxy-drop", 10), ("defer", 11), ("match", 12),
    ("divert", 13), ("rt", 14), ("afrt", 15), ("dummynet", 11), ("nodummynet", 12), ("nat64", 13), ("nonat64", 14),
];
