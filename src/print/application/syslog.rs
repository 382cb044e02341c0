//! Syslog (RFC 3164): a priority in angle brackets, and text.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Put, put};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("syslog");
    let Some((priority, length)) = priority(message)? else {
        return Err(Stop::Invalid);
    };
    let severity = SEVERITIES
        .get(usize::from(priority & 7))
        .copied()
        .unwrap_or_default();
    let facility = Facility(priority >> 3);
    if !page.verbose(1) {
        put!(page, "SYSLOG ", facility, ".", severity);
        put!(page, ", length: ", message.len());
        return Ok(());
    }
    put!(page, "SYSLOG, length: ", message.len());
    put!(page, "\n\tFacility ", facility, " (", facility.0, ")");
    put!(page, ", Severity ", severity, " (", priority & 7, ")\n\tMsg: ");
    let mut text = message.after(length);
    let length = text.len();
    page.text(&mut text, length)?;
    if page.verbose(2) {
        page.hex("\n\t", message.bytes());
    }
    Ok(())
}

/// The number between the brackets and the length of all three, if the message begins so.
fn priority(message: Cursor<'_>) -> Shown<Option<(u16, usize)>> {
    let mut rest = message;
    if rest.u8()? != b'<' {
        return Ok(None);
    }
    let mut value = 0;
    for length in 2..=5 {
        match rest.u8()? {
            b'>' => return Ok(Some((value, length))),
            digit @ b'0'..=b'9' if length < 5 => value = value * 10 + u16::from(digit - b'0'),
            _ => break,
        }
    }
    Ok(None)
}

/// What kind of program wrote the message.
#[derive(Clone, Copy)]
struct Facility(u16);

impl Put for Facility {
    fn put(self, out: &mut Vec<u8>) {
        match FACILITIES.get(usize::from(self.0)) {
            Some(name) => name.put(out),
            None => ("unknown (", self.0, ")").put(out),
        }
    }
}

const SEVERITIES: [&str; 8] = [
    "emergency",
    "alert",
    "critical",
    "error",
    "warning",
    "notice",
    "info",
    "debug",
];

const FACILITIES: [&str; 24] = [
    "kernel", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
    "ntp", "security", "console", "cron", "local0", "local1", "local2", "local3", "local4", "local5",
    "local6", "local7",
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp, verbose};
    use crate::wire::LinkType;

    #[test]
    fn facility_and_severity_come_from_the_priority() {
        let packet = udp(1, 514, b"<165>hello\x07");
        assert!(shown(LinkType::RAW, &packet).ends_with(": SYSLOG local4.notice, length: 11"));
        assert!(verbose(1, LinkType::RAW, &packet).ends_with("Severity notice (5)\n\tMsg: hello^G"));
        assert_every_cut_is_told(LinkType::RAW, &packet);
        assert!(shown(LinkType::RAW, &udp(1, 514, b"hello")).ends_with(":  (invalid)"));
        assert!(shown(LinkType::RAW, &udp(1, 514, b"<999>")).ends_with("unknown (124).debug, length: 5"));
    }
}
