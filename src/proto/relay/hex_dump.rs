//! `--hex-dump`: what passes, in hexadecimal and as text.
//!
//! ```text
//! 1> 00000000  47 45 54 20 2f 0d 0a                              |GET /..|
//! 1< 00000000  48 54 54 50 2f 31 2e 31  20 32 30 30 20 4f 4b 0d  |HTTP/1.1 200 OK.|
//! ```
//!
//! The number of the connection, `>` for what is sent and `<` for what is received, and the offset in that way of
//! that connection. How the bytes were cut on their way cannot be seen: a line ends when it is full, when somebody
//! else has the word, or when it is [flushed](HexDump::flush).

use std::io::Write as _;

use super::Direction;

/// Whose bytes these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voice {
    /// The number of the connection.
    pub connection: u64,
    /// Its way.
    pub direction: Direction,
}

/// Writes the lines.
#[derive(Clone, Debug, Default)]
pub struct HexDump {
    /// Who has the word, and at which offset the line begins.
    begun: Option<(Voice, u64)>,
    line: Vec<u8>,
}

impl HexDump {
    /// Takes `bytes` that begin at `offset`, and appends the lines that are full to `out`.
    pub fn record(&mut self, voice: Voice, offset: u64, bytes: &[u8], out: &mut Vec<u8>) {
        let mut offset = offset;
        let mut bytes = bytes;
        if self.begun.is_some_and(|(whose, _)| whose != voice) {
            self.flush(out);
        }
        while !bytes.is_empty() {
            if self.line.is_empty() {
                self.begun = Some((voice, offset));
            }
            let room = WIDTH - self.line.len();
            let (now, rest) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
            self.line.extend_from_slice(now);
            offset = offset.saturating_add(now.len() as u64);
            bytes = rest;
            if self.line.len() == WIDTH {
                self.flush(out);
            }
        }
    }

    /// Whether a line is not full yet.
    pub fn is_open(&self) -> bool {
        !self.line.is_empty()
    }

    /// Appends the line that is not full yet, if there is one.
    pub fn flush(&mut self, out: &mut Vec<u8>) {
        let Some((voice, offset)) = self.begun.take() else {
            return;
        };
        let mark = match voice.direction {
            Direction::Up => '>',
            Direction::Down => '<',
        };
        // Writing to a vector cannot fail.
        let _ = write!(out, "{}{mark} {offset:08x} ", voice.connection);
        for index in 0..WIDTH {
            if index % (WIDTH / 2) == 0 {
                out.push(b' ');
            }
            match self.line.get(index) {
                Some(byte) => out.extend(hexadecimal(*byte)),
                None => out.extend(b"   "),
            }
        }
        out.extend(b" |");
        let shown = |byte: &u8| if matches!(byte, b' '..=b'~') { *byte } else { b'.' };
        out.extend(self.line.iter().map(shown));
        out.extend(b"|\n");
        self.line.clear();
    }
}

/// Two digits and a space. A dump is mostly made of these.
fn hexadecimal(byte: u8) -> [u8; 3] {
    let digit = |nibble: u8| nibble + if nibble < 10 { b'0' } else { b'a' - 10 };
    [digit(byte >> 4), digit(byte & 0xf), b' ']
}

/// How many bytes a line shows.
const WIDTH: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SENT: Voice = Voice {
        connection: 1,
        direction: Direction::Up,
    };
    const RECEIVED: Voice = Voice {
        connection: 1,
        direction: Direction::Down,
    };

    fn dump(pieces: &[(Voice, u64, &[u8])]) -> String {
        let (mut dump, mut out) = (HexDump::default(), Vec::new());
        for (voice, offset, bytes) in pieces {
            dump.record(*voice, *offset, bytes, &mut out);
        }
        dump.flush(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_line_shows_sixteen_bytes_as_hexdump_does() {
        let text = dump(&[(SENT, 0, b"0123456789abcdef\x00\xff~\n")]);
        let expected = "1> 00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n\
                        1> 00000010  00 ff 7e 0a                                       |..~.|\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn the_other_way_begins_a_line_of_its_own() {
        let text = dump(&[(SENT, 0, b"a"), (RECEIVED, 5, b"b"), (SENT, 1, b"c")]);
        let lines: Vec<_> = text.lines().map(|line| line.split_at(11)).collect();
        let begins: Vec<_> = lines.iter().map(|(begin, _)| *begin).collect();
        assert_eq!(begins, ["1> 00000000", "1< 00000005", "1> 00000001"]);
    }

    proptest! {
        #[test]
        fn how_the_bytes_were_cut_cannot_be_seen(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            cuts in proptest::collection::vec(0..200_usize, 0..20),
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<_> = cuts
                .windows(2)
                .map(|cut| (SENT, cut[0] as u64, &bytes[cut[0]..cut[1]]))
                .collect();
            prop_assert_eq!(dump(&pieces), dump(&[(SENT, 0, &bytes)]));
        }

        #[test]
        fn the_bytes_can_be_read_back(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let text = dump(&[(SENT, 0, &bytes)]);
            let mut back = Vec::new();
            for line in text.lines() {
                let columns = line.get(12..61).unwrap();
                back.extend(columns.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()));
            }
            prop_assert_eq!(back, bytes);
        }
    }
}
