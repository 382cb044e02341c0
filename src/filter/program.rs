//! A classic BPF program: checked once, run on each packet.
//!
//! The machine of McCanne and Jacobson, "The BSD Packet Filter" (USENIX 1993), as Linux and libpcap have it.

use thiserror::Error;

use super::insn::{Insn, code};
use super::op::Op;

/// A program that has been checked: every jump goes forward to an instruction that exists, every path returns.
#[derive(Clone, Debug)]
pub struct Program {
    insns: Vec<Insn>,
    steps: Vec<Step>,
    reads_tags: bool,
}

/// Why instructions are not a program.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ProgramError {
    /// There are none, or too many.
    #[error("a filter program has 1 to 65536 instructions, not {0}")]
    Length(usize),
    /// An instruction that does not exist.
    #[error("instruction {0} of the filter program does not exist")]
    Unknown(usize),
    /// An instruction with a constant that it cannot have.
    #[error("instruction {0} of the filter program has an operand out of range")]
    Operand(usize),
    /// A jump past the end.
    #[error("instruction {0} of the filter program jumps out of it")]
    Jump(usize),
    /// The last instruction does not return.
    #[error("the filter program does not end with a return")]
    NoReturn,
}

/// An instruction made ready to be run: its operation told apart once, its jumps absolute.
#[derive(Clone, Copy, Debug)]
enum Step {
    Word(u32),
    Half(u32),
    Byte(u32),
    WordX(u32),
    HalfX(u32),
    ByteX(u32),
    Const(u32),
    Memory(u8),
    Len,
    XConst(u32),
    XMemory(u8),
    XLen,
    XHeader(u32),
    Store(u8),
    StoreX(u8),
    Alu(Op, u32),
    AluX(Op),
    Neg,
    Go(u32),
    Jump { test: Test, k: u32, yes: u32, no: u32 },
    JumpX { test: Test, yes: u32, no: u32 },
    Return(u32),
    ReturnA,
    Tax,
    Txa,
}

#[derive(Clone, Copy, Debug)]
enum Test {
    Equal,
    Greater,
    AtLeast,
    Bits,
}

impl Program {
    /// No program is longer than this many instructions. (The kernel takes 4,096.)
    pub const MAX: usize = 65_536;

    /// Checks instructions.
    ///
    /// # Errors
    /// When running them could do anything but read the packet and return.
    pub fn new(insns: Vec<Insn>) -> Result<Self, ProgramError> {
        let count = insns.len();
        if count == 0 || count > Self::MAX {
            return Err(ProgramError::Length(count));
        }
        let steps = insns.iter().enumerate().map(|(at, insn)| step(at, *insn, count));
        let steps = steps.collect::<Result<Vec<_>, _>>()?;
        match steps.last() {
            Some(Step::Return(_) | Step::ReturnA) => Ok(Self {
                insns,
                steps,
                reads_tags: false,
            }),
            _ => Err(ProgramError::NoReturn),
        }
    }

    /// The same program, of a filter that asks for VLAN tags.
    pub(super) fn with_tags(self) -> Self {
        Self {
            reads_tags: true,
            ..self
        }
    }

    /// Whether it asks for VLAN tags, which a kernel has cut out of the frames that it would run it on.
    pub fn reads_tags(&self) -> bool {
        self.reads_tags
    }

    /// Whether it asks for what only the kernel knows: the direction of a packet, or its interface.
    pub fn needs_kernel(&self) -> bool {
        self.insns.iter().any(|insn| {
            matches!(insn.code, code::LD_W_ABS | code::LD_H_ABS | code::LD_B_ABS) && insn.k >= KERNEL
        })
    }

    /// The instructions, as the kernel takes them.
    pub fn insns(&self) -> &[Insn] {
        &self.insns
    }

    /// How many bytes of `packet`, which had `wire_len` bytes on the wire, are wanted: 0 if it is not.
    pub fn run(&self, packet: &[u8], wire_len: u32) -> u32 {
        self.execute(packet, wire_len).unwrap_or_default()
    }

