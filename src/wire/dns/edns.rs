//! EDNS as it stands in a message (RFC 6891): an OPT record whose fields are bent to other uses.

use super::{Class, Rdata, Record};
use crate::wire::{Reader, Truncated};

/// The numbers of the options that have a name (the IANA registry "DNS EDNS0 Option Codes").
pub mod option_code {
    /// Long-lived queries (RFC 8764).
    pub const LLQ: u16 = 1;
    /// An update's lease (RFC 9664).
    pub const UPDATE_LEASE: u16 = 2;
    /// The name server's identifier (RFC 5001).
    pub const NSID: u16 = 3;
    /// DNSSEC algorithms understood (RFC 6975).
    pub const DAU: u16 = 5;
    /// DS hashes understood (RFC 6975).
    pub const DHU: u16 = 6;
    /// NSEC3 hashes understood (RFC 6975).
    pub const N3U: u16 = 7;
    /// The client's subnet (RFC 7871).
    pub const CLIENT_SUBNET: u16 = 8;
    /// When a secondary's zone expires (RFC 7314).
    pub const EXPIRE: u16 = 9;
    /// A cookie (RFC 7873).
    pub const COOKIE: u16 = 10;
    /// How long a TCP connection is kept (RFC 7828).
    pub const TCP_KEEPALIVE: u16 = 11;
    /// Padding (RFC 7830).
    pub const PADDING: u16 = 12;
    /// A chain query (RFC 7901).
    pub const CHAIN: u16 = 13;
    /// The tags of the trusted keys (RFC 8145).
    pub const KEY_TAG: u16 = 14;
    /// An extended error (RFC 8914).
    pub const EXTENDED_ERROR: u16 = 15;
    /// A client's tag.
    pub const CLIENT_TAG: u16 = 16;
    /// A server's tag.
    pub const SERVER_TAG: u16 = 17;
}

/// What an OPT record says.
#[derive(Clone, Debug)]
pub struct Edns<'a> {
    /// The largest UDP message that the sender takes, in bytes.
    pub udp_size: u16,
    /// The upper eight bits of the response code.
    pub extended_rcode: u8,
    /// The version of EDNS.
    pub version: u8,
    /// The flags: DO is [`DO`](Self::DO), the rest must be zero.
    pub flags: u16,
    options: Rdata<'a>,
}

impl<'a> Edns<'a> {
    /// The flag by which a resolver asks for DNSSEC records (RFC 3225).
    pub const DO: u16 = 0x8000;

    /// Reads a record of type OPT so.
    pub fn of(record: &Record<'a>) -> Self {
        let Class(udp_size) = record.class;
        let [extended_rcode, version, high, low] = record.ttl.to_be_bytes();
        Self {
            udp_size,
            extended_rcode,
            version,
            flags: u16::from_be_bytes([high, low]),
            options: record.rdata,
        }
    }

    /// Whether the DO flag is set.
    pub fn dnssec_ok(&self) -> bool {
        self.flags & Self::DO != 0
    }

    /// The options in the order of the message. One that is cut short is an error and the last.
    pub fn options(&self) -> EdnsOptions<'a> {
        EdnsOptions {
            reader: Reader::new(self.options.bytes()),
        }
    }
}

/// One option: see [`option_code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdnsOption<'a> {
    /// Its number.
    pub code: u16,
    /// What it says.
    pub data: &'a [u8],
}

/// The options of an OPT record, one after the other.
#[derive(Clone, Debug)]
pub struct EdnsOptions<'a> {
    reader: Reader<'a>,
}

impl<'a> EdnsOptions<'a> {
    fn read(&mut self) -> Result<EdnsOption<'a>, Truncated> {
        let code = self.reader.u16()?;
        let length = self.reader.u16()?;
        let data = self.reader.take(usize::from(length))?;
        Ok(EdnsOption { code, data })
    }
}

impl<'a> Iterator for EdnsOptions<'a> {
    type Item = Result<EdnsOption<'a>, Truncated>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let option = self.read();
        if option.is_err() {
            self.reader = Reader::new(&[]);
        }
        Some(option)
    }
}
