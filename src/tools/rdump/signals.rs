//! What signals ask of a capture.

use std::fs;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::{flag, low_level::pipe};

/// The signals that have come in and have not been looked at.
pub(super) struct Signals {
    any: Arc<AtomicBool>,
    end: Arc<AtomicBool>,
    counters: Arc<AtomicBool>,
    flush: Arc<AtomicBool>,
    /// Readable from then on, to wake up who waits for packets.
    wake: UnixStream,
}

/// What they ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wishes {
    /// The end: SIGINT, SIGTERM, SIGHUP.
    pub(super) end: bool,
    /// What was counted: SIGUSR1.
    pub(super) counters: bool,
    /// All packets in the file: SIGUSR2.
    pub(super) flush: bool,
}

/// Whether whoever has started this program wants the signal to be ignored, as nohup(1) does.
fn ignores(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

impl Signals {
    /// Takes the place of what the signals would do by themselves.
    ///
    /// # Errors
    /// When the system has no descriptors left.
    pub(super) fn catch() -> io::Result<Self> {
        let (wake, waker) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        let signals = Self {
            any: Arc::default(),
            end: Arc::default(),
            counters: Arc::default(),
            flush: Arc::default(),
            wake,
        };
        let (end, counters, flush) = (&signals.end, &signals.counters, &signals.flush);
        let hangup = if ignores(SIGHUP) {
            None
        } else {
            Some((SIGHUP, end))
        };
        for (signal, wish) in hangup.into_iter().chain([
            (SIGINT, end),
            (SIGTERM, end),
            (SIGUSR1, counters),
            (SIGUSR2, flush),
        ]) {
            // The order matters: who sees that there is any must see which one.
            flag::register(signal, Arc::clone(wish))?;
            flag::register(signal, Arc::clone(&signals.any))?;
            pipe::register(signal, waker.try_clone()?)?;
        }
        Ok(signals)
    }

    /// What has been asked for since the last call, if anything.
    #[inline]
    pub(super) fn take(&self) -> Option<Wishes> {
        if self.any.load(Ordering::Relaxed) {
            Some(self.take_all())
        } else {
            None
        }
    }

    #[cold]
    fn take_all(&self) -> Wishes {
        let mut noted = [0; 64];
        while matches!((&self.wake).read(&mut noted), Ok(1..)) {}
        let take = |wish: &AtomicBool| wish.swap(false, Ordering::SeqCst);
        take(&self.any);
        Wishes {
            end: take(&self.end),
            counters: take(&self.counters),
            flush: take(&self.flush),
        }
    }

    /// What becomes readable when a signal comes in.
    pub(super) fn wake(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}
