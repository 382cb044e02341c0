//! What a server does on signals.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::net::launch::Control;

/// The signals that ask a server to stop.
pub(super) struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// At the first, has what runs finished and recorded; returns at the second.
    pub(super) async fn twice(&mut self, control: &Control) {
        self.once().await;
        control.drain();
        self.once().await;
    }

    /// Returns at the next.
    pub(super) async fn once(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
