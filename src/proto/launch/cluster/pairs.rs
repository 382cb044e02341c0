//! Keys and values in the shared store. Setting a key to a value twice is the same as once, so these need no id.

use super::kv::{Answer, Compare, Operation, Transaction};
use super::reply::Asker;
use super::{About, Cluster, Fault, Output, SOON};
use crate::proto::Instant;
use crate::proto::launch::pairs::take_pair;
use crate::wire::rlaunch::Status;

impl Cluster {
    pub(super) fn read(&mut self, now: Instant, asker: Asker, payload: &[u8]) {
        let Ok((key, _)) = take_pair(payload) else {
            return;
        };
        self.counters.reads += 1;
        let get = self.claims.here(
            Vec::new(),
            vec![Operation::get(self.claims.keys.pair(key))],
            Vec::new(),
        );
        self.put_question(now, asker, About::Read(asker), get);
    }

    pub(super) fn value(&mut self, now: Instant, asker: Asker, answer: Option<Answer>) {
        match answer {
            None => self.ask_later(now, asker, Status::Busy, SOON),
            Some(answer) if !answer.held => self.stop(Fault::Foreign),
            Some(answer) => match answer.entry(0) {
                Some(entry) => self.tell_value(now, asker, &entry.value),
                None => self.tell(now, asker, Status::Missing),
            },
        }
    }

    pub(super) fn store(&mut self, now: Instant, asker: Asker, payload: &[u8]) {
        let Ok((key, value)) = take_pair(payload) else {
            return;
        };
        self.counters.writes += 1;
        let (key, value) = (self.claims.keys.pair(key), value.to_vec());
        // A new key needs room; how much there is comes with the answer.
        let put = self.claims.here(
            vec![Compare::present(key.clone())],
            vec![Operation::Put(key.clone(), value.clone())],
            vec![Operation::Count(self.claims.keys.pairs())],
        );
        self.put_question(now, asker, About::Store(asker, key, value), put);
    }

    pub(super) fn stored(
        &mut self,
        now: Instant,
        asker: Asker,
        key: Vec<u8>,
        value: Vec<u8>,
        answer: Option<Answer>,
    ) {
        match answer {
            None => self.ask_later(now, asker, Status::Busy, SOON),
            Some(answer) if answer.held => self.tell(now, asker, Status::Stored),
            Some(answer) if self.claims.is_foreign(&answer) => self.stop(Fault::Foreign),
            Some(answer) if answer.count(1) >= self.limits.pairs as u64 => {
                self.tell(now, asker, Status::Full)
            }
            Some(_) => {
                let put = vec![Operation::Put(key.clone(), value.clone())];
                let put = self.claims.here(Vec::new(), put, Vec::new());
                self.put_question(now, asker, About::Store(asker, key, value), put);
            }
        }
    }

    fn put_question(&mut self, now: Instant, asker: Asker, about: About, transaction: Transaction) {
        if let Some(ticket) = self.ask_for(now, asker, about) {
            self.outputs
                .push_back((Output::Ask(ticket, transaction), Vec::new()));
        }
    }
}
