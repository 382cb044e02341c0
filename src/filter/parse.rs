//! The words of a filter → its syntax tree.
//!
//! The grammar is that of pcap-filter(7): `and` and `or` bind equally and to the left, `not` binds tightest, and an
//! id without a qualifier takes the one before it (`port 80 or 443`).

mod arith;
mod field;
mod frame;
mod log;
mod primitive;

use std::ops::Range;

use super::FilterError;
use super::ast::{Expr, Id, Kind as Node, Qualifier, What};
use super::lex::{Kind, Token};

/// Reads a whole filter; `None` if it has no words at all.
pub(super) fn parse<'a>(text: &'a str, tokens: &[Token<'a>]) -> Result<Option<Expr<'a>>, FilterError> {
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser {
        text,
        tokens,
        next: 0,
        depth: 0,
    };
    let (tree, _) = parser.expression(None)?;
    if parser.peek().is_some() {
        return Err(parser.expected("'and', 'or' or the end"));
    }
    Ok(Some(tree))
}

struct Parser<'t, 'a> {
    text: &'a str,
    tokens: &'t [Token<'a>],
    next: usize,
    depth: u32,
}

/// What was read, and the qualifier that an id after it takes.
type Read<'a> = (Expr<'a>, Option<Qualifier>);

impl<'a> Parser<'_, 'a> {
    /// Operands joined by `and` and `or`; ids among them may take the qualifier `inherited`, or that of the
    /// operand before them.
    fn expression(&mut self, inherited: Option<Qualifier>) -> Result<Read<'a>, FilterError> {
        let (mut left, mut qualifier) = self.operand(inherited)?;
        loop {
            let is_and = match self.peek() {
                Some(Kind::Symbol("and") | Kind::Word("and")) => true,
                Some(Kind::Symbol("or") | Kind::Word("or")) => false,
                _ => return Ok((left, qualifier)),
            };
            self.next += 1;
            let (right, its) = self.operand(qualifier)?;
            qualifier = its;
            left = join(is_and, left, right);
        }
    }

    fn operand(&mut self, inherited: Option<Qualifier>) -> Result<Read<'a>, FilterError> {
        let start = self.next;
        match self.peek() {
            Some(Kind::Symbol("not") | Kind::Word("not")) => {
                self.next += 1;
                let (inner, qualifier) = self.nested(|parser| parser.operand(inherited))?;
                let at = self.span(start);
                Ok((
                    Expr {
                        kind: Node::Not(Box::new(inner)),
                        at,
                    },
                    qualifier,
                ))
            }
            // A parenthesis may begin a calculation or a group of conditions; the first comparison tells.
            Some(Kind::Symbol("(")) => match self.comparison() {
                Ok(comparison) => Ok((comparison, None)),
                Err(one) => {
                    let reached = self.next;
                    self.rewind(start);
                    let group = self.nested(|parser| parser.group(inherited));
                    // The reading that came further is what was meant.
                    group.map_err(|two| if reached > self.next { one } else { two })
                }
            },
            Some(Kind::Number(_) | Kind::Symbol("-") | Kind::Word("len" | "length")) => {
                let comparison = self.comparison();
                match (comparison, inherited) {
                    (Ok(comparison), _) => Ok((comparison, None)),
                    (Err(_), Some(qualifier)) if matches!(self.kind_at(start), Some(Kind::Number(_))) => {
                        self.rewind(start);
                        self.id(qualifier)
                    }
                    (Err(error), _) => Err(error),
                }
            }
            Some(Kind::Word(word)) => self.primitive(word),
            Some(_) => match inherited {
                Some(qualifier) => self.id(qualifier),
                None => Err(self.expected(PRIMITIVE)),
            },
            None => Err(self.expected(PRIMITIVE)),
        }
    }

    fn group(&mut self, inherited: Option<Qualifier>) -> Result<Read<'a>, FilterError> {
        self.next += 1;
        let (inner, _) = self.expression(inherited)?;
        self.symbol(")")?;
        Ok((inner, inherited))
    }

    /// An id, or a group of them, under a qualifier.
    fn id(&mut self, qualifier: Qualifier) -> Result<Read<'a>, FilterError> {
        let start = self.next;
        let kind = match self.peek() {
            Some(Kind::Symbol("not") | Kind::Word("not")) => {
                self.next += 1;
                let (inner, _) = self.nested(|parser| parser.id(qualifier))?;
                Node::Not(Box::new(inner))
            }
            Some(Kind::Symbol("(")) => {
                let group = self.nested(|parser| {
                    parser.next += 1;
                    let inner = parser.ids(qualifier)?;
                    parser.symbol(")")?;
                    Ok(inner)
                })?;
                return Ok((group, Some(qualifier)));
            }
            _ => Node::Id(qualifier, self.atom(qualifier)?),
        };
        let at = self.span(start);
        Ok((Expr { kind, at }, Some(qualifier)))
    }

    fn ids(&mut self, qualifier: Qualifier) -> Result<Expr<'a>, FilterError> {
        let (mut left, _) = self.id(qualifier)?;
        loop {
            let is_and = match self.peek() {
                Some(Kind::Symbol("and") | Kind::Word("and")) => true,
                Some(Kind::Symbol("or") | Kind::Word("or")) => false,
                _ => return Ok(left),
            };
            self.next += 1;
            let (right, _) = self.id(qualifier)?;
            left = join(is_and, left, right);
        }
    }

    fn atom(&mut self, qualifier: Qualifier) -> Result<Id<'a>, FilterError> {
        let kind = self.peek();
        let id = match kind {
            Some(Kind::Number(number)) => Id::Number(number),
            Some(Kind::Name(name)) => Id::Name(name),
            Some(Kind::Dotted(text)) => Id::Dotted(text),
            Some(Kind::V6(address)) => Id::V6(address),
            Some(Kind::Mac(address)) => Id::Mac(address),
            Some(Kind::Short(address)) => Id::Short(address),
            _ => return Err(self.expected(wanted(qualifier.what))),
        };
        self.next += 1;
        match (id, self.peek()) {
            (Id::Dotted(text), Some(Kind::Symbol("/"))) => {
                self.next += 1;
                Ok(Id::Prefix(text, self.number("the length of a prefix")?))
            }
            (Id::V6(address), Some(Kind::Symbol("/"))) => {
                self.next += 1;
                Ok(Id::V6Prefix(address, self.number("the length of a prefix")?))
            }
            (Id::Dotted(text), Some(Kind::Word("mask"))) => {
                self.next += 1;
                let Some(Kind::Dotted(mask)) = self.peek() else {
                    return Err(self.expected("a mask such as 255.255.255.0"));
                };
                self.next += 1;
                Ok(Id::Masked(text, mask))
            }
            _ => Ok(id),
        }
    }

    fn number(&mut self, what: &str) -> Result<u32, FilterError> {
        let Some(Kind::Number(number)) = self.peek() else {
            return Err(self.expected(what));
        };
        self.next += 1;
        Ok(number)
    }

    fn symbol(&mut self, symbol: &'static str) -> Result<(), FilterError> {
        if self.peek() != Some(Kind::Symbol(symbol)) {
            return Err(self.expected(&format!("'{symbol}'")));
        }
        self.next += 1;
        Ok(())
    }

    /// Runs `read` one level deeper: nesting costs stack, so there is an end to it.
    fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, FilterError>,
    ) -> Result<T, FilterError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(format!("the filter is nested more than {MAX_DEPTH} deep")));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn peek(&self) -> Option<Kind<'a>> {
        self.kind_at(self.next)
    }

    fn kind_at(&self, index: usize) -> Option<Kind<'a>> {
        self.tokens.get(index).map(|token| token.kind)
    }

    fn rewind(&mut self, to: usize) {
        self.next = to;
    }

    /// The text from the token `start` to the last one read.
    fn span(&self, start: usize) -> Range<usize> {
        let from = self
            .tokens
            .get(start)
            .map_or(self.text.len(), |token| token.at.start);
        let last = self.next.checked_sub(1).and_then(|last| self.tokens.get(last));
        from..last.map_or(from, |token| token.at.end).max(from)
    }

    fn expected(&self, what: &str) -> FilterError {
        self.error(format!(
            "can't parse filter expression: syntax error: expected {what}"
        ))
    }

    fn error(&self, what: impl Into<String>) -> FilterError {
        let at = self
            .tokens
            .get(self.next)
            .map_or(self.text.len()..self.text.len(), |token| token.at.clone());
        FilterError::at(self.text, at, what)
    }
}

fn join<'a>(is_and: bool, left: Expr<'a>, right: Expr<'a>) -> Expr<'a> {
    let at = left.at.start..right.at.end;
    let (a, b) = (Box::new(left), Box::new(right));
    Expr {
        kind: if is_and { Node::And(a, b) } else { Node::Or(a, b) },
        at,
    }
}

fn wanted(what: What) -> &'static str {
    match what {
        What::Default | What::Host => "the name or address of a host",
        What::Net => "a network such as 10.0.0.0/8",
        What::Port => "the name or number of a port",
        What::PortRange => "a range of ports such as 6000-6008",
        What::Gateway => "the name of a gateway",
        What::Proto | What::ProtoChain => "the number of a protocol, or its name after a backslash",
    }
}

const PRIMITIVE: &str = "a primitive such as 'host', 'port' or 'tcp'";

/// Deeper than any filter that a person writes.
const MAX_DEPTH: u32 = 200;
