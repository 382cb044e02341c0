//! Streams that go through one bottleneck together, as fast as they are let, in virtual time.

use std::time::Duration;

use fairloss::proto::link::fifo::{Config, Failure, Link, Output};
use fairloss::proto::link::{Chaos, Fates, Seal, Tally};
use fairloss::proto::{Instant, Machine};

/// A road with two lanes: one there, one back.
pub(crate) struct Road {
    pub(crate) now: Instant,
    pub(crate) streams: Vec<Stream>,
    there: Chaos<usize>,
    back: Chaos<usize>,
    /// What the road does not carry: at this time, of this size.
    swallows: fn(Instant, usize) -> bool,
}

/// One stream from a caller to a listener.
pub(crate) struct Stream {
    pub(crate) from: Link,
    pub(crate) to: Link,
    /// How many bytes have been read.
    pub(crate) read: u64,
    /// What the caller's link has said, besides what it sent.
    pub(crate) said: Vec<(Instant, Output)>,
    begins: Instant,
    fates: [Fates; 2],
    /// How many bytes are still to be written.
    left: u64,
}

impl Road {
    pub(crate) fn new(network: &str) -> Self {
        let spec = network.parse().expect("well-formed");
        Self {
            now: Instant::ZERO,
            streams: Vec::new(),
            there: Chaos::new(spec, 1),
            back: Chaos::new(spec, 2),
            swallows: |_, _| false,
        }
    }

    /// With something that the road does not carry, in either direction.
    pub(crate) fn swallowing(mut self, swallows: fn(Instant, usize) -> bool) -> Self {
        self.swallows = swallows;
        self
    }

    /// With a stream of so many bytes that begins at a time.
    pub(crate) fn stream(mut self, begins: Duration, bytes: u64, config: Config) -> Self {
        let (number, begins) = (self.streams.len() as u64, Instant::ZERO + begins);
        self.streams.push(Stream {
            from: Link::caller(begins, 77 + number, Seal::checksum(), config),
            to: Link::listener(begins, 7700 + 13 * number, Seal::checksum(), config),
            read: 0,
            said: Vec::new(),
            begins,
            fates: [Fates::of(1, number), Fates::of(2, number)],
            left: bytes,
        });
        self
    }

    /// What the lane there did.
    pub(crate) fn tally(&self) -> Tally {
        self.there.tally()
    }

    /// Goes on for a time, or until every stream is over; says how much each stream has brought in the meantime.
    pub(crate) fn run(&mut self, time: Duration) -> Vec<u64> {
        let before: Vec<u64> = self.streams.iter().map(|stream| stream.read).collect();
        let end = self.now + time;
        while self.now < end {
            while self.carry() {}
            if self.streams.iter().all(Stream::is_over) {
                break;
            }
            let mut due = vec![end];
            due.extend(
                [self.there.poll_timeout(), self.back.poll_timeout()]
                    .into_iter()
                    .flatten(),
            );
            for stream in &self.streams {
                due.extend(stream.wakes_at(self.now));
            }
            self.now = due.into_iter().min().map_or(end, |due| due.max(self.now));
            for stream in self.streams.iter_mut().filter(|stream| self.now >= stream.begins) {
                stream.from.handle_timeout(self.now);
                stream.to.handle_timeout(self.now);
            }
            self.there.handle_timeout(self.now);
            self.back.handle_timeout(self.now);
        }
        before
            .iter()
            .zip(&self.streams)
            .map(|(before, stream)| stream.read - before)
            .collect()
    }

    /// Carries what there is now. Whether there was anything.
    fn carry(&mut self) -> bool {
        let (now, swallows) = (self.now, self.swallows);
        let mut progress = false;
        let mut bytes = Vec::new();
        for (number, stream) in self.streams.iter_mut().enumerate() {
            if now < stream.begins {
                continue;
            }
            stream.act(now);
            let [there, back] = &mut stream.fates;
            let lanes = [
                (&mut stream.from, &mut self.there, there),
                (&mut stream.to, &mut self.back, back),
            ];
            for (end, lane, fates) in lanes {
                while let Some(output) = end.poll_output(&mut bytes) {
                    if output != Output::Send {
                        stream.said.push((now, output));
                    } else if !swallows(now, bytes.len()) {
                        lane.send(now, fates, number, &bytes);
                    }
                    progress = true;
                    bytes.clear();
                }
            }
        }
        while let Some(number) = self.there.poll_output(&mut bytes) {
            self.streams[number].to.handle(now, &bytes);
            progress = true;
            bytes.clear();
        }
        while let Some(number) = self.back.poll_output(&mut bytes) {
            self.streams[number].from.handle(now, &bytes);
            progress = true;
            bytes.clear();
        }
        progress
    }
}

impl Stream {
    /// Writes all that there is room for, and reads all that is there.
    fn act(&mut self, now: Instant) {
        while self.left > 0 {
            let most = usize::try_from(self.left).unwrap_or(usize::MAX);
            let written = self.from.write(now, PIECE.get(..most).unwrap_or(PIECE));
            self.left -= written as u64;
            if written == 0 {
                break;
            }
        }
        if self.left == 0 {
            self.from.finish(now);
        }
        if self.to.is_open() {
            self.to.finish(now);
        }
        while !self.to.readable().is_empty() {
            let count = self.to.readable().len();
            self.to.consume(now, count);
            self.read += count as u64;
        }
    }

    fn is_over(&self) -> bool {
        self.from.is_over() && self.to.is_over()
    }

    fn wakes_at(&self, now: Instant) -> Option<Instant> {
        if now < self.begins {
            return Some(self.begins);
        }
        let due = [self.from.poll_timeout(), self.to.poll_timeout()];
        due.into_iter().flatten().min()
    }

    /// How either end has failed, if one has.
    pub(crate) fn failure(&self) -> Option<Failure> {
        self.said.iter().find_map(|(_, output)| match output {
            Output::Failed(failure) => Some(*failure),
            _ => None,
        })
    }
}

const PIECE: &[u8] = &[7; 16 << 10];
