//! Packets formatted side by side, on all cores.
//!
//! Whoever reads the packets looks ahead in each: what its text owes to the packets before it is noted, and the
//! packet goes into a batch. Full batches are formatted by the helpers, and by the reader whenever they fall
//! behind; the texts come out in the order of the packets. A packet whose text owes more than can be noted is
//! formatted by the reader at once, so that the text is the same as that of one printer, to the byte.
//!
//! Batches go round: there are never more than a few, and each is as long as a packet may be, or a little more than
//! [`BATCH_BYTES`].

use std::collections::VecDeque;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use crate::print::{Known, Options, Packet, Printer, Timestamp};
use crate::wire::LinkType;

/// The helpers, and the batches between them.
pub(super) struct Crew {
    options: Options,
    wanted: usize,
    helpers: Vec<JoinHandle<()>>,
    bench: Arc<Bench>,
    /// The batch that is being filled.
    filling: Batch,
    /// Batches that were used before.
    spare: Vec<Batch>,
    /// The number of the batch whose text comes next, and of the one after the last that was handed on.
    next: u64,
    last: u64,
    /// What the reader formats batches with when it has nothing better to do.
    printer: Printer,
}

/// Packets, and their text once they are formatted.
#[derive(Default)]
struct Batch {
    number: u64,
    notes: Vec<Note>,
    bytes: Vec<u8>,
    /// The names of the packets' interfaces, where they are told: the last one is that of the packets to come.
    interfaces: Vec<Box<str>>,
    /// The texts of the packets that the reader had to format.
    early: Vec<u8>,
    text: Vec<u8>,
}

/// A packet of a batch.
enum Note {
    Packet {
        number: u64,
        /// How many names of interfaces there were with its own, if it has one.
        interface: usize,
        time: Timestamp,
        link: LinkType,
        wire_len: u32,
        bytes: Range<usize>,
        known: Known,
    },
    Early(Range<usize>),
}

/// Enough to be worth waking somebody up for, little enough for the cache that cores share.
const BATCH_BYTES: usize = 256 * 1024;
const BATCH_PACKETS: usize = 1024;

impl Crew {
    /// A crew of `helpers` besides the caller. They are called when the first batch is full: a small file is
    /// printed before they have come.
    pub(super) fn new(options: Options, helpers: usize) -> Self {
        Self {
            printer: Printer::new(options.clone()),
            options,
            wanted: helpers,
            helpers: Vec::new(),
            bench: Arc::default(),
            filling: Batch::default(),
            spare: Vec::new(),
            next: 0,
            last: 0,
        }
    }

    /// Takes a packet, of which `printer` has seen all before it, and writes what is ready of the text so far.
    ///
    /// # Errors
    /// When it cannot be written.
    #[inline]
    pub(super) fn take(
        &mut self,
        printer: &mut Printer,
        packet: &Packet<'_>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let batch = &mut self.filling;
        match printer.look_ahead(packet) {
            Some(known) => {
                let start = batch.bytes.len();
                batch.bytes.extend_from_slice(known.read(packet));
                let interface = batch.interface(packet.interface);
                batch.notes.push(Note::Packet {
                    number: packet.number,
                    interface,
                    time: packet.time,
                    link: packet.link,
                    wire_len: packet.wire_len,
                    bytes: start..batch.bytes.len(),
                    known,
                });
            }
            None => {
                let start = batch.early.len();
                printer.print(packet, &mut batch.early);
                batch.notes.push(Note::Early(start..batch.early.len()));
            }
        }
        let full = batch.notes.len() >= BATCH_PACKETS || batch.bytes.len() + batch.early.len() >= BATCH_BYTES;
        if full { self.hand_on(out) } else { Ok(()) }
    }

