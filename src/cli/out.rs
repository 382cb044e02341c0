//! Standard output: one buffered writer, to which every tool writes its data.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::fd::AsFd;

use thiserror::Error;

/// The reader of standard output went away: the quiet end of a pipeline, not an error.
#[derive(Debug, Error)]
#[error("standard output was closed")]
pub(super) struct StdoutClosed;

/// Buffered standard output, without the line buffering of [`io::Stdout`] unless asked for.
#[derive(Debug)]
pub struct Out {
    writer: BufWriter<File>,
    each_line: bool,
    terminal: bool,
}

impl Out {
    const CAPACITY: usize = 64 * 1024;

    /// Standard output: a terminal is flushed at each line, anything else when the buffer is full.
    ///
    /// # Errors
    /// When the process was started with standard output closed.
    pub fn stdout() -> io::Result<Self> {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        let file = File::from(stdout.as_fd().try_clone_to_owned()?);
        Ok(Self {
            writer: BufWriter::with_capacity(Self::CAPACITY, file),
            each_line: terminal,
            terminal,
        })
    }

    /// Flush at each line even into a pipe: for output that somebody follows.
    pub fn flush_each_line(&mut self) {
        self.each_line = true;
    }

    /// Whether a person may be reading.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.writer.write(bytes).map_err(mark_closed)?;
        if self.each_line && memchr::memchr(b'\n', bytes.get(..written).unwrap_or(bytes)).is_some() {
            self.flush()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush().map_err(mark_closed)
    }
}

/// Tells a closed standard output from the broken pipe of some socket.
fn mark_closed(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        io::Error::new(error.kind(), StdoutClosed)
    } else {
        error
    }
}
