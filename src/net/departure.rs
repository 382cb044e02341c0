//! When a process ends.

use std::io;
use std::os::fd::OwnedFd;

use rustix::process::{Pid, PidfdFlags, pidfd_open};
use tokio::io::unix::AsyncFd;

use super::sys;

/// Sees that a child has ended without taking note of its status: until that is done, its number is no other's, and
/// neither is that of its group.
#[derive(Debug)]
pub struct Departure(AsyncFd<OwnedFd>);

impl Departure {
    /// Watches the child. Needs a tokio runtime.
    ///
    /// # Errors
    /// What the system says.
    pub fn of(child: Pid) -> io::Result<Self> {
        let descriptor = pidfd_open(child, PidfdFlags::NONBLOCK)?;
        sys::watch(descriptor).map(Self).map_err(|(_, error)| error)
    }

    /// Waits until it has ended.
    pub async fn seen(&self) {
        // What cannot be watched any more is looked at by whoever asks for its status.
        let _ = self.0.readable().await;
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_child_is_seen_to_end_and_its_status_is_still_there() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let mut child = Command::new("/bin/sh")
            .args(["-c", "read line; exit 7"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        runtime.block_on(async {
            let departure = Departure::of(Pid::from_child(&child)).unwrap();
            drop(child.stdin.take());
            departure.seen().await;
        });
        assert_eq!(child.wait().unwrap().code(), Some(7));
    }
}
