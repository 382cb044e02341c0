//! A filter for packets with a cooked header → one for the kernel, which shows its filters such packets without that
//! header, and tells what is in it by other means (`SKF_AD_…`, `linux/filter.h`).

use super::insn::code;
use super::program::KERNEL;
use super::text::{KERNEL_IFINDEX, KERNEL_PACKET_TYPE};
use super::{Insn, Program};
use crate::wire::LinkType;

impl Program {
    /// The program for packets that come without the cooked header of `link` with which it was made; `None` if it asks
    /// for what cannot be told without.
    pub fn without_cooked_header(&self, link: LinkType) -> Option<Self> {
        let header = HEADERS.iter().find(|header| header.link == link)?;
        // An offset that was calculated may count the header, too.
        let calculates = |insn: &Insn| {
            matches!(
                insn.code,
                code::TAX | code::LDX_MEM | code::LDX_LEN | code::LD_LEN
            )
        };
        if self.insns().iter().any(calculates) {
            return None;
        }
        let insns = self.insns().iter().map(|insn| header.translate(*insn));
        Self::new(insns.collect::<Option<Vec<_>>>()?).ok()
    }
}

/// A cooked header: how long it is, and which loads the kernel has others for.
struct Header {
    link: LinkType,
    len: u32,
    fields: &'static [(u16, u32, u32)],
}

const HEADERS: &[Header] = &[
    Header {
        link: LinkType::LINUX_SLL,
        len: 16,
        fields: &[
            (code::LD_H_ABS, 0, KERNEL_PACKET_TYPE),
            (code::LD_H_ABS, 2, KERNEL_HARDWARE),
            (code::LD_H_ABS, 14, KERNEL),
        ],
    },
    Header {
        link: LinkType::LINUX_SLL2,
        len: 20,
        fields: &[
            (code::LD_H_ABS, 0, KERNEL),
            (code::LD_W_ABS, 4, KERNEL_IFINDEX),
            (code::LD_H_ABS, 8, KERNEL_HARDWARE),
            (code::LD_B_ABS, 10, KERNEL_PACKET_TYPE),
        ],
    },
];

/// The type of the interface's hardware (`SKF_AD_HATYPE`).
const KERNEL_HARDWARE: u32 = KERNEL + 28;

impl Header {
    fn translate(&self, insn: Insn) -> Option<Insn> {
        let k = match insn.code {
            code::LD_W_ABS | code::LD_H_ABS | code::LD_B_ABS if insn.k >= KERNEL => insn.k,
            code::LD_W_ABS | code::LD_H_ABS | code::LD_B_ABS if insn.k < self.len => {
                let told = |field: &&(u16, u32, u32)| (field.0, field.1) == (insn.code, insn.k);
                self.fields.iter().find(told)?.2
            }
            code::LD_W_ABS
            | code::LD_H_ABS
            | code::LD_B_ABS
            | code::LD_W_IND
            | code::LD_H_IND
            | code::LD_B_IND
            | code::LDX_MSH => insn.k.checked_sub(self.len)?,
            _ => insn.k,
        };
        Some(Insn { k, ..insn })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{NoNames, Options, Origin, compile};

    fn program(expression: &str, link: LinkType) -> Program {
        let options = Options {
            link,
            snaplen: 1000,
            netmask: 0,
            origin: Origin::Live,
            optimise: true,
        };
        compile(expression, &options, &NoNames).unwrap()
    }

    /// The program of the kernel, where it is told that the packet is of this protocol.
    fn told(program: &Program, protocol: u32) -> Program {
        let tell = |insn: &Insn| match (insn.code, insn.k) {
            (code::LD_H_ABS, KERNEL) => Insn::new(code::LD_IMM, protocol),
            _ => *insn,
        };
        Program::new(program.insns().iter().map(tell).collect()).unwrap()
    }

    #[test]
    fn a_packet_without_its_header_is_judged_the_same() {
        let mut packet = vec![
            0x46, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
        ];
        packet.extend([1, 1, 1, 1, 0, 53, 0, 9, 0, 8, 0, 0]);
        for (link, header) in [
            (
                LinkType::LINUX_SLL,
                &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0][..],
            ),
            (
                LinkType::LINUX_SLL2,
                &[8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            ),
        ] {
            let whole = [header, &packet].concat();
            for (expression, wanted) in [
                ("udp port 53", true),
                ("udp port 54", false),
                ("host 192.0.2.2 and not tcp", true),
                ("ip6", false),
                ("", true),
            ] {
                let program = program(expression, link);
                let bare = told(&program.without_cooked_header(link).unwrap(), 0x800);
                assert_eq!(program.run(&whole, 52) != 0, wanted, "{expression}");
                assert_eq!(bare.run(&packet, 32) != 0, wanted, "{expression}");
            }
        }
    }

    #[test]
    fn what_counts_the_header_is_left_to_others() {
        for expression in ["greater 100", "ip[2:2] = len", "ip protochain 6"] {
            let link = LinkType::LINUX_SLL2;
            assert!(
                program(expression, link).without_cooked_header(link).is_none(),
                "{expression}"
            );
        }
        assert!(
            program("ip", LinkType::RAW)
                .without_cooked_header(LinkType::RAW)
                .is_none()
        );
    }
}
