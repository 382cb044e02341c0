//! Answers: every one is written straight into the arena of outputs, and counted.

use std::net::SocketAddr;
use std::time::Duration;

use super::outputs::Outputs;
use super::{Counters, Output};
use crate::proto::Instant;
use crate::proto::launch::{Answer, Outcome, envelope};
use crate::proto::link::Seal;
use crate::wire::rlaunch::{CallId, Cookie, Datagram, Kind, Status};

/// Whom to answer, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker {
    pub(super) to: SocketAddr,
    pub(super) call: CallId,
    pub(super) attempt: u8,
    pub(super) since: Instant,
    /// How long the request was: an answer to somebody who has not proved where it is must not be longer.
    pub(super) length: usize,
}

/// Where answers are written.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    pub(super) seal: Seal,
    pub(super) instance: u64,
    /// The index up to which every record is durable.
    pub(super) durable: u64,
    pub(super) outputs: Outputs,
    pub(super) counters: Counters,
}

impl Desk {
    /// Answers with nothing but a status.
    pub(super) fn tell(&mut self, now: Instant, asker: Asker, status: Status) {
        self.counters.count(status);
        let reply = Datagram::new(Kind::Reply);
        self.send(now, asker, Datagram { status, ..reply });
    }

    /// Answers with how a call ended, if that may be told yet. If not, whoever waits for it will be told, and the
    /// others ask again.
    pub(super) fn answer(&mut self, now: Instant, asker: Asker, answer: Answer<'_>) {
        match answer {
            Answer::Launched(outcome, index) if index <= self.durable => {
                self.tell_outcome(now, asker, outcome);
            }
            Answer::NotLaunched(index) if index <= self.durable => {
                self.tell(now, asker, Status::NotLaunched);
            }
            Answer::Launched(..) | Answer::NotLaunched(_) => {}
        }
    }

    pub(super) fn tell_outcome(&mut self, now: Instant, asker: Asker, outcome: &Outcome) {
        let status = if outcome.truncated {
            Status::Truncated
        } else {
            Status::Launched
        };
        let (exit, payload) = (outcome.exit, outcome.result.as_slice());
        let reply = Datagram::new(Kind::Reply);
        self.send(
            now,
            asker,
            Datagram {
                exit,
                status,
                payload,
                ..reply
            },
        );
    }

    /// A value goes only to who asked at such length that the answer is no longer.
    pub(super) fn tell_value(&mut self, now: Instant, asker: Asker, value: &[u8]) {
        if asker.length >= value.len() + Datagram::OVERHEAD {
            let reply = Datagram::new(Kind::Reply);
            self.send(
                now,
                asker,
                Datagram {
                    status: Status::Value,
                    payload: value,
                    ..reply
                },
            );
        }
    }

    /// An action has been under way for `age`.
    pub(super) fn working(&mut self, now: Instant, asker: Asker, age: Duration) {
        self.ask_later(now, asker, Status::Working, age);
    }

    pub(super) fn busy(&mut self, now: Instant, asker: Asker, wait: Duration) {
        self.ask_later(now, asker, Status::Busy, wait);
    }

    fn ask_later(&mut self, now: Instant, asker: Asker, status: Status, after: Duration) {
        self.counters.count(status);
        let after = after.clamp(SOON, LATE);
        let millis = u32::try_from(after.as_millis()).unwrap_or(u32::MAX).to_le_bytes();
        let reply = Datagram::new(Kind::Reply);
        self.send(
            now,
            asker,
            Datagram {
                status,
                payload: &millis,
                ..reply
            },
        );
    }

    /// Tells who has not proved where it is what proves it.
    pub(super) fn challenge(&mut self, now: Instant, asker: Asker, cookie: Cookie) {
        self.counters.cookies += 1;
        let reply = Datagram::new(Kind::Session);
        self.send(
            now,
            asker,
            Datagram {
                status: Status::Cookie,
                cookie,
                ..reply
            },
        );
    }

    pub(super) fn send(&mut self, now: Instant, asker: Asker, datagram: Datagram<'_>) {
        let reply = Datagram {
            attempt: asker.attempt,
            instance: self.instance,
            session: asker.call.session,
            seq: asker.call.seq,
            commit: self.durable,
            hold: u32::try_from((now - asker.since).as_micros()).unwrap_or(u32::MAX),
            ..datagram
        };
        let seal = &self.seal;
        let write = |bytes: &mut Vec<u8>| envelope::close(&reply, seal, bytes);
        self.outputs.push_with(Output::Send(asker.to), write);
    }
}

/// Between these, a client that is told to ask again asks after as long as its call has been running.
const SOON: Duration = Duration::from_millis(20);
const LATE: Duration = Duration::from_secs(5);
