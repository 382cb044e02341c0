//! The marked text of a packet → text with the colours of a terminal.
//!
//! Without the escape sequences it is the plain text, to the byte.

use super::ink::{Kind, mark};

/// Paints the time stamp that `write` appends.
pub(super) fn time(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    between(TIME, out, write);
}

/// Paints what `write` appends as something that is wrong.
pub(super) fn wrong(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    between(WRONG, out, write);
}

fn between(colour: &str, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(colour.as_bytes());
    let begin = out.len();
    write(out);
    if out.len() == begin {
        out.truncate(start);
    } else {
        out.extend_from_slice(PLAIN.as_bytes());
    }
}

/// Appends a marked text with its colours.
pub(super) fn paint(marked: &[u8], out: &mut Vec<u8>) {
    let mut brush = Brush {
        out,
        colour: None,
        wrong: 0,
        title: Title::Past,
    };
    let mut names = 0;
    let mut depth = false;
    let mut kind = false;
    let mut value = false;
    let mut hidden = false;
    for &byte in marked {
        if depth {
            depth = false;
            continue;
        }
        if kind {
            kind = false;
            value = true;
            if !hidden {
                brush.value(Kind::of(byte));
            }
            continue;
        }
        match byte {
            mark::END if names > 0 => {
                names -= 1;
                kind = hidden;
            }
            mark::END if value => {
                value = false;
                hidden = false;
                brush.label();
            }
            _ if names > 0 || (hidden && value) => {}
            mark::ENTER => {
                (names, depth) = (1, true);
                brush.title = Title::Ahead;
            }
            mark::NAME | mark::GROUP | mark::ITEM | mark::LIST => names = 1,
            mark::HIDDEN => (names, hidden) = (1, true),
            mark::WRONG => {
                names = 1;
                brush.wrong += 1;
                brush.label();
            }
            mark::WRONG_END => {
                brush.wrong = brush.wrong.saturating_sub(1);
                brush.label();
            }
            mark::VALUE => kind = true,
            _ if mark::is(byte) => {}
            _ => brush.stroke(byte),
        }
    }
    brush.dip(None);
}

/// The text that is painted, and the colour it has now.
struct Brush<'a> {
    out: &'a mut Vec<u8>,
    colour: Option<&'static str>,
    wrong: u32,
    title: Title,
}

/// The name of a protocol is the first word of its text, if it begins with a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Title {
    Ahead,
    Here,
    Past,
}

impl Brush<'_> {
    fn value(&mut self, kind: Kind) {
        let colour = match kind {
            Kind::Address => Some(ADDRESS),
            Kind::Flags => Some(FLAGS),
            Kind::Text | Kind::Span => return,
            _ => None,
        };
        self.title = Title::Past;
        self.dip(colour);
    }

    fn label(&mut self) {
        if self.title != Title::Here {
            self.dip(None);
        }
    }

    fn stroke(&mut self, byte: u8) {
        self.title = match self.title {
            Title::Ahead if byte.is_ascii_alphabetic() => {
                self.dip(Some(PROTOCOL));
                Title::Here
            }
            Title::Ahead if matches!(byte, b' ' | b'\n' | b'\t' | b',' | b':') => Title::Ahead,
            Title::Here if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-') => Title::Here,
            Title::Here => {
                self.dip(None);
                Title::Past
            }
            _ => Title::Past,
        };
        self.out.push(byte);
    }

    fn dip(&mut self, colour: Option<&'static str>) {
        let colour = if self.wrong > 0 { Some(WRONG) } else { colour };
        if self.colour == colour {
            return;
        }
        if self.colour.is_some() {
            self.out.extend_from_slice(PLAIN.as_bytes());
        }
        self.out.extend_from_slice(colour.unwrap_or_default().as_bytes());
        self.colour = colour;
    }
}

/// Faint, cyan, bold, yellow, red.
const TIME: &str = "\x1b[2m";
const ADDRESS: &str = "\x1b[36m";
const PROTOCOL: &str = "\x1b[1m";
const FLAGS: &str = "\x1b[33m";
const WRONG: &str = "\x1b[31m";
const PLAIN: &str = "\x1b[0m";

#[cfg(test)]
mod tests {
    use crate::print::sample::{options, shown_with, tcp};
    use crate::print::{Form, Options};
    use crate::wire::LinkType;

    #[test]
    fn what_a_reader_looks_for_is_painted() {
        let options = Options {
            form: Form::Coloured,
            ..options(1)
        };
        let mut packet = tcp((1, 2), (3, 4), 0x12, &[], &[]);
        packet[36] ^= 1;
        let text = shown_with(&options, LinkType::RAW, &packet);
        assert!(text.starts_with("\x1b[1mIP\x1b[0m (tos 0x0, "), "{text:?}");
        assert!(
            text.contains(" \x1b[36m192.0.2.1\x1b[0m.\x1b[36m1\x1b[0m > "),
            "{text:?}"
        );
        assert!(text.contains("Flags [\x1b[33mS.\x1b[0m], cksum 0x"), "{text:?}");
        assert!(text.contains("\x1b[31m (incorrect -> 0x"), "{text:?}");
        packet.truncate(30);
        assert!(
            shown_with(&options, LinkType::RAW, &packet).contains("\x1b[31m"),
            "{text:?}"
        );
    }
}
