//! The datagrams of the FIFO link: a frame that is read is written as it was read, and a link survives any of them.
#![no_main]

use fairloss::proto::link::Seal;
use fairloss::proto::link::fifo::{Config, Frame, Link, Output};
use fairloss::proto::{Instant, Machine};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|datagrams: Vec<Vec<u8>>| {
    let now = Instant::ZERO;
    let mut caller = Link::caller(now, 1, Seal::checksum(), Config::default());
    let mut link = Link::listener(now, 2, Seal::checksum(), Config::default());
    // Open, so that more than the handshake is tried.
    let mut bytes = Vec::new();
    for _ in 0..2 {
        bytes.clear();
        while caller.poll_output(&mut bytes).is_some_and(|output| output != Output::Send) {}
        link.handle(now, &bytes);
        bytes.clear();
        while link.poll_output(&mut bytes).is_some_and(|output| output != Output::Send) {}
        caller.handle(now, &bytes);
    }
    assert!(link.is_open());
    link.write(now, &[7; 5000]);
    for (step, contents) in datagrams.into_iter().enumerate() {
        // With a right tag, and the id of the connection, so that more than these is tried.
        let mut datagram = b"fL\x02".to_vec();
        datagram.extend_from_slice(&contents);
        if let Some(stream) = datagram.get_mut(4..12).filter(|_| step % 2 == 0) {
            stream.copy_from_slice(&(1_u64 ^ 2).to_be_bytes());
        }
        Seal::checksum().close(&mut datagram);
        if let Ok(frame) = Frame::parse(&Seal::checksum(), &datagram) {
            let mut again = Vec::new();
            frame.write(&Seal::checksum(), &mut again);
            assert_eq!(Frame::parse(&Seal::checksum(), &again), Ok(frame));
        }
        link.handle(now, &datagram);
        if let Some(due) = link.poll_timeout().filter(|_| step % 3 == 0) {
            link.handle_timeout(due);
        }
        bytes.clear();
        while link.poll_output(&mut bytes).is_some() {
            bytes.clear();
        }
        link.consume(now, link.readable().len() / 2);
    }
});
