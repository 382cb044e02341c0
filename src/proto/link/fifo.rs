//! The FIFO link: a stream of bytes in each direction, over datagrams that may get lost, repeated, disordered and
//! damaged.
//!
//! Guarantees of a FIFO-order perfect link (Cachin, Guerraoui, Rodrigues, modules 2.3 and 2.11), for two correct
//! ends:
//!
//! * **PL1, reliable delivery**: every byte that is written, and the end, can be read at the other end at last;
//! * **PL2, no duplication**, **PL3, no creation** and **FRD4, FIFO delivery**: at every moment what was read is
//!   a prefix of what was written.
//!
//! It is built from the rungs below: each segment is repeated until it is acknowledged (stubborn), by a measured
//! timer; its index makes a second copy and a wrong order harmless (the [`Reassembler`]); its tag turns damage
//! into loss (the [`Seal`]): a damaged datagram is taken for whole with a probability of 2⁻¹²⁸.
//!
//! ```text
//!   write ─▶ sender ───────▶ frame ─ ─ ─ ─ ─▶ frame ─▶ reassembler ─▶ read
//!            ▲ what arrived ◀ ─ ─ ─ ─ ─ ─ ─ ─ frame ◀─ what arrived, and how much room there is
//! ```
//!
//! **The end.** Each end finishes its stream for itself. An end that [`is_closed`](Link::is_closed) has everything
//! and knows that the other one has, but the other may not know it yet: the last acknowledgement can get lost
//! like any other, and no number of acknowledgements mends that. So the owner keeps the link for a few more
//! timeouts to answer repetitions, and then lets go.
//!
//! **The loop of the owner**: give one input; then poll outputs until there is none, sending a datagram for each
//! [`Output::Send`] (several may be gathered in one buffer: each is appended whole); then sleep until a datagram,
//! bytes to be written, or the time of `poll_timeout`.

mod arrivals;
mod closing;
mod config;
mod congestion;
mod detector;
mod digest;
mod flight;
mod frame;
mod handshake;
mod incoming;
mod link;
mod mtu;
mod outgoing;
mod reordering;
mod rtt;
mod sender;

pub use self::config::{Config, Counters, Failure, Output, Path, Reason};
pub use self::frame::{
    Ack, BASE_DATAGRAM, DIGEST_LEN, Frame, FrameError, Hello, LARGEST_DATAGRAM, Numbers, Segment, Side,
};
pub use self::link::Link;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::proto::link::Seal;
    use crate::proto::{Instant, Machine};

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    fn pair(config: Config) -> (Link, Link) {
        (
            Link::caller(at(0), 7, Seal::xxh3(), config),
            Link::listener(at(0), 9, Seal::xxh3(), config),
        )
    }

    fn datagram(link: &mut Link) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        while link.poll_output(&mut bytes)? != Output::Send {}
        Some(bytes)
    }

    /// Carries datagrams to and fro until there is none.
    fn settle(now: Instant, a: &mut Link, b: &mut Link) {
        a.handle_timeout(now);
        b.handle_timeout(now);
        for _ in 0..10_000 {
            let (to_b, to_a) = (datagram(a), datagram(b));
            if to_b.is_none() && to_a.is_none() {
                return;
            }
            if let Some(bytes) = to_b {
                b.handle(now, &bytes);
            }
            if let Some(bytes) = to_a {
                a.handle(now, &bytes);
            }
        }
        panic!("they never stop");
    }

    /// Carries datagrams over a good network without delay from `from` to `until` milliseconds.
    fn run(from: u64, until: u64, a: &mut Link, b: &mut Link) {
        for now in (from..until).map(at) {
            settle(now, a, b);
        }
    }

    #[test]
    fn what_is_written_is_read_and_each_end_finishes_for_itself() {
        let (mut a, mut b) = pair(Config::default());
        a.write(at(0), b"question");
        a.finish(at(0));
        run(0, 20, &mut a, &mut b);
        assert_eq!(b.readable(), b"question");
        b.consume(at(20), 8);
        assert!(b.is_read() && a.is_delivered() && !a.is_closed());
        b.write(at(20), b"answer");
        b.finish(at(20));
        run(20, 40, &mut a, &mut b);
        assert_eq!(a.readable(), b"answer");
        assert!(a.is_over() && b.is_over());
        assert_eq!((a.poll_timeout(), b.poll_timeout()), (None, None));
        assert_eq!(a.sent_digest(), Some(blake3::hash(b"question")));
        assert_eq!(b.received_digest(), a.sent_digest());
    }
}
