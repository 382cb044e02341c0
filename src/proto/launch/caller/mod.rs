//! The caller: what a client knows of its session, and the questions that it asks.
//!
//! Each question is one for [`Ask`](crate::proto::link::Ask), which repeats it until it is answered. A call asks
//! up to two of them: the request until its deadline, then the cancellation until the grace is over, so that a
//! deadline ends in a definite *no* wherever the server can still be reached.

mod call;
mod closing;
mod judgement;
mod meeting;
mod opening;
mod pair;
mod session;

use std::time::Duration;

use crate::proto::link::Answers;
use crate::wire::Reader;
use crate::wire::rlaunch::Datagram;

pub use call::{Call, Doubt, Ending, Step};
pub use closing::Closing;
pub(super) use judgement::Judgement;
pub use meeting::Meeting;
pub use opening::Opening;
pub use pair::{Asking, Said};
pub use session::Session;

/// Which attempt a reply answers.
pub(super) fn answers(reply: &Datagram<'_>) -> Answers {
    match reply.attempt {
        0 | u8::MAX => Answers::Any,
        attempt => Answers::Attempt {
            number: attempt.into(),
            held: Duration::from_micros(reply.hold.into()),
        },
    }
}

/// After what time a server wants to be asked again: what it says, within reason.
fn pause(payload: &[u8]) -> Duration {
    let millis = Reader::new(payload).u32_le().unwrap_or(20);
    Duration::from_millis(millis.clamp(1, 10_000).into())
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::proto::launch::envelope;
    use crate::proto::link::{Question, Seal};

    pub(super) fn seal() -> Seal {
        Seal::checksum()
    }

    pub(super) fn closed(datagram: &Datagram<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        envelope::close(datagram, &seal(), &mut bytes);
        bytes
    }

    /// What the first attempt of a question sends.
    pub(super) fn request(question: &mut impl Question) -> Vec<u8> {
        let mut bytes = Vec::new();
        question.request(1, &mut bytes);
        bytes
    }
}
