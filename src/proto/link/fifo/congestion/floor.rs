//! The loss that is there whatever one does: measured on what was sent while the path was certainly not full.

/// How much is lost by chance.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LossFloor {
    per_mille: u64,
    arrived: u64,
    lost: u64,
}

impl LossFloor {
    pub(super) fn per_mille(&self) -> u64 {
        self.per_mille
    }

    pub(super) fn arrived(&mut self, quiet: bool) {
        self.arrived += u64::from(quiet);
        self.settle();
    }

    pub(super) fn lost(&mut self, quiet: bool) {
        self.lost += u64::from(quiet);
        self.settle();
    }

    /// One that was thought to be lost has arrived.
    pub(super) fn was_late(&mut self, quiet: bool) {
        self.lost = self.lost.saturating_sub(u64::from(quiet));
    }

    /// So much must be sent that `rate` arrives.
    pub(super) fn make_up(&self, rate: u64) -> u64 {
        let arrives = 1000 - self.per_mille.min(MOST);
        u64::try_from(u128::from(rate) * 1000 / u128::from(arrives)).unwrap_or(u64::MAX)
    }

    fn settle(&mut self) {
        let all = self.arrived + self.lost;
        if all >= SAMPLES {
            self.per_mille = (self.per_mille + self.lost * 1000 / all) / 2;
            (self.arrived, self.lost) = (0, 0);
        }
    }
}

/// So many datagrams are one measurement.
const SAMPLES: u64 = 64;

/// More than this is not made up for: should it be congestion after all, no more than a third more is sent than
/// arrives.
const MOST: u64 = 250;

#[cfg(test)]
mod tests {
    use super::*;

    fn losing(one_in: u64, quiet: bool) -> LossFloor {
        let mut floor = LossFloor::default();
        for number in 0..6400 {
            if number % one_in == 0 {
                floor.lost(quiet);
            } else {
                floor.arrived(quiet);
            }
        }
        floor
    }

    #[test]
    fn a_tenth_that_is_lost_is_made_up_for() {
        let rate = losing(10, true).make_up(900_000);
        assert!((980_000..1_020_000).contains(&rate), "{rate}");
    }

    #[test]
    fn what_is_lost_on_a_full_path_is_not() {
        assert_eq!(losing(2, false).make_up(1000), 1000);
    }

    #[test]
    fn not_more_is_sent_than_a_third_more_than_arrives() {
        assert_eq!(losing(1, true).make_up(900), 1200);
    }
}
