//! How to capture.

use crate::capture::{Device, Stamps};
use crate::wire::LinkType;

/// How to capture.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where.
    pub device: Device,
    /// At most this many bytes of each packet.
    pub snaplen: u32,
    /// How much memory the kernel may fill with packets that nobody has fetched yet, in bytes.
    pub buffer: u32,
    /// Whether packets are wanted that are not for this machine.
    pub promiscuous: bool,
    /// Whether each packet is to be handed over at once, at the price of more work for each.
    pub immediate: bool,
    /// Which way the packets go.
    pub direction: Direction,
    /// The link type that was asked for; the interface must have it.
    pub link: Option<LinkType>,
    /// Whether the interface must be in monitor mode: it shows 802.11 frames, and those of other networks too.
    pub monitor: bool,
    /// Who stamps packets with their time.
    pub stamps: Stamps,
}

/// Which way packets go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// To this machine.
    In,
    /// From this machine.
    Out,
    /// Both.
    #[default]
    Both,
}
