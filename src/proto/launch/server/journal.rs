//! What the server remembers: every step is a record, and what is said of it waits until it is durable.

use super::{Output, Server, Then};
use crate::proto::Instant;
use crate::proto::launch::Record;
use crate::wire::rlaunch::Status;

impl Server {
    /// Changes what is known as `record` says.
    pub(super) fn apply(&mut self, index: u64, record: &Record) {
        self.ids.apply(index, record);
        self.pairs.apply(record);
        self.missiles.apply(record);
        match record {
            Record::RolledBack { seen } => self.rolled_back = Some(*seen),
            Record::Reborn { instance } => {
                self.rolled_back = None;
                self.reborn = Some(*instance);
                self.desk.instance = *instance;
            }
            _ => {}
        }
    }

    pub(super) fn record(&mut self, record: &Record) {
        self.last += 1;
        self.recorded = self.last;
        self.desk.counters.records += 1;
        self.apply(self.last, record);
        self.desk
            .outputs
            .push_with(Output::Record, |bytes| record.encode(bytes));
    }

    /// Has `then` done once everything up to here is durable.
    pub(super) fn when_durable(&mut self, then: Then) {
        self.waiting.push_back((self.recorded, then));
        self.commit();
    }

    pub(super) fn commit(&mut self) {
        self.settle_at = None;
        self.desk.counters.commits += 1;
        self.desk.outputs.push(Output::Commit);
    }

    pub(super) fn durable(&mut self, now: Instant, index: u64) {
        self.desk.durable = self.desk.durable.max(index);
        while let Some((_, then)) = self
            .waiting
            .pop_front_if(|(needed, _)| *needed <= self.desk.durable)
        {
            match then {
                Then::Grant(next) => self.granted = next,
                Then::Run { id, fence, length } => self.run(now, id, fence, length),
                Then::Answer(asker, id) => self.answer(now, asker, &id),
                Then::Stored(asker) => self.desk.tell(now, asker, Status::Stored),
                Then::Value(asker, length) => {
                    let value: Vec<_> = self.held.drain(..length.min(self.held.len())).collect();
                    self.desk.tell_value(now, asker, &value);
                }
                Then::Ordered(ticket, result) => {
                    self.desk.outputs.push(Output::Ordered(ticket, result));
                }
            }
        }
    }

    /// Begins a new generation of the journal.
    pub(super) fn replace(&mut self) {
        if std::mem::replace(&mut self.replacing, true) {
            return;
        }
        let reborn = self.reborn.map(|instance| Record::Reborn { instance });
        let rolled_back = self.rolled_back.map(|seen| Record::RolledBack { seen });
        // Whatever ends sessions comes before the sessions that are alive.
        let records: Vec<_> = reborn
            .into_iter()
            .chain(rolled_back)
            .chain(self.ids.snapshot())
            .chain(self.missiles.snapshot())
            .chain(self.pairs.snapshot())
            .collect();
        // Each record of the snapshot has an index of its own, after those that it stands for.
        for record in &records {
            self.last += 1;
            self.ids.renumber(self.last, record);
        }
        self.desk.outputs.push(Output::Replace(records));
    }
}
