//! The instructions of classic BPF, by their numbers.

/// One instruction, in the form that the kernel takes (`struct sock_filter`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Insn {
    /// Class, size, mode, operation and source, or'ed together.
    pub code: u16,
    /// How many instructions to pass over if a test is true.
    pub jt: u8,
    /// How many instructions to pass over if a test is false.
    pub jf: u8,
    /// The generic field: a constant, an offset, a place in the scratch memory.
    pub k: u32,
}

impl Insn {
    /// An instruction that is not a jump.
    pub(super) const fn new(code: u16, k: u32) -> Self {
        Self {
            code,
            jt: 0,
            jf: 0,
            k,
        }
    }

    /// The end: how many bytes of the packet are wanted, 0 for none.
    pub(super) const fn ret(k: u32) -> Self {
        Self::new(code::RET, k)
    }
}

/// The instruction codes that exist.
pub(super) mod code {
    pub(in crate::filter) const LD_IMM: u16 = 0x00;
    pub(in crate::filter) const LD_W_ABS: u16 = 0x20;
    pub(in crate::filter) const LD_H_ABS: u16 = 0x28;
    pub(in crate::filter) const LD_B_ABS: u16 = 0x30;
    pub(in crate::filter) const LD_W_IND: u16 = 0x40;
    pub(in crate::filter) const LD_H_IND: u16 = 0x48;
    pub(in crate::filter) const LD_B_IND: u16 = 0x50;
    pub(in crate::filter) const LD_MEM: u16 = 0x60;
    pub(in crate::filter) const LD_LEN: u16 = 0x80;
    pub(in crate::filter) const LDX_IMM: u16 = 0x01;
    pub(in crate::filter) const LDX_MEM: u16 = 0x61;
    pub(in crate::filter) const LDX_LEN: u16 = 0x81;
    pub(in crate::filter) const LDX_MSH: u16 = 0xb1;
    pub(in crate::filter) const ST: u16 = 0x02;
    pub(in crate::filter) const STX: u16 = 0x03;
    /// Any of the two-operand calculations, whose operation is in the upper four bits.
    pub(in crate::filter) const ALU: u16 = 0x04;
    /// The operand of a calculation or a test is the index register, not the constant.
    pub(in crate::filter) const X: u16 = 0x08;
    pub(in crate::filter) const NEG: u16 = 0x84;
    pub(in crate::filter) const JA: u16 = 0x05;
    pub(in crate::filter) const JEQ: u16 = 0x15;
    pub(in crate::filter) const JGT: u16 = 0x25;
    pub(in crate::filter) const JGE: u16 = 0x35;
    pub(in crate::filter) const JSET: u16 = 0x45;
    pub(in crate::filter) const RET: u16 = 0x06;
    pub(in crate::filter) const RET_A: u16 = 0x16;
    pub(in crate::filter) const TAX: u16 = 0x07;
    pub(in crate::filter) const TXA: u16 = 0x87;

    pub(in crate::filter) const ADD: u16 = 0x00;
    pub(in crate::filter) const SUB: u16 = 0x10;
    pub(in crate::filter) const MUL: u16 = 0x20;
    pub(in crate::filter) const DIV: u16 = 0x30;
    pub(in crate::filter) const OR: u16 = 0x40;
    pub(in crate::filter) const AND: u16 = 0x50;
    pub(in crate::filter) const LSH: u16 = 0x60;
    pub(in crate::filter) const RSH: u16 = 0x70;
    pub(in crate::filter) const MOD: u16 = 0x90;
    pub(in crate::filter) const XOR: u16 = 0xa0;
}
