#![no_main]
//! Any bytes may be captured on any kind of link: they are filtered and printed, as text of bounded length that
//! ends with a line feed and holds no control character that a terminal would obey.

use fairloss::filter::{NoNames, Options, Origin, compile};
use fairloss::print::{self, Packet, Printer, Timestamp};
use fairloss::wire::LinkType;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [kind, verbosity, bytes @ ..] = data else {
        return;
    };
    let link = LinkType(u32::from(*kind) | if *verbosity & 0x80 == 0 { 0 } else { 0x100 });
    let options = Options {
        link,
        snaplen: 262_144,
        netmask: 0,
        origin: Origin::File,
        optimise: true,
    };
    let wire_len = bytes.len() as u32;
    if let Ok(program) = compile("port 53 or ip6 protochain 6 or vlan and tcp", &options, &NoNames) {
        program.run(bytes, wire_len);
    }
    let options = print::Options {
        verbosity: verbosity & 3,
        link_header: verbosity & 4 != 0,
        ..print::Options::default()
    };
    let mut printer = Printer::new(options);
    let packet = Packet {
        number: 1,
        interface: None,
        time: Timestamp::default(),
        link,
        wire_len,
        bytes,
    };
    let mut text = Vec::new();
    printer.print(&packet, &mut text);
    printer.print(&packet, &mut text);
    assert_eq!(text.last(), Some(&b'\n'));
    assert!(
        !text
            .iter()
            .any(|byte| byte.is_ascii_control() && !matches!(byte, b'\n' | b'\t'))
    );
});
