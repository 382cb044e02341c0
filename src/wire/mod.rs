//! Floor 1: bytes ⇄ values. One file per format, every read checked, no I/O and no state.

mod checksum;
pub mod dns;
mod link_type;
pub mod pcap;
pub mod pcapng;
pub mod rdata;
mod read;
pub mod rlaunch;
mod write;
pub mod x509;

pub use checksum::{Checksum, should_be};
pub use link_type::LinkType;
pub use read::{Reader, Truncated};
pub use write::Writer;
