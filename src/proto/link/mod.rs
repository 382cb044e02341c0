//! The ladder of links, from Cachin, Guerraoui, Rodrigues, *Reliable and Secure Distributed Programming*.
//!
//! Each rung is a small machine that does no I/O, and states its guarantee in the words of the book:
//!
//! | rung | guarantee | machine |
//! |---|---|---|
//! | fair-loss | what is sent for ever arrives sometimes | UDP; [`Chaos`] where it is to be as bad as can be |
//! | stubborn | what is sent arrives, again and again | [`Stubborn`], by the timer of [`Rto`] |
//! | perfect | every message is delivered once | [`Dedup`], over stubborn senders |
//! | FIFO perfect | … and in order | [`fifo::Link`], by sequence numbers and the [`Reassembler`] |
//!
//! On every rung a [`Seal`] turns *altered* into *lost*. [`Ask`] is the first use of the ladder: one request,
//! repeated until it is answered.
//!
//! `tests/sim` states each guarantee as a property, and checks it in virtual time over ten thousand seeded networks.

mod ask;
mod chaos;
mod chunks;
mod dedup;
pub mod fifo;
mod flow;
mod ranges;
mod reassembler;
mod rto;
mod seal;
mod stubborn;

pub(crate) use ask::is_from;
pub use ask::{Ask, Datagram, Event, Ignored, Outcome, Question, Report, Verdict, Why};
pub use chaos::{Chance, Chaos, ChaosStream, Fates, Last, Line, Queue, Spec, SpecError, StreamTally, Tally};
pub use dedup::{Admission, Dedup, Window};
pub use flow::{Flow, Quota};
pub use reassembler::Reassembler;
pub use rto::{Estimate, Limits, Rto};
pub use seal::{Seal, TAG_LEN};
pub use stubborn::{Answers, Attempt, GaveUp, Heard, Output, Pace, Policy, Stubborn};
