//! The datagram of `rlaunch`: a fixed header of 72 bytes, a payload, and a tag of 16 bytes; little-endian, never
//! longer than 1200 bytes, so that no network path has to fragment it.
//!
//! The tag turns an *altered* datagram into a *lost* one; making and checking it is the business of the ladder of
//! links (`proto::link::Seal`), which hands on what it covers: header and payload.
//!
//! ```text
//!  0 magic "rL"   2 version   3 kind   4 exit   5 attempt   6 status
//!  8 instance    16 session  24 seq   32 ack_through       40 commit
//! 48 hold (µs)   52 key id   56 cookie (16)                72 payload …   tag (16)
//! ```

use std::fmt;

use thiserror::Error;

use super::{Reader, Truncated, Writer};

/// The longest datagram, in bytes.
pub const MAX_DATAGRAM: usize = 1200;
/// The longest payload of a request, and the longest result that fits into a reply, in bytes.
pub const MAX_PAYLOAD: usize = MAX_DATAGRAM - HEADER - TAG;

/// One datagram; the payload borrows from the bytes that it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// What it is.
    pub kind: Kind,
    /// In a reply that says `Launched`: the exit status of the command, 128 + n after signal n.
    pub exit: u8,
    /// Which transmission of its request this is, from 1; a reply echoes it, so that a round trip is measured
    /// against the right transmission. 255 stands for all later ones.
    pub attempt: u8,
    /// The answer, in a reply.
    pub status: Status,
    /// The random id of the server's store; 0 where the client does not know it yet.
    pub instance: u64,
    /// The session, given out by the server.
    pub session: u64,
    /// The number of the call within its session, from 1. `Get` and `Set` use it for a random number that
    /// joins the reply to its request.
    pub seq: u64,
    /// Every call of the session up to this one is settled at the client.
    pub ack_through: u64,
    /// In a request, the highest commit index that the client has seen; in a reply, the server's durable one.
    pub commit: u64,
    /// How long the server held the request before this reply, in µs: not part of the round trip.
    pub hold: u32,
    /// Which key made the tag; 0 is the public one.
    pub key_id: u32,
    /// Proof that the client receives at the address that it sends from.
    pub cookie: Cookie,
    /// What the action gets, or what it answered.
    pub payload: &'a [u8],
}

/// The server's mark on (client address, session).
pub type Cookie = [u8; 16];

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

/// Why bytes are not a datagram.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Malformed {
    /// Shorter than the header, or with a payload longer than [`MAX_PAYLOAD`].
    #[error("{0} bytes cannot be a datagram of rlaunch")]
    Length(usize),
    /// Not this protocol, or another version of it.
    #[error("not a datagram of rlaunch version {VERSION}")]
    Foreign,
    /// A kind or status that has no meaning.
    #[error("unknown kind or status")]
    Unknown,
}

/// Where a call stands among all calls to one store: the id under which it happens at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId {
    /// The session.
    pub session: u64,
    /// The number within it, from 1.
    pub seq: u64,
}

/// What tells one payload from another under the same id.
pub type Fingerprint = [u8; 16];

/// The fingerprint of `payload`: the first half of its BLAKE3 hash.
pub fn fingerprint(payload: &[u8]) -> Fingerprint {
    let mut print = Fingerprint::default();
    blake3::Hasher::new()
        .update(payload)
        .finalize_xof()
        .fill(&mut print);
    print
}

impl<'a> Datagram<'a> {
    /// How long a datagram with its tag is without its payload, in bytes.
    pub const OVERHEAD: usize = HEADER + TAG;

