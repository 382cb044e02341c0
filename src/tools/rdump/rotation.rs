//! When one file is followed by the next, and what each is called: `-C`, `-G`, `-W`.
//!
//! The names are tcpdump's. `-G` fills in the time when the file began; `-C` puts a number behind the name, from the
//! second file on, or from the first one and with leading zeros if `-W` says how many files there may be. Only what
//! says how a file is compressed stays behind the number.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::fmt::strtime::{BrokenDownTime, Config};
use jiff::tz::TimeZone;

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Turns {
    /// A file that is longer than this many bytes gets no further packet.
    pub(super) size: Option<u64>,
    /// A file gets no packet that comes so much later than its beginning.
    pub(super) period: Option<Duration>,
    /// With a size: after so many files the first one is overwritten. With only a period: the capture ends.
    pub(super) files: Option<NonZeroU32>,
}

/// The files of a capture, one after the other.
#[derive(Debug)]
pub(super) struct Rotation {
    turns: Turns,
    pattern: PathBuf,
    zone: TimeZone,
    /// The number of the file since the last whole period, and how many periods have ended.
    number: u32,
    periods: u32,
    /// When the period ends, on the clock of whoever calls.
    end: Option<Duration>,
}

/// A point in time: on a clock that never goes back, and in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) clock: Duration,
    pub(super) secs: i64,
}

/// What is to become of the next packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It belongs to the file at hand.
    Stay,
    /// It belongs to the next one.
    Next,
    /// There were as many files as were wanted.
    Enough,
}

impl Rotation {
    /// Files that are called after `pattern`.
    pub(super) fn new(turns: Turns, pattern: PathBuf, zone: TimeZone) -> Self {
        Self {
            turns,
            pattern,
            zone,
            number: 0,
            periods: 0,
            end: None,
        }
    }

    /// Whether the time of files is limited.
    pub(super) fn is_timed(&self) -> bool {
        self.turns.period.is_some()
    }

    /// When the next file begins even if no packet comes.
    pub(super) fn end(&self) -> Option<Duration> {
        self.end
    }

    /// What the file at hand is called.
    ///
    /// # Errors
    /// When the time cannot be filled in.
    pub(super) fn name(&self, now: Moment) -> Result<PathBuf> {
        let pattern = match self.turns.period {
            None => self.pattern.clone(),
            Some(_) => fill_in(&self.pattern, now.secs, &self.zone)?,
        };
        let width = match (self.turns.size, self.turns.files) {
            (Some(_), Some(files)) => (files.get() - 1)
                .checked_ilog10()
                .map_or(0, |log| log as usize + 1),
            _ => 0,
        };
        if self.number == 0 && width == 0 {
            return Ok(pattern);
        }
        Ok(numbered(&pattern, &format!("{:0width$}", self.number)))
    }

    /// Looks at the time and at how long the file at hand is. After [`Turn::Next`] its successor has its own name.
    pub(super) fn turn(&mut self, now: Moment, len: u64) -> Turn {
        if let Some(period) = self.turns.period {
            let end = *self.end.get_or_insert(now.clock + period);
            if now.clock >= end {
                self.periods += 1;
                // Periods without any packet are passed over: their files would have no packets in them.
                let passed = (now.clock - end).as_nanos() / period.as_nanos().max(1);
                let passed = u32::try_from(passed).unwrap_or(u32::MAX);
                self.end = Some(end + period.saturating_mul(passed.saturating_add(1)));
                self.number = 0;
                let limit = self.turns.files.filter(|_| self.turns.size.is_none());
                return if limit.is_some_and(|files| self.periods >= files.get()) {
                    Turn::Enough
                } else {
                    Turn::Next
                };
            }
        }
        if self.turns.size.is_some_and(|size| len > size) {
            self.number += 1;
            if self.turns.files.is_some_and(|files| self.number >= files.get()) {
                self.number = 0;
            }
            return Turn::Next;
        }
        Turn::Stay
    }

    /// How many files there may be.
    pub(super) fn limit(&self) -> u32 {
        self.turns.files.map_or(u32::MAX, NonZeroU32::get)
    }
}

/// A name with what strftime(3) makes of it; what it does not know stays as it is.
fn fill_in(pattern: &Path, secs: i64, zone: &TimeZone) -> Result<PathBuf> {
    let name = || pattern.display().to_string();
    let text = pattern
        .to_str()
        .with_context(|| format!("{}: -G asks for a name in UTF-8", name()))?;
    let time = Timestamp::from_second(secs)
        .with_context(name)?
        .to_zoned(zone.clone());
    let filled = BrokenDownTime::from(&time).to_string_with_config(&Config::new().lenient(true), text);
    Ok(filled.with_context(name)?.into())
}

