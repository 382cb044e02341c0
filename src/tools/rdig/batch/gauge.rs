//! How many lines are on their way, and how much output waits: what bounds the look-ahead.

use std::cell::Cell;
use std::rc::Rc;

use tokio::sync::Notify;

/// Counts the lines between their reading and their printing.
#[derive(Debug, Default)]
pub(super) struct Gauge {
    running: Cell<usize>,
    waiting: Cell<usize>,
    changed: Notify,
}

/// The place of one line, until it is printed.
#[derive(Debug)]
pub(super) struct Place {
    gauge: Rc<Gauge>,
    running: bool,
    waiting: usize,
}

impl Gauge {
    /// A line sets out.
    pub(super) fn enter(gauge: &Rc<Self>) -> Place {
        gauge.running.set(gauge.running.get() + 1);
        Place {
            gauge: Rc::clone(gauge),
            running: true,
            waiting: 0,
        }
    }

    /// How many lines are on their way.
    pub(super) fn running(&self) -> usize {
        self.running.get()
    }

    /// How many bytes of output wait to be printed.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.get()
    }

    /// Waits until a line is done.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }
}

impl Place {
    /// The line is done, and `output` bytes of it wait to be printed.
    pub(super) fn done(&mut self, output: usize) {
        self.leave();
        self.waiting = output;
        self.gauge.waiting.set(self.gauge.waiting.get() + output);
    }

    fn leave(&mut self) {
        if std::mem::take(&mut self.running) {
            self.gauge.running.set(self.gauge.running.get() - 1);
            self.gauge.changed.notify_one();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.leave();
        self.gauge.waiting.set(self.gauge.waiting.get() - self.waiting);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_counts_until_it_is_done_and_its_output_until_it_is_printed() {
        let gauge = Rc::default();
        let mut first = Gauge::enter(&gauge);
        let second = Gauge::enter(&gauge);
        assert_eq!((gauge.running(), gauge.waiting()), (2, 0));
        first.done(100);
        assert_eq!((gauge.running(), gauge.waiting()), (1, 100));
        drop(first);
        drop(second);
        assert_eq!((gauge.running(), gauge.waiting()), (0, 0));
    }
}
