//! Numbers as dig reads them.

use super::UsageError;
use crate::cli::Exit;
use crate::tools::rdig::EXIT_BAD_VALUE;

/// A decimal number of at most `limit`; `what` is what it is for.
///
/// # Errors
/// [`UsageError::Value`], which ends the run with dig's 10.
pub(super) fn number(text: &str, limit: u32, what: &'static str) -> Result<u32, UsageError> {
    parse(text, 10, limit, what, EXIT_BAD_VALUE)
}

/// A number that may also be hexadecimal (`0x…`) or octal (`0…`).
///
/// # Errors
/// As [`number`].
pub(super) fn any_base(text: &str, limit: u32, what: &'static str) -> Result<u32, UsageError> {
    let (digits, base) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (text.get(2..).unwrap_or_default(), 16),
        [b'0', _, ..] => (text.get(1..).unwrap_or_default(), 8),
        _ => (text, 10),
    };
    let error = |why| problem(text, why, what, EXIT_BAD_VALUE);
    digits_in(digits, base)
        .map_err(error)?
        .within(limit)
        .map_err(error)
}

/// A port; an error ends the run with 1.
///
/// # Errors
/// As [`number`].
pub(super) fn port(text: &str) -> Result<u16, UsageError> {
    let port = parse(text, 10, u16::MAX.into(), "port number", Exit::FAILURE)?;
    u16::try_from(port).map_err(|_| UsageError::plain("Couldn't parse port number"))
}

/// A serial number; an error ends the run with 1.
///
/// # Errors
/// As [`number`].
pub(super) fn serial(text: &str) -> Result<u32, UsageError> {
    parse(text, 10, u32::MAX, "serial number", Exit::FAILURE)
}

/// How many bits of a digest are sent, at most `limit`; an error ends the run with 1.
///
/// # Errors
/// [`UsageError::Other`].
pub(super) fn number_of_bits(text: &str, limit: u16) -> Result<u16, UsageError> {
    let error = |why| UsageError::Other {
        text: "couldn't parse digest bits".to_owned(),
        problem: Some(format!("invalid digest-bits [0..{limit}] '{text}': {why}")),
        exit: Exit::FAILURE,
    };
    let bits = digits_in(text, 10).and_then(|number| number.within(limit.into()));
    u16::try_from(bits.map_err(error)?).map_err(|_| error("out of range"))
}

fn parse(text: &str, base: u32, limit: u32, what: &'static str, exit: Exit) -> Result<u32, UsageError> {
    let error = |why| problem(text, why, what, exit);
    digits_in(text, base).map_err(error)?.within(limit).map_err(error)
}

fn problem(text: &str, why: &'static str, what: &'static str, exit: Exit) -> UsageError {
    UsageError::Value {
        what,
        problem: Some(format!("invalid {what} '{text}': {why}")),
        exit,
    }
}

/// A number that may be too large for what it is for.
struct Unlimited(Option<u32>);

impl Unlimited {
    fn within(self, limit: u32) -> Result<u32, &'static str> {
        self.0.filter(|&value| value <= limit).ok_or("out of range")
    }
}

fn digits_in(text: &str, base: u32) -> Result<Unlimited, &'static str> {
    if text.is_empty() || !text.chars().all(|c| c.is_digit(base)) {
        return Err("not a valid number");
    }
    Ok(Unlimited(u32::from_str_radix(text, base).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_and_no_numbers_are_told_apart() {
        let problem = |text| {
            number(text, 255, "edns")
                .unwrap_err()
                .problem()
                .map(str::to_owned)
        };
        assert_eq!(problem("300").unwrap(), "invalid edns '300': out of range");
        assert_eq!(
            problem("99999999999").unwrap(),
            "invalid edns '99999999999': out of range"
        );
        assert_eq!(problem("x").unwrap(), "invalid edns 'x': not a valid number");
        assert_eq!(problem("+1").unwrap(), "invalid edns '+1': not a valid number");
        assert_eq!(number("255", 255, "edns"), Ok(255));
    }

    #[test]
    fn flags_may_be_hexadecimal_or_octal() {
        assert_eq!(any_base("0x40", 0xffff, "ednsflags"), Ok(64));
        assert_eq!(any_base("010", 0xffff, "ednsflags"), Ok(8));
        assert_eq!(any_base("10", 0xffff, "ednsflags"), Ok(10));
        assert_eq!(any_base("0", 0xffff, "ednsflags"), Ok(0));
    }
}