    /// `None` is a read past the end of the packet or a division by zero, either of which rejects it.
    #[inline]
    fn execute(&self, packet: &[u8], wire_len: u32) -> Option<u32> {
        let (mut a, mut x) = (0_u32, 0_u32);
        let mut memory = [0_u32; MEMORY];
        let mut at = 0;
        loop {
            let step = *self.steps.get(at)?;
            at += 1;
            match step {
                Step::Word(k) => a = word(packet, k)?,
                Step::Half(k) => a = half(packet, k)?,
                Step::Byte(k) => a = byte(packet, k)?,
                Step::WordX(k) => a = word(packet, k.checked_add(x)?)?,
                Step::HalfX(k) => a = half(packet, k.checked_add(x)?)?,
                Step::ByteX(k) => a = byte(packet, k.checked_add(x)?)?,
                Step::Const(k) => a = k,
                Step::Memory(n) => a = *memory.get(usize::from(n))?,
                Step::Len => a = wire_len,
                Step::XConst(k) => x = k,
                Step::XMemory(n) => x = *memory.get(usize::from(n))?,
                Step::XLen => x = wire_len,
                Step::XHeader(k) => x = (byte(packet, k)? & 0xf) << 2,
                Step::Store(n) => *memory.get_mut(usize::from(n))? = a,
                Step::StoreX(n) => *memory.get_mut(usize::from(n))? = x,
                Step::Alu(operation, k) => a = operation.apply(a, k)?,
                Step::AluX(operation) => a = operation.apply(a, x)?,
                Step::Neg => a = a.wrapping_neg(),
                Step::Go(to) => at = to as usize,
                Step::Jump { test, k, yes, no } => at = if test.holds(a, k) { yes } else { no } as usize,
                Step::JumpX { test, yes, no } => at = if test.holds(a, x) { yes } else { no } as usize,
                Step::Return(k) => return Some(k),
                Step::ReturnA => return Some(a),
                Step::Tax => x = a,
                Step::Txa => a = x,
            }
        }
    }
}

impl Test {
    #[inline]
    fn holds(self, a: u32, operand: u32) -> bool {
        match self {
            Self::Equal => a == operand,
            Self::Greater => a > operand,
            Self::AtLeast => a >= operand,
            Self::Bits => a & operand != 0,
        }
    }
}

fn step(at: usize, insn: Insn, count: usize) -> Result<Step, ProgramError> {
    let k = insn.k;
    let target = |offset: u32| {
        let to = at as u64 + 1 + u64::from(offset);
        u32::try_from(to)
            .ok()
            .filter(|to| (*to as usize) < count)
            .ok_or(ProgramError::Jump(at))
    };
    let memory = || {
        let place = u8::try_from(k).ok().filter(|place| usize::from(*place) < MEMORY);
        place.ok_or(ProgramError::Operand(at))
    };
    let jump = |test| -> Result<Step, ProgramError> {
        let (yes, no) = (target(u32::from(insn.jt))?, target(u32::from(insn.jf))?);
        Ok(if insn.code & code::X == 0 {
            Step::Jump { test, k, yes, no }
        } else {
            Step::JumpX { test, yes, no }
        })
    };
    Ok(match insn.code {
        code::LD_W_ABS => Step::Word(k),
        code::LD_H_ABS => Step::Half(k),
        code::LD_B_ABS => Step::Byte(k),
        code::LD_W_IND => Step::WordX(k),
        code::LD_H_IND => Step::HalfX(k),
        code::LD_B_IND => Step::ByteX(k),
        code::LD_IMM => Step::Const(k),
        code::LD_MEM => Step::Memory(memory()?),
        code::LD_LEN => Step::Len,
        code::LDX_IMM => Step::XConst(k),
        code::LDX_MEM => Step::XMemory(memory()?),
        code::LDX_LEN => Step::XLen,
        code::LDX_MSH => Step::XHeader(k),
        code::ST => Step::Store(memory()?),
        code::STX => Step::StoreX(memory()?),
        code::NEG => Step::Neg,
        code::JA => Step::Go(target(k)?),
        code::RET => Step::Return(k),
        code::RET_A => Step::ReturnA,
        code::TAX => Step::Tax,
        code::TXA => Step::Txa,
        other if other & !0xf0 == code::ALU => match Op::of(other).ok_or(ProgramError::Unknown(at))? {
            Op::Div | Op::Mod if k == 0 => return Err(ProgramError::Operand(at)),
            Op::Lsh | Op::Rsh if k > 31 => return Err(ProgramError::Operand(at)),
            operation => Step::Alu(operation, k),
        },
        other if other & !0xf0 == code::ALU | code::X => {
            Step::AluX(Op::of(other).ok_or(ProgramError::Unknown(at))?)
        }
        other => match other & !code::X {
            code::JEQ => jump(Test::Equal)?,
            code::JGT => jump(Test::Greater)?,
            code::JGE => jump(Test::AtLeast)?,
            code::JSET => jump(Test::Bits)?,
            _ => return Err(ProgramError::Unknown(at)),
        },
    })
}

