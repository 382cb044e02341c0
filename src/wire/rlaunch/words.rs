//! The kinds of datagrams, and what a reply says.

/// What a datagram is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Client: give me a session; the payload is a fresh nonce, long enough that the answer is no longer.
    Hello = 1,
    /// Server: here is a session (payload: the nonce), or a fresh cookie for yours (empty payload).
    Session = 2,
    /// Client: do this once.
    Request = 3,
    /// Server: the answer to any of the client's kinds but `Hello`.
    Reply = 4,
    /// Client: if you have not begun, never do.
    Cancel = 5,
    /// Client: the session is over, forget it.
    Bye = 6,
    /// Client: the value of the key that is the payload's first part; padded to the longest datagram, so that
    /// the answer is never longer than the question.
    Get = 7,
    /// Client: the key (length in two bytes, then its bytes) and the value that it is to have.
    Set = 8,
}

/// What a reply says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not a reply.
    None = 0,
    /// The action was performed; the payload is its result.
    Launched = 1,
    /// The action was performed; the payload is the first part of a result that was longer.
    Truncated = 2,
    /// The action was not performed, and never will be under this id.
    NotLaunched = 3,
    /// The action is being performed; the result will be sent when it is done.
    Working = 4,
    /// The server died between recording the intent and the outcome: performed once or never, it cannot tell.
    InDoubt = 5,
    /// The session is not known here any more: refused for ever.
    Gone = 6,
    /// The call was acknowledged as settled before: refused for ever.
    Stale = 7,
    /// The id was used with another payload.
    Conflict = 8,
    /// The call is too far ahead of those that are settled.
    Window = 9,
    /// The table of sessions or keys is full.
    Full = 10,
    /// As many actions are running as may; ask again.
    Busy = 11,
    /// The client has seen a later state of this store than the store itself holds: it was rolled back.
    RolledBack = 12,
    /// The cookie did not prove the address; here is one that does.
    Cookie = 13,
    /// The session is closed.
    Closed = 14,
    /// The payload is the value of the key.
    Value = 15,
    /// The key has no value.
    Missing = 16,
    /// The value is stored.
    Stored = 17,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Hello,
        Self::Session,
        Self::Request,
        Self::Reply,
        Self::Cancel,
        Self::Bye,
        Self::Get,
        Self::Set,
    ];

    /// Whether its call may have a name instead of a number.
    pub(super) fn may_have_name(self) -> bool {
        matches!(self, Self::Request | Self::Cancel)
    }

    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }
}

impl Status {
    const ALL: [Self; 18] = [
        Self::None,
        Self::Launched,
        Self::Truncated,
        Self::NotLaunched,
        Self::Working,
        Self::InDoubt,
        Self::Gone,
        Self::Stale,
        Self::Conflict,
        Self::Window,
        Self::Full,
        Self::Busy,
        Self::RolledBack,
        Self::Cookie,
        Self::Closed,
        Self::Value,
        Self::Missing,
        Self::Stored,
    ];

    pub(super) fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|status| *status as u16 == number)
    }
}
