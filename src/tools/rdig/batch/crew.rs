//! Those who do the lines of a file: as many as there is to do, each one line after the other.
//!
//! A task for each line would be made and thrown away a hundred thousand times; a member of the crew keeps its
//! task, and takes the next line where it stands.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use tokio::sync::Notify;
use tokio::task::spawn_local;

use super::super::errand::Errand;
use super::super::session::{Context, Inquiry, Outcome};
use crate::cli::Failure;

/// Those who do the lines.
#[derive(Debug)]
pub(super) struct Crew {
    context: Rc<Context>,
    board: Rc<Board>,
    members: usize,
}

/// A line that was given to the crew, and what has become of it.
#[derive(Debug)]
pub(super) struct Pending(Rc<RefCell<Option<Finished>>>);

/// A line that is done.
#[derive(Debug, Default)]
pub(super) struct Finished {
    pub(super) output: Vec<u8>,
    pub(super) outcomes: Vec<Outcome>,
    /// What is to be said on standard error.
    pub(super) note: Option<String>,
    pub(super) failure: Option<Failure>,
}

/// Where work is found.
#[derive(Debug, Default)]
struct Board {
    work: RefCell<VecDeque<(Errand, Done)>>,
    idle: RefCell<Vec<Waker>>,
    /// How many bytes of output wait to be taken.
    waiting: Cell<usize>,
    changed: Notify,
}

/// Where a member puts what has become of a line. Dropped without that, the member has panicked.
#[derive(Debug)]
struct Done {
    place: Rc<RefCell<Option<Finished>>>,
    board: Rc<Board>,
}

impl Crew {
    pub(super) fn new(context: Rc<Context>) -> Self {
        Self {
            context,
            board: Rc::default(),
            members: 0,
        }
    }

    /// Gives a line to the crew, which grows up to `most` members. Needs a `LocalSet`.
    pub(super) fn give(&mut self, errand: Errand, most: usize) -> Pending {
        let place = Rc::new(RefCell::new(None));
        let done = Done {
            place: Rc::clone(&place),
            board: Rc::clone(&self.board),
        };
        self.board.work.borrow_mut().push_back((errand, done));
        match self.board.idle.borrow_mut().pop() {
            Some(waker) => waker.wake(),
            None if self.members < most => {
                self.members += 1;
                // It ends with the `LocalSet`.
                drop(spawn_local(serve(
                    Rc::clone(&self.context),
                    Rc::clone(&self.board),
                )));
            }
            None => {}
        }
        Pending(place)
    }

    /// How many lines nobody has begun with.
    pub(super) fn backlog(&self) -> usize {
        self.board.work.borrow().len()
    }

    /// How many bytes of output wait to be taken.
    pub(super) fn waiting(&self) -> usize {
        self.board.waiting.get()
    }

    /// Waits until a line is done.
    pub(super) async fn changed(&self) {
        self.board.changed.notified().await;
    }

    /// What has become of a line, if it is done.
    pub(super) fn take(&self, pending: &Pending) -> Option<Finished> {
        let finished = pending.0.take();
        match &finished {
            Some(finished) => self
                .board
                .waiting
                .set(self.board.waiting.get() - finished.output.len()),
            None => assert!(Rc::strong_count(&pending.0) > 1, "a lookup has panicked"),
        }
        finished
    }
}

impl Board {
    /// The next line, when there is one.
    async fn next(&self) -> (Errand, Done) {
        poll_fn(|context| {
            if let Some(work) = self.work.borrow_mut().pop_front() {
                return Poll::Ready(work);
            }
            self.idle.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}

impl Done {
    fn with(self, finished: Finished) {
        let waiting = self.board.waiting.get() + finished.output.len();
        self.board.waiting.set(waiting);
        self.place.replace(Some(finished));
    }
}

impl Drop for Done {
    fn drop(&mut self) {
        self.board.changed.notify_one();
    }
}

/// Does one line after the other.
async fn serve(context: Rc<Context>, board: Rc<Board>) {
    loop {
        let (errand, done) = board.next().await;
        let mut finished = Finished::default();
        match errand.prepare(&context.servers).await {
            Ok(jobs) => {
                for job in jobs {
                    match Inquiry::new(&context, job, &mut finished.output).run().await {
                        Ok(outcome) => finished.outcomes.push(outcome),
                        Err(error) => {
                            finished.failure = Some(error);
                            break;
                        }
                    }
                }
            }
            Err(error) => finished.note = Some(format!("{error}: skipping lookup")),
        }
        done.with(finished);
    }
}
