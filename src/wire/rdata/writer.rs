//! Writing the fields of a record: numbers, names, words, brackets and comments.

use std::io::Write as _;

use super::words::{write_base64, write_hex};
use super::{Malformed, Style};
use crate::wire::dns::Name;

/// Appends text to a buffer in one style. Fields are separated by hand: every method says what it appends.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    style: &'a Style,
    out: &'a mut Vec<u8>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(style: &'a Style, out: &'a mut Vec<u8>) -> Self {
        Self { style, out }
    }

    pub(super) fn style(&self) -> &'a Style {
        self.style
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.out.extend_from_slice(text.as_bytes());
        self
    }

    pub(super) fn space(&mut self) -> &mut Self {
        self.text(" ")
    }

    pub(super) fn number(&mut self, number: impl Into<u64>) -> &mut Self {
        self.text(itoa::Buffer::new().format(number.into()))
    }

    pub(super) fn name(&mut self, name: &Name) -> &mut Self {
        if self.style.unicode {
            name.write_unicode(self.out);
        } else {
            name.write(self.out);
        }
        self
    }

    /// Formatted text, for the rare types.
    pub(super) fn format(&mut self, text: std::fmt::Arguments<'_>) -> &mut Self {
        // Writing to a vector cannot fail.
        let _ = self.out.write_fmt(text);
        self
    }

    /// What stands between the words of long data: a space, or a new line and tabs.
    pub(super) fn line_break(&mut self) -> &mut Self {
        self.text(self.style.line_break())
    }

    /// `text` if the data goes over several lines.
    pub(super) fn multiline(&mut self, text: &str) -> &mut Self {
        if self.style.multiline {
            self.text(text);
        }
        self
    }

    /// Bytes as upper-case hex in words.
    pub(super) fn hex(&mut self, bytes: &[u8]) -> &mut Self {
        write_hex(bytes, self.style.word_length(), self.style.line_break(), self.out);
        self
    }

    /// Bytes as upper-case hex in one piece.
    pub(super) fn solid_hex(&mut self, bytes: &[u8]) -> &mut Self {
        write_hex(bytes, 0, "", self.out);
        self
    }

    /// Bytes as base64 in words.
    pub(super) fn base64(&mut self, bytes: &[u8]) -> &mut Self {
        write_base64(bytes, self.style.word_length(), self.style.line_break(), self.out);
        self
    }

    /// Bytes as base64 in one piece.
    pub(super) fn solid_base64(&mut self, bytes: &[u8]) -> &mut Self {
        write_base64(bytes, 0, "", self.out);
        self
    }

    /// What `key` writes, or the note that it was left out.
    pub(super) fn crypto(&mut self, key: impl FnOnce(&mut Self)) -> &mut Self {
        if self.style.crypto {
            key(self);
            self
        } else {
            self.text("[omitted]")
        }
    }

    /// ` (`, a line break, the bytes as hex words and ` )`: brackets only over several lines.
    pub(super) fn bracketed_hex(&mut self, bytes: &[u8]) -> &mut Self {
        self.multiline(" (").line_break();
        self.crypto(|writer| {
            writer.hex(bytes);
        });
        self.multiline(" )")
    }

    /// A string in quotes; what is not printable ASCII in decimal.
    pub(super) fn quoted(&mut self, bytes: &[u8]) -> &mut Self {
        self.text("\"");
        for &byte in bytes {
            match byte {
                b'"' | b'\\' => self.out.extend_from_slice(&[b'\\', byte]),
                0x20..=0x7e => self.out.push(byte),
                _ => {
                    self.decimal_escape(byte);
                }
            }
        }
        self.text("\"")
    }

    /// One byte as it is; the caller knows that it is printable.
    pub(super) fn byte(&mut self, byte: u8) -> &mut Self {
        self.out.push(byte);
        self
    }

    /// `\DDD`.
    pub(super) fn decimal_escape(&mut self, byte: u8) -> &mut Self {
        let digits = [b'\\', b'0' + byte / 100, b'0' + byte / 10 % 10, b'0' + byte % 10];
        self.out.extend_from_slice(&digits);
        self
    }

    /// A time, in seconds since 1970, as YYYYMMDDHHMMSS in UTC (RFC 4034 section 3.2).
    pub(super) fn time(&mut self, seconds: u32) -> Result<&mut Self, Malformed> {
        let time = jiff::Timestamp::from_second(i64::from(seconds)).map_err(|_| Malformed::Value)?;
        let time = time.to_zoned(jiff::tz::TimeZone::UTC).datetime();
        Ok(self.format(format_args!(
            "{:04}{:02}{:02}{:02}{:02}{:02}",
            time.year(),
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            time.second()
        )))
    }
}

impl Style {
    const LINE_BREAK: &'static str = "\n\t\t\t\t";
    /// What fits between the tabs and the end of a line of 80.
    const MULTILINE_WORD: usize = 44;

    fn line_break(&self) -> &'static str {
        if self.multiline { Self::LINE_BREAK } else { " " }
    }

    fn word_length(&self) -> usize {
        if self.multiline && self.word == Self::default().word {
            Self::MULTILINE_WORD
        } else {
            self.word
        }
    }
}
