//! The calculations of classic BPF: one meaning for the compiler, which folds constants, and the interpreter.

use super::insn::code;

/// A calculation of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    And,
    Or,
    Xor,
    Lsh,
    Rsh,
}

impl Op {
    /// The operation that an instruction code of the class `ALU` names in its upper four bits.
    pub(super) fn of(code: u16) -> Option<Self> {
        Some(match code & 0xf0 {
            code::ADD => Self::Add,
            code::SUB => Self::Sub,
            code::MUL => Self::Mul,
            code::DIV => Self::Div,
            code::MOD => Self::Mod,
            code::AND => Self::And,
            code::OR => Self::Or,
            code::XOR => Self::Xor,
            code::LSH => Self::Lsh,
            code::RSH => Self::Rsh,
            _ => return None,
        })
    }

    /// The upper four bits of its instruction codes.
    pub(super) fn code(self) -> u16 {
        match self {
            Self::Add => code::ADD,
            Self::Sub => code::SUB,
            Self::Mul => code::MUL,
            Self::Div => code::DIV,
            Self::Mod => code::MOD,
            Self::And => code::AND,
            Self::Or => code::OR,
            Self::Xor => code::XOR,
            Self::Lsh => code::LSH,
            Self::Rsh => code::RSH,
        }
    }

    /// The result in 32 bits, or `None` for a division by zero.
    #[inline]
    pub(super) fn apply(self, a: u32, operand: u32) -> Option<u32> {
        Some(match self {
            Self::Add => a.wrapping_add(operand),
            Self::Sub => a.wrapping_sub(operand),
            Self::Mul => a.wrapping_mul(operand),
            Self::Div => a.checked_div(operand)?,
            Self::Mod => a.checked_rem(operand)?,
            Self::And => a & operand,
            Self::Or => a | operand,
            Self::Xor => a ^ operand,
            Self::Lsh => a.checked_shl(operand).unwrap_or_default(),
            Self::Rsh => a.checked_shr(operand).unwrap_or_default(),
        })
    }

    /// Whether the operands may change places.
    pub(super) fn commutes(self) -> bool {
        matches!(self, Self::Add | Self::Mul | Self::And | Self::Or | Self::Xor)
    }

    /// Whether a right operand of zero changes nothing.
    pub(super) fn ignores_zero(self) -> bool {
        matches!(
            self,
            Self::Add | Self::Sub | Self::Or | Self::Xor | Self::Lsh | Self::Rsh
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_an_operation_names_it() {
        for bits in 0..16 {
            let code = bits << 4;
            assert!(Op::of(code).is_none_or(|op| op.code() == code));
        }
        assert_eq!((0..16).filter_map(|bits| Op::of(bits << 4)).count(), 10);
    }
}
