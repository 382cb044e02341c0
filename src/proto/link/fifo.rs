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

mod congestion;
mod frame;
mod sender;

use std::time::Duration;

use blake3::Hasher;
use thiserror::Error;

use self::frame::OVERHEAD;
pub use self::frame::{Ack, Frame, FrameError, LARGEST_DATAGRAM, LARGEST_PAYLOAD, Side};
use self::sender::Sender;
use super::reassembler::Reassembler;
use super::seal::Seal;
use super::{Limits, Rto};
use crate::proto::{Instant, Machine};

/// One end of a FIFO link.
#[derive(Clone, Debug)]
pub struct Link {
    side: Side,
    stream: Option<u64>,
    open: Open,
    sent_digest: Hasher,
    received_digest: Hasher,
    seal: Seal,
    patience: Option<Duration>,
    now: Instant,
    sender: Sender,
    receiver: Reassembler,
    /// The number of the next transmission.
    upcoming: u64,
    /// An acknowledgement is to be sent, in answer to the frame with this number if there is one.
    ack_due: bool,
    answering: Option<u64>,
    /// The first index that the other end was last told that there is no room for.
    told: u64,
    /// How much new room is worth a datagram.
    worth_telling: u64,
    /// Since when nothing was heard that was waited for.
    silent_since: Instant,
    gave_up: GaveUp,
    payload: Vec<u8>,
    counters: Counters,
}

/// What a link is to keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// How many bytes each direction may hold: those that were written and not acknowledged, and those that
    /// arrived and were not read.
    pub buffer: usize,
    /// The bounds of the retransmission timer.
    pub limits: Limits,
    /// How long the other end may be silent when something is waited for.
    pub patience: Option<Duration>,
    /// The largest datagram (bytes of UDP payload) that the interface takes: 65,507 on loopback over IPv4, 1,472 on
    /// Ethernet.
    pub largest_datagram: usize,
    /// What `getsockopt(SO_RCVBUF)` says of the socket: how much the kernel holds for this end while it is busy.
    pub socket_buffer: usize,
    /// How long nothing is heard before the other end is asked for a sign of life.
    pub keep_alive: Option<Duration>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            buffer: 256 << 10,
            limits: Limits::REQUEST,
            patience: None,
            largest_datagram: LARGEST_DATAGRAM,
            socket_buffer: 212_992,
            keep_alive: Some(Duration::from_secs(10)),
        }
    }
}

/// What happened to datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Frames sent.
    pub sent: u64,
    /// Of these, segments sent again.
    pub retransmitted: u64,
    /// Frames of the other end.
    pub received: u64,
    /// Datagrams that were damaged, or made without the secret.
    pub damaged: u64,
    /// Datagrams of other protocols, other streams or this end itself.
    pub foreign: u64,
}

/// What the owner is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send the bytes that were appended, one datagram, to the other end.
    Send,
    /// The other end has answered: the streams are open.
    Opened,
    /// The other end was silent for longer than can be explained. It may be gone; nothing is to be done yet.
    Suspect,
    /// The one that was suspected was heard again.
    Recovered,
    /// The link has failed. Nothing comes after it.
    Failed(Failure),
}

/// Why a link has failed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Failure {
    /// Nothing was heard for longer than the patience.
    #[error("the other end is silent")]
    Silent,
    /// The other end has given the connection up.
    #[error("the other end has aborted the connection: {0}")]
    Reset(Reason),
    /// What arrived is not what was sent.
    #[error("the digest of what arrived is not that of what was sent")]
    Digest,
}

/// Why an end gives up what is not finished.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Reason {
    /// It was told to, or no longer has where to write to.
    #[error("it cannot go on")]
    Cancelled,
    /// The digest of what arrived there is not that of what was sent.
    #[error("it got other bytes than were sent")]
    Digest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    No,
    ToBeTold,
    Yes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GaveUp {
    No,
    ToBeTold,
    Yes,
}

impl Link {
    /// The end that begins. The nonce is a random number of this link's own.
    pub fn caller(now: Instant, nonce: u64, seal: Seal, config: Config) -> Self {
        Self::new(now, Side::Caller, Some(nonce), seal, config)
    }

    /// The end that is called: of the first valid caller. The nonce is a random number of this link's own.
    ///
    /// Until the link [`is_open`](Self::is_open), an answer goes to where the datagram came from that was handled
    /// last; from then on the other end is at the address whose datagram opened it.
    pub fn listener(now: Instant, _nonce: u64, seal: Seal, config: Config) -> Self {
        Self::new(now, Side::Listener, None, seal, config)
    }

    fn new(now: Instant, side: Side, stream: Option<u64>, seal: Seal, config: Config) -> Self {
        Self {
            side,
            stream,
            open: Open::No,
            sent_digest: Hasher::new(),
            received_digest: Hasher::new(),
            seal,
            patience: config.patience,
            now,
            sender: Sender::new(
                config.buffer,
                config.largest_datagram.clamp(LARGEST_DATAGRAM, 65_507) - OVERHEAD,
                Rto::new(config.limits),
            ),
            receiver: Reassembler::new(config.buffer),
            upcoming: 0,
            ack_due: false,
            answering: None,
            told: config.buffer as u64,
            worth_telling: (config.buffer / 2).min(2 * LARGEST_PAYLOAD) as u64,
            silent_since: now,
            gave_up: GaveUp::No,
            payload: Vec::new(),
            counters: Counters::default(),
        }
    }

