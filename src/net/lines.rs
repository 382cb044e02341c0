//! The lines of a file, pipe or terminal, as they come.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use tokio::io::Interest;

use super::Endpoint;

/// Reads lines without ever blocking the runtime on a pipe or a terminal that has nothing to say.
#[derive(Debug)]
pub struct Lines {
    input: Endpoint,
    buffer: Vec<u8>,
    /// Where the next line begins in `buffer`.
    start: usize,
    /// How many bytes of the input were read before `buffer`.
    before: u64,
    ended: bool,
}

impl Lines {
    /// The longest line, in bytes.
    pub const LONGEST: usize = 1 << 16;

    /// Those of a file. Needs a runtime.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::new(OwnedFd::from(File::open(path)?))
    }

    /// Those of standard input. Needs a runtime.
    ///
    /// # Errors
    /// When it cannot be watched.
    pub fn stdin() -> io::Result<Self> {
        Self::new(rustix::stdio::stdin())
    }

    fn new(fd: impl AsFd) -> io::Result<Self> {
        Ok(Self {
            input: Endpoint::shared(fd.as_fd())?,
            buffer: Vec::new(),
            start: 0,
            before: 0,
            ended: false,
        })
    }

    /// The next line without its end, if it is at hand.
    pub fn at_hand(&mut self) -> Option<&[u8]> {
        let rest = self.buffer.get(self.start..)?;
        let length = match memchr::memchr(b'\n', rest) {
            Some(end) => end + 1,
            // What follows the last line end is a line, too.
            None if self.ended && !rest.is_empty() => rest.len(),
            None => return None,
        };
        let line = self.start..self.start + length;
        self.start = line.end;
        let line = self.buffer.get(line)?;
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// Waits until there is more at hand. `false` when there is nothing more. Cancel-safe.
    ///
    /// # Errors
    /// When the input cannot be read, or a line has no end.
    pub async fn more(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(self.start < self.buffer.len());
        }
        if self.buffer.len() - self.start >= Self::LONGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is too long"));
        }
        let mut piece = [0; PIECE];
        let input = &self.input;
        let count = input.when(Interest::READABLE, || input.read(&mut piece)).await?;
        self.before += self.start as u64;
        self.buffer.drain(..self.start);
        self.start = 0;
        self.buffer
            .extend_from_slice(piece.get(..count).unwrap_or_default());
        self.ended = count == 0;
        Ok(!self.ended || !self.buffer.is_empty())
    }

    /// How many bytes the lines had that were taken.
    pub fn position(&self) -> u64 {
        self.before + self.start as u64
    }

    /// How many bytes the input has, if that is known.
    pub fn size(&self) -> Option<u64> {
        let stat = rustix::fs::fstat(&self.input).ok()?;
        let is_file = rustix::fs::FileType::from_raw_mode(stat.st_mode) == rustix::fs::FileType::RegularFile;
        u64::try_from(stat.st_size).ok().filter(|_| is_file)
    }
}

/// How much is read at a time.
const PIECE: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::net::runtime;

    fn all(mut lines: Lines) -> io::Result<Vec<String>> {
        runtime().unwrap().block_on(async {
            let mut all = Vec::new();
            loop {
                while let Some(line) = lines.at_hand() {
                    all.push(String::from_utf8_lossy(line).into_owned());
                }
                if !lines.more().await? {
                    return Ok(all);
                }
            }
        })
    }

    fn of(text: &[u8]) -> io::Result<Vec<String>> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        let lines = runtime()
            .unwrap()
            .block_on(async { Lines::open(file.path()).unwrap() });
        assert_eq!(lines.size(), Some(text.len() as u64));
        all(lines)
    }

    #[test]
    fn lines_end_with_a_line_feed_or_with_the_file() {
        assert_eq!(of(b"").unwrap(), Vec::<String>::new());
        assert_eq!(of(b"a\n\nb\r\nc").unwrap(), ["a", "", "b", "c"]);
        assert_eq!(of(b"a\n").unwrap(), ["a"]);
    }

    #[test]
    fn lines_are_cut_wherever_the_pieces_end() {
        let text = "0123456789".repeat(7) + "\n";
        assert_eq!(
            of(text.repeat(3000).as_bytes()).unwrap(),
            vec![text.trim_end(); 3000]
        );
    }

    #[test]
    fn a_line_without_an_end_is_an_error_and_not_a_lot_of_memory() {
        let error = of(&vec![b'x'; Lines::LONGEST * 4]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn a_line_is_at_hand_before_the_pipe_ends() {
        runtime().unwrap().block_on(async {
            let (reader, mut writer) = io::pipe().unwrap();
            let mut lines = Lines::new(reader).unwrap();
            for text in ["first", "second"] {
                writeln!(writer, "{text}").unwrap();
                assert!(lines.more().await.unwrap());
                assert_eq!(lines.at_hand(), Some(text.as_bytes()));
                assert_eq!(lines.at_hand(), None);
            }
            assert_eq!(lines.position(), 13);
            drop(writer);
            assert!(!lines.more().await.unwrap());
        });
    }
}
