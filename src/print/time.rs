//! Time stamps. The text of a second and the offset of the zone are kept, so that a packet within the second of
//! the one before it costs six digits.

use jiff::tz::{Offset, TimeZone};

use super::options::{Options, TimeStyle};
use super::packet::Timestamp;
use super::text::{Put, Zeros};

/// Writes the time stamp that begins a line.
pub(crate) struct Clock {
    style: TimeStyle,
    nanos: bool,
    zone: Zone,
    /// What -ttt and -ttttt measure from.
    reference: Option<Timestamp>,
    second: Option<i64>,
    text: Vec<u8>,
}

impl Clock {
    /// A clock that has shown nothing yet.
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            style: options.time,
            nanos: options.nanos,
            zone: Zone {
                zone: options.zone.clone(),
                known: None,
            },
            reference: None,
            second: None,
            text: Vec::new(),
        }
    }

    /// What the time stamp of a packet captured at `time` is relative to, which this clock then leaves to another.
    pub(crate) fn pass(&mut self, time: Timestamp) -> Option<Timestamp> {
        let reference = self.reference;
        match self.style {
            TimeStyle::SinceLast => self.reference = Some(time),
            TimeStyle::SinceFirst => self.reference = reference.or(Some(time)),
            _ => {}
        }
        reference
    }

    /// Lets the next time stamp be relative to `reference`.
    pub(crate) fn refer_to(&mut self, reference: Option<Timestamp>) {
        self.reference = reference;
    }

    /// Appends the time stamp of a packet captured at `time`, and a blank.
    pub(crate) fn stamp(&mut self, time: Timestamp, out: &mut Vec<u8>) {
        match self.style {
            TimeStyle::Off => return,
            TimeStyle::Epoch => {
                time.secs.put(out);
                self.fraction(time, out);
            }
            TimeStyle::TimeOfDay => self.civil(time, false, out),
            TimeStyle::DateTime => self.civil(time, true, out),
            TimeStyle::SinceFirst | TimeStyle::SinceLast => self.since(time, out),
        }
        out.push(b' ');
    }

    fn civil(&mut self, time: Timestamp, date: bool, out: &mut Vec<u8>) {
        if self.second != Some(time.secs) {
            self.text.clear();
            let Some(local) = self.zone.local(time.secs) else {
                return "[Error converting time]".put(out);
            };
            if date {
                let days = local.date();
                Zeros(days.year().unsigned_abs().into(), 4).put(&mut self.text);
                for part in [days.month(), days.day()] {
                    self.text.push(b'-');
                    Zeros(part.unsigned_abs().into(), 2).put(&mut self.text);
                }
                self.text.push(b' ');
            }
            let seconds =
                i64::from(local.hour()) * 3600 + i64::from(local.minute()) * 60 + i64::from(local.second());
            time_of_day(seconds, &mut self.text);
            self.second = Some(time.secs);
        }
        out.extend_from_slice(&self.text);
        self.fraction(time, out);
    }

    fn since(&mut self, time: Timestamp, out: &mut Vec<u8>) {
        let reference = *self.reference.get_or_insert(time);
        let (from, to) = (self.in_units(reference), self.in_units(time));
        let ((from, until), sign) = if to < from {
            ((to, from), b'-')
        } else {
            ((from, to), b' ')
        };
        out.push(sign);
        let mut secs = until.0.saturating_sub(from.0);
        let mut fraction = until.1 - from.1;
        if fraction < 0 {
            secs = secs.saturating_sub(1);
            fraction += i64::from(self.unit());
        }
        time_of_day(secs.rem_euclid(86_400), out);
        self.put_fraction(fraction, out);
        if self.style == TimeStyle::SinceLast {
            self.reference = Some(time);
        }
    }

    fn fraction(&self, time: Timestamp, out: &mut Vec<u8>) {
        self.put_fraction(self.in_units(time).1, out);
    }

    /// How many of the units shown there are in a second.
    fn unit(&self) -> u32 {
        if self.nanos { 1_000_000_000 } else { 1_000_000 }
    }

    /// Whole seconds and the units shown.
    fn in_units(&self, time: Timestamp) -> (i64, i64) {
        let fraction = if self.nanos { time.nanos } else { time.nanos / 1000 };
        (time.secs, fraction)
    }

    fn put_fraction(&self, fraction: i64, out: &mut Vec<u8>) {
        // What does not fit is the fault of a damaged file, and shown as the 32 bits that it has there.
        let [.., a, b, c, d] = fraction.to_be_bytes();
        let fraction = u32::from_be_bytes([a, b, c, d]);
        out.push(b'.');
        Zeros(fraction.into(), if self.nanos { 9 } else { 6 }).put(out);
        if fraction >= self.unit() {
            if self.nanos {
                " (invalid ns)"
            } else {
                " (invalid us)"
            }
            .put(out);
        }
    }
}

