//! The numbers that a filter compares: expressions over the bytes of a packet, each kept once.

use rustc_hash::FxHashMap;

use super::op::Op;

/// A number that is calculated from the packet, by its place in [`Values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Value(u32);

/// How it is calculated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Const(u32),
    /// The length of the packet on the wire.
    Len,
    /// The big-endian number at `base` + `offset`.
    Load {
        size: Size,
        base: Option<Value>,
        offset: u32,
    },
    /// Four times the low half of the byte at this offset: the length of an IPv4 header, in one instruction.
    HeaderLen(u32),
    Neg(Value),
    Binary(Op, Value, Value),
    /// What a [`Cond::Set`](super::cond::Cond::Set) put into this word of the scratch memory. `version` tells
    /// apart the values that share it.
    Slot {
        slot: u8,
        version: u32,
    },
}

/// The width of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Size {
    Byte,
    Half,
    Word,
}

/// All values of one filter. Equal ones are the same one.
#[derive(Debug, Default)]
pub(super) struct Values {
    nodes: Vec<Node>,
    index: FxHashMap<Node, Value>,
}

impl Values {
    pub(super) fn node(&self, value: Value) -> Node {
        self.nodes
            .get(value.0 as usize)
            .copied()
            .unwrap_or(Node::Const(0))
    }

    pub(super) fn as_const(&self, value: Value) -> Option<u32> {
        match self.node(value) {
            Node::Const(number) => Some(number),
            _ => None,
        }
    }

    pub(super) fn constant(&mut self, number: u32) -> Value {
        self.intern(Node::Const(number))
    }

    /// The length of the packet on the wire.
    pub(super) fn len(&mut self) -> Value {
        self.intern(Node::Len)
    }

    pub(super) fn slot(&mut self, slot: u8, version: u32) -> Value {
        self.intern(Node::Slot { slot, version })
    }

    /// Whether another value is made of this one.
    pub(super) fn refers(&self, value: Value) -> bool {
        self.nodes.iter().any(|node| match *node {
            Node::Load { base, .. } => base == Some(value),
            Node::Neg(inner) => inner == value,
            Node::Binary(_, left, right) => left == value || right == value,
            Node::Const(_) | Node::Len | Node::HeaderLen(_) | Node::Slot { .. } => false,
        })
    }

    /// The number at `base` + `offset`, with the constant parts of `base` moved into the offset.
    pub(super) fn load(&mut self, size: Size, mut base: Option<Value>, mut offset: u32) -> Value {
        while let Some(value) = base {
            let (rest, constant) = match self.node(value) {
                Node::Const(number) => (None, number),
                Node::Binary(Op::Add, left, right) => match self.as_const(right) {
                    Some(number) => (Some(left), number),
                    None => break,
                },
                _ => break,
            };
            // A sum beyond 32 bits is past every packet, and must not wrap around into it.
            let Some(sum) = offset.checked_add(constant) else {
                break;
            };
            (base, offset) = (rest, sum);
        }
        self.intern(Node::Load { size, base, offset })
    }

    /// The length of the IPv4 header at `base` + `offset`.
    pub(super) fn header_len(&mut self, base: Option<Value>, offset: u32) -> Value {
        if base.is_none() {
            return self.intern(Node::HeaderLen(offset));
        }
        let first = self.load(Size::Byte, base, offset);
        let words = self.binary_const(Op::And, first, 0xf);
        self.binary_const(Op::Lsh, words, 2)
    }

    pub(super) fn neg(&mut self, value: Value) -> Value {
        match self.as_const(value) {
            Some(number) => self.constant(number.wrapping_neg()),
            None => self.intern(Node::Neg(value)),
        }
    }

    pub(super) fn binary_const(&mut self, op: Op, left: Value, right: u32) -> Value {
        let right = self.constant(right);
        self.binary(op, left, right)
    }

    /// `left op right`, worked out now where that is possible. The caller sees to it that the program never
    /// divides by a constant zero.
    pub(super) fn binary(&mut self, op: Op, left: Value, right: Value) -> Value {
        match (self.as_const(left), self.as_const(right)) {
            (Some(a), Some(b)) => {
                let number = op.apply(a, b).unwrap_or_default();
                self.constant(number)
            }
            // Constants stand on the right, where an instruction has room for them.
            (Some(_), None) if op.commutes() => self.binary(op, right, left),
            (None, Some(0)) if op.ignores_zero() => left,
            (None, Some(0)) if op == Op::And => right,
            _ => self.intern(Node::Binary(op, left, right)),
        }
    }

    fn intern(&mut self, node: Node) -> Value {
        if let Some(value) = self.index.get(&node) {
            return *value;
        }
        let value = Value(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
        self.index.insert(node, value);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_expressions_are_one_value() {
        let mut values = Values::default();
        let one = values.load(Size::Half, None, 12);
        let two = values.load(Size::Half, None, 12);
        assert_eq!(one, two);
        assert_ne!(one, values.load(Size::Byte, None, 12));
    }

    #[test]
    fn constants_are_worked_out() {
        let mut values = Values::default();
        let two = values.constant(2);
        let product = values.binary_const(Op::Mul, two, 21);
        assert_eq!(values.as_const(product), Some(42));
        let at = values.load(Size::Byte, Some(product), 8);
        assert_eq!(
            values.node(at),
            Node::Load {
                size: Size::Byte,
                base: None,
                offset: 50
            }
        );
    }

    #[test]
    fn an_offset_that_would_wrap_stays_apart() {
        let mut values = Values::default();
        let far = values.constant(u32::MAX);
        let at = values.load(Size::Byte, Some(far), 14);
        assert_eq!(
            values.node(at),
            Node::Load {
                size: Size::Byte,
                base: Some(far),
                offset: 14
            }
        );
    }
}
