//! Conditions on a packet: tests of values, joined by and, or and not.

use super::value::Value;

/// A condition. Joining keeps it simple: what is known is folded in at once.
#[derive(Clone, Debug)]
pub(super) enum Cond {
    Known(bool),
    Test(Test),
    /// Always true; by the way, puts the value into a word of the scratch memory for those that come after it.
    Set(u8, Value),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
}

/// A comparison of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Test {
    pub(super) left: Value,
    pub(super) op: Compare,
    pub(super) right: Value,
}

/// The comparisons that the machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Compare {
    Equal,
    Greater,
    AtLeast,
    /// Some bit is set in both.
    Bits,
}

impl Compare {
    pub(super) fn holds(self, left: u32, right: u32) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Greater => left > right,
            Self::AtLeast => left >= right,
            Self::Bits => left & right != 0,
        }
    }
}

impl Cond {
    pub(super) const ALWAYS: Self = Self::Known(true);
    pub(super) const NEVER: Self = Self::Known(false);

    pub(super) fn test(left: Value, op: Compare, right: Value) -> Self {
        Self::Test(Test { left, op, right })
    }

    /// Both, this one first.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Known(true), other) => other,
            (this, Self::Known(true)) => this,
            (Self::Known(false), _) | (_, Self::Known(false)) => Self::NEVER,
            (this, other) => Self::And(Box::new(this), Box::new(other)),
        }
    }

    /// Either, this one first.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Known(false), other) => other,
            (this, Self::Known(false)) => this,
            (Self::Known(true), _) | (_, Self::Known(true)) => Self::ALWAYS,
            (this, other) => Self::Or(Box::new(this), Box::new(other)),
        }
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Known(answer) => Self::Known(!answer),
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// Any of them, the first first; never if there are none.
    pub(super) fn any(conditions: impl IntoIterator<Item = Self>) -> Self {
        conditions.into_iter().fold(Self::NEVER, Self::or)
    }

    /// All of them, the first first; always if there are none.
    pub(super) fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        conditions.into_iter().fold(Self::ALWAYS, Self::and)
    }
}
