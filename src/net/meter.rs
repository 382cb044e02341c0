//! How far a connection has come.

use std::cell::Cell;
use std::rc::Rc;

/// How many bytes have gone each way. Its clones look at the same counters.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    sent: Counter,
    received: Counter,
}

/// One way of it.
pub(super) type Counter = Rc<Cell<u64>>;

impl Meter {
    /// How many bytes the network has taken.
    pub fn sent(&self) -> u64 {
        self.sent.get()
    }

    /// How many bytes standard output has taken.
    pub fn received(&self) -> u64 {
        self.received.get()
    }

    pub(super) fn up(&self) -> Counter {
        Rc::clone(&self.sent)
    }

    pub(super) fn down(&self) -> Counter {
        Rc::clone(&self.received)
    }
}
