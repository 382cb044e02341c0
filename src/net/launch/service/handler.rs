//! What a server does when it is asked to: the action behind its ids.

use std::error::Error;
use std::fmt;

use crate::proto::launch::{Id, Outcome, Probe};

/// An action, performed at most once for each id.
///
/// Implement [`run`](Self::run) as an `async fn`. It is called once for an id, ever, when the intent to do so is
/// already durable; so it should do the thing and not ask whether it was done before.
pub trait Handler: Send + Sync + 'static {
    /// Performs the action.
    ///
    /// # Errors
    /// [`NotDone`] says whether nothing at all was done, or what was done is not known. A panic counts as the latter.
    fn run(&self, launch: Launch) -> impl Future<Output = Result<Outcome, NotDone>> + Send;

    /// Finds out what became of a call that was begun and has no outcome. Asked only of a server whose limits say that
    /// doubts are probed, and only when nothing that an earlier life of it began is at work any more.
    fn probe(&self, inquiry: Inquiry) -> impl Future<Output = Probe> + Send {
        drop(inquiry);
        async { Probe::Unknown }
    }
}

/// What is to be done once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// Under which id; as text it is the same for every attempt, and no other call of any store has it.
    pub id: LaunchId,
    /// A number that rises with every launch of this store: who remembers the highest that it has seen can refuse
    /// one that comes late.
    pub fence: u64,
    /// What the client sent along.
    pub payload: Vec<u8>,
}

/// What is to be found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inquiry {
    /// What became of the call with this id.
    pub id: LaunchId,
    /// Higher than that of the call, and no higher than that of any launch that is yet to come: who answers that it was
    /// not launched can have everything below refused.
    pub fence: u64,
    /// What the client sent along, if it is known: after a crash only from a client that has asked again.
    pub payload: Option<Vec<u8>>,
}

/// The id of a call with the store that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LaunchId {
    /// The random id of the store.
    pub instance: u64,
    /// The id within the store.
    pub call: Id,
}

/// Why an action has no outcome.
///
/// There is no conversion from other errors, so that no `?` says that nothing was done of something half done.
#[derive(Debug)]
pub enum NotDone {
    /// It could not be begun: nothing at all was done, and never will be under this id.
    NotBegun(Reason),
    /// It was begun, and what became of it can no longer be learnt: it is in doubt.
    Lost(Reason),
}

/// In words.
pub type Reason = Box<dyn Error + Send + Sync>;

impl NotDone {
    /// Nothing was done; `why` is a text or an error.
    pub fn not_begun(why: impl Into<Reason>) -> Self {
        Self::NotBegun(why.into())
    }

    /// It may have been done; `why` is a text or an error.
    pub fn lost(why: impl Into<Reason>) -> Self {
        Self::Lost(why.into())
    }
}

impl fmt::Display for LaunchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.call.text(self.instance).fmt(f)
    }
}
