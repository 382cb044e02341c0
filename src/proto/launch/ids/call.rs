//! What is known of one call.

use super::{Answer, Standing};
use crate::proto::launch::{Id, Outcome, Record};
use crate::wire::rlaunch::Fingerprint;

#[derive(Clone, Debug)]
pub(super) enum Call {
    Begun(Fingerprint),
    Done(Fingerprint, Outcome, Settled),
    Never(Settled),
}

/// When a call was settled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settled {
    /// By the record of this index.
    pub(super) index: u64,
    /// Whether that must be durable before anybody is told.
    pub(super) first_durable: bool,
}

impl Call {
    /// Where it stands for who asks with this payload; without a fingerprint none is compared.
    pub(super) fn standing(&self, asked: Option<Fingerprint>) -> Standing<'_> {
        let same = |known: Fingerprint| asked.is_none_or(|asked| asked == known);
        match self {
            Self::Begun(known) | Self::Done(known, ..) if !same(*known) => Standing::Conflict,
            Self::Begun(_) => Standing::Begun,
            Self::Done(_, outcome, settled) => {
                Standing::Answered(Answer::Launched(outcome, settled.tell_after()))
            }
            Self::Never(settled) => Standing::Answered(Answer::NotLaunched(settled.tell_after())),
        }
    }

    /// It is over, if it was begun.
    pub(super) fn settle(&mut self, outcome: Option<&Outcome>, settled: Settled) {
        if let Self::Begun(fingerprint) = *self {
            *self = match outcome {
                Some(outcome) => Self::Done(fingerprint, outcome.clone(), settled),
                None => Self::Never(settled),
            };
        }
    }

    pub(super) fn is_begun(&self) -> bool {
        matches!(self, Self::Begun(_))
    }

    pub(super) fn settled(&self) -> Option<Settled> {
        match self {
            Self::Begun(_) => None,
            Self::Done(.., settled) | Self::Never(settled) => Some(*settled),
        }
    }

    /// If the call was settled after `through`, the index of that is greater by `length`.
    pub(super) fn move_up(&mut self, through: u64, length: u64) {
        if let Self::Done(.., settled) | Self::Never(settled) = self
            && settled.index > through
        {
            settled.index += length;
        }
    }

    /// If the call was settled by `through`, that now has this index.
    pub(super) fn renumber(&mut self, through: u64, index: u64) {
        if let Self::Done(.., settled) | Self::Never(settled) = self
            && settled.index <= through
        {
            settled.index = index;
        }
    }

    /// The records that say so.
    pub(super) fn snapshot(&self, id: Id) -> impl Iterator<Item = Record> + '_ {
        let intent = |fingerprint: &Fingerprint, id: Id| Record::Intent {
            id,
            ack: 0,
            fingerprint: *fingerprint,
        };
        let (first, second) = match self {
            Self::Begun(fingerprint) => (intent(fingerprint, id), None),
            Self::Done(fingerprint, outcome, _) => {
                let outcome = outcome.clone();
                (
                    intent(fingerprint, id.clone()),
                    Some(Record::Outcome { id, outcome }),
                )
            }
            Self::Never(_) => (Record::Tombstone { id }, None),
        };
        std::iter::once(first).chain(second)
    }
}

impl Settled {
    fn tell_after(self) -> u64 {
        if self.first_durable { self.index } else { 0 }
    }
}
