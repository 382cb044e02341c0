//! One end of a FIFO link: takes what comes apart, and puts together what goes.

use std::collections::VecDeque;

use blake3::Hash;

use super::super::seal::Seal;
use super::arrivals::Arrivals;
use super::closing::Closing;
use super::config::{Config, Counters, Failure, Output, Path, Reason};
use super::detector::{Detector, Opinion};
use super::flight::Role;
use super::frame::{
    ACK_LEN, Ack, DIGEST_LEN, FIXED_LEN, Frame, FrameError, HELLO_LEN, Numbers, Segment, Side,
};
use super::handshake::Greeting;
use super::incoming::Incoming;
use super::sender::{Plan, Sender, segment_room};
use crate::proto::link::TAG_LEN;
use crate::proto::{Instant, Machine};

/// One end of a FIFO link.
#[derive(Clone, Debug)]
pub struct Link {
    pub(super) side: Side,
    pub(super) stage: Stage,
    pub(super) config: Config,
    pub(super) now: Instant,
    pub(super) greeting: Greeting,
    pub(super) sender: Sender,
    pub(super) incoming: Incoming,
    pub(super) closing: Closing,
    pub(super) detector: Detector,
    pub(super) events: VecDeque<Output>,
    /// The other end is to be asked for an answer, whatever it is.
    pub(super) ping_due: bool,
    arrivals: Arrivals,
    seal: Seal,
    counters: Counters,
    /// The ranges of an acknowledgement that is being written.
    ranges: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The other end is not known yet.
    Greeting,
    Open,
    /// This end has given up, and the other one is told.
    Resetting(Reason),
    /// The other end has given up, and is told that this was heard.
    Answering,
    Over,
}

impl Link {
    /// The end that begins. The nonce is a random number, of this link alone.
    pub fn caller(now: Instant, nonce: u64, seal: Seal, config: Config) -> Self {
        Self::new(now, Side::Caller, nonce, seal, config)
    }

    /// The end that is called, by the first who does. The nonce is a random number, of this link alone.
    ///
    /// Until the link [`is_open`](Self::is_open), an answer goes to where the datagram came from that was handled
    /// last; from then on the other end is at the address whose datagram opened it.
    pub fn listener(now: Instant, nonce: u64, seal: Seal, config: Config) -> Self {
        Self::new(now, Side::Listener, nonce, seal, config)
    }

    fn new(now: Instant, side: Side, nonce: u64, seal: Seal, config: Config) -> Self {
        Self {
            side,
            stage: Stage::Greeting,
            config,
            now,
            greeting: Greeting::new(now, side, nonce),
            sender: Sender::new(now, config.buffer),
            incoming: Incoming::new(config.buffer),
            closing: Closing::default(),
            detector: Detector::new(now, config.patience, config.keep_alive),
            events: VecDeque::new(),
            ping_due: false,
            arrivals: Arrivals::default(),
            seal,
            counters: Counters::default(),
            ranges: Vec::new(),
        }
    }

    /// Writes to the stream as many of `bytes` as there is room for, and says how many: none after
    /// [`finish`](Self::finish).
    pub fn write(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.now = self.now.max(now);
        let count = self.sender.stream.write(bytes, self.sender.ahead());
        self.sender.wrote(self.now);
        count
    }

    /// Where the next bytes may be put that are to be written, so that they need not be copied; empty when there is no
    /// room. It is as large as lies in one piece; behind it there may be more.
    pub fn spare(&mut self) -> &mut [u8] {
        let ahead = self.sender.ahead();
        self.sender.stream.spare(ahead)
    }

    /// Writes to the stream the first `count` bytes of what [`spare`](Self::spare) gave.
    pub fn wrote(&mut self, now: Instant, count: usize) {
        self.now = self.now.max(now);
        self.sender.stream.wrote(count);
        self.sender.wrote(self.now);
    }

    /// Ends the stream.
    pub fn finish(&mut self, now: Instant) {
        self.now = self.now.max(now);
        self.sender.stream.finish();
        self.sender.wrote(self.now);
    }

    /// The bytes of the other end's stream that can be read now, or the first part of them.
    pub fn readable(&self) -> &[u8] {
        self.incoming.readable()
    }

    /// Takes note that `count` of the readable bytes were read.
    pub fn consume(&mut self, now: Instant, count: usize) {
        self.now = self.now.max(now);
        if self.incoming.consume(count) && self.stage == Stage::Open {
            self.arrivals.hurry(self.now);
        }
    }

    /// Takes note that the system refused to send a datagram of this size because it is too large (EMSGSIZE).
    pub fn too_large(&mut self, now: Instant, size: usize) {
        self.now = self.now.max(now);
        self.sender.search.refused(size);
    }

    /// Whether the other end has answered.
    pub fn is_open(&self) -> bool {
        self.stage != Stage::Greeting
    }

    /// Whether everything that the other end wrote was read, and it has finished, and the digests are equal.
    pub fn is_read(&self) -> bool {
        self.incoming.is_read()
    }