    /// Writes the text of all packets that were taken.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn finish(&mut self, out: &mut impl Write) -> io::Result<()> {
        let batch = std::mem::take(&mut self.filling);
        self.put(batch);
        while self.next < self.last {
            self.work_or_wait();
            self.collect(out)?;
        }
        Ok(())
    }

    /// The batch is full: others may have it.
    fn hand_on(&mut self, out: &mut impl Write) -> io::Result<()> {
        while self.helpers.len() < self.wanted {
            let bench = Arc::clone(&self.bench);
            let options = self.options.clone();
            self.helpers
                .push(thread::spawn(move || help(&bench, Printer::new(options))));
        }
        let next = self.spare.pop().unwrap_or_default();
        let full = std::mem::replace(&mut self.filling, next);
        self.put(full);
        self.collect(out)?;
        // The reader is ahead by as much as keeps every helper busy: time to lend a hand. What the helpers have
        // finished behind a batch that takes its time is counted too, so that batches do not pile up.
        let most = 3 * self.wanted as u64 + 1;
        while self.last - self.next > most {
            self.work_or_wait();
            self.collect(out)?;
        }
        Ok(())
    }

    fn put(&mut self, mut batch: Batch) {
        batch.number = self.last;
        self.last += 1;
        self.bench.lock().waiting.push_back(batch);
        self.bench.come.notify_one();
    }

    /// Formats the batch that has waited longest; if there is none, waits for the one whose text comes next.
    fn work_or_wait(&mut self) {
        let waiting = self.bench.lock().waiting.pop_front();
        if let Some(mut batch) = waiting {
            batch.format(&mut self.printer);
            self.bench.lock().done.push(batch);
            return;
        }
        let next = self.next;
        let mut state = self.bench.lock();
        while !state.done.iter().any(|batch| batch.number == next) {
            assert!(!state.broken, "a thread that formats packets has panicked");
            state = self
                .bench
                .done
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Writes the texts that are next.
    fn collect(&mut self, out: &mut impl Write) -> io::Result<()> {
        loop {
            let mut state = self.bench.lock();
            let Some(at) = state.done.iter().position(|batch| batch.number == self.next) else {
                return Ok(());
            };
            let mut batch = state.done.swap_remove(at);
            drop(state);
            // Written or not: nobody may wait for it again.
            self.next += 1;
            out.write_all(&batch.text)?;
            batch.clear();
            self.spare.push(batch);
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.bench.lock().over = true;
        self.bench.come.notify_all();
        for helper in self.helpers.drain(..) {
            // A panic has been told by the thread itself.
            let _ = helper.join();
        }
    }
}

impl Batch {
    /// Keeps the name of an interface unless it is that of the packet before. Returns how many there are, 0 without one.
    #[inline]
    fn interface(&mut self, name: Option<&str>) -> usize {
        let Some(name) = name else { return 0 };
        if self.interfaces.last().is_none_or(|last| **last != *name) {
            self.interfaces.push(name.into());
        }
        self.interfaces.len()
    }

    fn format(&mut self, printer: &mut Printer) {
        for note in self.notes.drain(..) {
            match note {
                Note::Packet {
                    number,
                    interface,
                    time,
                    link,
                    wire_len,
                    bytes,
                    known,
                } => {
                    let packet = Packet {
                        number,
                        interface: interface
                            .checked_sub(1)
                            .and_then(|place| self.interfaces.get(place))
                            .map(|name| &**name),
                        time,
                        link,
                        wire_len,
                        bytes: self.bytes.get(bytes).unwrap_or_default(),
                    };
                    printer.print_knowing(&packet, known, &mut self.text);
                }
                Note::Early(range) => {
                    self.text
                        .extend_from_slice(self.early.get(range).unwrap_or_default());
                }
            }
        }
    }

    fn clear(&mut self) {
        self.notes.clear();
        self.bytes.clear();
        self.interfaces.clear();
        self.early.clear();
        self.text.clear();
    }
}

/// Where batches lie between those who fill them and those who format them.
#[derive(Default)]
struct Bench {
    state: Mutex<State>,
    /// A batch has come.
    come: Condvar,
    /// A batch is done.
    done: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Batch>,
    done: Vec<Batch>,
    over: bool,
    broken: bool,
}

impl Bench {
    /// Nothing is done under the lock that could leave the state half changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a helper does.
fn help(bench: &Bench, mut printer: Printer) {
    let _told = TellOfPanic(bench);
    loop {
        let mut state = bench.lock();
        let mut batch = loop {
            if state.over {
                return;
            }
            match state.waiting.pop_front() {
                Some(batch) => break batch,
                None => state = bench.come.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(state);
        batch.format(&mut printer);
        bench.lock().done.push(batch);
        bench.done.notify_one();
    }
}

/// Whoever waits for a helper must not wait for one that is no more.
struct TellOfPanic<'a>(&'a Bench);

impl Drop for TellOfPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.lock().broken = true;
            self.0.done.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts of `count` packets, by one printer and by a crew.
    fn both(count: u64, helpers: usize) -> (Vec<u8>, Vec<u8>) {
        let options = Options::default();
        let (mut alone, mut reader) = (Printer::new(options.clone()), Printer::new(options.clone()));
        let mut crew = Crew::new(options, helpers);
        let (mut one, mut two) = (Vec::new(), Vec::new());
        for number in 1..=count {
            let [.., low] = number.to_be_bytes();
            // ICMP: an echo, or an error, which is printed by the reader.
            let kind = if number % 7 == 0 { 3 } else { 8 };
            let mut bytes = vec![
                0x45, 0, 0, 92, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 1, 10, 0, 0, low,
            ];
            bytes.extend([kind, 0, 0, 0, 0, 1, 0, low]);
            bytes.resize(92 + usize::from(low), 0);
            let packet = Packet {
                number,
                interface: None,
                time: Timestamp {
                    secs: number.cast_signed(),
                    nanos: 0,
                },
                link: LinkType::RAW,
                wire_len: 400,
                bytes: &bytes,
            };
            alone.print(&packet, &mut one);
            crew.take(&mut reader, &packet, &mut two).unwrap();
        }
        crew.finish(&mut two).unwrap();
        (one, two)
    }

    #[test]
    fn texts_come_in_the_order_of_the_packets() {
        for (count, helpers) in [(0, 1), (3, 2), (5000, 1), (40_000, 3)] {
            let (one, two) = both(count, helpers);
            assert!(one == two, "{count} packets, {helpers} helpers");
        }
    }

    /// A pipe that nobody reads any more.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nobody_waits_for_a_text_that_could_not_be_written() {
        let mut reader = Printer::new(Options::default());
        let mut crew = Crew::new(Options::default(), 1);
        let packet = Packet {
            number: 1,
            interface: None,
            time: Timestamp::default(),
            link: LinkType::RAW,
            wire_len: 1,
            bytes: &[0x45],
        };
        let failed = (0..20_000).any(|_| crew.take(&mut reader, &packet, &mut Closed).is_err());
        assert!(failed);
        while crew.finish(&mut Closed).is_err() {}
    }

    #[test]
    fn a_crew_that_is_dismissed_early_goes_home() {
        let mut reader = Printer::new(Options::default());
        let mut crew = Crew::new(Options::default(), 2);
        for number in 1..5000 {
            let packet = Packet {
                number,
                interface: None,
                time: Timestamp::default(),
                link: LinkType::RAW,
                wire_len: 1,
                bytes: &[0x45],
            };
            crew.take(&mut reader, &packet, &mut Vec::new()).unwrap();
        }
    }
}
