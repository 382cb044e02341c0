//! What the link has brought on its way to standard output.

use std::io;
use std::rc::Rc;

use tokio::io::Interest;

use crate::net::endpoint::Endpoint;
use crate::proto::Instant;
use crate::proto::link::fifo::Link;
use crate::proto::relay::Filter;

/// Writes what can be read of the link.
#[derive(Debug)]
pub(super) struct Output {
    to: Rc<Endpoint>,
    filter: Filter,
    /// What the filter has made of it, and how much of that was written.
    out: Vec<u8>,
    written: usize,
    ended: bool,
}

impl Output {
    pub(super) fn new(to: Rc<Endpoint>, filter: Filter) -> Self {
        Self {
            to,
            filter,
            out: Vec::new(),
            written: 0,
            ended: false,
        }
    }

    /// Whether there is something to write.
    pub(super) fn is_wanted(&self, link: &Link) -> bool {
        !self.bytes(link).is_empty()
    }

    fn bytes<'a>(&'a self, link: &'a Link) -> &'a [u8] {
        match self.out.get(self.written..) {
            Some(rest) if !rest.is_empty() => rest,
            _ => link.readable(),
        }
    }

    /// Runs what is read of the link through the filter, if there is one; returns what is to be said to the peer.
    pub(super) fn prepare(&mut self, now: Instant, link: &mut Link) -> Vec<u8> {
        let mut replies = Vec::new();
        if !self.filter.is_none() && self.written == self.out.len() {
            self.out.clear();
            self.written = 0;
            let taken = self.filter.pass(link.readable(), &mut self.out, &mut replies);
            link.consume(now, taken);
        }
        replies
    }

    /// Waits until something could be written: how many bytes. Only when it [`is_wanted`](Self::is_wanted).
    pub(super) async fn go(&self, link: &Link) -> io::Result<usize> {
        let bytes = self.bytes(link);
        self.to.when(Interest::WRITABLE, || self.to.write(bytes)).await
    }

    /// Writes what there is, without waiting: how many bytes.
    pub(super) fn write(&self, link: &Link) -> io::Result<usize> {
        let bytes = self.bytes(link);
        if bytes.is_empty() {
            return Ok(0);
        }
        match self.to.write(bytes) {
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) =>
            {
                Ok(0)
            }
            result => result,
        }
    }

    /// Takes note that so much was written.
    pub(super) fn went(&mut self, now: Instant, link: &mut Link, count: usize) {
        if self.written < self.out.len() {
            self.written += count;
        } else {
            link.consume(now, count);
        }
    }

    /// Waits until nobody takes what is written any more.
    pub(super) async fn gone(&self) {
        self.to.gone().await;
    }

    /// Whether everything was written and no more will come; said once.
    pub(super) fn has_ended(&mut self, link: &Link) -> bool {
        if self.ended || !link.is_read() || self.written < self.out.len() {
            return false;
        }
        self.ended = true;
        true
    }
}
