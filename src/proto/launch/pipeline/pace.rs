//! When to ask again: one estimator for all calls to a server, and one of how long the server takes.

use std::time::Duration;

use rand::Rng;

use crate::proto::Instant;
use crate::proto::link::{Limits, Rto};

/// The timers of all calls.
#[derive(Debug)]
pub(super) struct Pace {
    limits: Limits,
    rto: Rto,
    samples: u32,
    /// How long the server holds a request that it answers at once: not part of the round trip, but before that no
    /// answer can be there.
    holds: Rto,
    held: u32,
    /// When anything was heard of the server.
    heard: Option<Instant>,
}

impl Pace {
    pub(super) fn new(rto: Rto, limits: Limits) -> Self {
        Self {
            limits,
            rto,
            samples: 0,
            holds: Rto::new(HOLDS),
            held: 0,
            heard: None,
        }
    }

    pub(super) fn rto(&self) -> Rto {
        self.rto
    }

    /// A round trip was measured, with so many calls on their way.
    pub(super) fn sample(&mut self, rtt: Duration, flying: u32) {
        self.samples = self.samples.saturating_add(1);
        self.rto.sample_among(rtt, flying, self.samples);
    }

    /// The server held a request for so long before it had the result.
    pub(super) fn hold(&mut self, held: Duration, flying: u32) {
        self.held = self.held.saturating_add(1);
        self.holds.sample_among(held, flying, self.held);
    }

    /// Something was heard of the server. Whether it had been silent before.
    pub(super) fn heard(&mut self, now: Instant) -> bool {
        let was_silent = self.is_silent(now);
        self.heard = Some(now);
        was_silent
    }

    fn is_silent(&self, now: Instant) -> bool {
        self.heard.is_none_or(|heard| now - heard >= ALIVE)
    }

    /// How long to wait for an answer after `losses` losses in a row. Each wait is twice the one before (RFC 6298,
    /// 5.5); while the server answers others, though, a loss is chance, or congestion, which the window sees to, and
    /// longer silences would teach nothing.
    pub(super) fn wait<R: Rng + ?Sized>(&self, losses: u32, now: Instant, rng: &mut R) -> Duration {
        let most = if self.is_silent(now) { 16 } else { 3 };
        let first = self.rto.jittered(rng) + self.allowance();
        let longest = self.limits.cap.max(first);
        first.saturating_mul(1 << losses.min(most)).min(longest)
    }

    /// What the server usually takes. One that takes long is asked in between: its answer that it works on the call
    /// costs less than a loss that is found out late.
    fn allowance(&self) -> Duration {
        if self.held == 0 {
            return Duration::ZERO;
        }
        let most = self.rto.timeout().saturating_mul(8).max(LEAST_ALLOWANCE);
        self.holds.timeout().min(most)
    }
}

const HOLDS: Limits = Limits {
    initial: Duration::ZERO,
    floor: Duration::ZERO,
    cap: Duration::from_secs(60),
    jitter: 0,
};
const LEAST_ALLOWANCE: Duration = Duration::from_millis(250);
/// How long after an answer a server counts as alive.
const ALIVE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn pace() -> Pace {
        let limits = Limits {
            jitter: 0,
            ..Limits::REQUEST
        };
        Pace::new(Rto::new(limits), limits)
    }

    fn wait(pace: &Pace, losses: u32, at: Duration) -> Duration {
        pace.wait(losses, Instant::ZERO + at, &mut Pcg32::seed_from_u64(1))
    }

    #[test]
    fn the_wait_doubles_at_each_loss_and_thrice_at_most_while_others_are_answered() {
        let mut pace = pace();
        pace.sample(40 * MS, 1);
        pace.heard(Instant::ZERO);
        let waits: Vec<_> = (0..6).map(|losses| wait(&pace, losses, MS).as_millis()).collect();
        assert_eq!(waits, [120, 240, 480, 960, 960, 960]);
        assert_eq!(wait(&pace, 5, 2000 * MS), 3840 * MS, "it has fallen silent");
    }

    #[test]
    fn what_the_server_takes_is_waited_for_but_not_for_ever() {
        let mut pace = pace();
        pace.sample(40 * MS, 1);
        pace.hold(20 * MS, 1);
        assert_eq!(wait(&pace, 0, MS), 180 * MS);
        (0..1000).for_each(|_| pace.hold(9000 * MS, 1));
        assert_eq!(wait(&pace, 0, MS), (120 + 8 * 120) * MS);
        assert_eq!(pace.rto().timeout(), 120 * MS, "it is no part of the round trip");
    }
}
