//! The ladder of links, from Cachin, Guerraoui, Rodrigues, *Reliable and Secure Distributed Programming*.
//!
//! Each rung is a small machine that does no I/O, and states its guarantee in the words of the book:
//!
//! | rung | guarantee | machine |
//! |---|---|---|
//! | stubborn | what is sent arrives, again and again | [`Stubborn`], by the timer of [`Rto`] |
//!
//! [`Ask`] is the first use of the ladder: one request, repeated until it is answered.

mod ask;
mod rto;
mod stubborn;

pub(crate) use ask::is_from;
pub use ask::{Ask, Datagram, Event, Ignored, Outcome, Question, Report, Verdict, Why};
pub use rto::{Estimate, Limits, Rto};
pub use stubborn::{Answers, Attempt, GaveUp, Heard, Output, Pace, Policy, Stubborn};
