//! How two ends come to know each other.
//!
//! ```text
//!   caller                                    listener
//!     │  hello (nonce c), padded ───────────────▶ │   answers, and remembers nothing
//!     │ ◀─────────── hello (nonce l, echo c)      │
//!   open  hello (nonce c, echo l), bytes ───────▶ │   open: who echoes l has seen it
//!     │ ◀───────────────────────── ack            │
//! ```
//!
//! The listener takes nothing for true until its nonce comes back: an old datagram, a foreign one, or one with a false
//! address gets at most one answer that is no longer than itself (RFC 9000, 8.1, allows three times as much), and
//! changes nothing. The id of the connection is made of both nonces, so that no datagram of a former one fits.

use super::super::seal::TAG_LEN;
use super::config::Output;
use super::frame::{BASE_DATAGRAM, FIXED_LEN, Frame, HELLO_LEN, Hello, LARGEST_DATAGRAM, Side};
use super::link::{Link, Stage};
use crate::proto::Instant;

/// What an end knows of the other one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Greeting {
    /// This end's nonce.
    pub(super) nonce: u64,
    /// The other end's.
    pub(super) peer: u64,
    /// Whether the other end may not have seen it yet that this one has seen its nonce.
    pub(super) confirms: bool,
    /// When the caller says hello again, and how often it has.
    pub(super) again_at: Option<Instant>,
    pub(super) hellos: u32,
    /// When the only hello or answer was sent.
    said_at: Instant,
    /// Whom the listener is to answer: the nonce, and how long the answer may be.
    pub(super) answer: Option<(u64, usize)>,
}

impl Greeting {
    pub(super) fn new(now: Instant, side: Side, nonce: u64) -> Self {
        Self {
            // Zero is the echo of one who knows no nonce.
            nonce: nonce.max(1),
            peer: 0,
            confirms: side == Side::Caller,
            again_at: (side == Side::Caller).then_some(now),
            hellos: 0,
            said_at: now,
            answer: None,
        }
    }

    /// The id of the connection.
    pub(super) fn stream(&self) -> u64 {
        self.nonce ^ self.peer
    }
}

impl Link {
    /// Takes what the frame says of its sender. Whether the frame belongs to this connection.
    pub(super) fn greet(&mut self, frame: &Frame<'_>, size: usize) -> bool {
        let greeting = &mut self.greeting;
        if let Some(hello) = frame.hello {
            let fits = hello.echo == greeting.nonce && frame.stream == hello.nonce ^ greeting.nonce;
            if hello.echo == 0 && self.side == Side::Listener {
                let may = self.stage == Stage::Greeting || hello.nonce == greeting.peer;
                if may && frame.stream == hello.nonce {
                    greeting.answer = Some((hello.nonce, size));
                    return false;
                }
            } else if fits && self.stage == Stage::Greeting {
                self.open(&hello);
                return true;
            }
        }
        self.stage != Stage::Greeting && frame.stream == greeting.stream()
    }

    fn open(&mut self, hello: &Hello) {
        self.stage = Stage::Open;
        self.events.push_back(Output::Opened);
        let greeting = &mut self.greeting;
        greeting.peer = hello.nonce;
        greeting.answer = None;
        greeting.again_at = None;
        // A second hello or answer would leave it open which of them was answered (Karn's rule).
        let rtt = (greeting.hellos == 1).then(|| self.now - greeting.said_at);
        let seed = greeting.stream();
        // The other end is to learn that it was heard, even if there is nothing to say.
        self.ping_due = true;
        let theirs = usize::try_from(hello.datagram).unwrap_or(usize::MAX);
        let largest = self.largest_datagram().min(theirs.max(LEAST_DATAGRAM));
        self.sender.open(
            self.now,
            rtt,
            largest,
            hello.window,
            u64::from(hello.socket),
            seed,
        );
    }

    /// The next datagram of the handshake, if one is due. Whether one was written.
    pub(super) fn poll_greeting(&mut self, bytes: &mut Vec<u8>) -> bool {
        if let Some((nonce, size)) = self.greeting.answer.take() {
            let hello = self.hello(nonce);
            self.greeting.hellos += 1;
            self.greeting.said_at = self.now;
            self.send_hello(hello, nonce ^ self.greeting.nonce, size, bytes);
            return true;
        }
        if self.greeting.again_at.is_some_and(|at| self.now >= at) {
            self.greeting.again_at =
                Some(self.now + self.sender.rtt.probe_timeout() * (1 << self.greeting.hellos.min(3)));
            self.greeting.hellos += 1;
            self.greeting.said_at = self.now;
            self.detector.asked(self.now);
            self.send_hello(self.hello(0), self.greeting.nonce, BASE_DATAGRAM, bytes);
            return true;
        }
        false
    }

    /// What this end says of itself to the one with this nonce.
    pub(super) fn hello(&self, echo: u64) -> Hello {
        Hello {
            nonce: self.greeting.nonce,
            echo,
            window: self.config.buffer as u64,
            datagram: u32::try_from(self.largest_datagram()).unwrap_or(u32::MAX),
            socket: u32::try_from(self.config.socket_buffer).unwrap_or(u32::MAX),
        }
    }

    fn send_hello(&mut self, hello: Hello, stream: u64, size: usize, bytes: &mut Vec<u8>) {
        let size = size.min(self.largest_datagram()).min(BASE_DATAGRAM);
        let frame = Frame {
            hello: Some(hello),
            stream,
            padding: size.saturating_sub(FIXED_LEN + HELLO_LEN + TAG_LEN),
            ..self.frame()
        };
        self.write_frame(&frame, bytes);
    }

    fn largest_datagram(&self) -> usize {
        self.config
            .largest_datagram
            .clamp(LEAST_DATAGRAM, LARGEST_DATAGRAM)
    }
}

/// Everything that a frame can have besides bytes, and a few of those.
const LEAST_DATAGRAM: usize = 512;
