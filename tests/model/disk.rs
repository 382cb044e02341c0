//! The disk of the server's store: numbered records, the first of which are durable.

use std::collections::VecDeque;

use fairloss::proto::launch::Record;

/// A journal as the store keeps it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    pub(crate) records: Vec<(u64, Record)>,
    /// The index of the last record, those of a new generation included.
    pub(crate) last: u64,
    pub(crate) durable: u64,
    /// The syncs under way, in order: up to which index each.
    pub(crate) syncs: VecDeque<u64>,
    /// A new generation that is being written beside this one.
    pub(crate) next: Option<Vec<(u64, Record)>>,
}

impl Disk {
    pub(crate) fn write(&mut self, record: Record) {
        self.last += 1;
        self.records.push((self.last, record));
    }

    /// Asks for a sync of all that is written; the disk does them one after another.
    pub(crate) fn commit(&mut self) {
        if self.syncs.back() != Some(&self.last) {
            self.syncs.push_back(self.last);
        }
    }

    /// The first sync is done; up to which index.
    pub(crate) fn synced(&mut self) -> Option<u64> {
        let index = self.syncs.pop_front()?;
        self.durable = self.durable.max(index);
        Some(index)
    }

    /// A new generation is begun with these records.
    pub(crate) fn replace(&mut self, records: impl Iterator<Item = Record>) {
        let numbered: Vec<_> = (self.last + 1..).zip(records).collect();
        self.last += numbered.len() as u64;
        self.next = Some(numbered);
    }

    /// The new generation takes the place of the old one, with all that was appended meanwhile.
    pub(crate) fn replaced(&mut self) {
        let Some(mut records) = self.next.take() else {
            return;
        };
        let begun = records.last().map_or(0, |(index, _)| *index);
        records.extend(self.records.drain(..).filter(|(index, _)| *index > begun));
        self.records = records;
        self.durable = self.last;
    }

    /// How much may be left after a loss of power: up to which index.
    pub(crate) fn remains(&self) -> Vec<u64> {
        let written = self.records.iter().map(|(index, _)| *index);
        let unsynced = written.filter(|index| *index > self.durable);
        std::iter::once(self.durable).chain(unsynced).collect()
    }

    /// All after index `kept` is lost, and what is left is read again and made durable.
    pub(crate) fn crash(&mut self, kept: u64) {
        self.records.retain(|(index, _)| *index <= kept);
        self.last = self.records.last().map_or(0, |(index, _)| *index);
        self.durable = self.last;
        self.syncs.clear();
        self.next = None;
    }
}
