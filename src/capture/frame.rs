//! A packet as it was captured.

use crate::wire::LinkType;
use crate::wire::pcapng::{Interface, Notes};

/// A packet, borrowed from the buffer of whoever captured it until the next one is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// When it was captured, in whole seconds since 1970.
    pub secs: i64,
    /// Nanoseconds into that second, below 1,000,000,000 unless the file is damaged.
    pub nanos: i64,
    /// What it begins with.
    pub link: LinkType,
    /// How many bytes it had on the wire.
    pub wire_len: u32,
    /// Those of its bytes that were captured.
    pub bytes: &'a [u8],
    /// The interface that it was captured on, if that is known.
    pub interface: Option<&'a Interface>,
    /// What else is known of it.
    pub notes: Notes<'a>,
}
