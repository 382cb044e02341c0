//! Which sessions are over, in little room.

use std::collections::BTreeMap;

/// Disjoint ranges of numbers, first → last, of bounded count: when there are too many, the gap between the two
/// lowest is closed. What is in the gap is thereby refused, never admitted.
#[derive(Clone, Debug, Default)]
pub(super) struct Ranges(pub(super) BTreeMap<u64, u64>);

impl Ranges {
    pub(super) const MOST: usize = 4096;

    pub(super) fn contains(&self, number: u64) -> bool {
        self.0
            .range(..=number)
            .next_back()
            .is_some_and(|(_, last)| *last >= number)
    }

    pub(super) fn insert(&mut self, mut first: u64, mut last: u64) {
        // Join with every range that overlaps or touches.
        while let Some((f, l)) = self
            .0
            .range(..=last.saturating_add(1))
            .next_back()
            .map(|(f, l)| (*f, *l))
        {
            if l.saturating_add(1) < first {
                break;
            }
            self.0.remove(&f);
            (first, last) = (first.min(f), last.max(l));
        }
        self.0.insert(first, last);
        if self.0.len() > Self::MOST {
            let (lowest, second) = (self.0.pop_first(), self.0.pop_first());
            if let (Some((first, _)), Some((_, last))) = (lowest, second) {
                self.0.insert(first, last);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn too_many_gaps_close_from_below_and_refuse_what_was_in_them() {
        let mut ranges = Ranges::default();
        for number in 0..=Ranges::MOST as u64 {
            ranges.insert(number * 2 + 1, number * 2 + 1);
        }
        assert_eq!(ranges.0.len(), Ranges::MOST);
        assert!(ranges.contains(2), "the lowest gap is closed");
        assert!(!ranges.contains(4) && ranges.contains(3));
    }

    proptest! {
        #[test]
        fn ranges_contain_exactly_what_was_inserted(inserted in prop::collection::vec((0_u64..60, 0_u64..6), 0..30)) {
            let mut ranges = Ranges::default();
            for (first, more) in &inserted {
                ranges.insert(*first, first + more);
            }
            for number in 0..70 {
                let expected = inserted.iter().any(|(f, m)| (*f..=f + m).contains(&number));
                prop_assert_eq!(ranges.contains(number), expected, "{}", number);
            }
            let mut before = None;
            for (first, last) in &ranges.0 {
                prop_assert!(before.is_none_or(|last| last + 1 < *first) && first <= last);
                before = Some(*last);
            }
        }
    }
}
