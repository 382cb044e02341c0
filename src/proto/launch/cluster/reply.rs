//! What is told to clients.

use std::net::SocketAddr;
use std::time::Duration;

use super::{Cluster, Output};
use crate::proto::Instant;
use crate::proto::launch::{Outcome, envelope};
use crate::wire::rlaunch::{Datagram, Kind, Status};

/// Whom to answer, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker {
    pub(super) to: SocketAddr,
    session: u64,
    seq: u64,
    attempt: u8,
    since: Instant,
    /// How long the request was: an answer to somebody who has not proved where it is must not be longer.
    pub(super) length: usize,
}

impl Asker {
    pub(super) fn of(now: Instant, from: SocketAddr, bytes: &[u8], datagram: &Datagram<'_>) -> Self {
        Self {
            to: from,
            session: datagram.session,
            seq: datagram.seq,
            attempt: datagram.attempt,
            since: now,
            length: bytes.len(),
        }
    }
}

impl Cluster {
    pub(super) fn tell(&mut self, now: Instant, asker: Asker, status: Status) {
        self.counters.count(status);
        let reply = Datagram::new(Kind::Reply);
        self.send(now, asker, Datagram { status, ..reply });
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
            let (status, payload) = (Status::Value, value);
            let reply = Datagram::new(Kind::Reply);
            self.send(
                now,
                asker,
                Datagram {
                    status,
                    payload,
                    ..reply
                },
            );
        }
    }

    pub(super) fn ask_later(&mut self, now: Instant, asker: Asker, status: Status, after: Duration) {
        self.counters.count(status);
        let millis = u32::try_from(after.as_millis()).unwrap_or(u32::MAX).to_le_bytes();
        let reply = Datagram::new(Kind::Reply);
        let payload = &millis;
        self.send(
            now,
            asker,
            Datagram {
                status,
                payload,
                ..reply
            },
        );
    }

    /// A cookie for the session, or for the address alone; to a `Hello` with its nonce, so that it knows its answer.
    pub(super) fn challenge(&mut self, now: Instant, asker: Asker, nonce: &[u8]) {
        self.counters.cookies += 1;
        let answer = Datagram {
            exit: Datagram::SHARED,
            status: Status::Cookie,
            cookie: self.baker.bake(asker.to, asker.session),
            payload: nonce,
            ..Datagram::new(Kind::Session)
        };
        self.send(now, asker, answer);
    }

    /// The session that a `Hello` asked for.
    pub(super) fn give(&mut self, now: Instant, asker: Asker, session: u64, nonce: &[u8]) {
        self.counters.hellos += 1;
        let answer = Datagram {
            cookie: self.baker.bake(asker.to, session),
            payload: nonce,
            ..Datagram::new(Kind::Session)
        };
        self.send(now, Asker { session, ..asker }, answer);
    }

    fn send(&mut self, now: Instant, asker: Asker, datagram: Datagram<'_>) {
        let mut bytes = Vec::with_capacity(Datagram::OVERHEAD + datagram.payload.len());
        let reply = Datagram {
            attempt: asker.attempt,
            instance: self.instance,
            session: asker.session,
            seq: asker.seq,
            commit: self.revision,
            hold: u32::try_from((now - asker.since).as_micros()).unwrap_or(u32::MAX),
            ..datagram
        };
        envelope::close(&reply, &self.seal, &mut bytes);
        self.outputs.push_back((Output::Send(asker.to), bytes));
    }
}
