//! The few things that no safe wrapper offers: waiting for a descriptor that we did not make, and some socket
//! options.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use tokio::io::unix::{AsyncFd, AsyncFdRegisterError};

/// Waits for the readiness of `fd` with the runtime. Its flags are left alone: whoever shares the open file
/// must not find it non-blocking.
///
/// # Errors
/// `PermissionDenied` for a file or device that is always ready. The descriptor comes back with the error.
#[expect(
    unsafe_code,
    reason = "tokio cannot know that a descriptor type always names the same descriptor"
)]
pub(super) fn watch(fd: OwnedFd) -> Result<AsyncFd<OwnedFd>, (OwnedFd, io::Error)> {
    // SAFETY: `OwnedFd` names one descriptor, which is open until it is dropped.
    unsafe { AsyncFd::register(fd) }.map_err(AsyncFdRegisterError::into_parts)
}

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

/// `SO_RCVLOWAT`: a reader is woken when `bytes` are there, or the end.
pub(super) fn set_receive_low_water(fd: impl AsFd, bytes: libc::c_int) -> io::Result<()> {
    set_int(fd, libc::SOL_SOCKET, libc::SO_RCVLOWAT, bytes)
}

/// `SO_DEBUG`; needs CAP_NET_ADMIN.
pub(super) fn set_debug(fd: impl AsFd) -> io::Result<()> {
    set_int(fd, libc::SOL_SOCKET, libc::SO_DEBUG, 1)
}

/// `IP_MINTTL`: segments that arrive with a lower TTL are dropped (RFC 5082).
pub(super) fn set_min_ttl_v4(fd: impl AsFd, ttl: u8) -> io::Result<()> {
    set_int(fd, libc::IPPROTO_IP, libc::IP_MINTTL, ttl.into())
}

/// `IPV6_MINHOPCOUNT`, the same for IPv6.
pub(super) fn set_min_hops_v6(fd: impl AsFd, hops: u8) -> io::Result<()> {
    /// From `linux/in6.h`; libc does not name it.
    const IPV6_MINHOPCOUNT: libc::c_int = 73;
    set_int(fd, libc::IPPROTO_IPV6, IPV6_MINHOPCOUNT, hops.into())
}

#[expect(
    unsafe_code,
    reason = "setsockopt with options that neither socket2 nor rustix knows"
)]
fn set_int(socket: impl AsFd, level: libc::c_int, option: libc::c_int, value: libc::c_int) -> io::Result<()> {
    let size = libc::socklen_t::try_from(size_of::<libc::c_int>()).map_err(io::Error::other)?;
    let socket = socket.as_fd().as_raw_fd();
    // SAFETY: the descriptor is borrowed, hence open; `value` outlives the call, and `size` is its size.
    let result = unsafe { libc::setsockopt(socket, level, option, (&raw const value).cast(), size) };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}