    /// Whether everything that was written has arrived, and the end of it if it was finished.
    pub fn is_delivered(&self) -> bool {
        !self.sender.stream.is_waiting()
    }

    /// Whether both streams are finished and have arrived, with the right digests.
    pub fn is_closed(&self) -> bool {
        self.sender.stream.digest().is_some() && self.is_delivered() && self.incoming.is_whole()
    }

    /// Whether the other end needs nothing of this one any more, or was told often enough, or has failed: the owner
    /// may let go.
    pub fn is_over(&self) -> bool {
        self.stage == Stage::Over && self.events.is_empty()
    }

    /// The BLAKE3 digest of everything that was written, once it is finished.
    pub fn sent_digest(&self) -> Option<Hash> {
        self.sender.stream.digest()
    }

    /// The BLAKE3 digest of everything that the other end wrote, once all of it has arrived.
    pub fn received_digest(&self) -> Option<Hash> {
        self.incoming.digest()
    }

    /// How many bytes were written, and how many arrived.
    pub fn bytes(&self) -> (u64, u64) {
        (self.sender.stream.written(), self.incoming.arrived())
    }

    /// What happened to datagrams until now.
    pub fn counters(&self) -> Counters {
        let tally = self.sender.tally;
        Counters {
            retransmitted: tally.retransmitted,
            lost: tally.lost,
            spurious: tally.spurious,
            ..self.counters
        }
    }

    /// What is known of the path.
    pub fn path(&self) -> Path {
        let least_rtt = self.sender.rtt.least();
        Path {
            smoothed_rtt: least_rtt.map(|_| self.sender.rtt.smoothed()),
            least_rtt,
            delivery_rate: self.sender.control.rate(),
            window: self.sender.control.window(),
            in_flight: self.sender.flight.in_flight(),
            datagram: self.sender.search.current(),
        }
    }

    /// A frame with nothing in it.
    pub(super) fn frame<'a>(&self) -> Frame<'a> {
        let number = self.sender.flight.next();
        // What was overtaken by a few is still wanted at the other end, even if nobody waits for it.
        let back = (number - self.sender.flight.oldest()).max(OVERTAKEN).min(number);
        Frame {
            from: self.side,
            stream: self.greeting.stream(),
            number,
            back: u32::try_from(back).unwrap_or(u32::MAX),
            asks: false,
            done: self.closing.since.is_some(),
            hello: None,
            ack: None,
            reset: None,
            segment: None,
            padding: 0,
        }
    }

    /// Sends a frame that nobody waits for.
    pub(super) fn write_frame(&mut self, frame: &Frame<'_>, bytes: &mut Vec<u8>) {
        let start = bytes.len();
        frame.write(&self.seal, bytes);
        self.counters.sent += 1;
        self.sender.sent(self.now, bytes.len() - start, Role::Bare, 0..0);
    }

    fn poll_open(&mut self, bytes: &mut Vec<u8>) -> bool {
        let has_news = self.arrivals.has_news();
        let ack_due = self.arrivals.due().is_some_and(|due| self.now >= due);
        let mut ranges = std::mem::take(&mut self.ranges);
        let numbers = if has_news {
            let (numbers, to) = self.arrivals.numbers();
            Numbers::encode(numbers, to, MOST_RANGE_BYTES, &mut ranges)
        } else {
            None
        };
        let mut others = numbers.map_or(0, |numbers| ACK_LEN + numbers.len());
        if self.greeting.confirms {
            others += HELLO_LEN;
        }
        if self.sender.stream.digest().is_some() {
            others += DIGEST_LEN;
        }
        let room = segment_room(self.sender.search.current(), others);
        let mut plan = self.sender.poll(self.now, room);
        if plan.is_none() && self.ping_due {
            // One who knows that the other end is done does not ask it for anything.
            let last = self.closing.since.is_some() && self.closing.peer_done;
            plan = (!last).then_some(Plan::Ping);
            if last {
                self.closing.told = true;
            }
        }
        let sends = plan.is_some() || ack_due || self.ping_due;
        if sends {
            self.ping_due = false;
            self.send(plan, numbers, others, bytes);
        }
        self.ranges = ranges;
        sends
    }

    fn send(&mut self, plan: Option<Plan>, numbers: Option<Numbers<'_>>, others: usize, bytes: &mut Vec<u8>) {
        let mut frame = self.frame();
        frame.asks = plan.is_some();
        if self.greeting.confirms {
            frame.hello = Some(self.hello(self.greeting.peer));
        }
        if let Some(numbers) = numbers {
            let delay = self.arrivals.tell(self.now);
            let (next, limit) = self.incoming.tell();
            frame.ack = Some(Ack {
                next,
                limit,
                delay: u32::try_from(delay.as_micros()).unwrap_or(u32::MAX),
                numbers,
            });
        }
        let (mut role, mut range) = (Role::Bare, 0..0);
        match plan {
            None => {}
            Some(Plan::Ping) => role = Role::Asking,
            Some(Plan::Search(size)) => {
                role = Role::Search;
                frame.padding = size.saturating_sub(FIXED_LEN + TAG_LEN + others);
            }
            Some(Plan::Segment(planned)) => {
                role = Role::Asking;
                let digest = self.sender.stream.digest();
                let end = digest.filter(|_| self.sender.stream.is_end(&planned));
                frame.segment = Some(Segment {
                    first: planned.start,
                    end: end.map(|digest| *digest.as_bytes()),
                    bytes: &[],
                });
                range = planned;
            }
        }
        self.closing.told |= frame.done;
        let start = bytes.len();
        let stream = &self.sender.stream;
        frame.write_with(&self.seal, bytes, |bytes| stream.copy(range.clone(), bytes));
        self.counters.sent += 1;
        if role != Role::Bare {
            self.detector.asked(self.now);
        }
        self.sender.sent(self.now, bytes.len() - start, role, range);
    }