    /// A datagram of `kind` with everything else zero or empty.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            exit: 0,
            attempt: 0,
            status: Status::None,
            instance: 0,
            session: 0,
            seq: 0,
            ack_through: 0,
            commit: 0,
            hold: 0,
            key_id: 0,
            cookie: [0; 16],
            payload: &[],
        }
    }

    /// The call that it is about.
    pub fn call(&self) -> CallId {
        CallId {
            session: self.session,
            seq: self.seq,
        }
    }

    /// Reads a datagram without its tag, whatever the bytes.
    ///
    /// # Errors
    /// [`Malformed`] says what is wrong with them.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let wrong_length = |_: Truncated| Malformed::Length(bytes.len());
        if !(HEADER..=HEADER + MAX_PAYLOAD).contains(&bytes.len()) {
            return Err(Malformed::Length(bytes.len()));
        }
        let mut r = Reader::new(bytes);
        if r.array().map_err(wrong_length)? != MAGIC {
            return Err(Malformed::Foreign);
        }
        Self::fields(&mut r)
            .map_err(wrong_length)?
            .ok_or(Malformed::Unknown)
    }

    fn fields(r: &mut Reader<'a>) -> Result<Option<Self>, Truncated> {
        let kind = r.u8()?;
        let exit = r.u8()?;
        let attempt = r.u8()?;
        let status = r.u16_le()?;
        let (Some(kind), Some(status)) = (Kind::from_byte(kind), Status::from_number(status)) else {
            return Ok(None);
        };
        Ok(Some(Self {
            kind,
            exit,
            attempt,
            status,
            instance: r.u64_le()?,
            session: r.u64_le()?,
            seq: r.u64_le()?,
            ack_through: r.u64_le()?,
            commit: r.u64_le()?,
            hold: r.u32_le()?,
            key_id: r.u32_le()?,
            cookie: r.array()?,
            payload: r.rest(),
        }))
    }

    /// Appends the datagram to `out`, without a tag. A payload longer than [`MAX_PAYLOAD`] makes one that
    /// [`decode`](Self::decode) refuses.
    pub fn encode(&self, out: &mut Vec<u8>) {
        Writer::new(out)
            .bytes(&MAGIC)
            .u8(self.kind as u8)
            .u8(self.exit)
            .u8(self.attempt)
            .u16_le(self.status as u16)
            .u64_le(self.instance)
            .u64_le(self.session)
            .u64_le(self.seq)
            .u64_le(self.ack_through)
            .u64_le(self.commit)
            .u32_le(self.hold)
            .u32_le(self.key_id)
            .bytes(&self.cookie)
            .bytes(self.payload);
    }
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

    fn from_byte(byte: u8) -> Option<Self> {
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

    fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|status| *status as u16 == number)
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.session, self.seq)
    }
}

const VERSION: u8 = 1;
const MAGIC: [u8; 3] = [b'r', b'L', VERSION];
const HEADER: usize = 72;
const TAG: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn request() -> Datagram<'static> {
        Datagram {
            attempt: 3,
            status: Status::Working,
            instance: 0x0102_0304_0506_0708,
            session: 9,
            seq: 2,
            ack_through: 1,
            commit: 77,
            hold: 15,
            cookie: [7; 16],
            payload: b"coffee",
            ..Datagram::new(Kind::Request)
        }
    }

    fn encoded(datagram: &Datagram<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        datagram.encode(&mut bytes);
        bytes
    }

    #[test]
    fn fields_stand_at_their_offsets() {
        let bytes = encoded(&request());
        assert_eq!(bytes.len(), HEADER + 6);
        assert_eq!(bytes[..8], [b'r', b'L', 1, 3, 0, 3, 4, 0]);
        assert_eq!(bytes[8..16], [8, 7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(bytes[16], 9);
        assert_eq!(bytes[24], 2);
        assert_eq!(bytes[32], 1);
        assert_eq!(bytes[40], 77);
        assert_eq!(bytes[48], 15);
        assert_eq!(bytes[56..72], [7; 16]);
        assert_eq!(&bytes[72..78], b"coffee");
    }

    #[test]
    fn the_longest_payload_and_the_tag_fill_the_longest_datagram() {
        let payload = [1; MAX_PAYLOAD + 1];
        let longest = Datagram {
            payload: &payload[1..],
            ..request()
        };
        assert_eq!(encoded(&longest).len() + TAG, MAX_DATAGRAM);
        assert_eq!(Datagram::decode(&encoded(&longest)), Ok(longest));
        let longer = encoded(&Datagram {
            payload: &payload,
            ..request()
        });
        assert_eq!(Datagram::decode(&longer), Err(Malformed::Length(longer.len())));
    }

    #[test]
    fn a_session_is_no_longer_than_the_hello_that_asks_for_it() {
        let with_nonce = |kind| Datagram {
            payload: &[1; 16],
            ..Datagram::new(kind)
        };
        let (hello, session) = (with_nonce(Kind::Hello), with_nonce(Kind::Session));
        assert!(encoded(&session).len() <= encoded(&hello).len());
    }

    proptest! {
        #[test]
        fn what_decodes_encodes_to_the_same_bytes(
            mut bytes in prop::collection::vec(any::<u8>(), 72..200),
            kind in 0_u8..10,
            status in 0_u8..20,
        ) {
            bytes[..3].copy_from_slice(&MAGIC);
            bytes[3] = kind;
            bytes[6..8].copy_from_slice(&[status, 0]);
            match Datagram::decode(&bytes) {
                Ok(datagram) => prop_assert_eq!(encoded(&datagram), bytes),
                Err(why) => prop_assert_eq!(why, Malformed::Unknown),
            }
        }

        #[test]
        fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..1300)) {
            prop_assert!(Datagram::decode(&bytes).is_err());
        }
    }
}
