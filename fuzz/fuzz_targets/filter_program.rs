#![no_main]
//! Any instructions may be a program: they are refused, or run to an end on any packet.

use fairloss::filter::{Insn, Program};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (code, packet) = data.split_at(data.len() / 2);
    let insns = code.chunks_exact(8).map(|bytes| Insn {
        code: u16::from_le_bytes([bytes[0], bytes[1]]),
        jt: bytes[2],
        jf: bytes[3],
        k: u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]),
    });
    if let Ok(program) = Program::new(insns.collect()) {
        program.run(packet, packet.len() as u32);
    }
});
