//! Where one who asks waits for what the carrier brings.

use std::net::SocketAddr;
use std::task::{Context, Poll, Waker};

use crate::net::dns::Notice;
use crate::proto::Instant;
use crate::proto::dns::Mismatch;
use crate::proto::dns::courier::End;

/// Where one who asks waits.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub(super) waker: Option<Waker>,
    /// When the query was sent, and sent again, as far as nobody was told of it.
    pub(super) sent: Option<Instant>,
    pub(super) sent_again: Vec<Instant>,
    pub(super) attempts: u32,
    pub(super) ignored: Vec<(Mismatch, SocketAddr, Vec<u8>)>,
    pub(super) end: Option<End>,
}

impl Desk {
    pub(super) fn poll(
        &mut self,
        context: &Context<'_>,
        notice: &mut (dyn FnMut(Notice<'_>) + Send),
    ) -> Poll<End> {
        for at in self.sent.take().into_iter().chain(self.sent_again.drain(..)) {
            self.attempts += 1;
            let attempt = self.attempts;
            notice(Notice::Sent { attempt, at });
        }
        for (why, from, message) in self.ignored.drain(..) {
            let message = &message;
            notice(Notice::Ignored { from, why, message });
        }
        if let Some(end) = self.end.take() {
            return Poll::Ready(end);
        }
        match &mut self.waker {
            Some(waker) => waker.clone_from(context.waker()),
            None => self.waker = Some(context.waker().clone()),
        }
        Poll::Pending
    }
}
