//! Under which id a call happens at most once: a number that the server gave out, or a name that its clients chose.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

use crate::wire::rlaunch::{CallId, Datagram};

/// The id of a call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Id {
    /// A number within a session.
    Call(CallId),
    /// A name, the same for all clients.
    Named(Name),
}

/// A name that clients chose for a call: 1 to 255 bytes of text without control characters, which does not look
/// like a number. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

/// Why a text is not the id of a call.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum BadId {
    /// Nothing, or too much.
    #[error("not 1 to {LONGEST} bytes long")]
    Length,
    /// It would do things to a terminal.
    #[error("a control character")]
    Control,
    /// It looks like the id of a call that has a number.
    #[error("it looks like the id of a call that the server numbered")]
    Number,
}

/// An id as it is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// A number.
    Call(CallId),
    /// A name, which need not be a good one.
    Named(&'a str),
}

impl Id {
    /// Reads an id as [`text`](Self::text) writes it; that of a numbered call tells the instance of its store too.
    ///
    /// # Errors
    /// [`BadId`] says why it is none.
    pub fn parse(text: &str) -> Result<(Option<u64>, Self), BadId> {
        match Numbers::of(text) {
            Some(numbers) => {
                let (instance, call) = numbers.value().ok_or(BadId::Number)?;
                Ok((Some(instance), Self::Call(call)))
            }
            None => Ok((None, Self::Named(text.parse()?))),
        }
    }

    /// The id as a person and an action see it: a name is itself, a number tells the store, session and call.
    pub fn text(&self, instance: u64) -> impl fmt::Display + '_ {
        struct Text<'a>(&'a Id, u64);
        impl fmt::Display for Text<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.0 {
                    Id::Call(call) => write!(f, "{:016x}-{}-{}", self.1, call.session, call.seq),
                    Id::Named(name) => f.write_str(name.as_str()),
                }
            }
        }
        Text(self, instance)
    }

    /// The id as it is looked up.
    pub fn key(&self) -> Key<'_> {
        match self {
            Self::Call(call) => Key::Call(*call),
            Self::Named(name) => Key::Named(name.as_str()),
        }
    }
}

impl From<CallId> for Id {
    fn from(call: CallId) -> Self {
        Self::Call(call)
    }
}

impl From<Name> for Id {
    fn from(name: Name) -> Self {
        Self::Named(name)
    }
}

impl<'a> Key<'a> {
    /// Which call a datagram is about.
    pub(super) fn of(datagram: &Datagram<'a>) -> Self {
        if datagram.name.is_empty() {
            Self::Call(datagram.call())
        } else {
            Self::Named(datagram.name)
        }
    }

    /// The id that it stands for, if a name is a good one.
    pub(super) fn id(self) -> Option<Id> {
        match self {
            Self::Call(call) => Some(Id::Call(call)),
            Self::Named(name) => name.parse().ok().map(Id::Named),
        }
    }
}

impl Name {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        if !(1..=LONGEST).contains(&text.len()) {
            Err(BadId::Length)
        } else if text.contains(char::is_control) {
            Err(BadId::Control)
        } else if Numbers::of(text).is_some() {
            Err(BadId::Number)
        } else {
            Ok(Self(text.into()))
        }
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The three numbers of a numbered call's text.
struct Numbers<'a>([&'a str; 3]);

impl<'a> Numbers<'a> {
    /// Whether `text` has their form, whatever their size.
    fn of(text: &'a str) -> Option<Self> {
        let mut parts = text.split('-');
        let numbers = [parts.next()?, parts.next()?, parts.next()?];
        let [instance, session, seq] = numbers;
        let decimal = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let hexadecimal = instance.len() == 16 && instance.bytes().all(|b| b.is_ascii_hexdigit());
        (parts.next().is_none() && hexadecimal && decimal(session) && decimal(seq)).then_some(Self(numbers))
    }

    fn value(&self) -> Option<(u64, CallId)> {
        let [instance, session, seq] = self.0;
        let call = CallId {
            session: session.parse().ok()?,
            seq: seq.parse().ok()?,
        };
        Some((u64::from_str_radix(instance, 16).ok()?, call))
    }
}

/// The longest name, in bytes.
const LONGEST: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text() {
        let call = Id::Call(CallId { session: 3, seq: 9 });
        let text = call.text(0xbeef).to_string();
        assert_eq!(text, "000000000000beef-3-9");
        assert_eq!(Id::parse(&text), Ok((Some(0xbeef), call)));
        let name = Id::Named("invoice-42".parse().unwrap());
        let text = name.text(0xbeef).to_string();
        assert_eq!(Id::parse(&text), Ok((None, name)));
    }

    #[test]
    fn what_is_empty_too_long_or_not_for_a_terminal_is_no_name() {
        let bad = |text: &str| text.parse::<Name>().unwrap_err();
        assert_eq!(bad(""), BadId::Length);
        assert_eq!(bad(&"x".repeat(256)), BadId::Length);
        assert!("x".repeat(255).parse::<Name>().is_ok());
        assert_eq!(bad("a\nb"), BadId::Control);
        assert_eq!(bad("a\u{9b}2J"), BadId::Control);
    }

    #[test]
    fn what_looks_like_a_numbered_call_is_no_name() {
        for text in [
            "000000000000beef-3-9",
            "000000000000BEEF-3-9",
            "000000000000beef-3-99999999999999999999",
        ] {
            assert_eq!(text.parse::<Name>(), Err(BadId::Number), "{text}");
        }
        for text in ["beef-3-9", "000000000000beef-3-9-1", "000000000000beef-3-"] {
            assert!(text.parse::<Name>().is_ok(), "{text}");
        }
        assert_eq!(
            Id::parse("000000000000beef-3-99999999999999999999"),
            Err(BadId::Number)
        );
    }
}
