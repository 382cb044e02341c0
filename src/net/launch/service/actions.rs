//! The actions that run.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::task::JoinSet;

use super::{Handler, Launch, NotDone};
use crate::proto::launch::{Id, Outcome};

/// Runs actions, all of them on this thread.
#[derive(Debug)]
pub(super) struct Actions<H> {
    handler: Arc<H>,
    tasks: JoinSet<Done>,
    /// Those that had nothing to wait for.
    done: VecDeque<Done>,
}

/// An action is over.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) call: Id,
    pub(super) result: Result<Outcome, NotDone>,
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

    /// Begins one. A task of its own is made for it only if it has to wait for something.
    pub(super) fn begin(&mut self, launch: Launch, context: &mut Context<'_>) {
        let handler = Arc::clone(&self.handler);
        let call = launch.id.call.clone();
        let mut run = Box::pin(async move { handler.run(launch).await });
        let mut action = Box::pin(poll_fn(move |context| {
            let result = ready!(poll_unwinding(run.as_mut(), context));
            let call = call.clone();
            Poll::Ready(Done { call, result })
        }));
        match action.as_mut().poll(context) {
            Poll::Ready(done) => self.done.push_back(done),
            Poll::Pending => _ = self.tasks.spawn(action),
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

/// Nobody knows what an action did that panicked.
fn poll_unwinding(
    run: Pin<&mut impl Future<Output = Result<Outcome, NotDone>>>,
    context: &mut Context<'_>,
) -> Poll<Result<Outcome, NotDone>> {
    catch_unwind(AssertUnwindSafe(|| run.poll(context)))
        .unwrap_or_else(|_| Poll::Ready(Err(NotDone::lost("the action panicked"))))
}
