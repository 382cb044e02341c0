//! What an endpoint does differently when there is a layer (TLS) above its socket.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::net::{Shutdown, shutdown};
use tokio::io::unix::AsyncFd;
use tokio::io::{Interest, Ready};

use super::Endpoint;

impl Endpoint {
    /// Whether what was written has not all been taken by the kernel yet. Only a layer keeps anything back.
    pub(in crate::net) fn has_unsent(&self) -> bool {
        self.layer
            .as_ref()
            .is_some_and(|layer| layer.borrow().has_unsent())
    }

    /// Waits until the kernel has all that was written. Cancel-safe.
    pub(in crate::net) async fn flush(&self) -> io::Result<()> {
        match &self.layer {
            Some(layer) if self.has_unsent() => {
                self.when(Interest::WRITABLE, || layer.borrow_mut().flush(self.as_fd()))
                    .await
            }
            _ => Ok(()),
        }
    }

    /// Tells the peer that no more will be written. What does not fit into the socket now goes with the next
    /// [`flush`](Self::flush).
    pub(in crate::net) fn half_close(&self) {
        // A peer that is gone already is noticed by whoever reads.
        match &self.layer {
            Some(layer) => {
                let mut layer = layer.borrow_mut();
                layer.close();
                drop(layer.flush(self.as_fd()));
            }
            None => {
                let _ = shutdown(self, Shutdown::Write);
            }
        }
    }

    /// Whether the peer was told that no more will be written, where the layer has a word for it.
    pub(in crate::net) fn has_told_end(&self) -> bool {
        self.layer
            .as_ref()
            .is_some_and(|layer| layer.borrow().is_closed())
    }

    /// Says farewell where the layer has a word for it, if the peer will take it before long.
    pub(in crate::net) async fn farewell(&self) {
        if self.layer.is_some() {
            self.half_close();
            // Whoever does not listen any more misses nothing but that.
            let _ = tokio::time::timeout(FAREWELL, self.flush()).await;
        }
    }

    /// Whether the peer ended without saying so, where the layer has a word for it: more may have been meant.
    pub fn was_cut(&self) -> bool {
        self.layer.as_ref().is_some_and(|layer| layer.borrow().was_cut())
    }

    /// [`when`](Self::when) for reading through a layer: it may hold bytes that the kernel has given already, and may
    /// have an answer to send before there are more.
    pub(super) async fn when_layer_has_more<R>(
        &self,
        fd: &AsyncFd<OwnedFd>,
        mut attempt: impl FnMut() -> io::Result<R>,
    ) -> io::Result<R> {
        let holds = || {
            self.layer
                .as_ref()
                .is_some_and(|layer| layer.borrow().holds_more())
        };
        if holds() {
            tokio::task::coop::consume_budget().await;
            match attempt() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return result,
            }
        }
        loop {
            let mut interest = Interest::READABLE | Interest::ERROR;
            if self.has_unsent() {
                interest |= Interest::WRITABLE;
            }
            let mut ready = fd.ready(interest).await?;
            match attempt() {
                // Only what was tried may be forgotten: the kernel would not tell again.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready.clear_ready_matching(Ready::READABLE | Ready::ERROR);
                    if self.has_unsent() {
                        ready.clear_ready_matching(Ready::WRITABLE);
                    }
                }
                result => return result,
            }
        }
    }
}

/// How long a peer may take for the farewell.
const FAREWELL: Duration = Duration::from_secs(1);
