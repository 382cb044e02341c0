//! Times to live as people read them.

/// A time to live in words: `1 week 2 days`, or `0 seconds`.
pub fn period(seconds: u32) -> String {
    let mut words = Vec::new();
    for (value, unit) in parts(seconds) {
        if value > 0 || (unit == "second" && words.is_empty()) {
            let plural = if value == 1 { "" } else { "s" };
            words.push(format!("{value} {unit}{plural}"));
        }
    }
    words.join(" ")
}

/// A time to live in letters: `1w2d`, or `0s`.
pub fn short_period(seconds: u32) -> String {
    let mut text = String::new();
    for (value, unit) in parts(seconds) {
        if value > 0 || (unit == "second" && text.is_empty()) {
            text.push_str(itoa::Buffer::new().format(value));
            text.extend(unit.chars().take(1));
        }
    }
    text
}

/// Weeks, days, hours, minutes and seconds.
fn parts(seconds: u32) -> [(u32, &'static str); 5] {
    [
        (seconds / 604_800, "week"),
        (seconds / 86_400 % 7, "day"),
        (seconds / 3600 % 24, "hour"),
        (seconds / 60 % 60, "minute"),
        (seconds % 60, "second"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_leave_out_what_is_zero() {
        assert_eq!(period(86_400 * 7 + 86_400 * 2 + 1), "1 week 2 days 1 second");
        assert_eq!(period(0), "0 seconds");
        assert_eq!(short_period(3600 + 120), "1h2m");
        assert_eq!(short_period(0), "0s");
    }
}