    /// Takes what a frame of this connection has.
    fn take(&mut self, frame: &Frame<'_>) {
        if !self.arrivals.is_new(frame.number) {
            self.counters.duplicates += 1;
            return;
        }
        if let Some(ack) = &frame.ack {
            self.greeting.confirms = false;
            self.sender.acknowledge(self.now, ack);
        }
        let taken = frame
            .segment
            .as_ref()
            .is_none_or(|segment| self.incoming.insert(segment));
        if taken {
            let oldest = frame.number - u64::from(frame.back);
            self.arrivals.note(self.now, frame.number, oldest, frame.asks);
        } else {
            // There was no room for it: the other end is to know how much there is, and to send it again.
            self.arrivals.hurry(self.now);
        }
    }

    fn note(&mut self, opinion: Option<Opinion>) {
        match opinion {
            Some(Opinion::Suspect) if self.is_open() => self.events.push_back(Output::Suspect),
            Some(Opinion::Recovered) if self.is_open() => self.events.push_back(Output::Recovered),
            Some(Opinion::GiveUp) => {
                self.fail(Failure::Silent);
                self.stage = Stage::Over;
            }
            _ => {}
        }
    }
}

impl Machine for Link {
    /// A datagram, whatever it is.
    type Input<'a> = &'a [u8];
    type Output = Output;

    fn handle(&mut self, now: Instant, datagram: &[u8]) {
        self.now = self.now.max(now);
        if self.stage == Stage::Over {
            return;
        }
        let frame = match Frame::parse(&self.seal, datagram) {
            Ok(frame) if frame.from == self.side.other() => frame,
            Ok(_) | Err(FrameError::Foreign | FrameError::Malformed) => {
                self.counters.foreign += 1;
                return;
            }
            Err(FrameError::Version(_)) => {
                self.counters.other_version += 1;
                return;
            }
            Err(FrameError::Damaged) => {
                self.counters.damaged += 1;
                return;
            }
        };
        if !self.greet(&frame, datagram.len()) {
            if self.greeting.answer.is_none() {
                self.counters.foreign += 1;
            }
            return;
        }
        self.counters.received += 1;
        let opinion = self.detector.heard(self.now);
        self.note(opinion);
        if self.take_leave(&frame) {
            self.take(&frame);
            self.look_for_end();
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = self.now.max(now);
        let opinion = match self.stage {
            Stage::Over => return,
            Stage::Resetting(_) | Stage::Answering => None,
            Stage::Greeting | Stage::Open => self
                .detector
                .handle_timeout(self.now, self.sender.rtt.probe_timeout()),
        };
        self.note(opinion);
        if self.stage == Stage::Open {
            self.sender.handle_timeout(self.now);
            self.ping_due |=
                self.closing.since.is_none() && self.detector.asks_at().is_some_and(|at| self.now >= at);
            self.end_timeout();
        }
    }

    fn poll_output(&mut self, bytes: &mut Vec<u8>) -> Option<Output> {
        if let Some(event) = self.events.pop_front() {
            return Some(event);
        }
        let sent = match self.stage {
            Stage::Over => false,
            Stage::Greeting => self.poll_greeting(bytes),
            Stage::Open => self.poll_greeting(bytes) || self.poll_open(bytes),
            Stage::Resetting(_) | Stage::Answering => self.poll_reset(bytes),
        };
        self.look_for_end();
        sent.then_some(Output::Send)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let probe_timeout = self.sender.rtt.probe_timeout();
        let suspects = self.detector.due(probe_timeout);
        let due = match self.stage {
            Stage::Over => [None; 5],
            Stage::Resetting(_) | Stage::Answering => [self.end_due(), None, None, None, None],
            Stage::Greeting => [self.greeting.again_at, suspects, None, None, None],
            Stage::Open => [
                self.sender.poll_timeout(),
                self.arrivals.due(),
                suspects,
                self.detector.asks_at().filter(|_| self.closing.since.is_none()),
                self.end_due(),
            ],
        };
        due.into_iter().flatten().min()
    }
}

/// By how many later ones a datagram may be overtaken that nobody waits for.
const OVERTAKEN: u64 = 256;

/// What the ranges of an acknowledgement take at most.
const MOST_RANGE_BYTES: usize = 600;
