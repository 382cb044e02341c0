//! What the server remembers: every step is a record, and what is said of it waits until it is durable.

use std::collections::BTreeMap;

use super::{Output, Server, Then};
use crate::proto::Instant;
use crate::proto::launch::{Id, Name, Record};
use crate::wire::rlaunch::Status;

/// A new generation of the journal that is being written.
#[derive(Clone, Debug)]
pub(super) struct Replacing {
    /// The indices that its records give to the calls with names that are settled.
    names: BTreeMap<Name, u64>,
    /// The last record that it stands for.
    through: u64,
    /// How many records it stands in.
    length: u64,
}

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
        self.desk.counters.records += 1;
        self.apply(self.last, record);
        self.desk
            .outputs
            .push_with(Output::Record, |bytes| record.encode(bytes));
    }

    /// Has `then` done once everything up to here is durable.
    pub(super) fn when_durable(&mut self, then: Then) {
        self.waiting.push_back((self.last, then));
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
        if self.replacing.is_some() {
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
        let names = (self.last + 1..).zip(&records).filter_map(|(index, record)| {
            let (Record::Outcome { id, .. } | Record::Tombstone { id }) = record else {
                return None;
            };
            match id {
                Id::Named(name) => Some((name.clone(), index)),
                Id::Call(_) => None,
            }
        });
        self.replacing = Some(Replacing {
            names: names.collect(),
            through: self.last,
            length: records.len() as u64,
        });
        self.desk.outputs.push(Output::Replace(records));
    }

    /// The new generation is in place: what was appended meanwhile has moved up by the length of the snapshot.
    pub(super) fn replaced(&mut self, now: Instant) {
        let Some(Replacing {
            names,
            through,
            length,
        }) = self.replacing.take()
        else {
            return;
        };
        self.ids.move_up(through, length, &names);
        self.last += length;
        // All of it was made durable on the way; whoever waits for it must not be kept waiting.
        self.durable(now, self.last);
    }
}
