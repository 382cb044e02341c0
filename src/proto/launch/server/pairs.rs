//! Keys and their values: asked for without an id, because setting twice is the same as once.

use super::reply::Asker;
use super::{Server, Then, WAITING};
use crate::proto::Instant;
use crate::proto::launch::Record;
use crate::proto::launch::pairs::take_pair;
use crate::wire::rlaunch::Status;

impl Server {
    pub(super) fn read(&mut self, now: Instant, asker: Asker, payload: &[u8]) {
        let Ok((key, _)) = take_pair(payload) else {
            return;
        };
        self.desk.counters.reads += 1;
        let Some(value) = self.pairs.value(key) else {
            return self.desk.tell(now, asker, Status::Missing);
        };
        if self.desk.durable >= self.last {
            self.desk.tell_value(now, asker, value);
        } else if self.waiting.len() < WAITING {
            // The value may be younger than the last sync: nobody is shown what could yet be lost.
            let length = value.len();
            self.held.extend(value);
            self.when_durable(Then::Value(asker, length));
        }
    }

    pub(super) fn store(&mut self, now: Instant, asker: Asker, payload: &[u8]) {
        let Ok((key, value)) = take_pair(payload) else {
            return;
        };
        if self.pairs.value(key).is_none() && self.pairs.len() >= self.limits.pairs {
            return self.desk.tell(now, asker, Status::Full);
        }
        if self.waiting.len() >= WAITING || self.draining {
            return self.desk.tell(now, asker, Status::Busy);
        }
        self.desk.counters.writes += 1;
        if self.pairs.value(key) == Some(value) {
            if self.desk.durable >= self.last {
                // Nothing is to be written, so nobody would tell of its being durable.
                return self.desk.tell(now, asker, Status::Stored);
            }
        } else {
            self.record(&Record::Pair {
                key: key.to_vec(),
                value: value.to_vec(),
            });
        }
        self.when_durable(Then::Stored(asker));
    }
}
