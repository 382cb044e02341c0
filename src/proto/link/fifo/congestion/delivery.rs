//! How fast what is sent arrives: delivery rate samples (draft-ietf-ccwg-bbr, 4.1).
//!
//! A sample is what arrived between two moments, divided by the time it took, to be sent or to arrive, whichever was
//! longer: acknowledgements that come in a bunch do not make the path faster than it was fed.

use std::time::Duration;

use crate::proto::Instant;

/// What was known when a datagram was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Stamp {
    /// What had arrived by then.
    pub(super) delivered: u64,
    delivered_at: Instant,
    /// When that was sent which arrived last by then.
    first_sent: Instant,
    starved: bool,
    /// Whether the path was certainly not full.
    pub(super) quiet: bool,
}

/// What arrives, over time.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    delivered: u64,
    delivered_at: Instant,
    first_sent: Instant,
    /// Until so much has arrived, samples say how much there was to send, and not what the path can do.
    starved_until: u64,
    /// The newest of the datagrams of this acknowledgement, and when it was sent.
    newest: Option<(Stamp, Instant)>,
    arrived: u64,
}

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    /// Bytes per second.
    pub(super) rate: u64,
    /// There was not enough to send.
    pub(super) starved: bool,
}

impl Delivery {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            delivered: 0,
            delivered_at: now,
            first_sent: now,
            starved_until: 0,
            newest: None,
            arrived: 0,
        }
    }

    pub(super) fn delivered(&self) -> u64 {
        self.delivered
    }

    pub(super) fn sent(&mut self, now: Instant, is_first: bool, quiet: bool) -> Stamp {
        if is_first {
            (self.first_sent, self.delivered_at) = (now, now);
        }
        Stamp {
            delivered: self.delivered,
            delivered_at: self.delivered_at,
            first_sent: self.first_sent,
            starved: self.is_starved(),
            quiet,
        }
    }

    pub(super) fn starved(&mut self, in_flight: u64) {
        self.starved_until = self.delivered + in_flight.max(1);
    }

    pub(super) fn is_starved(&self) -> bool {
        self.starved_until > self.delivered
    }

    pub(super) fn arrived(&mut self, now: Instant, size: usize, sent: Instant, stamp: &Stamp) {
        self.delivered += size as u64;
        self.arrived += size as u64;
        self.delivered_at = now;
        let age = |stamp: &Stamp, sent: Instant| (stamp.delivered, sent);
        if self
            .newest
            .is_none_or(|(newest, at)| age(stamp, sent) > age(&newest, at))
        {
            self.newest = Some((*stamp, sent));
            self.first_sent = sent;
        }
    }

    /// The sample of this acknowledgement. One over less than the shortest round trip says nothing.
    pub(super) fn sample(&mut self, now: Instant, shortest: Duration) -> Option<Sample> {
        let (stamp, sent) = self.newest.take()?;
        let interval = (sent - stamp.first_sent).max(now - stamp.delivered_at);
        (interval >= shortest && !interval.is_zero()).then(|| Sample {
            rate: rate(self.delivered - stamp.delivered, interval),
            starved: stamp.starved,
        })
    }

    /// How much has arrived since this was last asked.
    pub(super) fn take_arrived(&mut self) -> u64 {
        std::mem::take(&mut self.arrived)
    }
}

/// So many bytes in this time, as bytes per second.
pub(super) fn rate(bytes: u64, time: Duration) -> u64 {
    let nanos = time.as_nanos().max(1);
    u64::try_from(u128::from(bytes) * 1_000_000_000 / nanos).unwrap_or(u64::MAX)
}

/// So many bytes per second, for this time.
pub(super) fn bytes_in(rate: u64, time: Duration) -> u64 {
    u64::try_from(u128::from(rate) * time.as_nanos() / 1_000_000_000).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    fn at(millis: u64) -> Instant {
        Instant::ZERO + ms(millis)
    }

    #[test]
    fn what_is_sent_one_a_millisecond_is_measured_as_that() {
        let mut delivery = Delivery::new(at(0));
        let stamps: Vec<Stamp> = (0..20).map(|n| delivery.sent(at(n), n == 0, false)).collect();
        for n in 0..19 {
            delivery.arrived(at(n + 20), 1000, at(n), &stamps[usize::try_from(n).unwrap()]);
            delivery.sample(at(n + 20), ms(20));
        }
        let stamp = delivery.sent(at(39), false, false);
        let mut last = None;
        for n in 19..20 {
            delivery.arrived(at(n + 20), 1000, at(n), &stamps[19]);
            last = delivery.sample(at(n + 20), ms(20));
        }
        assert_eq!(last.map(|sample| sample.rate), Some(512_820));
        delivery.arrived(at(59), 1000, at(39), &stamp);
        // 19 arrived before it was sent, and two between that and its arrival.
        assert_eq!(
            delivery.sample(at(59), ms(20)).map(|sample| sample.rate),
            Some(95_238)
        );
    }

    #[test]
    fn a_bunch_of_acknowledgements_is_no_fast_path() {
        let mut delivery = Delivery::new(at(0));
        let stamps: Vec<Stamp> = (0..50).map(|n| delivery.sent(at(n), n == 0, false)).collect();
        for (n, stamp) in (0..50).zip(&stamps) {
            delivery.arrived(at(60), 1000, at(n), stamp);
        }
        // 50,000 bytes within 60 ms, although all were acknowledged in one moment.
        assert_eq!(
            delivery.sample(at(60), ms(10)).map(|sample| sample.rate),
            Some(833_333)
        );
    }

    #[test]
    fn too_little_to_send_is_no_slow_path() {
        let mut delivery = Delivery::new(at(0));
        delivery.starved(0);
        let stamp = delivery.sent(at(0), true, false);
        delivery.arrived(at(20), 100, at(0), &stamp);
        let sample = delivery.sample(at(20), ms(20)).unwrap();
        assert!(sample.starved && !delivery.is_starved());
    }
}