    /// Writes to the stream as many of `bytes` as there is room for, and says how many: none after
    /// [`finish`](Self::finish).
    pub fn write(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.begin_to_wait(now);
        let count = self.sender.write(self.now, bytes);
        self.sent_digest.update(bytes.get(..count).unwrap_or_default());
        count
    }

    /// Ends the stream.
    pub fn finish(&mut self, now: Instant) {
        self.begin_to_wait(now);
        self.sender.finish(self.now);
    }

    /// The bytes of the other end's stream that can be read now, or the first part of them.
    pub fn readable(&self) -> &[u8] {
        self.receiver.readable()
    }

    /// Takes note that `count` of the readable bytes were read.
    pub fn consume(&mut self, now: Instant, count: usize) {
        self.now = self.now.max(now);
        let read = self.receiver.readable();
        self.received_digest.update(read.get(..count).unwrap_or(read));
        self.receiver.consume(count);
        // The other end is told of new room when it is worth a datagram (RFC 9293, 3.8.6.2.2).
        if self.limit() - self.told >= self.worth_telling && !self.receiver.is_complete() {
            self.ack_due = true;
        }
    }

    /// Whether everything that the other end wrote was read, and it has finished.
    pub fn is_read(&self) -> bool {
        self.receiver.is_finished()
    }

    /// Whether everything that was written has arrived, and the end of it if it was finished.
    pub fn is_delivered(&self) -> bool {
        !self.sender.is_waiting()
    }

    /// Whether both streams are finished and have arrived.
    pub fn is_closed(&self) -> bool {
        self.sender.is_finished() && self.is_delivered() && self.receiver.is_complete()
    }

    /// Whether the other end has answered.
    pub fn is_open(&self) -> bool {
        self.open != Open::No
    }

    /// The BLAKE3 digest of everything that was written until now.
    pub fn sent_digest(&self) -> blake3::Hash {
        self.sent_digest.finalize()
    }

    /// The BLAKE3 digest of everything that was read until now.
    pub fn received_digest(&self) -> blake3::Hash {
        self.received_digest.finalize()
    }

    /// What happened to datagrams until now.
    pub fn counters(&self) -> Counters {
        Counters {
            retransmitted: self.sender.retransmissions(),
            ..self.counters
        }
    }

    /// The estimator, with what it has learnt.
    pub fn rto(&self) -> Rto {
        self.sender.rto()
    }

    /// Silence counts from when there is something to wait for.
    fn begin_to_wait(&mut self, now: Instant) {
        self.now = self.now.max(now);
        if !self.sender.is_waiting() {
            self.silent_since = self.now;
        }
    }

    /// The first index of the other end's stream that there is no room for.
    fn limit(&self) -> u64 {
        self.receiver.next() + self.receiver.window() as u64
    }

    /// What has arrived of the other end's stream. Its end has an index of its own.
    fn ack(&mut self) -> Ack {
        let next = self.receiver.next() + u64::from(self.receiver.is_complete());
        let end = self.receiver.end();
        self.told = self.limit();
        self.ack_due = false;
        Ack {
            next,
            window: u32::try_from(self.told.saturating_sub(next)).unwrap_or(u32::MAX),
            answered: self.answering.take(),
            ranges: self
                .receiver
                .islands()
                .map(|island| island.start..island.end + u64::from(end == Some(island.end)))
                .collect(),
        }
    }

    /// Writes the next frame, with the payload that lies ready.
    fn send(&mut self, first: u64, fin: bool, asks: bool, bytes: &mut Vec<u8>) -> Output {
        let frame = Frame {
            from: self.side,
            stream: self.stream.unwrap_or(0),
            number: self.upcoming,
            first,
            fin,
            asks,
            ack: self.ack(),
            payload: &self.payload,
        };
        frame.write(&self.seal, bytes);
        self.upcoming += 1;
        self.counters.sent += 1;
        Output::Send
    }

    /// When the other end will have been silent for too long.
    fn out_of_patience(&self) -> Option<Instant> {
        let patience = self.patience.filter(|_| self.sender.is_waiting())?;
        Some(self.silent_since + patience)
    }
}

impl Machine for Link {
    /// A datagram, whatever it is.
    type Input<'a> = &'a [u8];
    type Output = Output;

