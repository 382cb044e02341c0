//! A packet → text, by the four layers of the network model.
//!
//! [`Printer`] writes the frame: number, time stamp, the text itself and the dump of the bytes. The text comes
//! from one small printer per protocol in the rooms `link`, `internet`, `transport` and `application`;
//! each takes the shared `page` and a checked `cursor` and appends to the page until its packet ends. The
//! text is that of tcpdump's master branch, to the byte.
//!
//! A printer never fails: a read past the captured bytes ends the packet with ` [|proto]`, a length that cannot
//! be with ` (invalid)`. Nothing is allocated per packet, and the state that crosses packets (the sequence
//! numbers of TCP, the time of the packet before) is bounded.

mod address;
mod ahead;
mod application;
mod colour;
mod connection_ids;
mod cursor;
mod dialogues;
mod digits;
mod dump;
mod flows;
#[cfg(test)]
mod hostile;
mod ink;
mod internet;
mod json;
mod link;
mod names;
mod options;
mod packet;
mod page;
mod printer;
mod put;
mod registry;
#[cfg(test)]
mod sample;
mod secrets;
mod signature;
mod text;
mod time;
mod transport;

pub use ahead::Known;
pub use application::{DecodeAs, Decoder};
pub use names::{Names, Transport};
pub use options::{Dump, DumpForm, Form, Options, TimeStyle};
pub use packet::{Packet, Timestamp};
pub use printer::Printer;
pub use secrets::{SecretError, Secrets};
