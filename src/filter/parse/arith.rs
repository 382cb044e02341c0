//! Comparisons of calculations: `ip[2:2] - 20 > 100`.

use super::Parser;
use crate::filter::FilterError;
use crate::filter::ast::{Arith, ArithKind, Expr, Kind as Node, Relation};
use crate::filter::keyword::Proto;
use crate::filter::lex::Kind;
use crate::filter::op::Op;

impl<'a> Parser<'_, 'a> {
    /// Two calculations with a relation between.
    pub(super) fn comparison(&mut self) -> Result<Expr<'a>, FilterError> {
        let start = self.next;
        let left = self.arith(0)?;
        let Some(relation) = self.relation() else {
            return Err(self.expected("a comparison such as '=' or '>'"));
        };
        self.next += 1;
        let right = self.arith(0)?;
        Ok(Expr {
            kind: Node::Compare(left, relation, right),
            at: self.span(start),
        })
    }

    /// The relation that comes next, if one does.
    pub(super) fn relation(&self) -> Option<Relation> {
        Some(match self.peek() {
            Some(Kind::Symbol("<")) => Relation::Less,
            Some(Kind::Symbol("<=")) => Relation::AtMost,
            Some(Kind::Symbol("=")) => Relation::Equal,
            Some(Kind::Symbol("!=")) => Relation::NotEqual,
            Some(Kind::Symbol(">=")) => Relation::AtLeast,
            Some(Kind::Symbol(">")) => Relation::Greater,
            _ => return None,
        })
    }

    /// A calculation of operators that bind at least as tightly as `level`, all to the left.
    fn arith(&mut self, level: usize) -> Result<Arith, FilterError> {
        let start = self.next;
        let Some(operators) = LEVELS.get(level) else {
            return self.nested(Self::term);
        };
        let mut left = self.arith(level + 1)?;
        while let Some(Kind::Symbol(symbol)) = self.peek() {
            let Some((_, op)) = operators.iter().find(|(known, _)| *known == symbol) else {
                break;
            };
            self.next += 1;
            let right = self.arith(level + 1)?;
            left = Arith {
                kind: ArithKind::Binary(*op, Box::new(left), Box::new(right)),
                at: self.span(start),
            };
        }
        Ok(left)
    }

    fn term(&mut self) -> Result<Arith, FilterError> {
        let start = self.next;
        let kind = match self.peek() {
            Some(Kind::Number(number)) => {
                self.next += 1;
                ArithKind::Number(number)
            }
            Some(Kind::Word("len" | "length")) => {
                self.next += 1;
                ArithKind::Len
            }
            Some(Kind::Symbol("-")) => {
                self.next += 1;
                let inner = self.nested(Self::term)?;
                ArithKind::Neg(Box::new(inner))
            }
            Some(Kind::Symbol("(")) => {
                self.next += 1;
                let inner = self.arith(0)?;
                self.symbol(")")?;
                return Ok(inner);
            }
            Some(Kind::Word(word)) => match Proto::of(word) {
                Some(proto) => self.load(proto)?,
                None => return Err(self.expected("a number, 'len' or a field such as 'tcp[13]'")),
            },
            _ => return Err(self.expected("a number, 'len' or a field such as 'tcp[13]'")),
        };
        Ok(Arith {
            kind,
            at: self.span(start),
        })
    }

    fn load(&mut self, proto: Proto) -> Result<ArithKind, FilterError> {
        self.next += 1;
        self.symbol("[")?;
        let index = Box::new(self.arith(0)?);
        let mut size = 1;
        if self.peek() == Some(Kind::Symbol(":")) {
            self.next += 1;
            size = self.number("the size of the field: 1, 2 or 4")?;
            if !matches!(size, 1 | 2 | 4) {
                self.next -= 1;
                return Err(self.error("data size must be 1, 2, or 4"));
            }
        }
        self.symbol("]")?;
        Ok(ArithKind::Load { proto, index, size })
    }
}

/// The operators, the loosest first; as in C.
const LEVELS: &[&[(&str, Op)]] = &[
    &[("|", Op::Or)],
    &[("^", Op::Xor)],
    &[("&", Op::And)],
    &[("<<", Op::Lsh), (">>", Op::Rsh)],
    &[("+", Op::Add), ("-", Op::Sub)],
    &[("*", Op::Mul), ("/", Op::Div), ("%", Op::Mod)],
];
