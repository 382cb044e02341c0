//! The datagrams of the FIFO link: a frame that is read is written as it was read, and a link survives any of them.
#![no_main]

use fairloss::proto::link::Seal;
use fairloss::proto::link::fifo::{Config, Frame, Link};
use fairloss::proto::{Instant, Machine};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|datagrams: Vec<Vec<u8>>| {
    let mut link = Link::listener(Instant::ZERO, 0, Seal::checksum(), Config::default());
    link.write(Instant::ZERO, &[7; 5000]);
    let mut sent = Vec::new();
    for contents in datagrams {
        // With a right tag, so that more than the tag is tried.
        let mut datagram = b"fL\x01".to_vec();
        datagram.extend_from_slice(&contents);
        Seal::checksum().close(&mut datagram);
        if let Ok(frame) = Frame::parse(&Seal::checksum(), &datagram) {
            let mut again = Vec::new();
            frame.write(&Seal::checksum(), &mut again);
            assert_eq!(Frame::parse(&Seal::checksum(), &again), Ok(frame));
        }
        link.handle(Instant::ZERO, &datagram);
        while link.poll_output(&mut sent).is_some() {
            sent.clear();
        }
        link.consume(Instant::ZERO, link.readable().len() / 2);
    }
});
