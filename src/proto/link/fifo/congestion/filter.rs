//! The highest value of the last while, in little memory: of the three best, each newer than the one before it.

/// The highest value of a window over `T`, an ever growing count.
#[derive(Clone, Debug, Default)]
pub(super) struct Extreme<V> {
    /// When, and what; highest first.
    best: Option<[(u64, V); 3]>,
}

impl<V: Copy + PartialOrd> Extreme<V> {
    pub(super) fn get(&self) -> Option<V> {
        self.best.map(|[(_, value), ..]| value)
    }

    /// Takes a value, and forgets those that are older than `window`.
    pub(super) fn rise(&mut self, now: u64, window: u64, value: V) {
        let entry = (now, value);
        let Some([first, second, third]) = &mut self.best else {
            self.best = Some([entry; 3]);
            return;
        };
        if value >= first.1 || now - third.0 > window {
            self.best = Some([entry; 3]);
            return;
        }
        if value >= second.1 {
            (*second, *third) = (entry, entry);
        } else if value >= third.1 {
            *third = entry;
        }
        let age = now - first.0;
        if age > window {
            (*first, *second, *third) = (*second, *third, entry);
            if now - first.0 > window {
                (*first, *second) = (*second, *third);
            }
        } else if second.0 == first.0 && age > window / 4 {
            (*second, *third) = (entry, entry);
        } else if third.0 == second.0 && age > window / 2 {
            *third = entry;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_stays_for_its_time_and_then_the_next_one_counts() {
        let mut highest = Extreme::default();
        highest.rise(0, 10, 100);
        for now in 1..=10 {
            highest.rise(now, 10, 50 + now);
            assert_eq!(highest.get(), Some(100));
        }
        highest.rise(11, 10, 40);
        assert_eq!(highest.get(), Some(60));
        highest.rise(12, 10, 70);
        assert_eq!(highest.get(), Some(70));
        highest.rise(99, 10, 1);
        assert_eq!(highest.get(), Some(1));
    }
}
