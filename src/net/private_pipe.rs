//! Pipes of our own, to splice through. A lane has one only while bytes are in it, so that ten thousand connections
//! on which nothing happens have none.

use std::cell::RefCell;
use std::io;
use std::os::fd::OwnedFd;

use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};

/// A pipe of our own.
#[derive(Debug)]
pub(super) struct PrivatePipe {
    pub(super) reader: OwnedFd,
    pub(super) writer: OwnedFd,
}

impl PrivatePipe {
    /// The most that it holds: the largest that a user may have by default (`/proc/sys/fs/pipe-max-size`).
    pub(super) const SIZE: usize = 1 << 20;

    /// One that is empty.
    pub(super) fn take() -> io::Result<Self> {
        if let Some(spare) = SPARE.with_borrow_mut(Vec::pop) {
            return Ok(spare);
        }
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        // Refused only when the user has too many large pipes already; the default size does as well.
        let _ = fcntl_setpipe_size(&writer, Self::SIZE);
        Ok(Self { reader, writer })
    }

    /// Keeps it for whoever takes the next. It must be empty.
    pub(super) fn give_back(self) {
        SPARE.with_borrow_mut(|spare| {
            if spare.len() < MOST_SPARE {
                spare.push(self);
            }
        });
    }
}

thread_local! {
    static SPARE: RefCell<Vec<PrivatePipe>> = const { RefCell::new(Vec::new()) };
}

/// As many as are in use at one time by most.
const MOST_SPARE: usize = 8;
