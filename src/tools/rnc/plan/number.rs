//! Numbers, and what nc says of bad ones (strtonum's three complaints).

use std::num::IntErrorKind;
use std::ops::RangeInclusive;
use std::time::Duration;

use anyhow::bail;

/// A number with a name and a range.
#[derive(Debug)]
pub(super) struct Number {
    what: &'static str,
    range: RangeInclusive<i64>,
}

impl Number {
    pub(super) fn new(what: &'static str, range: RangeInclusive<i64>) -> Self {
        Self { what, range }
    }

    /// The number that `text` is: `what too small: text`, `what too large: text` or `what invalid: text` if it is
    /// none.
    pub(super) fn parse(&self, text: &str) -> anyhow::Result<i64> {
        let what = self.what;
        match text.parse::<i64>() {
            Ok(number) if number < *self.range.start() => bail!("{what} too small: {text}"),
            Ok(number) if number > *self.range.end() => bail!("{what} too large: {text}"),
            Ok(number) => Ok(number),
            Err(error) => match error.kind() {
                IntErrorKind::PosOverflow => bail!("{what} too large: {text}"),
                IntErrorKind::NegOverflow => bail!("{what} too small: {text}"),
                _ => bail!("{what} invalid: {text}"),
            },
        }
    }
}

/// `-M` and `-m`, which have words of their own.
pub(super) fn ttl(what: &str, text: &str) -> anyhow::Result<u8> {
    match text.parse::<u8>() {
        Ok(ttl) => Ok(ttl),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => bail!("{what} is too large"),
        Err(_) if text.parse::<i64>().is_ok() => bail!("{what} is too small"),
        Err(_) => bail!("{what} is invalid"),
    }
}

/// A time longer than none: seconds with a fraction, or with a unit: `1.5`, `500ms`, `2m`.
pub(super) fn time(what: &str, text: &str) -> anyhow::Result<Duration> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..).unwrap_or_default() {
        "" | "s" => 1.0,
        "ms" => 1e-3,
        "m" => 60.0,
        "h" => 3600.0,
        _ => bail!("{what} invalid: {text}"),
    };
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match digits.parse::<f64>() {
        Ok(number) if plain => match Duration::try_from_secs_f64(number * unit) {
            Ok(time) if time.is_zero() => bail!("{what} too small: {text}"),
            Ok(time) if time <= LONGEST => Ok(time),
            _ => bail!("{what} too large: {text}"),
        },
        _ => bail!("{what} invalid: {text}"),
    }
}

/// As long as nc's `-w` can be.
const LONGEST: Duration = Duration::from_secs(u32::MAX as u64 / 1000);

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(text: &str) -> String {
        let number = Number::new("timeout", 0..=10);
        number
            .parse(text)
            .map_or_else(|error| error.to_string(), |number| number.to_string())
    }

    #[test]
    fn each_fault_has_its_word() {
        assert_eq!(complaint("10"), "10");
        assert_eq!(complaint("11"), "timeout too large: 11");
        assert_eq!(
            complaint("99999999999999999999"),
            "timeout too large: 99999999999999999999"
        );
        assert_eq!(complaint("-1"), "timeout too small: -1");
        assert_eq!(complaint("1s"), "timeout invalid: 1s");
        assert_eq!(ttl("ttl", "256").unwrap_err().to_string(), "ttl is too large");
        assert_eq!(ttl("ttl", "x").unwrap_err().to_string(), "ttl is invalid");
    }

    #[test]
    fn a_time_has_fractions_and_units() {
        let millis = |text: &str| time("t", text).map(|time| time.as_millis());
        for (text, expected) in [
            ("1.5", 1500),
            ("500ms", 500),
            (".25", 250),
            ("2m", 120_000),
            ("1h", 3_600_000),
        ] {
            assert_eq!(millis(text).unwrap(), expected, "{text}");
        }
        for text in ["", "s", "-1", "1e3", "inf", "nan", "1 s", "1.2.3", "5d", "+1"] {
            assert_eq!(
                millis(text).unwrap_err().to_string(),
                format!("t invalid: {text}")
            );
        }
        assert_eq!(millis("0").unwrap_err().to_string(), "t too small: 0");
        assert_eq!(millis("99999h").unwrap_err().to_string(), "t too large: 99999h");
    }
}