impl super::page::Page<'_> {
    /// A date and a time of day in the zone of the time stamps.
    pub(crate) fn local_time(&mut self, second: i64) {
        self.local_time_with("-", second);
    }

    /// The same with another mark between the parts of the date.
    pub(crate) fn local_time_with(&mut self, mark: &'static str, second: i64) {
        let Ok(at) = jiff::Timestamp::from_second(second) else {
            return;
        };
        let at = self.options.zone.to_datetime(at);
        at.year().put(self.out);
        for (mark, field) in [
            (mark, at.month()),
            (mark, at.day()),
            (" ", at.hour()),
            (":", at.minute()),
            (":", at.second()),
        ] {
            (mark, Zeros(field.unsigned_abs().into(), 2)).put(self.out);
        }
    }
}

/// A time zone, with the span in which its offset is known not to change.
struct Zone {
    zone: TimeZone,
    known: Option<(std::ops::Range<i64>, Offset)>,
}

impl Zone {
    /// The local date and time of a second; `None` for years that have more than four digits.
    fn local(&mut self, second: i64) -> Option<jiff::civil::DateTime> {
        let at = jiff::Timestamp::from_second(second).ok()?;
        let offset = match &self.known {
            Some((span, offset)) if span.contains(&second) => *offset,
            _ => self.look_up(at),
        };
        Some(offset.to_datetime(at))
    }

    fn look_up(&mut self, at: jiff::Timestamp) -> Offset {
        let offset = self.zone.to_offset(at);
        let until = self
            .zone
            .following(at)
            .next()
            .map_or(i64::MAX, |next| next.timestamp().as_second());
        self.known = Some((at.as_second()..until, offset));
        offset
    }
}

/// `HH:MM:SS`.
fn time_of_day(seconds: i64, out: &mut Vec<u8>) {
    let seconds = seconds.unsigned_abs();
    Zeros(seconds / 3600, 2).put(out);
    out.push(b':');
    Zeros(seconds / 60 % 60, 2).put(out);
    out.push(b':');
    Zeros(seconds % 60, 2).put(out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamps(options: &Options, times: &[(i64, i64)]) -> Vec<String> {
        let mut clock = Clock::new(options);
        times
            .iter()
            .map(|&(secs, nanos)| {
                let mut out = Vec::new();
                clock.stamp(Timestamp { secs, nanos }, &mut out);
                String::from_utf8(out).unwrap()
            })
            .collect()
    }

    fn style(time: TimeStyle) -> Options {
        Options {
            time,
            ..Options::default()
        }
    }

    #[test]
    fn each_style_has_its_form() {
        let at = [(1_700_000_000, 123_456_789)];
        assert_eq!(stamps(&style(TimeStyle::TimeOfDay), &at), ["22:13:20.123456 "]);
        assert_eq!(stamps(&style(TimeStyle::Off), &at), [""]);
        assert_eq!(stamps(&style(TimeStyle::Epoch), &at), ["1700000000.123456 "]);
        assert_eq!(
            stamps(&style(TimeStyle::DateTime), &at),
            ["2023-11-14 22:13:20.123456 "]
        );
        let nanos = Options {
            nanos: true,
            ..Options::default()
        };
        assert_eq!(stamps(&nanos, &at), ["22:13:20.123456789 "]);
    }

    #[test]
    fn deltas_are_signed_and_measured_from_the_last_or_the_first() {
        let times = [(100, 900_000_000), (102, 100_000_000), (101, 0)];
        assert_eq!(
            stamps(&style(TimeStyle::SinceLast), &times),
            [" 00:00:00.000000 ", " 00:00:01.200000 ", "-00:00:01.100000 "]
        );
        assert_eq!(
            stamps(&style(TimeStyle::SinceFirst), &times),
            [" 00:00:00.000000 ", " 00:00:01.200000 ", " 00:00:00.100000 "]
        );
    }

    #[test]
    fn microseconds_are_whole_before_they_are_subtracted() {
        let times = [(10, 900), (10, 1100)];
        assert_eq!(
            stamps(&style(TimeStyle::SinceLast), &times),
            [" 00:00:00.000000 ", " 00:00:00.000001 "]
        );
    }

    #[test]
    fn more_than_a_second_of_microseconds_is_told() {
        let times = [(10, 1_159_821_166_000), (11, -294_967_296_000), (12, 5000)];
        assert_eq!(
            stamps(&style(TimeStyle::Epoch), &times),
            [
                "10.1159821166 (invalid us) ",
                "11.4000000000 (invalid us) ",
                "12.000005 "
            ]
        );
        assert_eq!(
            stamps(&style(TimeStyle::SinceLast), &times),
            [
                " 00:00:00.000000 ",
                " 00:00:00.2841178834 (invalid us) ",
                " 00:00:01.294967301 (invalid us) "
            ]
        );
    }

    #[test]
    fn the_zone_changes_where_its_clock_does() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let options = Options {
            zone,
            ..Options::default()
        };
        let spring = 1_711_846_800;
        assert_eq!(
            stamps(&options, &[(spring - 1, 0), (spring, 0), (spring - 1, 0)]),
            ["01:59:59.000000 ", "03:00:00.000000 ", "01:59:59.000000 "]
        );
    }

    #[test]
    fn a_time_past_all_calendars_says_so() {
        assert_eq!(
            stamps(&Options::default(), &[(i64::MAX, 0)]),
            ["[Error converting time] "]
        );
    }
}
