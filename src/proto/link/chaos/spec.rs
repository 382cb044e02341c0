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
/// a chance (`30%` or `0.3`), and so does `reset`; `delay` a time (`5ms`, `1.5s`, `200us`) or a range
/// (`5ms..50ms`); `rate` bits per second (`500k`, `1M`, `2G`: powers of 1000); `queue` a number of datagrams
/// (`100`), of bytes (`500B`, `64k`, `1M`) or a time (`100ms`); `seed` a number.
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
    /// `queue`: how much may wait for a line with a rate, 1000 datagrams if it was not said; without a rate, how
    /// much may be on its way. What comes on top is lost.
    pub queue: Option<Queue>,
    /// `reset`: the chance that a connection is reset at a segment. Streams only.
    pub reset: Chance,
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
            queue: None,
            reset: Chance::NEVER,
            seed: None,
        }
    }
}

/// How long a queue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// So many datagrams.
    Datagrams(usize),
    /// So many bytes, and always one datagram.
    Bytes(usize),
    /// As much as the line carries in this time, and always one datagram.
    Time(Duration),
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
    #[error("\"{0}\" is none of loss, dup, reorder, delay, corrupt, rate, queue, reset, seed")]
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
    /// A key that such a link cannot honour.
    #[error("{key}: {why}")]
    Unfit {
        /// The key.
        key: &'static str,
        /// Why not.
        why: &'static str,
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
    /// Whether nothing is to be done at all.
    pub fn is_harmless(&self) -> bool {
        let seedless = Self { seed: None, ..*self };
        seedless == Self::default()
    }

    /// Whether all that it asks for can be done to datagrams.
    ///
    /// # Errors
    /// [`SpecError::Unfit`].
    pub fn fit_for_datagrams(self) -> Result<Self, SpecError> {
        self.refuse(&[("reset", self.reset > Chance::NEVER, NO_CONNECTION)])?;
        let timeless = matches!(self.queue, Some(Queue::Time(_))) && self.rate.is_none();
        self.refuse(&[("queue", timeless, NO_RATE)])
    }

    /// Whether all that it asks for can be done to a stream without breaking TCP's promise.
    ///
    /// # Errors
    /// [`SpecError::Unfit`].
    pub fn fit_for_streams(self) -> Result<Self, SpecError> {
        self.refuse(&[
            ("dup", self.duplicate > Chance::NEVER, STREAM_PROMISE),
            ("reorder", self.reorder > Chance::NEVER, STREAM_PROMISE),
            ("queue", self.queue.is_some(), STREAM_WAITS),
        ])
    }

    fn refuse(self, unfit: &[(&'static str, bool, &'static str)]) -> Result<Self, SpecError> {
        match unfit.iter().find(|(_, found, _)| *found) {
            Some(&(key, _, why)) => Err(SpecError::Unfit { key, why }),
            None => Ok(self),
        }
    }

    /// Sets what a key says; `None` if the value is not what it takes.
    fn set(&mut self, key: &str, value: &str) -> Option<()> {
        match key {
            "loss" => self.loss = chance(value)?,
            "dup" => self.duplicate = chance(value)?,
            "reorder" => self.reorder = chance(value)?,
            "corrupt" => self.damage = chance(value)?,
            "delay" => self.delay = delay(value)?,
            "rate" => self.rate = Some(rate(value)?),
            "queue" => self.queue = Some(queue(value)?),
            "reset" => self.reset = chance(value)?,
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
            ("reset", self.reset),
        ];
        for (key, Chance(probability)) in harms {
            if probability > 0.0 {
                parts.push(format!("{key}={probability}"));
            }
        }
        let (shortest, longest) = self.delay;
        if self.delay != default.delay {
            parts.push(format!("delay={shortest:?}..{longest:?}"));
        }
        parts.extend(self.rate.map(|rate| format!("rate={rate}")));
        parts.extend(self.queue.map(|queue| match queue {
            Queue::Datagrams(most) => format!("queue={most}"),
            Queue::Bytes(most) => format!("queue={most}B"),
            Queue::Time(most) => format!("queue={most:?}"),
        }));
        parts.extend(self.seed.map(|seed| format!("seed={seed}")));
        f.write_str(&parts.join(",").replace('µ', "u"))
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
    NonZeroU64::new(thousands(text)?)
}

fn queue(text: &str) -> Option<Queue> {
    if let Ok(most) = text.parse::<usize>() {
        return (most > 0).then_some(Queue::Datagrams(most));
    }
    if let Some(most) = time(text) {
        return (!most.is_zero()).then_some(Queue::Time(most));
    }
    let most = thousands(text.strip_suffix('B').unwrap_or(text))?;
    (most > 0).then_some(Queue::Bytes(usize::try_from(most).ok()?))
}

/// A whole number, of thousands, millions or thousands of millions.
fn thousands(text: &str) -> Option<u64> {
    let units = [('k', 1_000), ('M', 1_000_000), ('G', 1_000_000_000)];
    let found = units
        .iter()
        .find_map(|(letter, unit)| Some((text.strip_suffix(*letter)?, *unit)));
    let (number, unit) = found.unwrap_or((text, 1));
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// The keys, and what each takes.
const KEYS: [(&str, &str); 9] = [
    ("loss", CHANCE),
    ("dup", CHANCE),
    ("reorder", CHANCE),
    ("corrupt", CHANCE),
    ("delay", "a time as 5ms, or a range as 5ms..50ms"),
    ("rate", "bits per second as 64000, 500k, 1M or 2G"),
    ("queue", "datagrams as 100, bytes as 64k, or a time as 100ms"),
    ("reset", CHANCE),
    ("seed", "a number"),
];

const CHANCE: &str = "a chance from 0% to 100%";
const NO_CONNECTION: &str = "datagrams have no connection";
const NO_RATE: &str = "a time needs a rate";
const STREAM_PROMISE: &str = "TCP promises each byte once and in order, whatever the network does";
const STREAM_WAITS: &str = "a TCP sender is held back, and nothing overflows";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Spec, String> {
        text.parse().map_err(|error: SpecError| error.to_string())
    }

    #[test]
    fn every_key_is_read() {
        let spec =
            parse("loss=30%,dup=0.1,reorder=20%,delay=5ms..50ms,corrupt=1%,rate=1M,queue=9,reset=2%,seed=7");
        let expected = Spec {
            loss: Chance(0.3),
            duplicate: Chance(0.1),
            reorder: Chance(0.2),
            damage: Chance(0.01),
            delay: (Duration::from_millis(5), Duration::from_millis(50)),
            rate: NonZeroU64::new(1_000_000),
            queue: Some(Queue::Datagrams(9)),
            reset: Chance(0.02),
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
            "\"los\" is none of loss, dup, reorder, delay, corrupt, rate, queue, reset, seed"
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
        for text in [
            "queue=0",
            "queue=0B",
            "queue=0s",
            "queue=",
            "queue=k",
            "queue=-1",
            "queue=1KB",
            "queue=5m",
        ] {
            assert!(error(text).contains("expected datagrams as 100"), "{text}");
        }
    }

    #[test]
    fn a_queue_is_counted_in_datagrams_bytes_or_time() {
        let queue = |text: &str| parse(text).unwrap().queue.unwrap();
        assert_eq!(queue("queue=100"), Queue::Datagrams(100));
        assert_eq!(queue("queue=100B"), Queue::Bytes(100));
        assert_eq!(queue("queue=64k"), Queue::Bytes(64_000));
        assert_eq!(queue("queue=64kB"), Queue::Bytes(64_000));
        assert_eq!(queue("queue=100ms"), Queue::Time(Duration::from_millis(100)));
    }

    #[test]
    fn what_a_link_cannot_do_is_refused_with_the_reason() {
        let unfit = |text: &str| {
            let spec = parse(text).unwrap();
            let words = |end: Result<Spec, SpecError>| end.err().map(|error| error.to_string());
            (words(spec.fit_for_datagrams()), words(spec.fit_for_streams()))
        };
        assert_eq!(unfit("loss=1%,delay=1s,corrupt=1%,rate=1M,seed=1"), (None, None));
        for key in ["dup", "reorder"] {
            let (udp, tcp) = unfit(&format!("{key}=1%"));
            let why = "TCP promises each byte once and in order, whatever the network does";
            assert_eq!((udp, tcp), (None, Some(format!("{key}: {why}"))));
        }
        assert_eq!(
            unfit("reset=1%").0.unwrap(),
            "reset: datagrams have no connection"
        );
        assert_eq!(unfit("queue=1ms").0.unwrap(), "queue: a time needs a rate");
        assert_eq!(unfit("queue=1ms,rate=1M").0, None);
        assert!(unfit("queue=1").1.unwrap().starts_with("queue: a TCP sender"));
    }

    #[test]
    fn only_the_seed_does_no_harm() {
        assert!(parse("seed=3").unwrap().is_harmless());
        assert!(!parse("seed=3,queue=3").unwrap().is_harmless());
    }

    fn any_queue() -> impl Strategy<Value = Option<Queue>> {
        prop_oneof![
            Just(None),
            (1..usize::MAX).prop_map(|most| Some(Queue::Datagrams(most))),
            (1..usize::MAX).prop_map(|most| Some(Queue::Bytes(most))),
            (1..9_999_999_u64).prop_map(|most| Some(Queue::Time(Duration::from_micros(most)))),
        ]
    }

    proptest! {
        #[test]
        fn the_words_for_a_spec_are_read_as_that_spec(
            (loss, dup) in (0..=100_u32, 0..=100_u32),
            (shortest, more) in (0..10_000_u64, 0..10_000_u64),
            rate in 0..u64::MAX,
            (queue, reset) in (any_queue(), 0..=100_u32),
            seed in any::<Option<u64>>(),
        ) {
            let spec = Spec {
                loss: Chance(f64::from(loss) / 100.0),
                duplicate: Chance(f64::from(dup) / 100.0),
                delay: (Duration::from_millis(shortest), Duration::from_millis(shortest + more)),
                rate: NonZeroU64::new(rate),
                queue,
                reset: Chance(f64::from(reset) / 100.0),
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
