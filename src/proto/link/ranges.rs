//! A set of numbers that come mostly in runs: what arrived of a stream, what was lost of it, which datagrams came.
//!
//! Runs are ascending, and neither overlap nor touch. What is done costs as much as there are runs in its way, and the
//! search for them the logarithm of all: nothing is looked at again that was there before.

use std::collections::VecDeque;
use std::ops::Range;

/// The set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ranges {
    runs: VecDeque<Range<u64>>,
}

impl Ranges {
    /// Adds a range, and shows each part of it that was not there.
    pub(super) fn insert(&mut self, range: Range<u64>, mut fresh: impl FnMut(Range<u64>)) {
        if range.is_empty() {
            return;
        }
        let from = self.runs.partition_point(|run| run.end < range.start);
        let mut joined = range.clone();
        let mut at = range.start;
        let mut to = from;
        while let Some(run) = self.runs.get(to).filter(|run| run.start <= range.end) {
            if at < run.start {
                fresh(at..run.start);
            }
            at = at.max(run.end);
            joined = joined.start.min(run.start)..joined.end.max(run.end);
            to += 1;
        }
        if at < range.end {
            fresh(at..range.end);
        }
        if let Some(run) = self.runs.get_mut(from).filter(|_| to > from) {
            *run = joined;
            if to > from + 1 {
                self.runs.drain(from + 1..to);
            }
        } else {
            self.runs.insert(from, joined);
        }
    }

    /// Takes a range out.
    pub(super) fn remove(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        let from = self.runs.partition_point(|run| run.end <= range.start);
        let mut to = from;
        let (mut left, mut right) = (None, None);
        while let Some(run) = self.runs.get(to).filter(|run| run.start < range.end) {
            if run.start < range.start {
                left = Some(run.start..range.start);
            }
            if run.end > range.end {
                right = Some(range.end..run.end);
            }
            to += 1;
        }
        self.runs.drain(from..to);
        for piece in [right, left].into_iter().flatten() {
            self.runs.insert(from, piece);
        }
    }

    /// Shows the parts of a range that are not in the set, in order.
    pub(super) fn gaps(&self, range: Range<u64>, mut gap: impl FnMut(Range<u64>)) {
        let from = self.runs.partition_point(|run| run.end <= range.start);
        let mut at = range.start;
        for run in self.runs.range(from..).take_while(|run| run.start < range.end) {
            if at < run.start {
                gap(at..run.start);
            }
            at = run.end;
        }
        if at < range.end {
            gap(at..range.end);
        }
    }

    /// Whether the number is in the set.
    pub(super) fn contains(&self, number: u64) -> bool {
        let at = self.runs.partition_point(|run| run.end <= number);
        self.runs.get(at).is_some_and(|run| run.start <= number)
    }

    /// Whether a range overlaps or touches a run.
    pub(super) fn touches(&self, range: &Range<u64>) -> bool {
        let at = self.runs.partition_point(|run| run.end < range.start);
        self.runs.get(at).is_some_and(|run| run.start <= range.end)
    }

    /// Forgets all numbers below this one.
    pub(super) fn forget_below(&mut self, number: u64) {
        while self.runs.front().is_some_and(|run| run.end <= number) {
            self.runs.pop_front();
        }
        if let Some(run) = self.runs.front_mut() {
            run.start = run.start.max(number);
        }
    }

    /// Takes up to `most` numbers from the lowest run.
    pub(super) fn take(&mut self, most: u64) -> Option<Range<u64>> {
        let run = self.runs.front_mut()?;
        let taken = run.start..run.end.min(run.start.saturating_add(most));
        run.start = taken.end;
        if run.is_empty() {
            self.runs.pop_front();
        }
        Some(taken)
    }

    /// The lowest run.
    pub(super) fn first(&self) -> Option<Range<u64>> {
        self.runs.front().cloned()
    }

    /// The highest run.
    pub(super) fn last(&self) -> Option<Range<u64>> {
        self.runs.back().cloned()
    }

    /// How many runs there are.
    pub(super) fn len(&self) -> usize {
        self.runs.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The runs, lowest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Range<u64>> {
        self.runs.iter().cloned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn numbers(ranges: &Ranges) -> BTreeSet<u64> {
        ranges.iter().flatten().collect()
    }

    proptest! {
        /// Beside the simplest set there is; and the runs are those that the set has.
        #[test]
        fn it_is_a_set(steps in prop::collection::vec((any::<bool>(), 0..60_u64, 0..20_u64), 0..40)) {
            let mut ranges = Ranges::default();
            let mut model = BTreeSet::new();
            for (add, start, len) in steps {
                let range = start..start + len;
                let mut gaps = Vec::new();
                ranges.gaps(range.clone(), |gap| gaps.extend(gap));
                let expected: Vec<u64> = range.clone().filter(|number| !model.contains(number)).collect();
                prop_assert_eq!(&gaps, &expected);
                if add {
                    let mut fresh = Vec::new();
                    ranges.insert(range.clone(), |part| fresh.extend(part));
                    prop_assert_eq!(&fresh, &expected);
                    model.extend(range);
                } else {
                    ranges.remove(range.clone());
                    model.retain(|number| !range.contains(number));
                }
                prop_assert_eq!(numbers(&ranges), model.clone());
                let runs: Vec<_> = ranges.iter().collect();
                prop_assert!(runs.windows(2).all(|pair| pair[0].end < pair[1].start));
                prop_assert!(runs.iter().all(|run| !run.is_empty()));
                prop_assert!((0..90).all(|number| ranges.contains(number) == model.contains(&number)));
            }
            ranges.forget_below(30);
            model.retain(|number| *number >= 30);
            prop_assert_eq!(numbers(&ranges), model.clone());
            while let Some(taken) = ranges.take(3) {
                prop_assert_eq!(Some(taken.start), model.first().copied());
                model.retain(|number| *number >= taken.end);
            }
            prop_assert!(model.is_empty());
        }
    }
}
