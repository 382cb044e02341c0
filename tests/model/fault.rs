//! Mutants: mistakes that somebody could make around the machines, or that a disk, a handler or an operator could
//! make to them. Each stands between a machine and the world; none is in the library.

use fairloss::proto::launch::{Call, Id, Opening, Record};
use fairloss::proto::link::Question;
use fairloss::wire::rlaunch::{Datagram, Kind, Status};

use super::net::{Message, Way};

/// One mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The action is begun as soon as its intent is written, not when it is durable.
    FireBeforeIntent,
    /// The disk says that it has synced, and has not.
    LyingSync,
    /// A session makes room for another, and nothing says that it was there.
    EvictWithoutFloor,
    /// A snapshot leaves out which sessions are over.
    SnapshotForgetsClosed,
    /// A snapshot leaves out which calls are acknowledged.
    SnapshotForgetsAcknowledged,
    /// Sessions are given out that the disk does not know to be reserved.
    ReservedNotWritten,
    /// A cancelled call is ruled out in memory alone.
    TombstoneNotWritten,
    /// After a crash, what has no outcome is forgotten, so that it is begun again.
    RerunInDoubt,
    /// The outcome is told before it is written, and lost with the process.
    ToldBeforeWritten,
    /// Clients are not asked which state of the store they have seen.
    RollbackUnchecked,
    /// A store that was lost begins again under its old name.
    LossUnderTheSameName,
    /// The handler says that the action was not begun, because it failed half-way.
    FailedIsNotBegun,
    /// A cancellation is granted while the action runs.
    CancelWhileRunning,
    /// After a crash, doubts are settled while an orphan may still be at work.
    NoFence,
    /// A child whose end was not seen is taken for one that was not begun.
    LostIsNotBegun,
    /// The outcome of one action is taken for that of another.
    OutcomeOfAnother,
    /// A client takes any session that it is offered, not only the one that it asked for last.
    SessionWithoutNonce,
    /// A client takes any answer for the one to its call.
    AnswerToAnother,
    /// A client asks before its journal knows of the call.
    SendBeforeJournal,
    /// A client acknowledges all calls up to the last that is settled, not up to the first that is not.
    AckWithGaps,
    /// A client settles a call before what came of it has been handed on.
    SettledBeforeHandedOn,
    /// At its deadline a client says *not launched*, without asking.
    DeadlineIsNo,
    /// A client whose session is gone asks again under a new id.
    GoneAgain,
}

impl Fault {
    /// What an opening is shown instead of `message`.
    pub(crate) fn hears(self, message: &Message, opening: &Opening) -> Vec<u8> {
        let is_session = message.head.kind == Kind::Session && message.head.status == Status::None;
        if self != Self::SessionWithoutNonce || !is_session {
            return message.bytes.clone();
        }
        let mut hello = Vec::new();
        opening.clone().request(1, &mut hello);
        let hello = Message::new(message.client, Way::ToServer, hello);
        let nonce = hello.read().payload;
        message.bytes_with(|session| session.payload = nonce)
    }

    /// What a call is shown instead of `message`.
    pub(crate) fn answers(self, message: &Message, call: &Call) -> Vec<u8> {
        if self != Self::AnswerToAnother {
            return message.bytes.clone();
        }
        message.bytes_with(|reply| (reply.session, reply.seq) = (call.id().session, call.id().seq))
    }

    /// What a server is shown instead of `message`.
    pub(crate) fn asks(self, datagram: &mut Datagram<'_>) {
        if self == Self::RollbackUnchecked {
            datagram.commit = 0;
        }
    }

    /// Whether the disk never sees this record.
    pub(crate) fn swallows(self, record: &Record) -> bool {
        matches!(
            (self, record),
            (Self::ReservedNotWritten, Record::Reserved { .. })
                | (Self::TombstoneNotWritten, Record::Tombstone { .. })
        )
    }

    /// Whether a snapshot leaves out this record.
    pub(crate) fn forgets(self, record: &Record) -> bool {
        matches!(
            (self, record),
            (Self::SnapshotForgetsClosed, Record::Closed { .. })
                | (Self::SnapshotForgetsAcknowledged, Record::Acknowledged { .. })
        )
    }
}

/// A record that says nothing, in the place of one that is not there.
pub(crate) fn nothing() -> Record {
    Record::Pair {
        key: Vec::new(),
        value: Vec::new(),
    }
}

/// Puts nothing in the place of the records of one session.
pub(crate) fn forget_session(records: &mut [(u64, Record)], session: u64) {
    for (_, record) in records {
        let is_of = |id: &Id| matches!(id, Id::Call(call) if call.session == session);
        let acknowledged = matches!(record, Record::Acknowledged { through } if through.session == session);
        if acknowledged || record.id().is_some_and(is_of) {
            *record = nothing();
        }
    }
}

/// Puts nothing in the place of the intents that have no outcome.
pub(crate) fn forget_doubts(records: &mut [(u64, Record)]) {
    let is_intent = |record: &Record| matches!(record, Record::Intent { .. });
    let ends = records.iter().filter(|(_, record)| !is_intent(record));
    let over: Vec<_> = ends.filter_map(|(_, record)| record.id().cloned()).collect();
    for (_, record) in records {
        if is_intent(record) && record.id().is_some_and(|id| !over.contains(id)) {
            *record = nothing();
        }
    }
}
