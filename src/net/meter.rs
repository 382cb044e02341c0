//! How far a connection has come.

use std::cell::Cell;
use std::rc::Rc;

/// How many bytes have gone each way. Its clones look at the same counters.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    sent: Counter,
    received: Counter,
}

impl Meter {
    /// How many bytes the network has taken.
    pub fn sent(&self) -> u64 {
        self.sent.0.get()
    }

    /// How many bytes standard output has taken.
    pub fn received(&self) -> u64 {
        self.received.0.get()
    }

    pub(super) fn up(&self) -> Counter {
        self.sent.clone()
    }

    pub(super) fn down(&self) -> Counter {
        self.received.clone()
    }
}

/// One way of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Counter(Rc<Cell<u64>>);

impl Counter {
    pub(super) fn add(&self, count: usize) {
        self.0.set(self.0.get().saturating_add(count as u64));
    }
}
