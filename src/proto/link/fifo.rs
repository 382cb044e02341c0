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
//! It is built from the rungs below: what is lost is sent again (stubborn); the index of a segment makes a second
//! copy and a wrong order harmless (the [`Reassembler`](super::Reassembler)); the tag of a datagram turns damage into
//! loss (the [`Seal`](super::Seal)): a damaged datagram is taken for whole with a probability of 2⁻¹²⁸. And because
//! a tag protects datagrams and not programs, both ends take the BLAKE3 digest of each stream and compare it at the
//! end: an end is acknowledged only if the digests are equal.
//!
//! ```text
//!   write ─▶ outgoing ─▶ sender ───▶ frame ─ ─ ─ ─ ▶ frame ─▶ incoming ─▶ read
//!                        ▲  flight, control           │
//!                        └── what arrived ◀─ ─ ─ ─ ─ ─┘ arrivals
//! ```
//!
//! | room | what it knows | after |
//! |---|---|---|
//! | `handshake`, `closing` | how two ends find each other, and how they part | RFC 9000, 8.1 |
//! | `outgoing`, `incoming` | the bytes of either direction, and their digests | |
//! | `arrivals` | what is to be acknowledged, and when | RFC 9000, 13.2 |
//! | `flight`, `reordering`, `rtt` | what was sent, and when it is to be taken for lost | RFC 9002; RFC 8985 |
//! | `congestion` | how much may be on its way, and how fast | draft-ietf-ccwg-bbr |
//! | `mtu` | how large a datagram may be | RFC 8899 |
//! | `detector` | whether the other end is still there | the book, algorithm 2.7 |
//!
//! Work is in proportion to what is sent and to what an acknowledgement says that is new; memory is at most the buffers
//! of both directions and 10 MiB, whatever arrives, and as little as is needed.
//!
//! **The end.** Each end finishes its stream for itself, and may go on to read. When both have everything, each says
//! so, and [`is_over`](Link::is_over) says when the owner may let go. An end that cannot go on says why
//! ([`abort`](Link::abort)), and the other one fails with [`Failure::Reset`].
//!
//! # The loop of the owner
//!
//! One input, then all outputs, then sleep. Several datagrams may be gathered in one buffer: each
//! [`Output::Send`] appends one whole. Datagrams that were received together are best handled together, before the
//! outputs are polled: they are acknowledged together.
//!
//! ```
//! use fairloss::proto::link::Seal;
//! use fairloss::proto::link::fifo::{Config, Link, Output};
//! use fairloss::proto::{Instant, Machine};
//!
//! let now = Instant::ZERO;
//! let mut caller = Link::caller(now, 0x1234, Seal::checksum(), Config::default());
//! let mut listener = Link::listener(now, 0x5678, Seal::checksum(), Config::default());
//! caller.write(now, b"question");
//! caller.finish(now);
//! // What a socket would do: carry what the one sends to the other, until there is nothing left to send.
//! let carry = |from: &mut Link, to: &mut Link| {
//!     let mut datagram = Vec::new();
//!     while let Some(output) = from.poll_output(&mut datagram) {
//!         match output {
//!             Output::Send => to.handle(now, &datagram),
//!             Output::Opened | Output::Suspect | Output::Recovered => {}
//!             Output::Failed(why) => panic!("{why}"),
//!         }
//!         datagram.clear();
//!     }
//! };
//! for _ in 0..3 {
//!     carry(&mut caller, &mut listener);
//!     carry(&mut listener, &mut caller);
//! }
//! assert_eq!(listener.readable(), b"question");
//! listener.consume(now, 8);
//! assert!(listener.is_read() && caller.poll_timeout().is_some());
//! ```

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
            Link::caller(at(0), 7, Seal::checksum(), config),
            Link::listener(at(0), 9, Seal::checksum(), config),
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

    /// Two ends that know each other.
    fn open(config: Config) -> (Link, Link) {
        let (mut a, mut b) = pair(config);
        run(0, 10, &mut a, &mut b);
        assert!(a.is_open() && b.is_open());
        (a, b)
    }

    fn outputs(link: &mut Link) -> Vec<Output> {
        let mut bytes = Vec::new();
        let all: Vec<Output> = std::iter::from_fn(|| link.poll_output(&mut bytes))
            .take(1000)
            .collect();
        assert!(all.len() < 1000, "they never stop: {link:?}");
        all
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

    #[test]
    fn bytes_may_be_put_straight_into_the_link() {
        let (mut a, mut b) = open(Config::default());
        let text: Vec<u8> = (0..=255).cycle().take(300_000).collect();
        let (mut written, mut read) = (0, Vec::new());
        for now in (10..200).map(at) {
            let place = a.spare();
            let count = place.len().min(text.len() - written);
            place[..count].copy_from_slice(&text[written..written + count]);
            a.wrote(now, count);
            written += count;
            settle(now, &mut a, &mut b);
            read.extend_from_slice(b.readable());
            b.consume(now, b.readable().len());
        }
        assert!(read == text);
    }

    #[test]
    fn several_datagrams_are_gathered_in_one_buffer() {
        let (mut a, mut b) = open(Config::default());
        a.write(at(10), &[7; 5000]);
        let (mut bytes, mut ends) = (Vec::new(), vec![0]);
        while a.poll_output(&mut bytes) == Some(Output::Send) {
            ends.push(bytes.len());
        }
        assert_eq!(ends[..5], [0, 1200, 2400, 3600, 4800]);
        for place in ends.windows(2) {
            b.handle(at(10), &bytes[place[0]..place[1]]);
        }
        assert_eq!(b.readable().len(), 5000);
    }

    #[test]
    fn a_damaged_datagram_is_a_lost_one() {
        let (mut a, mut b) = open(Config::default());
        a.write(at(10), b"question");
        let mut bytes = datagram(&mut a).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        b.handle(at(11), &bytes);
        assert_eq!((b.readable(), b.counters().damaged), (b"".as_slice(), 1));
        run(11, 500, &mut a, &mut b);
        assert_eq!(
            (b.readable(), a.counters().retransmitted),
            (b"question".as_slice(), 1)
        );
    }

    #[test]
    fn an_old_hello_gets_an_answer_no_longer_than_itself_and_changes_nothing() {
        let (mut a, mut b) = pair(Config::default());
        let hello = datagram(&mut a).unwrap();
        assert_eq!(hello.len(), BASE_DATAGRAM);
        for _ in 0..3 {
            b.handle(at(1), &hello);
            assert!(datagram(&mut b).unwrap().len() <= hello.len());
            assert_eq!(datagram(&mut b), None);
        }
        assert!(!b.is_open() && b.poll_timeout().is_none());
        // Another caller is not kept out by it, nor by its repetition in the midst of the handshake.
        let mut other = Link::caller(at(2), 99, Seal::checksum(), Config::default());
        b.handle(at(2), &datagram(&mut other).unwrap());
        let answer = datagram(&mut b).unwrap();
        b.handle(at(3), &hello);
        other.handle(at(4), &answer);
        other.write(at(4), b"question");
        settle(at(4), &mut other, &mut b);
        assert_eq!(b.readable(), b"question");
        // And now it is too late for the first.
        let received = b.counters().received;
        a.handle(at(5), &answer);
        b.handle(at(5), &hello);
        assert_eq!(
            (a.is_open(), b.counters().received, datagram(&mut b)),
            (false, received, None)
        );
    }

    #[test]
    fn datagrams_of_another_stream_or_sent_back_are_foreign() {
        let (mut a, _) = open(Config::default());
        let mut other = Link::caller(at(0), 8, Seal::checksum(), Config::default());
        let mut third = Link::listener(at(0), 10, Seal::checksum(), Config::default());
        run(0, 10, &mut other, &mut third);
        a.write(at(10), b"question");
        let echo = datagram(&mut a).unwrap();
        a.handle(at(11), &echo);
        third.handle(at(11), &echo);
        assert_eq!((a.counters().foreign, third.counters().foreign), (1, 1));
        assert!(a.readable().is_empty() && third.readable().is_empty());
    }

    #[test]
    fn another_key_is_told_by_the_count_of_wrong_tags() {
        let mut a = Link::caller(at(0), 7, Seal::keyed(b"one"), Config::default());
        let mut b = Link::listener(at(0), 9, Seal::keyed(b"two"), Config::default());
        run(0, 3000, &mut a, &mut b);
        assert!(!b.is_open() && b.counters().damaged >= 3);
    }

    #[test]
    fn a_reader_that_never_reads_holds_the_writer_up_and_nothing_else() {
        let config = Config {
            buffer: 10_000,
            ..Config::default()
        };
        let (mut a, mut b) = open(config);
        let mut written = 0;
        for now in (10..60_000).step_by(50).map(at) {
            written += a.write(now, &[7; 5000]);
            settle(now, &mut a, &mut b);
        }
        assert_eq!((written, b.readable().len()), (20_000, 10_000));
        // It is asked now and then whether there is room, and no more.
        assert!(a.counters().sent < 200, "{:?}", a.counters());
        b.consume(at(60_000), 10_000);
        run(60_000, 60_500, &mut a, &mut b);
        assert_eq!(b.readable().len(), 10_000);
    }

    #[test]
    fn news_of_room_that_get_lost_are_asked_for_again() {
        let config = Config {
            buffer: 10_000,
            ..Config::default()
        };
        let (mut a, mut b) = open(config);
        a.write(at(10), &[7; 10_000]);
        run(10, 30, &mut a, &mut b);
        a.write(at(30), b"more");
        settle(at(30), &mut a, &mut b);
        b.consume(at(31), 10_000);
        while datagram(&mut b).is_some() {}
        run(31, 5000, &mut a, &mut b);
        assert_eq!(b.readable(), b"more");
    }

    #[test]
    fn an_end_that_cannot_go_on_says_why() {
        let (mut a, mut b) = open(Config::default());
        b.abort(at(10), Reason::Cancelled);
        // The first reset is lost.
        assert!(datagram(&mut b).is_some() && !b.is_over());
        let mut said = Vec::new();
        for now in (11..1000).map(at) {
            b.handle_timeout(now);
            while let Some(bytes) = datagram(&mut b) {
                a.handle(now, &bytes);
            }
            let mut bytes = Vec::new();
            while let Some(output) = a.poll_output(&mut bytes) {
                if output == Output::Send {
                    b.handle(now, &bytes);
                } else {
                    said.push(output);
                }
                bytes.clear();
            }
        }
        assert_eq!(said, [Output::Failed(Failure::Reset(Reason::Cancelled))]);
        assert!(a.is_over() && b.is_over() && outputs(&mut b).is_empty());
    }

    #[test]
    fn an_end_that_gets_other_bytes_than_were_sent_fails_and_so_does_the_other() {
        let (mut a, mut b) = open(Config::default());
        a.write(at(10), b"question");
        a.finish(at(10));
        let sent = datagram(&mut a).unwrap();
        let frame = Frame::parse(&Seal::checksum(), &sent).unwrap();
        let forged = Frame {
            segment: frame.segment.map(|segment| Segment {
                bytes: b"Question",
                ..segment
            }),
            ..frame
        };
        let mut bytes = Vec::new();
        forged.write(&Seal::checksum(), &mut bytes);
        b.handle(at(11), &bytes);
        let mut reset = Vec::new();
        assert_eq!(b.poll_output(&mut reset), Some(Output::Failed(Failure::Digest)));
        assert_eq!(b.poll_output(&mut reset), Some(Output::Send));
        assert!(!b.is_read() && b.readable() == b"Question");
        a.handle(at(12), &reset);
        let reason = Failure::Reset(Reason::Digest);
        assert_eq!(outputs(&mut a)[0], Output::Failed(reason));
        assert!(!a.is_delivered());
    }

    #[test]
    fn idle_ends_keep_in_touch() {
        let config = Config {
            patience: Some(Duration::from_secs(20)),
            ..Config::default()
        };
        let (mut a, mut b) = open(config);
        let quiet = a.counters().sent;
        for now in (10..300_000).step_by(5).map(at) {
            settle(now, &mut a, &mut b);
        }
        assert!(a.is_open() && !a.is_over());
        let asked = a.counters().sent - quiet;
        assert!((25..70).contains(&asked), "{asked}");
    }

    #[test]
    fn a_closed_end_answers_one_who_has_not_heard_it() {
        let (mut a, mut b) = open(Config::default());
        for end in [&mut a, &mut b] {
            end.finish(at(10));
        }
        // Everything that the listener says is lost for a while.
        for now in (10..400).map(at) {
            b.handle_timeout(now);
            a.handle_timeout(now);
            while let Some(bytes) = datagram(&mut a) {
                b.handle(now, &bytes);
            }
            while datagram(&mut b).is_some() {}
        }
        assert!(!a.is_closed() && !a.is_over() && !b.is_over());
        run(400, 3000, &mut a, &mut b);
        assert!(a.is_closed() && a.is_over() && b.is_over());
    }
}
