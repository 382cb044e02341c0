//! The actions that run.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::task::JoinSet;

use super::{Handler, Inquiry, Launch, NotDone};
use crate::proto::launch::{Id, Outcome, Probe};

/// Runs actions, all of them on this thread.
#[derive(Debug)]
pub(super) struct Actions<H> {
    handler: Arc<H>,
    tasks: JoinSet<Done>,
    /// Those that had nothing to wait for.
    done: VecDeque<Done>,
}

/// What the handler was asked for is there.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) call: Id,
    pub(super) end: End,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum End {
    /// An action is over.
    Ran(Result<Outcome, NotDone>),
    /// A doubt was looked into.
    Probed(Probe),
}

impl<H: Handler> Actions<H> {
    pub(super) fn new(handler: H) -> Self {
        Self {
            handler: Arc::new(handler),
            tasks: JoinSet::new(),
            done: VecDeque::new(),
        }
    }

    /// How many have not been taken note of as done.
    pub(super) fn running(&self) -> usize {
        self.tasks.len() + self.done.len()
    }

    /// Begins an action.
    pub(super) fn begin(&mut self, launch: Launch, context: &mut Context<'_>) {
        let (handler, call) = (Arc::clone(&self.handler), launch.id.call.clone());
        let run = async move { End::Ran(handler.run(launch).await) };
        // Nobody knows what an action did that panicked.
        let panicked = || End::Ran(Err(NotDone::lost("the action panicked")));
        self.attempt(call, run, panicked, context);
    }

    /// Has a doubt looked into.
    pub(super) fn probe(&mut self, inquiry: Inquiry, context: &mut Context<'_>) {
        let (handler, call) = (Arc::clone(&self.handler), inquiry.id.call.clone());
        let probe = async move { End::Probed(handler.probe(inquiry).await) };
        self.attempt(call, probe, || End::Probed(Probe::Unknown), context);
    }

    /// A task of its own is made only for what has to wait for something.
    fn attempt(
        &mut self,
        call: Id,
        attempt: impl Future<Output = End> + Send + 'static,
        panicked: fn() -> End,
        context: &mut Context<'_>,
    ) {
        let mut attempt = Box::pin(attempt);
        let mut whole = Box::pin(poll_fn(move |context| {
            let polled = catch_unwind(AssertUnwindSafe(|| attempt.as_mut().poll(context)));
            let end = ready!(polled.unwrap_or_else(|_| Poll::Ready(panicked())));
            let call = call.clone();
            Poll::Ready(Done { call, end })
        }));
        match whole.as_mut().poll(context) {
            Poll::Ready(done) => self.done.push_back(done),
            Poll::Pending => _ = self.tasks.spawn(whole),
        }
    }

    /// The next that is over.
    pub(super) fn poll_done(&mut self, context: &mut Context<'_>) -> Poll<Done> {
        if let Some(done) = self.done.pop_front() {
            return Poll::Ready(done);
        }
        match ready!(self.tasks.poll_join_next(context)) {
            Some(Ok(done)) => Poll::Ready(done),
            // Nothing aborts a task while the server lives, and none panics.
            Some(Err(_)) | None => Poll::Pending,
        }
    }
}
