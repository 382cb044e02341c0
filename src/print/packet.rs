//! A captured packet as the printer takes it.

use crate::wire::LinkType;

/// A packet to print: where and when it was captured, and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// Its number in the capture, from 1.
    pub number: u64,
    /// When it was captured.
    pub time: Timestamp,
    /// The name of the interface that it was captured on, if that is known.
    pub interface: Option<&'a str>,
    /// What its first bytes are.
    pub link: LinkType,
    /// Its length on the wire, which may be more than was captured.
    pub wire_len: u32,
    /// The bytes that were captured.
    pub bytes: &'a [u8],
}

/// A point in time, in seconds since 1970 and nanoseconds within the second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    /// Whole seconds since 1970-01-01 00:00 UTC.
    pub secs: i64,
    /// Nanoseconds within the second, below 1,000,000,000 unless the file is damaged.
    pub nanos: i64,
}
