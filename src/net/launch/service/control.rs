//! Whoever runs a server speaks to it through this.

use std::task::{Context, Poll};
use std::time::Duration;

use rustc_hash::FxHashMap;
use tokio::sync::{mpsc, oneshot};

use crate::proto::launch::{Counters, Id, Order, Refusal};

/// A handle on a running server; it can be cloned and sent to other threads.
#[derive(Clone, Debug)]
pub struct Control {
    requests: mpsc::UnboundedSender<Request>,
}

/// How a server stands.
#[derive(Clone, Debug)]
pub struct Report {
    /// The random id of its store.
    pub instance: u64,
    /// What it has done, and what it holds.
    pub counters: Counters,
    /// The calls in doubt, the first 1000 of them, and for how long the server has known them to be.
    pub doubts: Vec<(Id, Duration)>,
}

/// What is asked of the server.
#[derive(Debug)]
pub(in crate::net::launch) enum Request {
    Drain,
    Unfence,
    Report(oneshot::Sender<Report>),
    Order(Order, oneshot::Sender<Result<u64, Refusal>>),
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
        self.send(Request::Drain);
    }

    /// Nothing that an earlier life of the server began is at work any more: doubts may be decided.
    pub fn unfence(&self) {
        self.send(Request::Unfence);
    }

    /// How it stands; nothing if it has ended.
    pub async fn report(&self) -> Option<Report> {
        let (answer, answered) = oneshot::channel();
        self.send(Request::Report(answer));
        answered.await.ok()
    }

    /// Has an operator's order carried out. When this returns it is durable, and had to do with so many calls or
    /// sessions, or it is refused; nothing if the server has ended before that.
    pub async fn order(&self, order: Order) -> Option<Result<u64, Refusal>> {
        let (answer, answered) = oneshot::channel();
        self.send(Request::Order(order, answer));
        answered.await.ok()
    }

    fn send(&self, request: Request) {
        // A server that has ended has nothing more to do.
        let _ = self.requests.send(request);
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

/// The orders that are being carried out, and who waits for them.
#[derive(Debug, Default)]
pub(super) struct Tickets {
    last: u64,
    waiting: FxHashMap<u64, oneshot::Sender<Result<u64, Refusal>>>,
}

impl Tickets {
    pub(super) fn issue(&mut self, answer: oneshot::Sender<Result<u64, Refusal>>) -> u64 {
        self.last += 1;
        self.waiting.insert(self.last, answer);
        self.last
    }

    pub(super) fn redeem(&mut self, ticket: u64, result: Result<u64, Refusal>) {
        if let Some(answer) = self.waiting.remove(&ticket) {
            // Who asked may not want to know any more.
            let _ = answer.send(result);
        }
    }
}