    fn handle(&mut self, now: Instant, datagram: &[u8]) {
        self.now = self.now.max(now);
        if self.gave_up != GaveUp::No {
            return;
        }
        let frame = match Frame::parse(&self.seal, datagram) {
            Ok(frame)
                if self.stream.is_none_or(|stream| frame.stream == stream)
                    && frame.from == self.side.other() =>
            {
                frame
            }
            Ok(_) | Err(FrameError::Foreign | FrameError::Malformed) => {
                self.counters.foreign += 1;
                return;
            }
            Err(FrameError::Damaged) => {
                self.counters.damaged += 1;
                return;
            }
        };
        self.stream = Some(frame.stream);
        if self.open == Open::No {
            self.open = Open::ToBeTold;
        }
        self.counters.received += 1;
        self.silent_since = self.now;
        self.sender.acknowledge(self.now, self.upcoming, &frame.ack);
        self.receiver.insert(frame.first, frame.payload, frame.fin);
        if frame.asks {
            self.ack_due = true;
            self.answering = Some(frame.number);
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = self.now.max(now);
        if self.gave_up != GaveUp::No {
            return;
        }
        if self.out_of_patience().is_some_and(|end| self.now >= end) {
            self.gave_up = GaveUp::ToBeTold;
        } else {
            self.sender.handle_timeout(self.now, self.upcoming);
        }
    }

    fn poll_output(&mut self, bytes: &mut Vec<u8>) -> Option<Output> {
        match self.gave_up {
            GaveUp::No => {}
            GaveUp::ToBeTold => {
                self.gave_up = GaveUp::Yes;
                return Some(Output::Failed(Failure::Silent));
            }
            GaveUp::Yes => return None,
        }
        if self.open == Open::ToBeTold {
            self.open = Open::Yes;
            return Some(Output::Opened);
        }
        self.stream?;
        self.payload.clear();
        if let Some(transmission) = self.sender.poll(self.now, self.upcoming) {
            self.sender.copy(transmission, &mut self.payload);
            return Some(self.send(transmission.first, transmission.fin, true, bytes));
        }
        self.ack_due.then(|| self.send(0, false, false, bytes))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.gave_up != GaveUp::No {
            return None;
        }
        self.sender
            .poll_timeout()
            .into_iter()
            .chain(self.out_of_patience())
            .min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn what_is_written_is_read_and_each_end_finishes_for_itself() {
        let (mut a, mut b) = pair(Config::default());
        a.write(at(0), b"question");
        a.finish(at(0));
        settle(at(1), &mut a, &mut b);
        assert_eq!(b.readable(), b"question");
        b.consume(at(1), 8);
        assert!(b.is_read() && a.is_delivered() && !a.is_closed());
        b.write(at(2), b"answer");
        b.finish(at(2));
        settle(at(3), &mut a, &mut b);
        assert_eq!(a.readable(), b"answer");
        assert!(a.is_closed() && b.is_closed());
        assert_eq!((a.poll_timeout(), b.poll_timeout()), (None, None));
    }

    #[test]
    fn a_damaged_datagram_is_a_lost_one() {
        let (mut a, mut b) = pair(Config::default());
        a.write(at(0), b"question");
        let mut bytes = datagram(&mut a).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        b.handle(at(1), &bytes);
        assert_eq!((b.readable(), b.counters().damaged), (b"".as_slice(), 1));
        let timer = a.poll_timeout().unwrap();
        a.handle_timeout(timer);
        settle(timer, &mut a, &mut b);
        assert_eq!(b.readable(), b"question");
        assert_eq!(a.counters().retransmitted, 1);
    }

    #[test]
    fn a_frame_of_another_stream_or_sent_back_is_foreign() {
        let (mut a, _) = pair(Config::default());
        a.write(at(0), b"question");
        let echo = datagram(&mut a).unwrap();
        a.handle(at(1), &echo);
        let mut other = Link::caller(at(0), 8, Seal::xxh3(), Config::default());
        other.handle(at(1), &echo);
        assert_eq!((a.counters().foreign, other.counters().foreign), (1, 1));
        assert!(a.readable().is_empty() && other.readable().is_empty());
    }

    #[test]
    fn a_slow_reader_holds_the_writer_up_and_lets_it_go_on() {
        let (mut a, mut b) = pair(Config {
            buffer: 4000,
            ..Config::default()
        });
        let text: Vec<u8> = (0..20_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let (mut written, mut read) = (0, Vec::new());
        for now in (0..1000).map(at) {
            written += a.write(now, &text[written..]);
            settle(now, &mut a, &mut b);
            assert!(written <= read.len() + 8000);
            let count = b.readable().len().min(500);
            read.extend_from_slice(&b.readable()[..count]);
            b.consume(now, count);
        }
        assert_eq!(read, text);
    }

    #[test]
    fn a_silent_end_is_given_up_only_when_something_is_waited_for() {
        let (mut a, _) = pair(Config {
            patience: Some(Duration::from_secs(5)),
            ..Config::default()
        });
        assert_eq!(a.poll_timeout(), None);
        a.write(at(60_000), b"anybody?");
        let mut last = None;
        for _ in 0..100 {
            let Some(timeout) = a.poll_timeout() else {
                break;
            };
            a.handle_timeout(timeout);
            last = a.poll_output(&mut Vec::new());
            assert!(timeout <= at(65_000));
        }
        assert_eq!(last, Some(Output::Failed(Failure::Silent)));
    }
}
