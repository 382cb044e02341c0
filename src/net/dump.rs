//! `--hex-dump`: a file that gets all that passes through connections.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;

use crate::proto::relay::{Direction, HexDump, Voice};

/// The file. Its clones write to the same.
#[derive(Clone, Debug)]
pub struct Dump(Rc<RefCell<State>>);

#[derive(Debug)]
struct State {
    file: File,
    lines: HexDump,
    text: Vec<u8>,
    connections: u64,
    /// Why it is not written to any more, until that was taken.
    error: Option<io::Error>,
    broken: bool,
}

/// One way of a connection, as the dump sees it.
#[derive(Debug)]
pub(super) struct Tap {
    dump: Dump,
    voice: Voice,
    offset: u64,
}

impl Dump {
    /// A new file, or one that is emptied.
    ///
    /// # Errors
    /// Those of opening it.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self(Rc::new(RefCell::new(State {
            file: File::create(path)?,
            lines: HexDump::default(),
            text: Vec::new(),
            connections: 0,
            error: None,
            broken: false,
        }))))
    }

    /// The two ways, up and down, of the next connection; a line says with whom it is, and since when.
    pub(super) fn connection(&self, peer: Option<SocketAddr>) -> (Tap, Tap) {
        let connection = self.write(|state| {
            state.connections += 1;
            let number = state.connections;
            state.lines.flush(&mut state.text);
            let with = peer.map(|peer| format!(" with {} {}", peer.ip().to_canonical(), peer.port()));
            let with = with.unwrap_or_default();
            // Writing to a vector cannot fail.
            let _ = writeln!(state.text, "# {number}: {:.6}{with}", Timestamp::now());
            number
        });
        let tap = |direction| Tap {
            dump: self.clone(),
            voice: Voice {
                connection,
                direction,
            },
            offset: 0,
        };
        (tap(Direction::Up), tap(Direction::Down))
    }

    /// Writes the line that is not full yet, if there is one.
    pub(super) fn flush(&self) {
        self.write(|state| state.lines.flush(&mut state.text));
    }

    /// Returns when nothing has passed for a moment, though a line is not full: whoever follows the file wants to
    /// see it then.
    pub(super) async fn pause(&self) {
        if self.0.borrow().lines.is_open() {
            tokio::time::sleep(PAUSE).await;
        } else {
            std::future::pending().await
        }
    }

    /// Why the file could not be written to, once.
    pub(super) fn take_error(&self) -> Option<io::Error> {
        self.0.borrow_mut().error.take()
    }

    fn write<R>(&self, add: impl FnOnce(&mut State) -> R) -> R {
        let state = &mut *self.0.borrow_mut();
        let result = add(state);
        if !state.broken
            && let Err(error) = state.file.write_all(&state.text)
        {
            state.error = Some(error);
            state.broken = true;
        }
        state.text.clear();
        result
    }
}

impl Tap {
    /// Bytes that have reached the far end.
    pub(super) fn record(&mut self, bytes: &[u8]) {
        let (voice, offset) = (self.voice, self.offset);
        self.dump
            .write(|state| state.lines.record(voice, offset, bytes, &mut state.text));
        self.offset = offset.saturating_add(bytes.len() as u64);
    }

    /// A message was whole: the next one begins a line.
    pub(super) fn end_message(&self) {
        self.dump.flush();
    }
}

/// Shorter than anybody notices, longer than what is cut by the network.
const PAUSE: Duration = Duration::from_millis(20);
