//! The datagram of `rlaunch`: a fixed header of 72 bytes, a payload, and a tag of 16 bytes; little-endian, never
//! longer than 1200 bytes, so that no network path has to fragment it.
//!
//! The tag turns an *altered* datagram into a *lost* one; making and checking it is the business of the ladder of
//! links (`proto::link::Seal`), which hands on what it covers: header and payload.
//!
//! ```text
//!  0 magic "rL"   2 version   3 kind   4 exit or name   5 attempt   6 status
//!  8 instance    16 session  24 seq   32 ack_through       40 commit
//! 48 hold (µs)   52 key id   56 cookie (16)                72 name, payload …   tag (16)
//! ```
//!
//! The byte at 4 is the exit status in a reply, tells in a session whether the store is a shared one, and in a
//! request or a cancellation is the length of the name of its call, which then stands before the payload; 0 is a
//! call that has a number.

mod words;

use std::fmt;

use thiserror::Error;

use super::{Reader, Truncated, Writer};

pub use words::{Kind, Status};

/// The longest datagram, in bytes.
pub const MAX_DATAGRAM: usize = 1200;
/// The longest payload of a request with its name, and the longest result that fits into a reply, in bytes.
pub const MAX_PAYLOAD: usize = MAX_DATAGRAM - HEADER - TAG;

/// One datagram; name and payload borrow from the bytes that it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// What it is.
    pub kind: Kind,
    /// In a reply that says `Launched`: the exit status of the command, 128 + n after signal n. In a `Session`:
    /// [`SHARED`](Self::SHARED), or 0.
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
    /// The number of the call within its session, from 1. `Get`, `Set` and calls with a name use it for a random
    /// number that joins the reply to its request.
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
    /// In a request or a cancellation, the name of its call, of at most 255 bytes; empty if it has a number.
    pub name: &'a str,
    /// What the action gets, or what it answered.
    pub payload: &'a [u8],
}

/// The server's mark on (client address, session).
pub type Cookie = [u8; 16];

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
    /// A name that is cut short or no text.
    #[error("a name that is not one")]
    Name,
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
    let hash = blake3::hash(payload);
    let (half, _) = hash.as_bytes().split_at(print.len());
    print.copy_from_slice(half);
    print
}

impl<'a> Datagram<'a> {
    /// How long a datagram with its tag is without its payload, in bytes.
    pub const OVERHEAD: usize = HEADER + TAG;
    /// The store of this server is one that several servers share.
    pub const SHARED: u8 = 1;

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
            name: "",
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
            .ok_or(Malformed::Unknown)?
            .named()
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
            name: "",
            payload: r.rest(),
        }))
    }

    /// Takes the name off the payload, where there is one.
    fn named(self) -> Result<Self, Malformed> {
        if !self.kind.may_have_name() {
            return Ok(self);
        }
        let (name, payload) = self
            .payload
            .split_at_checked(self.exit.into())
            .ok_or(Malformed::Name)?;
        let name = std::str::from_utf8(name).map_err(|_| Malformed::Name)?;
        Ok(Self {
            exit: 0,
            name,
            payload,
            ..self
        })
    }

    /// Appends the datagram to `out`, without a tag. Name and payload longer than [`MAX_PAYLOAD`] make one that
    /// [`decode`](Self::decode) refuses.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let (exit, name) = if self.kind.may_have_name() {
            (u8::try_from(self.name.len()).unwrap_or(u8::MAX), self.name)
        } else {
            (self.exit, "")
        };
        Writer::new(out)
            .bytes(&MAGIC)
            .u8(self.kind as u8)
            .u8(exit)
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
            .bytes(name.as_bytes())
            .bytes(self.payload);
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
    fn a_name_stands_before_the_payload_and_its_length_where_a_reply_has_the_exit_status() {
        let named = Datagram {
            name: "invoice-42",
            ..request()
        };
        let bytes = encoded(&named);
        assert_eq!((bytes[4], &bytes[72..]), (10, b"invoice-42coffee".as_slice()));
        assert_eq!(Datagram::decode(&bytes), Ok(named));
        let reply = Datagram {
            exit: 10,
            ..Datagram::new(Kind::Reply)
        };
        assert_eq!(Datagram::decode(&encoded(&reply)), Ok(reply));
    }

    #[test]
    fn a_name_that_is_cut_short_or_no_text_is_refused() {
        let mut bytes = encoded(&request());
        bytes[4] = 7;
        assert_eq!(Datagram::decode(&bytes), Err(Malformed::Name));
        bytes[4] = 2;
        bytes[72] = 0xff;
        assert_eq!(Datagram::decode(&bytes), Err(Malformed::Name));
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
                Err(why) => prop_assert!(matches!(why, Malformed::Unknown | Malformed::Name)),
            }
        }

        #[test]
        fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..1300)) {
            prop_assert!(Datagram::decode(&bytes).is_err());
        }
    }
}
