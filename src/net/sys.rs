//! Socket options that have no safe wrapper.
#![expect(
    unsafe_code,
    reason = "setsockopt with options that neither socket2 nor rustix knows"
)]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// Asks the kernel to report what ICMP says of the datagrams that an unconnected socket has sent: without
/// IP_RECVERR only a connected UDP socket hears "port unreachable" (ip(7)).
#[cfg(target_os = "linux")]
pub(super) fn report_icmp(socket: BorrowedFd<'_>, v6: bool) -> io::Result<()> {
    set_int(socket, libc::IPPROTO_IP, libc::IP_RECVERR, 1)
        .or_else(|error| if v6 { Ok(()) } else { Err(error) })?;
    if v6 {
        set_int(socket, libc::IPPROTO_IPV6, libc::IPV6_RECVERR, 1)?;
    }
    Ok(())
}

/// Other systems report ICMP errors to connected sockets only: there the deadline ends a hopeless request.
#[cfg(not(target_os = "linux"))]
pub(super) fn report_icmp(_socket: BorrowedFd<'_>, _v6: bool) -> io::Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
fn set_int(
    socket: BorrowedFd<'_>,
    level: libc::c_int,
    option: libc::c_int,
    value: libc::c_int,
) -> io::Result<()> {
    let size = libc::socklen_t::try_from(size_of::<libc::c_int>()).map_err(io::Error::other)?;
    // SAFETY: the descriptor is borrowed, hence open; `value` outlives the call, and `size` is its size.
    let result =
        unsafe { libc::setsockopt(socket.as_raw_fd(), level, option, (&raw const value).cast(), size) };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}
