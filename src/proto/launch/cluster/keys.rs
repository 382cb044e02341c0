//! Where what is in the shared store. Numbers are written in 16 hexadecimal digits, so that the order of the
//! keys, and of the values of sessions, is that of the numbers.
//!
//! ```text
//!  PREFIX/identity                    the instance and the secret, the same for all servers
//!  PREFIX/next                        sessions below this may have been given out
//!  PREFIX/alive/LIFE                  with a lease: this life of a server goes on
//!  PREFIX/sessions/SESSION            all calls up to this one are settled
//!  PREFIX/calls/SESSION/CALL          a claim and what came of it
//!  PREFIX/names/NAME                  the same, for a named id
//!  PREFIX/pairs/KEY                   the value of a key
//! ```

use super::kv::Span;
use crate::proto::launch::Id;

/// The keys below one prefix.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    prefix: Vec<u8>,
}

impl Keys {
    /// The keys below `prefix`, which has no slash at its end.
    pub(super) fn new(prefix: &str) -> Self {
        Self {
            prefix: prefix.as_bytes().to_vec(),
        }
    }

    pub(super) fn identity(&self) -> Vec<u8> {
        self.below("identity", &[])
    }

    pub(super) fn next(&self) -> Vec<u8> {
        self.below("next", &[])
    }

    pub(super) fn alive(&self, life: u64) -> Vec<u8> {
        self.below("alive/", &number(life))
    }

    pub(super) fn session(&self, session: u64) -> Vec<u8> {
        self.below("sessions/", &number(session))
    }

    pub(super) fn sessions(&self) -> Span {
        Span::prefix(self.below("sessions/", &[]))
    }

    pub(super) fn id(&self, id: &Id) -> Vec<u8> {
        match id {
            Id::Call(call) => self.call(call.session, call.seq),
            Id::Named(name) => self.below("names/", name.as_str().as_bytes()),
        }
    }

    pub(super) fn names(&self) -> Span {
        Span::prefix(self.below("names/", &[]))
    }

    /// All calls of a session.
    pub(super) fn calls(&self, session: u64) -> Span {
        let mut prefix = self.below("calls/", &number(session));
        prefix.push(b'/');
        Span::prefix(prefix)
    }

    /// The calls of a session up to this one.
    pub(super) fn calls_through(&self, session: u64, through: u64) -> Span {
        Span {
            first: self.call(session, 0),
            end: Some(self.call(session, through.saturating_add(1))),
        }
    }

    pub(super) fn pair(&self, key: &[u8]) -> Vec<u8> {
        self.below("pairs/", key)
    }

    pub(super) fn pairs(&self) -> Span {
        Span::prefix(self.below("pairs/", &[]))
    }

    /// The number in the key of a session.
    pub(super) fn session_of(&self, key: &[u8]) -> Option<u64> {
        read_number(key.strip_prefix(self.below("sessions/", &[]).as_slice())?)
    }

    fn call(&self, session: u64, seq: u64) -> Vec<u8> {
        let mut key = self.below("calls/", &number(session));
        key.push(b'/');
        key.extend_from_slice(&number(seq));
        key
    }

    fn below(&self, room: &str, rest: &[u8]) -> Vec<u8> {
        [&self.prefix, b"/".as_slice(), room.as_bytes(), rest].concat()
    }
}

/// A number as it stands in keys and values.
pub(super) fn number(number: u64) -> Vec<u8> {
    format!("{number:016x}").into_bytes()
}

/// The number that stands there.
pub(super) fn read_number(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok().filter(|text| text.len() == 16)?;
    u64::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::rlaunch::CallId;

    #[test]
    fn the_calls_of_a_session_are_a_span_of_their_own() {
        let keys = Keys::new("/x");
        let key = |session, seq| keys.id(&Id::Call(CallId { session, seq }));
        assert_eq!(key(1, 16), b"/x/calls/0000000000000001/0000000000000010");
        assert!(keys.calls(1).contains(&key(1, u64::MAX)));
        assert!(!keys.calls(1).contains(&key(0, u64::MAX)) && !keys.calls(1).contains(&key(2, 0)));
        let settled = keys.calls_through(1, 9);
        assert!(
            settled.contains(&key(1, 1)) && settled.contains(&key(1, 9)) && !settled.contains(&key(1, 10))
        );
        assert!(!settled.contains(&key(0, 9)));
    }

    #[test]
    fn numbers_sort_as_their_texts_do_and_read_back() {
        let numbers = [0, 1, 9, 10, 255, 1 << 40, u64::MAX];
        assert!(numbers.map(number).is_sorted());
        assert_eq!(numbers.map(|n| read_number(&number(n))), numbers.map(Some));
        assert_eq!(read_number(b"1"), None);
        assert_eq!(
            Keys::new("/x").session_of(b"/x/sessions/00000000000000ff"),
            Some(255)
        );
    }
}
