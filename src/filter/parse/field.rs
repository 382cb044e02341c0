//! Fields of telephony's headers, compared with a number or a list of them: `vpi 10`, `opc (1 or 2)`, `sls > 3`.

use super::{Parser, join};
use crate::filter::FilterError;
use crate::filter::ast::{Circuit, Expr, Field, Kind as Node, Relation, Speed, Unit};
use crate::filter::lex::Kind;

impl<'a> Parser<'_, 'a> {
    /// The comparison that `word`, which has been passed over, begins; `None` if it begins none.
    pub(super) fn field(&mut self, word: &str) -> Result<Option<Node<'a>>, FilterError> {
        let Some((_, field)) = FIELDS.iter().find(|(known, _)| *known == word) else {
            return Ok(None);
        };
        if self.peek() == Some(Kind::Symbol("(")) {
            self.next += 1;
            let list = self.list(*field)?;
            self.symbol(")")?;
            return Ok(Some(list.kind));
        }
        let relation = self.relation();
        if relation.is_some() {
            self.next += 1;
        }
        let number = self.number("a number, or several such as '(1 or 2)'")?;
        Ok(Some(Node::Field(
            *field,
            relation.unwrap_or(Relation::Equal),
            number,
        )))
    }

    fn list(&mut self, field: Field) -> Result<Expr<'a>, FilterError> {
        let mut left = self.one_of(field)?;
        while let Some(Kind::Symbol("or") | Kind::Word("or")) = self.peek() {
            self.next += 1;
            left = join(false, left, self.one_of(field)?);
        }
        Ok(left)
    }

    fn one_of(&mut self, field: Field) -> Result<Expr<'a>, FilterError> {
        let start = self.next;
        let number = self.number("a number")?;
        Ok(Expr {
            kind: Node::Field(field, Relation::Equal, number),
            at: self.span(start),
        })
    }
}

/// The primitive that is this word alone.
pub(super) fn alone<'a>(word: &str) -> Option<Node<'a>> {
    let circuit = CIRCUITS.iter().find(|(known, _)| *known == word);
    let unit = UNITS.iter().find(|(known, _)| *known == word);
    circuit
        .map(|(_, circuit)| Node::Circuit(*circuit))
        .or_else(|| unit.map(|(_, unit)| Node::Unit(*unit)))
}

const FIELDS: &[(&str, Field)] = &[
    ("vpi", Field::Vpi),
    ("vci", Field::Vci),
    ("sio", Field::Sio(Speed::Low)),
    ("opc", Field::Opc(Speed::Low)),
    ("dpc", Field::Dpc(Speed::Low)),
    ("sls", Field::Sls(Speed::Low)),
    ("hsio", Field::Sio(Speed::High)),
    ("hopc", Field::Opc(Speed::High)),
    ("hdpc", Field::Dpc(Speed::High)),
    ("hsls", Field::Sls(Speed::High)),
];

const CIRCUITS: &[(&str, Circuit)] = &[
    ("lane", Circuit::Emulated),
    ("metac", Circuit::MetaSignalling),
    ("bcc", Circuit::Broadcast),
    ("oamf4sc", Circuit::Segment),
    ("oamf4ec", Circuit::EndToEnd),
    ("oam", Circuit::Maintenance),
    ("oamf4", Circuit::Maintenance),
    ("sc", Circuit::Signalling),
    ("ilmic", Circuit::LocalManagement),
    ("connectmsg", Circuit::Connect),
    ("metaconnect", Circuit::MetaConnect),
];

const UNITS: &[(&str, Unit)] = &[
    ("fisu", Unit::Fill(Speed::Low)),
    ("lssu", Unit::Status(Speed::Low)),
    ("msu", Unit::Message(Speed::Low)),
    ("hfisu", Unit::Fill(Speed::High)),
    ("hlssu", Unit::Status(Speed::High)),
    ("hmsu", Unit::Message(Speed::High)),
];
