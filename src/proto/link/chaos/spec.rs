//! What a fair-loss link is to do, in words: `loss=30%,dup=10%,reorder=20%,delay=5ms..50ms,corrupt=1%,rate=1M,seed=7`.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;
use std::time::Duration;

use rand::{Rng, RngExt};
use thiserror::Error;

/// What a [`Chaos`](super::Chaos) is to do. The default does no harm.
///
/// Written as `key=value` pairs between commas, each key at most once: `loss`, `dup`, `reorder` and `corrupt` take
/// a chance (`30%` or `0.3`); `delay` a time (`5ms`, `1.5s`, `200us`) or a range (`5ms..50ms`); `rate` bits per
/// second (`500k`, `1M`, `2G`: powers of 1000); `queue` a number of datagrams; `seed` a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spec {
    /// `loss`: the chance that a datagram is lost.
    pub loss: Chance,
    /// `dup`: the chance that a datagram arrives twice.
    pub duplicate: Chance,
    /// `reorder`: the chance that a datagram is held back, so that later ones overtake it.
    pub reorder: Chance,
    /// `corrupt`: the chance that bits of a datagram are flipped.
    pub damage: Chance,
    /// `delay`: the shortest and the longest time on the way.
    pub delay: (Duration, Duration),
    /// `rate`: bits per second that the line carries; without it, as many as come.
    pub rate: Option<NonZeroU64>,
    /// `queue`: how many datagrams may be on their way. What comes on top is lost.
    pub queue: usize,
    /// `seed`: what all chance comes from, if it was fixed.
    pub seed: Option<u64>,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            loss: Chance::NEVER,
            duplicate: Chance::NEVER,
            reorder: Chance::NEVER,
            damage: Chance::NEVER,
            delay: (Duration::ZERO, Duration::ZERO),
            rate: None,
            queue: 1000,
            seed: None,
        }
    }
}

/// A probability.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Chance(f64);

impl Chance {
    /// What does not happen.
    pub const NEVER: Self = Self(0.0);

    /// A probability from 0 to 1, both included.
    pub fn new(probability: f64) -> Option<Self> {
        (0.0..=1.0).contains(&probability).then_some(Self(probability))
    }

    /// Whether it happens this time.
    pub fn happens<R: Rng>(self, rng: &mut R) -> bool {
        // What never happens takes no number from the generator.
        self.0 > 0.0 && rng.random_bool(self.0)
    }
}

/// What is wrong with the words.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SpecError {
    /// A part is not `key=value`.
    #[error("\"{0}\" is not KEY=VALUE")]
    NoValue(String),
    /// There is no such key.
    #[error("\"{0}\" is none of loss, dup, reorder, delay, corrupt, rate, queue, seed")]
    UnknownKey(String),
    /// A key is there twice.
    #[error("\"{0}\" is given twice")]
    Twice(&'static str),
    /// A value is not what its key takes.
    #[error("{key}={value}: expected {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// The value as it was given.
        value: String,
        /// What the key takes.
        expected: &'static str,
    },
}

impl FromStr for Spec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let mut spec = Self::default();
        let mut seen = Vec::with_capacity(KEYS.len());
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (name, value) = part
                .split_once('=')
                .ok_or_else(|| SpecError::NoValue(part.to_owned()))?;
            let &(key, expected) = KEYS
                .iter()
                .find(|(key, _)| *key == name)
                .ok_or_else(|| SpecError::UnknownKey(name.to_owned()))?;
            if seen.contains(&key) {
                return Err(SpecError::Twice(key));
            }
            seen.push(key);
            spec.set(key, value).ok_or_else(|| SpecError::Value {
                key,
                value: value.to_owned(),
                expected,
            })?;
        }
        Ok(spec)
    }
}

impl Spec {
    /// Sets what a key says; `None` if the value is not what it takes.
    fn set(&mut self, key: &str, value: &str) -> Option<()> {
        match key {
            "loss" => self.loss = chance(value)?,
            "dup" => self.duplicate = chance(value)?,
            "reorder" => self.reorder = chance(value)?,
            "corrupt" => self.damage = chance(value)?,
            "delay" => self.delay = delay(value)?,
            "rate" => self.rate = Some(rate(value)?),
            "queue" => self.queue = value.parse().ok().filter(|size| *size > 0)?,
            "seed" => self.seed = Some(value.parse().ok()?),
            _ => return None,
        }
        Some(())
    }
}

/// The words for it, without what is as by default. Reading them gives the same spec, times and chances as far as
/// they are written exactly.
impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = Self::default();
        let mut parts = Vec::new();
        let harms = [
            ("loss", self.loss),
            ("dup", self.duplicate),
            ("reorder", self.reorder),
            ("corrupt", self.damage),
        ];
        for (key, Chance(probability)) in harms {
            if probability > 0.0 {
                parts.push(format!("{key}={probability}"));
            }
        }
        let (shortest, longest) = self.delay;
        if self.delay != default.delay {
            parts.push(format!("delay={shortest:?}..{longest:?}").replace('µ', "u"));
        }
        parts.extend(self.rate.map(|rate| format!("rate={rate}")));
        if self.queue != default.queue {
            parts.push(format!("queue={}", self.queue));
        }
        parts.extend(self.seed.map(|seed| format!("seed={seed}")));
        f.write_str(&parts.join(","))
    }
}

