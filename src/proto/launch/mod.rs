//! Once-only calls over a fair-loss link: the caller's questions, the server, the id set.
//!
//! The ladder gives *at least once* by repeating until answered. What makes it *at most once* is the id set: an
//! intent is durable before its action begins, and is forgotten only when the id that it stands for has been
//! refused for ever. Together: once, unless the server dies between intent and outcome. Then the call is *in
//! doubt*, is never begun again, and is reported as what it is.
//!
//! No safety property here reads a clock.

mod caller;
mod calls;
pub mod cluster;
mod cookie;
mod envelope;
mod ids;
mod log;
mod missile;
mod names;
mod pairs;
pub mod pipeline;
mod record;
mod round;
mod server;

use caller::{Judgement, answers};
use pairs::put_pair;

pub use caller::{Asking, Call, Closing, Doubt, Ending, Meeting, Opening, Said, Session, Step};
pub use calls::{Batch, Calls, Named, Note, Pending};
pub use envelope::is_of_another_key;
pub use ids::{Answer, Ids, Standing};
pub use log::{Forgetful, Log, News};
pub use names::{BadId, Id, Key, Name};
pub use record::{By, Outcome, Record};
pub use round::Ring;
pub use server::{
    Counters, Effect, Identity, Input, Limits, OnDoubt, Order, Output, Probe, Prune, Rate, Refusal, Server,
};
