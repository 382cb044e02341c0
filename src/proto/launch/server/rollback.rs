//! A store that is older than what it has told: a restored backup, or a disk that lost what it had promised.
//!
//! A client shows with every request the highest index that it has seen durable. If that is beyond the last record,
//! ids have been forgotten that were not refused for ever, and any of them could be launched twice. Who knows the
//! key is believed: the server stops serving, across restarts, until an operator accepts what happened. Then the
//! store goes on under a new id, so that every numbered call to the old one is refused. Without a key anybody could
//! claim it, and only the one who does is refused.
//!
//! This is a detector, not a guarantee: it takes a client that has seen more.

use std::net::SocketAddr;

use super::reply::Asker;
use super::{Doubts, Output, Server};
use crate::proto::Instant;
use crate::proto::launch::Record;
use crate::wire::rlaunch::Status;

impl Server {
    /// The index that a client has seen and the store does not hold, if it has been rolled back and stopped serving.
    pub fn rolled_back(&self) -> Option<u64> {
        self.rolled_back
    }

    /// The operator accepts that records were lost: the store goes on as `instance`, a random number that it never
    /// was. To be called before anything is heard.
    pub fn accept_rollback(&mut self, instance: u64) {
        self.record(&Record::Reborn { instance });
        self.doubts = Doubts::new(self.ids.begun());
        self.next_session = self.ids.reserved().max(1);
        self.granted = self.next_session;
        self.reserve();
        self.commit();
    }

    /// Whether nothing is served any more; then that is the answer.
    pub(super) fn has_stopped(&mut self, now: Instant, asker: Asker) -> bool {
        let stopped = self.rolled_back.is_some();
        if stopped {
            self.desk.tell(now, asker, Status::RolledBack);
        }
        stopped
    }

    /// Takes note that a client has seen what is not here.
    pub(super) fn roll_back(&mut self, client: SocketAddr, seen: u64) {
        let (held, stopped) = (self.last, self.desk.seal.is_keyed());
        if stopped {
            self.record(&Record::RolledBack { seen });
            self.commit();
        }
        if !std::mem::replace(&mut self.told_of_rollback, true) {
            self.desk.outputs.push(Output::RolledBack {
                client,
                seen,
                held,
                stopped,
            });
        }
    }
}