fn chance(text: &str) -> Option<Chance> {
    let (number, unit) = match text.strip_suffix('%') {
        Some(percent) => (percent, 100.0),
        None => (text, 1.0),
    };
    Chance::new(number.parse::<f64>().ok()? / unit)
}

fn delay(text: &str) -> Option<(Duration, Duration)> {
    let (shortest, longest) = text.split_once("..").unwrap_or((text, text));
    let range = (time(shortest)?, time(longest)?);
    (range.0 <= range.1).then_some(range)
}

fn time(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let seconds = match unit {
        "ns" => 1e-9,
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()
}

fn rate(text: &str) -> Option<NonZeroU64> {
    let (number, unit) = match text.chars().next_back()? {
        'k' => (text.strip_suffix('k')?, 1_000),
        'M' => (text.strip_suffix('M')?, 1_000_000),
        'G' => (text.strip_suffix('G')?, 1_000_000_000),
        _ => (text, 1),
    };
    NonZeroU64::new(number.parse::<u64>().ok()?.checked_mul(unit)?)
}

/// The keys, and what each takes.
const KEYS: [(&str, &str); 8] = [
    ("loss", CHANCE),
    ("dup", CHANCE),
    ("reorder", CHANCE),
    ("corrupt", CHANCE),
    ("delay", "a time as 5ms, or a range as 5ms..50ms"),
    ("rate", "bits per second as 64000, 500k, 1M or 2G"),
    ("queue", "a number of datagrams, at least 1"),
    ("seed", "a number"),
];

const CHANCE: &str = "a chance from 0% to 100%";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Spec, String> {
        text.parse().map_err(|error: SpecError| error.to_string())
    }

    #[test]
    fn every_key_is_read() {
        let spec = parse("loss=30%,dup=0.1,reorder=20%,delay=5ms..50ms,corrupt=1%,rate=1M,queue=9,seed=7");
        let expected = Spec {
            loss: Chance(0.3),
            duplicate: Chance(0.1),
            reorder: Chance(0.2),
            damage: Chance(0.01),
            delay: (Duration::from_millis(5), Duration::from_millis(50)),
            rate: NonZeroU64::new(1_000_000),
            queue: 9,
            seed: Some(7),
        };
        assert_eq!(spec, Ok(expected));
        assert_eq!(parse(""), Ok(Spec::default()));
    }

    #[test]
    fn one_time_is_a_range_of_one() {
        assert_eq!(
            parse("delay=1.5s").unwrap().delay,
            (Duration::from_millis(1500), Duration::from_millis(1500))
        );
        assert_eq!(parse("delay=200us").unwrap().delay.0, Duration::from_micros(200));
    }

    #[test]
    fn errors_say_what_was_given_and_what_was_expected() {
        let error = |text| parse(text).unwrap_err();
        assert_eq!(error("loss"), "\"loss\" is not KEY=VALUE");
        assert_eq!(
            error("los=1%"),
            "\"los\" is none of loss, dup, reorder, delay, corrupt, rate, queue, seed"
        );
        assert_eq!(error("seed=1,seed=1"), "\"seed\" is given twice");
        assert_eq!(error("loss=130%"), "loss=130%: expected a chance from 0% to 100%");
        for text in ["loss=", "loss=NaN", "loss=-1%", "loss=%"] {
            assert!(error(text).contains("expected a chance"), "{text}");
        }
        for text in [
            "delay=5",
            "delay=5m",
            "delay=50ms..5ms",
            "delay=..",
            "delay=-1s",
            "delay=infs",
            "delay=µs",
        ] {
            assert!(error(text).contains("expected a time"), "{text}");
        }
        for text in ["rate=0", "rate=1T", "rate=", "rate=99999999999999999G", "rate=µ"] {
            assert!(error(text).contains("expected bits per second"), "{text}");
        }
        assert_eq!(
            error("queue=0"),
            "queue=0: expected a number of datagrams, at least 1"
        );
    }

    proptest! {
        #[test]
        fn the_words_for_a_spec_are_read_as_that_spec(
            (loss, dup) in (0..=100_u32, 0..=100_u32),
            (shortest, more) in (0..10_000_u64, 0..10_000_u64),
            rate in 0..u64::MAX,
            (queue, seed) in (1..5000_usize, any::<Option<u64>>()),
        ) {
            let spec = Spec {
                loss: Chance(f64::from(loss) / 100.0),
                duplicate: Chance(f64::from(dup) / 100.0),
                delay: (Duration::from_millis(shortest), Duration::from_millis(shortest + more)),
                rate: NonZeroU64::new(rate),
                queue,
                seed,
                ..Spec::default()
            };
            prop_assert_eq!(parse(&spec.to_string()), Ok(spec));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            let _ = parse(&text);
        }
    }
}