fn numbered(path: &Path, number: &str) -> PathBuf {
    let packed = path
        .extension()
        .filter(|ending| *ending == "gz" || *ending == "zst");
    let mut name = match packed {
        Some(_) => path.with_extension(""),
        None => path.to_owned(),
    }
    .into_os_string();
    name.push(number);
    if let Some(ending) = packed {
        name.push(".");
        name.push(ending);
    }
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotation(size: Option<u64>, period: Option<u64>, files: u32, pattern: &str) -> Rotation {
        let turns = Turns {
            size,
            period: period.map(Duration::from_secs),
            files: NonZeroU32::new(files),
        };
        Rotation::new(turns, pattern.into(), TimeZone::UTC)
    }

    fn at(secs: u64) -> Moment {
        Moment {
            clock: Duration::from_secs(secs),
            secs: secs.cast_signed(),
        }
    }

    /// The names of the first files, each of which is filled.
    fn names(mut rotation: Rotation, count: usize) -> Vec<String> {
        (0..count)
            .map(|_| {
                let name = rotation.name(at(0)).unwrap().display().to_string();
                assert_eq!(rotation.turn(at(0), 1001), Turn::Next);
                name
            })
            .collect()
    }

    #[test]
    fn files_are_numbered_as_tcpdump_numbers_them() {
        assert_eq!(names(rotation(Some(1000), None, 0, "x"), 3), ["x", "x1", "x2"]);
        assert_eq!(
            names(rotation(Some(1000), None, 3, "x"), 4),
            ["x0", "x1", "x2", "x0"]
        );
        assert_eq!(names(rotation(Some(1000), None, 11, "x"), 2), ["x00", "x01"]);
        assert_eq!(names(rotation(Some(1000), None, 10, "x"), 1), ["x0"]);
        assert_eq!(names(rotation(Some(1000), None, 1, "x"), 2), ["x", "x"]);
        assert_eq!(
            names(rotation(Some(1000), None, 0, "x.pcap.gz"), 2),
            ["x.pcap.gz", "x.pcap1.gz"]
        );
        assert_eq!(names(rotation(Some(1000), Some(9), 0, "%M"), 2), ["00", "001"]);
    }

    #[test]
    fn a_file_may_be_as_long_as_its_size_before_the_next_packet() {
        let mut rotation = rotation(Some(1000), None, 0, "x");
        assert_eq!(rotation.turn(at(0), 1000), Turn::Stay);
        assert_eq!(rotation.turn(at(0), 1001), Turn::Next);
    }

    #[test]
    fn periods_are_counted_from_the_first_moment_and_end_the_capture() {
        let mut rotation = rotation(None, Some(10), 2, "%H%M%S");
        assert_eq!(rotation.turn(at(5), 0), Turn::Stay);
        assert_eq!(rotation.turn(at(14), 0), Turn::Stay);
        assert_eq!(rotation.turn(at(16), 0), Turn::Next);
        assert_eq!(rotation.name(at(16)).unwrap(), Path::new("000016"));
        assert_eq!(rotation.end(), Some(Duration::from_secs(25)));
        assert_eq!(rotation.turn(at(25), 0), Turn::Enough);
    }

    #[test]
    fn periods_without_packets_are_passed_over() {
        let mut rotation = rotation(None, Some(10), 0, "x");
        assert_eq!(rotation.turn(at(0), 0), Turn::Stay);
        assert_eq!(rotation.turn(at(47), 0), Turn::Next);
        assert_eq!(rotation.end(), Some(Duration::from_secs(50)));
    }

    #[test]
    fn each_period_begins_with_the_first_number() {
        let mut rotation = rotation(Some(1000), Some(10), 3, "%S-");
        assert_eq!(rotation.turn(at(0), 2000), Turn::Next);
        assert_eq!(rotation.name(at(0)).unwrap(), Path::new("00-1"));
        assert_eq!(rotation.turn(at(10), 0), Turn::Next);
        assert_eq!(rotation.name(at(10)).unwrap(), Path::new("10-0"));
    }

    #[test]
    fn what_is_no_conversion_stays_in_the_name() {
        assert_eq!(
            rotation(None, Some(1), 0, "100%").name(at(0)).unwrap(),
            Path::new("100%")
        );
    }
}
