//! Is the other end still there? An eventually perfect failure detector (Cachin, Guerraoui, Rodrigues, module 2.8,
//! algorithm 2.7).
//!
//! * **Strong completeness**: an end that has crashed is suspected at last, because whoever hears nothing asks for a
//!   sign of life, and what it asks is not answered.
//! * **Eventual strong accuracy**: an end that is there is at last no longer suspected. Each time that a suspicion was
//!   wrong the detector waits longer, by as long as it was wrong, until it waits longer than the network can delay.
//!
//! Whether to give up on a suspect is another question, and a matter of patience.

use std::time::Duration;

use crate::proto::Instant;

/// What is thought of the other end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Detector {
    patience: Option<Duration>,
    keep_alive: Option<Duration>,
    heard: Instant,
    /// Since when something was asked that was not answered.
    asked: Option<Instant>,
    suspected: Option<Instant>,
    /// What wrong suspicions have taught.
    slack: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opinion {
    Suspect,
    Recovered,
    GiveUp,
}

impl Detector {
    pub(super) fn new(now: Instant, patience: Option<Duration>, keep_alive: Option<Duration>) -> Self {
        Self {
            patience,
            keep_alive,
            heard: now,
            asked: None,
            suspected: None,
            slack: Duration::ZERO,
        }
    }

    /// Takes note that the other end was heard, which may change what is thought of it.
    pub(super) fn heard(&mut self, now: Instant) -> Option<Opinion> {
        self.heard = now;
        self.asked = None;
        let suspected = self.suspected.take()?;
        self.slack = self.slack.saturating_add(now - suspected).min(MOST_SLACK);
        Some(Opinion::Recovered)
    }

    /// When the other end was last heard.
    pub(super) fn last_heard(&self) -> Instant {
        self.heard
    }

    /// Takes note that the other end was asked for something.
    pub(super) fn asked(&mut self, now: Instant) {
        self.asked.get_or_insert(now);
    }

    /// When the other end is to be asked for a sign of life.
    pub(super) fn asks_at(&self) -> Option<Instant> {
        let keep_alive = self.keep_alive.filter(|_| self.asked.is_none())?;
        Some(self.heard + keep_alive)
    }

    /// When what is thought of the other end changes if it is not heard. The probe timeout is how long an answer takes.
    pub(super) fn due(&self, probe_timeout: Duration) -> Option<Instant> {
        let asked = self.asked?;
        let gives_up = self.patience.map(|patience| asked + patience);
        let suspects = self
            .suspected
            .is_none()
            .then(|| asked + self.suspicion(probe_timeout));
        gives_up.into_iter().chain(suspects).min()
    }

    /// Whether what is thought of the other end changes now.
    pub(super) fn handle_timeout(&mut self, now: Instant, probe_timeout: Duration) -> Option<Opinion> {
        let asked = self.asked?;
        if self.patience.is_some_and(|patience| now >= asked + patience) {
            return Some(Opinion::GiveUp);
        }
        if self.suspected.is_none() && now >= asked + self.suspicion(probe_timeout) {
            self.suspected = Some(now);
            return Some(Opinion::Suspect);
        }
        None
    }

    /// Several probes may be lost by chance; what is shorter than a second, a person would not call silence.
    fn suspicion(&self, probe_timeout: Duration) -> Duration {
        (probe_timeout * 8).max(SHORTEST).saturating_add(self.slack)
    }
}

const SHORTEST: Duration = Duration::from_secs(2);
const MOST_SLACK: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    const PROBE: Duration = Duration::from_millis(50);

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    fn detector() -> Detector {
        let seconds = |count| Some(Duration::from_secs(count));
        Detector::new(at(0), seconds(20), seconds(10))
    }

    #[test]
    fn one_who_is_asked_and_silent_is_suspected_once_and_given_up_at_last() {
        let mut detector = detector();
        assert_eq!(
            (detector.due(PROBE), detector.asks_at()),
            (None, Some(at(10_000)))
        );
        detector.asked(at(10_000));
        detector.asked(at(10_500));
        assert_eq!(
            (detector.due(PROBE), detector.asks_at()),
            (Some(at(12_000)), None)
        );
        assert_eq!(detector.handle_timeout(at(11_999), PROBE), None);
        assert_eq!(detector.handle_timeout(at(12_000), PROBE), Some(Opinion::Suspect));
        assert_eq!(detector.handle_timeout(at(12_001), PROBE), None);
        assert_eq!(detector.due(PROBE), Some(at(30_000)));
        assert_eq!(detector.handle_timeout(at(30_000), PROBE), Some(Opinion::GiveUp));
    }

    #[test]
    fn who_was_suspected_wrongly_is_given_more_time() {
        let mut detector = detector();
        detector.asked(at(0));
        detector.handle_timeout(at(2000), PROBE);
        assert_eq!(detector.heard(at(5000)), Some(Opinion::Recovered));
        assert_eq!(detector.heard(at(5001)), None);
        detector.asked(at(6000));
        assert_eq!(detector.due(PROBE), Some(at(11_000)));
    }
}