#[inline]
fn word(packet: &[u8], at: u32) -> Option<u32> {
    packet
        .get(at as usize..)?
        .first_chunk()
        .map(|bytes| u32::from_be_bytes(*bytes))
}

#[inline]
fn half(packet: &[u8], at: u32) -> Option<u32> {
    packet
        .get(at as usize..)?
        .first_chunk()
        .map(|bytes| u32::from(u16::from_be_bytes(*bytes)))
}

#[inline]
fn byte(packet: &[u8], at: u32) -> Option<u32> {
    packet.get(at as usize).map(|byte| u32::from(*byte))
}

/// Where the kernel's knowledge begins among the offsets (`SKF_AD_OFF`).
pub(super) const KERNEL: u32 = 0xffff_f000;

/// The words of scratch memory.
pub(super) const MEMORY: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn run(insns: &[Insn], packet: &[u8]) -> u32 {
        Program::new(insns.to_vec()).unwrap().run(packet, 99)
    }

    #[test]
    fn a_read_past_the_end_rejects_the_packet() {
        let insns = [Insn::new(code::LD_W_ABS, 1), Insn::ret(7)];
        assert_eq!(run(&insns, &[0; 5]), 7);
        assert_eq!(run(&insns, &[0; 4]), 0);
        let insns = [
            Insn::new(code::LDX_IMM, u32::MAX),
            Insn::new(code::LD_B_IND, 1),
            Insn::ret(7),
        ];
        assert_eq!(run(&insns, &[0; 5]), 0);
    }

    #[test]
    fn a_division_by_zero_rejects_the_packet() {
        let insns = [Insn::new(code::ALU | code::DIV | code::X, 0), Insn::ret(7)];
        assert_eq!(run(&insns, &[]), 0);
    }

    #[test]
    fn jumps_go_forward_and_stay_inside() {
        let jump = |jt, jf| Insn {
            code: code::JEQ,
            jt,
            jf,
            k: 0,
        };
        assert_eq!(run(&[jump(1, 0), Insn::ret(1), Insn::ret(2)], &[]), 2);
        assert_eq!(
            Program::new(vec![jump(2, 0), Insn::ret(1), Insn::ret(2)]).unwrap_err(),
            ProgramError::Jump(0)
        );
        let back = Insn::new(code::JA, u32::MAX - 1);
        assert_eq!(
            Program::new(vec![back, Insn::ret(1)]).unwrap_err(),
            ProgramError::Jump(0)
        );
    }

    #[test]
    fn what_is_not_a_program_is_refused() {
        assert_eq!(Program::new(Vec::new()).unwrap_err(), ProgramError::Length(0));
        assert_eq!(
            Program::new(vec![Insn::new(code::TAX, 0)]).unwrap_err(),
            ProgramError::NoReturn
        );
        assert_eq!(
            Program::new(vec![Insn::new(0xffff, 0)]).unwrap_err(),
            ProgramError::Unknown(0)
        );
        assert_eq!(
            Program::new(vec![Insn::new(code::ST, 16)]).unwrap_err(),
            ProgramError::Operand(0)
        );
        let by_zero = Insn::new(code::ALU | code::MOD, 0);
        assert_eq!(Program::new(vec![by_zero]).unwrap_err(), ProgramError::Operand(0));
    }

    #[test]
    fn the_length_is_that_on_the_wire() {
        assert_eq!(
            run(&[Insn::new(code::LD_LEN, 0), Insn::new(code::RET_A, 0)], &[]),
            99
        );
    }
}
