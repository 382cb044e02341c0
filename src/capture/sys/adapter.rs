//! What an adapter can do about time stamps, and telling it to.

use std::ffi::{c_char, c_int, c_ulong};
use std::io;
use std::mem::zeroed;
use std::os::fd::{AsRawFd, BorrowedFd};

use super::{check, set};

/// `struct ethtool_ts_info`.
#[repr(C)]
#[derive(Default)]
struct Abilities {
    command: u32,
    stamping: u32,
    clock: i32,
    sending: [u32; 4],
    receiving: [u32; 4],
}

/// `struct hwtstamp_config`.
#[repr(C)]
struct Stamping {
    flags: c_int,
    sending: c_int,
    receiving: c_int,
}

/// What it can do, as `SOF_TIMESTAMPING_…`.
pub(in crate::capture) fn abilities(socket: BorrowedFd<'_>, name: &str) -> io::Result<u32> {
    const ETHTOOL: c_ulong = 0x8946;
    const GET_TS_INFO: u32 = 0x41;
    let mut abilities = Abilities {
        command: GET_TS_INFO,
        ..Abilities::default()
    };
    ask(socket, name, ETHTOOL, &mut abilities)?;
    Ok(abilities.stamping)
}

/// Has it stamp all packets.
pub(in crate::capture) fn stamp(socket: BorrowedFd<'_>, name: &str) -> io::Result<()> {
    const SET_STAMPING: c_ulong = 0x89b0;
    let mut stamping = Stamping {
        flags: 0,
        // HWTSTAMP_TX_OFF, HWTSTAMP_FILTER_ALL.
        sending: 0,
        receiving: 1,
    };
    ask(socket, name, SET_STAMPING, &mut stamping)
}

/// Has the ring pass its stamps on.
pub(in crate::capture) fn pass_on(socket: BorrowedFd<'_>, bits: u32) -> io::Result<()> {
    set(
        socket,
        libc::SOL_PACKET,
        libc::PACKET_TIMESTAMP,
        &bits.cast_signed(),
    )
}

#[expect(unsafe_code, reason = "no wrapper knows these requests")]
fn ask<T>(socket: BorrowedFd<'_>, name: &str, request: c_ulong, value: &mut T) -> io::Result<()> {
    // SAFETY: all bits zero is a valid `ifreq`.
    let mut interface: libc::ifreq = unsafe { zeroed() };
    // The last byte stays zero.
    let places = interface.ifr_name.iter_mut().take(libc::IFNAMSIZ - 1);
    for (place, byte) in places.zip(name.bytes()) {
        *place = byte as c_char;
    }
    interface.ifr_ifru.ifru_data = std::ptr::from_mut(value).cast();
    // SAFETY: the interface points to a value of the request's own type, which outlives the call.
    check(unsafe { libc::ioctl(socket.as_raw_fd(), request as _, &raw mut interface) })
}
