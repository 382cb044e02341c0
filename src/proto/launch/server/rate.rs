//! A token bucket, kept as the one moment from which on it would be full.
//!
//! The clock decides only when a call may begin, never whether it may begin twice.

use std::time::Duration;

use super::Rate;
use crate::proto::Instant;

#[derive(Clone, Debug)]
pub(super) struct Bucket {
    rate: Rate,
    full_at: Instant,
}

impl Bucket {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            rate,
            full_at: Instant::ZERO,
        }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// The time until there is one.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let early = self.full_at - now;
        if early <= BURST {
            self.full_at = self.full_at.max(now) + self.rate.every;
            Ok(())
        } else {
            Err(early.saturating_sub(BURST))
        }
    }
}

/// As many tokens gather as come in this time, and at least one.
const BURST: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(every: Duration, asks: u32, apart: Duration) -> u32 {
        let mut bucket = Bucket::new(Rate { every });
        let grants = (0..asks).filter(|n| bucket.take(Instant::ZERO + apart * *n).is_ok());
        u32::try_from(grants.count()).unwrap()
    }

    #[test]
    fn in_the_long_run_there_are_as_many_as_the_rate_says() {
        let second = Duration::from_secs(1);
        assert_eq!(
            granted(second, 1000, second / 100),
            11,
            "ten seconds at one a second, the first at once"
        );
        let many = granted(second / 1000, 10_000, second / 10_000);
        assert!((1000..=1101).contains(&many), "{many}");
    }

    #[test]
    fn who_is_refused_is_told_when_there_is_a_token() {
        let mut bucket = Bucket::new(Rate {
            every: Duration::from_secs(1),
        });
        let now = Instant::ZERO;
        assert_eq!(bucket.take(now), Ok(()));
        let wait = bucket.take(now).unwrap_err();
        assert!(bucket.take(now + (wait - Duration::from_millis(1))).is_err());
        assert_eq!(bucket.take(now + wait), Ok(()));
    }
}
