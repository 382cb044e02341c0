//! Whoever runs a server speaks to it through this.

use std::task::{Context, Poll};

use tokio::sync::mpsc;

/// A handle on a running server; it can be cloned and sent to other threads.
#[derive(Clone, Debug)]
pub struct Control {
    requests: mpsc::UnboundedSender<Request>,
}

/// What is asked of the server.
#[derive(Debug)]
pub(in crate::net::launch) enum Request {
    Drain,
}

/// The server's end.
#[derive(Debug)]
pub(in crate::net::launch) struct Desk {
    requests: mpsc::UnboundedReceiver<Request>,
}

impl Control {
    pub(in crate::net::launch) fn new() -> (Self, Desk) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self { requests: sender }, Desk { requests: receiver })
    }

    /// Begin nothing new, finish and record what runs, and end.
    pub fn drain(&self) {
        // A server that has ended has nothing more to finish.
        let _ = self.requests.send(Request::Drain);
    }
}

impl Desk {
    pub(in crate::net::launch) fn poll_request(&mut self, context: &mut Context<'_>) -> Poll<Request> {
        match self.requests.poll_recv(context) {
            Poll::Ready(Some(request)) => Poll::Ready(request),
            // Nobody is left who could ask: the server goes on alone.
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }
}
