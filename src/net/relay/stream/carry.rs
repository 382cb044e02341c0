//! One way of a connection through a bad network.

use std::cell::Cell;

use rustix::net::{Shutdown, shutdown};
use tokio::io::Interest;

use super::{Hub, SCRATCH};
use crate::net::Endpoint;
use crate::net::relay::Direction;
use crate::proto::Instant;
use crate::proto::link::{ChaosStream, Fates, Last, StreamTally};

/// What a way waits for.
enum Event {
    /// So many bytes were delivered.
    Delivered(usize),
    /// So many bytes came; none is the end.
    Came(usize),
    /// The sender is gone.
    Lost,
    /// The receiver is gone.
    Refused,
    /// Time has passed.
    Time,
}

impl Hub {
    /// Carries what `from` sends to `to`, until its end has arrived there.
    pub(super) async fn disturb(
        &self,
        direction: Direction,
        from: &Endpoint,
        to: &Endpoint,
        number: u64,
        moved: &Cell<Instant>,
    ) -> Last {
        let [up, down] = &self.lines;
        let line = match direction {
            Direction::Up => up,
            Direction::Down => down,
        };
        let fates = Fates::of(direction.seed(self.route.seed), number);
        let mut stream = ChaosStream::new(self.route.spec, fates);
        let (mut open, mut noted) = (true, StreamTally::default());
        loop {
            if let Some(last) = stream.ended(self.clock.now()) {
                if last == Last::Fin {
                    let _ = shutdown(to, Shutdown::Write);
                }
                self.add(direction, stream.tally(), &mut noted);
                return last;
            }
            let room = if open { stream.room().min(SCRATCH) } else { 0 };
            let next = stream.poll_timeout();
            let due = stream.arrived(self.clock.now());
            let time = async {
                match next {
                    Some(next) => self.clock.sleep_until(next).await,
                    None => std::future::pending().await,
                }
            };
            let event = tokio::select! {
                written = to.when(Interest::WRITABLE, || to.write(due)), if !due.is_empty() => {
                    written.map_or(Event::Refused, Event::Delivered)
                }
                read = from.when(Interest::READABLE, || self.read(from, room)), if room > 0 => {
                    read.map_or(Event::Lost, Event::Came)
                }
                () = from.broke(), if open && room == 0 => Event::Lost,
                () = time => Event::Time,
            };
            let now = self.clock.now();
            match event {
                Event::Delivered(count) => {
                    moved.set(now);
                    stream.take(count);
                    self.add(direction, stream.tally(), &mut noted);
                }
                Event::Came(0) => {
                    open = false;
                    stream.end(now, Last::Fin);
                }
                Event::Came(count) => {
                    moved.set(now);
                    let scratch = self.scratch.borrow();
                    let bytes = scratch.get(..count).unwrap_or_default();
                    stream.push(now, &mut line.borrow_mut(), bytes);
                }
                Event::Lost => {
                    open = false;
                    stream.end(now, Last::Reset);
                }
                Event::Refused => return Last::Reset,
                Event::Time => {}
            }
        }
    }

    fn read(&self, from: &Endpoint, room: usize) -> std::io::Result<usize> {
        let mut scratch = self.scratch.borrow_mut();
        from.read(scratch.get_mut(..room).unwrap_or_default())
    }

    /// Counts what is new.
    fn add(&self, direction: Direction, tally: StreamTally, noted: &mut StreamTally) {
        let new = tally.since(*noted);
        *noted = tally;
        self.tally.note(|tallies| match direction {
            Direction::Up => tallies.up.add(new),
            Direction::Down => tallies.down.add(new),
        });
    }
}
