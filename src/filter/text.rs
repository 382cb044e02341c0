//! A program as text: `-d`, `-dd` and `-ddd`.

use std::fmt;

use super::insn::{Insn, code};
use super::program::{KERNEL, Program};

/// A program to be printed, in one of three forms.
#[derive(Clone, Copy, Debug)]
pub enum Listing<'a> {
    /// For people: one instruction a line, as an assembler would have it.
    Assembly(&'a Program),
    /// A fragment of C.
    C(&'a Program),
    /// Decimal numbers, after their count.
    Numbers(&'a Program),
}

impl fmt::Display for Listing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Assembly(program) => {
                let mut insns = program.insns().iter().enumerate();
                insns.try_for_each(|(at, insn)| assembly(f, at, *insn))
            }
            Self::C(program) => program.insns().iter().try_for_each(|insn| {
                writeln!(
                    f,
                    "{{ 0x{:x}, {}, {}, 0x{:08x} }},",
                    insn.code, insn.jt, insn.jf, insn.k
                )
            }),
            Self::Numbers(program) => {
                writeln!(f, "{}", program.insns().len())?;
                let mut insns = program.insns().iter();
                insns.try_for_each(|insn| writeln!(f, "{} {} {} {}", insn.code, insn.jt, insn.jf, insn.k))
            }
        }
    }
}

fn assembly(f: &mut fmt::Formatter<'_>, at: usize, insn: Insn) -> fmt::Result {
    let operand = operand(at, insn);
    let name = mnemonic(insn.code);
    if insn.code & 7 == code::JA & 7 && insn.code != code::JA {
        let (yes, no) = (at + 1 + usize::from(insn.jt), at + 1 + usize::from(insn.jf));
        writeln!(f, "({at:03}) {name:<8} {operand:<16} jt {yes}\tjf {no}")
    } else {
        writeln!(f, "({at:03}) {name:<8} {operand}")
    }
}

fn mnemonic(code: u16) -> &'static str {
    match code {
        code::LD_IMM | code::LD_W_ABS | code::LD_W_IND | code::LD_MEM | code::LD_LEN => "ld",
        code::LD_H_ABS | code::LD_H_IND => "ldh",
        code::LD_B_ABS | code::LD_B_IND => "ldb",
        code::LDX_IMM | code::LDX_MEM | code::LDX_LEN => "ldx",
        code::LDX_MSH => "ldxb",
        code::ST => "st",
        code::STX => "stx",
        code::JA => "ja",
        code::RET | code::RET_A => "ret",
        code::TAX => "tax",
        code::TXA => "txa",
        code::NEG => "neg",
        other if other & 7 == code::ALU => match other & 0xf0 {
            code::ADD => "add",
            code::SUB => "sub",
            code::MUL => "mul",
            code::DIV => "div",
            code::MOD => "mod",
            code::AND => "and",
            code::OR => "or",
            code::XOR => "xor",
            code::LSH => "lsh",
            _ => "rsh",
        },
        other => match other & !code::X {
            code::JEQ => "jeq",
            code::JGT => "jgt",
            code::JGE => "jge",
            _ => "jset",
        },
    }
}

fn operand(at: usize, insn: Insn) -> String {
    let k = insn.k;
    match insn.code {
        code::LD_W_ABS | code::LD_H_ABS | code::LD_B_ABS => format!("[{}]", place(k)),
        code::LD_W_IND | code::LD_H_IND | code::LD_B_IND => format!("[x + {k}]"),
        code::LD_MEM | code::LDX_MEM | code::ST | code::STX => format!("M[{k}]"),
        code::LD_LEN | code::LDX_LEN => "#pktlen".to_owned(),
        code::LDX_MSH => format!("4*([{k}]&0xf)"),
        code::LD_IMM | code::LDX_IMM => format!("#0x{k:x}"),
        code::RET => format!("#{k}"),
        code::JA => (at as u64 + 1 + u64::from(k)).to_string(),
        code::RET_A | code::TAX | code::TXA | code::NEG => String::new(),
        other if other & code::X != 0 => "x".to_owned(),
        other if other & 7 == code::ALU => match other & 0xf0 {
            code::AND | code::OR | code::XOR => format!("#0x{k:x}"),
            _ => format!("#{k}"),
        },
        _ => format!("#0x{k:x}"),
    }
}

/// An offset into the packet, or the word for what the kernel knows about it (`linux/filter.h`).
fn place(k: u32) -> String {
    match k {
        KERNEL => "proto".to_owned(),
        KERNEL_PACKET_TYPE => "type".to_owned(),
        KERNEL_IFINDEX => "ifidx".to_owned(),
        other => other.to_string(),
    }
}

/// What kind of packet it is to this machine (`SKF_AD_PKTTYPE`).
pub(super) const KERNEL_PACKET_TYPE: u32 = KERNEL + 4;
/// The number of the interface (`SKF_AD_IFINDEX`).
pub(super) const KERNEL_IFINDEX: u32 = KERNEL + 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_are_those_of_tcpdump() {
        let jump = Insn {
            code: code::JEQ,
            jt: 0,
            jf: 1,
            k: 0x800,
        };
        let program = Program::new(vec![
            Insn::new(code::LD_H_ABS, 12),
            jump,
            Insn::ret(96),
            Insn::ret(0),
        ])
        .unwrap();
        assert_eq!(
            Listing::Assembly(&program).to_string(),
            "(000) ldh      [12]\n(001) jeq      #0x800           jt 2\tjf 3\n(002) ret      #96\n(003) ret      #0\n"
        );
        assert!(
            Listing::C(&program)
                .to_string()
                .starts_with("{ 0x28, 0, 0, 0x0000000c },\n{ 0x15, 0, 1, 0x00000800 },\n")
        );
        assert!(
            Listing::Numbers(&program)
                .to_string()
                .starts_with("4\n40 0 0 12\n21 0 1 2048\n6 0 0 96\n")
        );
    }
}
