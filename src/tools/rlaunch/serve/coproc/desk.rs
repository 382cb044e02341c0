//! Which calls wait for the coprocess, which it has been given, and what it has answered.

use std::mem;

use rustc_hash::FxHashMap;
use tokio::sync::oneshot;

use super::lines::{Answer, put_call};
use crate::net::launch::NotDone;
use crate::proto::launch::Outcome;

/// The calls of one coprocess, through all its lives.
///
/// All lines ever written to it make one stream. A call has been *given* when the first byte of its line has been
/// handed to the system; nobody knows then how much of it was read.
#[derive(Debug, Default)]
pub(super) struct Desk {
    calls: FxHashMap<Box<str>, Waiting>,
    /// Lines that nobody has taken to write yet.
    queue: Vec<u8>,
    /// Lines that are being written, and how much of them is.
    batch: Vec<u8>,
    at: usize,
    /// Where in the stream `batch` begins.
    base: u64,
    /// Whether this life has answered a call. Until it has, it is given one call at a time, so that a coprocess that
    /// cannot live leaves few calls in doubt.
    proven: bool,
    /// How many calls have been given and not answered.
    given: usize,
}

#[derive(Debug)]
struct Waiting {
    /// Where in the stream its line begins.
    start: u64,
    answer: oneshot::Sender<Result<Outcome, NotDone>>,
}

/// What a life of the coprocess leaves behind.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Remains {
    /// How many calls had been given to it and not answered.
    pub(super) lost: usize,
    /// Whether it had answered any.
    pub(super) proven: bool,
}

impl Desk {
    /// Queues a call.
    pub(super) fn put(
        &mut self,
        id: &str,
        fence: u64,
        payload: &[u8],
    ) -> oneshot::Receiver<Result<Outcome, NotDone>> {
        let (answer, answered) = oneshot::channel();
        let start = self.base + (self.batch.len() + self.queue.len()) as u64;
        put_call(id, fence, payload, &mut self.queue);
        self.calls.insert(id.into(), Waiting { start, answer });
        answered
    }

    /// What is to be written now; nothing while there is nothing, or while it has to prove itself.
    pub(super) fn next(&mut self) -> Option<&[u8]> {
        if self.at == self.batch.len() {
            if !self.proven && self.given > 0 {
                return None;
            }
            self.base += self.batch.len() as u64;
            self.batch.clear();
            self.at = 0;
            mem::swap(&mut self.batch, &mut self.queue);
            if !self.proven {
                let first = line_end(&self.batch, 0);
                self.queue
                    .extend_from_slice(self.batch.get(first..).unwrap_or_default());
                self.batch.truncate(first);
            }
        }
        self.batch.get(self.at..).filter(|rest| !rest.is_empty())
    }

    /// So much of it has been handed to the system.
    pub(super) fn wrote(&mut self, count: usize) {
        let part = self.batch.get(self.at..self.at + count).unwrap_or_default();
        // A line is given with its first byte.
        let began = usize::from(self.at == 0 || self.batch.get(self.at - 1) == Some(&b'\n'));
        let ended = memchr::memchr_iter(b'\n', part.get(..count.saturating_sub(1)).unwrap_or_default());
        self.given += began + ended.count();
        self.at += count;
    }

    /// Takes an answer to the one who waits for it.
    ///
    /// # Errors
    /// In words, when nobody does.
    pub(super) fn answered(&mut self, answer: Answer) -> Result<(), &'static str> {
        let written = self.base + self.at as u64;
        match self.calls.get(answer.id.as_str()) {
            Some(waiting) if waiting.start < written => {}
            _ => return Err("answers no call that it was given"),
        }
        if let Some(waiting) = self.calls.remove(answer.id.as_str()) {
            self.given = self.given.saturating_sub(1);
            self.proven = true;
            let ended = answer
                .outcome
                .ok_or_else(|| NotDone::not_begun("the coprocess says that it did not begin it"));
            // Nobody listens when the server is on its way out.
            let _ = waiting.answer.send(ended);
        }
        Ok(())
    }

    /// A life is over: what it was given and has not answered is in doubt, the rest is for the next one.
    pub(super) fn bury(&mut self) -> Remains {
        let written = self.base + self.at as u64;
        let lost: Vec<_> = self
            .calls
            .extract_if(|_, waiting| waiting.start < written)
            .collect();
        let kept = if self.at == 0 || self.batch.get(self.at - 1) == Some(&b'\n') {
            self.at
        } else {
            line_end(&self.batch, self.at)
        };
        self.base += kept as u64;
        self.batch.drain(..kept);
        self.batch.append(&mut self.queue);
        mem::swap(&mut self.batch, &mut self.queue);
        self.at = 0;
        self.given = 0;
        let remains = Remains {
            lost: lost.len(),
            proven: mem::take(&mut self.proven),
        };
        for (_, waiting) in lost {
            let _ = waiting.answer.send(Err(NotDone::lost(DIED)));
        }
        remains
    }

    /// There is nobody to give the calls to: they were not begun.
    pub(super) fn refuse(&mut self, why: &str) {
        debug_assert_eq!((self.at, self.given), (0, 0), "only between two lives");
        self.base += self.queue.len() as u64;
        self.queue.clear();
        for (_, waiting) in self.calls.drain() {
            let _ = waiting.answer.send(Err(NotDone::not_begun(why)));
        }
    }
}

