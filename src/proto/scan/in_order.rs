//! Things begun in order and ended in any, given out in order.

use std::collections::VecDeque;

use super::Report;

/// The ports between the first that is not told yet and the last that was begun.
#[derive(Debug)]
pub(super) struct InOrder<T> {
    /// How many have been given out.
    told: usize,
    slots: VecDeque<Slot<T>>,
}

#[derive(Debug)]
struct Slot<T> {
    /// What is kept of it while it lasts.
    state: Option<T>,
    /// What became of the addresses tried already.
    reports: Vec<Report>,
}

impl<T> InOrder<T> {
    pub(super) fn new() -> Self {
        Self {
            told: 0,
            slots: VecDeque::new(),
        }
    }

    /// How many have been begun, which is the number of the next.
    pub(super) fn begun(&self) -> usize {
        self.told + self.slots.len()
    }

    pub(super) fn begin(&mut self, state: T) {
        self.slots.push_back(Slot {
            state: Some(state),
            reports: Vec::new(),
        });
    }

    /// The state of one that lasts.
    pub(super) fn state(&mut self, number: usize) -> Option<&mut T> {
        self.slot(number)?.state.as_mut()
    }

    /// Notes what became of one; the last word ends it.
    pub(super) fn note(&mut self, report: Report) {
        if let Some(slot) = self.slot(report.attempt.port) {
            slot.reports.push(report);
            if report.last {
                slot.state = None;
            }
        }
    }

    /// The reports of the next in order, if it is over.
    pub(super) fn next(&mut self) -> Option<Vec<Report>> {
        self.slots.front().filter(|slot| slot.state.is_none())?;
        self.told += 1;
        self.slots.pop_front().map(|slot| slot.reports)
    }

    fn slot(&mut self, number: usize) -> Option<&mut Slot<T>> {
        self.slots.get_mut(number.checked_sub(self.told)?)
    }
}
