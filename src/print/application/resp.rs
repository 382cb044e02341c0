//! The serialization protocol of Redis, RESP2.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, put};

/// Prints the values in a segment; one that is malformed ends it as one that was cut would.
pub(super) fn print(page: &mut Page<'_>, segment: Cursor<'_>) -> Shown {
    page.enter("resp");
    put!(page, ": RESP");
    let mut rest = segment;
    while !rest.is_empty() {
        value(page, &mut rest)?;
    }
    Ok(())
}

fn value(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    match next(rest, 0)? {
        b'+' | b'-' | b':' => {
            rest.advance(1);
            let text = until_crlf(rest)?;
            quoted(page, text);
            Ok(())
        }
        b'$' => {
            rest.advance(1);
            let length = length(rest)?;
            bulk(page, length, rest)
        }
        b'*' => {
            rest.advance(1);
            match length(rest)? {
                Length::Of(0) => put!(page, " empty"),
                Length::Of(count) => {
                    return page.deeper(|page| {
                        for _ in 0..count {
                            value(page, rest)?;
                        }
                        Ok(())
                    });
                }
                other => put!(page, other.complaint()),
            }
            Ok(())
        }
        _ => command(page, rest),
    }
}

fn bulk(page: &mut Page<'_>, length: Length, rest: &mut Cursor<'_>) -> Shown {
    match length {
        Length::Of(0) => put!(page, " empty"),
        Length::Of(length) => {
            rest.claims(length).map_err(|_| Stop::Truncated)?;
            quoted(page, rest.take(length)?);
        }
        other => {
            put!(page, other.complaint());
            return Ok(());
        }
    }
    // Whatever is before the end of the line is passed over.
    until_crlf(rest).map(|_| ())
}

/// A command that was typed: a line that ends with any of CR and LF.
fn command(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    line_ends(rest)?;
    let text = rest.limited(rest.len()).bytes();
    let length = text.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    let text = rest.take(length.ok_or(Stop::Truncated)?)?;
    quoted(page, text);
    line_ends(rest)
}

/// Passes over line ends, of which there must be one unless the command has begun already.
fn line_ends(rest: &mut Cursor<'_>) -> Shown {
    if rest.is_empty() || rest.captured() == 0 {
        return Err(Stop::Truncated);
    }
    let ends = rest
        .limited(rest.len())
        .bytes()
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .count();
    rest.advance(ends);
    Ok(())
}

/// What is before the next CR LF, and passes over both.
fn until_crlf<'a>(rest: &mut Cursor<'a>) -> Shown<&'a [u8]> {
    let bytes = rest.limited(rest.len()).bytes();
    let end = bytes.windows(2).position(|pair| pair == b"\r\n");
    let text = rest.take(end.ok_or(Stop::Truncated)?)?;
    rest.advance(2);
    Ok(text)
}

fn quoted(page: &mut Page<'_>, text: &[u8]) {
    put!(page, " \"", Escaped(text), "\"");
}

/// The byte so far on, which must be in the segment.
fn next(rest: &Cursor<'_>, offset: usize) -> Shown<u8> {
    rest.claims(offset + 1).map_err(|_| Stop::Truncated)?;
    rest.peek_u8(offset)
}

/// How long a string or an array is.
enum Length {
    Of(usize),
    Null,
    TooLarge,
    Negative,
    Invalid,
}

impl Length {
    fn complaint(&self) -> &'static str {
        match self {
            Self::Of(_) => "",
            Self::Null => " null",
            Self::TooLarge => " length too large",
            Self::Negative => " length negative and not -1",
            Self::Invalid => " invalid",
        }
    }
}

/// Reads a length and the end of its line. What is malformed has been passed over up to the byte that is wrong.
fn length(rest: &mut Cursor<'_>) -> Shown<Length> {
    let negative = next(rest, 0)? == b'-';
    if negative {
        rest.advance(1);
    }
    let mut value = Some(0_u32);
    let mut digits = 0;
    loop {
        let byte = next(rest, 0)?;
        if !byte.is_ascii_digit() {
            break;
        }
        let digit = u32::from(byte - b'0');
        value = value
            .and_then(|value| value.checked_mul(10)?.checked_add(digit))
            .filter(|&value| value <= LARGEST);
        digits += 1;
        rest.advance(1);
    }
    for expected in if digits == 0 { &b""[..] } else { b"\r\n" } {
        let found = next(rest, 0)?;
        rest.advance(1);
        if found != *expected {
            return Ok(Length::Invalid);
        }
    }
    if digits == 0 {
        rest.advance(1);
        return Ok(Length::Invalid);
    }
    Ok(match (negative, value) {
        (true, Some(1)) => Length::Null,
        (true, _) => Length::Negative,
        (false, Some(value)) => Length::Of(value as usize),
        (false, None) => Length::TooLarge,
    })
}

/// The largest length that is not called too large.
const LARGEST: u32 = i32::MAX as u32;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, tcp};
    use crate::wire::LinkType;

    fn segment(payload: &[u8]) -> Vec<u8> {
        tcp((40000, 6379), (1, 2), 0x18, &[], payload)
    }

    fn told(payload: &[u8]) -> String {
        let text = shown(LinkType::RAW, &segment(payload));
        text.split_once(": RESP").unwrap().1.to_owned()
    }

    #[test]
    fn each_kind_of_value_is_told() {
        assert_eq!(told(b"+OK\r\n:7\r\n-ERR a\r\n"), " \"OK\" \"7\" \"ERR a\"");
        assert_eq!(told(b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n"), " \"GET\" \"a\"");
        assert_eq!(told(b"$-1\r\n$0\r\n\r\n*0\r\n"), " null empty empty");
        assert_eq!(told(b"PING\r\nQUIT\n"), " \"PING\" \"QUIT\"");
    }

    #[test]
    fn lengths_that_cannot_be_are_told() {
        assert_eq!(told(b"$99999999999\r\n"), " length too large");
        assert_eq!(told(b"$-2\r\n"), " length negative and not -1");
        assert_eq!(told(b"*x"), " invalid");
        assert_eq!(told(b"$5\r\nab"), " [|resp]");
    }

    #[test]
    fn arrays_in_arrays_end_somewhere() {
        let deep = b"*1\r\n".repeat(100);
        assert!(told(&deep).contains("[nested too deep]"));
    }

    #[test]
    fn every_cut_is_told() {
        assert_every_cut_is_told(LinkType::RAW, &segment(b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n"));
    }
}