pub(super) const DIED: &str = "the coprocess died before it answered";

/// Where the line ends that holds the byte at `at`: after its newline.
fn line_end(lines: &[u8], at: usize) -> usize {
    let rest = lines.get(at..).unwrap_or_default();
    memchr::memchr(b'\n', rest).map_or(lines.len(), |end| at + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Answered = oneshot::Receiver<Result<Outcome, NotDone>>;

    fn put(desk: &mut Desk, id: &str) -> Answered {
        desk.put(id, 1, b"x")
    }

    /// Writes all that may be written now; the ids.
    fn write(desk: &mut Desk) -> Vec<String> {
        let mut text = Vec::new();
        while let Some(part) = desk.next() {
            text.extend_from_slice(part);
            let count = part.len();
            desk.wrote(count);
        }
        let lines = text.split(|b| *b == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| Answer::parse(line).unwrap().id).collect()
    }

    fn answer(desk: &mut Desk, id: &str) -> Result<(), &'static str> {
        desk.answered(Answer::parse(format!("{{\"id\":\"{id}\"}}").as_bytes()).unwrap())
    }

    fn fate(answered: &mut Answered) -> &'static str {
        match answered.try_recv() {
            Ok(Ok(_)) => "launched",
            Ok(Err(NotDone::Lost(_))) => "lost",
            Ok(Err(NotDone::NotBegun(_))) => "not begun",
            Err(_) => "waits",
        }
    }

    #[test]
    fn the_first_call_of_a_life_goes_alone_and_the_others_together() {
        let mut desk = Desk::default();
        let _calls = ["a", "b", "c"].map(|id| put(&mut desk, id));
        assert_eq!(write(&mut desk), ["a"]);
        answer(&mut desk, "a").unwrap();
        assert_eq!(write(&mut desk), ["b", "c"]);
    }

    #[test]
    fn answers_come_in_any_order_and_only_to_what_was_given() {
        let mut desk = Desk::default();
        let mut first = put(&mut desk, "a");
        assert!(answer(&mut desk, "a").is_err(), "it was not given yet");
        write(&mut desk);
        answer(&mut desk, "a").unwrap();
        assert_eq!(fate(&mut first), "launched");
        let mut calls = ["b", "c"].map(|id| put(&mut desk, id));
        write(&mut desk);
        answer(&mut desk, "c").unwrap();
        assert_eq!(calls.each_mut().map(fate), ["waits", "launched"]);
        assert!(answer(&mut desk, "c").is_err(), "once");
    }

    #[test]
    fn a_death_loses_what_was_given_even_in_part_and_nothing_else() {
        let mut desk = Desk::default();
        let mut calls = ["a", "b", "c", "d"].map(|id| put(&mut desk, id));
        write(&mut desk);
        answer(&mut desk, "a").unwrap();
        let length = desk.next().unwrap().len();
        desk.wrote(length / 3 + 1);
        assert_eq!(
            desk.bury(),
            Remains {
                lost: 2,
                proven: true
            }
        );
        assert_eq!(calls.each_mut().map(fate), ["launched", "lost", "lost", "waits"]);
        let mut later = put(&mut desk, "e");
        assert_eq!(write(&mut desk), ["d"], "the next life has to prove itself");
        answer(&mut desk, "d").unwrap();
        assert_eq!(write(&mut desk), ["e"]);
        answer(&mut desk, "e").unwrap();
        assert_eq!((fate(&mut calls[3]), fate(&mut later)), ("launched", "launched"));
    }

    #[test]
    fn a_line_that_ends_where_the_write_did_is_the_last_that_is_lost() {
        let mut desk = Desk::default();
        let mut calls = ["a", "b", "c"].map(|id| put(&mut desk, id));
        write(&mut desk);
        answer(&mut desk, "a").unwrap();
        let length = desk.next().unwrap().len();
        desk.wrote(length / 2);
        assert_eq!(desk.bury().lost, 1);
        assert_eq!(calls.each_mut().map(fate), ["launched", "lost", "waits"]);
        assert_eq!(write(&mut desk), ["c"]);
    }

    #[test]
    fn what_nobody_can_be_given_was_not_begun() {
        let mut desk = Desk::default();
        let mut call = put(&mut desk, "a");
        desk.refuse("no such command");
        assert_eq!(fate(&mut call), "not begun");
        let _call = put(&mut desk, "b");
        assert_eq!(write(&mut desk), ["b"]);
        assert_eq!(answer(&mut desk, "b"), Ok(()));
    }
}
