//! The few things that no safe wrapper offers: waiting for a descriptor that we did not make, some socket
//! options, and many datagrams in one call.

mod signature;
mod trains;

use std::io;
use std::mem::{MaybeUninit, zeroed};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use tokio::io::unix::{AsyncFd, AsyncFdRegisterError};

pub(super) use self::signature::{Peers, sign};
pub(super) use self::trains::{LONGEST_TRAIN, Train, join_trains, receive_train, send_train};

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

/// Takes over a descriptor that whoever started us has opened: standard output and standard error as duplicates,
/// any other for good. To be called before anything else could have got its number.
///
/// # Errors
/// `EBADF` when it is not open.
#[expect(unsafe_code, reason = "a descriptor that is known by its number alone")]
pub fn adopt(number: i32) -> io::Result<OwnedFd> {
    // SAFETY: F_SETFD touches no memory, and fails if there is no such descriptor.
    if unsafe {
        libc::fcntl(
            number,
            libc::F_SETFD,
            if number > 2 { libc::FD_CLOEXEC } else { 0 },
        )
    } != 0
    {
        return Err(io::Error::last_os_error());
    }
    if number <= 2 {
        // SAFETY: it is open, as was just seen, and nobody closes the standard streams.
        return unsafe { BorrowedFd::borrow_raw(number) }.try_clone_to_owned();
    }
    // SAFETY: it is open, and nothing here has opened it, as the caller sees to.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Whether a signal is ignored, as it was when the process was started unless we have changed that.
#[expect(unsafe_code, reason = "no safe wrapper asks without changing")]
pub fn is_ignored(signal: i32) -> bool {
    // SAFETY: all bits zero is a valid value of it: no handler, no flags, no signals.
    let mut action: libc::sigaction = unsafe { zeroed() };
    // SAFETY: without a new action nothing is changed, and `action` is filled in place.
    let asked = unsafe { libc::sigaction(signal, std::ptr::null(), &raw mut action) };
    asked == 0 && action.sa_sigaction == libc::SIG_IGN
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

/// `SIOCOUTQ`: how many bytes of a TCP connection the peer's host has not acknowledged (tcp(7)).
#[expect(unsafe_code, reason = "no safe wrapper asks for the length of the send queue")]
pub(super) fn unsent(socket: impl AsFd) -> io::Result<u64> {
    let mut count: libc::c_int = 0;
    // SAFETY: the descriptor is borrowed, hence open; the request writes one int to `count`, which outlives it.
    let result = unsafe { libc::ioctl(socket.as_fd().as_raw_fd(), libc::TIOCOUTQ, &raw mut count) };
    if result == 0 {
        Ok(u64::try_from(count).unwrap_or(0))
    } else {
        Err(io::Error::last_os_error())
    }
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

/// How many datagrams one call takes.
pub(super) const MOST_DATAGRAMS: usize = 64;

/// Whether a call waits for something to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// It takes what is there.
    Never,
    /// It waits for the first datagram, as long as the socket's timeout says.
    ForOne,
}

/// `recvmmsg`: each datagram into the next of `pieces`, its length and sender to `came`.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "no safe wrapper receives several datagrams at once")]
pub(super) fn receive_datagrams(
    socket: BorrowedFd<'_>,
    wait: Wait,
    pieces: &mut dyn Iterator<Item = &mut [u8]>,
    came: &mut Vec<(usize, Option<SocketAddr>)>,
) -> io::Result<()> {
    // SAFETY: all bits zero is a valid value: no address.
    let mut names: [libc::sockaddr_in6; MOST_DATAGRAMS] = unsafe { zeroed() };
    // Some kilobytes, which are not cleared for each call.
    let mut buffers = [const { MaybeUninit::<libc::iovec>::uninit() }; MOST_DATAGRAMS];
    let mut headers = [const { MaybeUninit::<libc::mmsghdr>::uninit() }; MOST_DATAGRAMS];
    let mut count = 0;
    for (((header, buffer), name), piece) in headers.iter_mut().zip(&mut buffers).zip(&mut names).zip(pieces)
    {
        let buffer = buffer.write(libc::iovec {
            iov_base: piece.as_mut_ptr().cast(),
            iov_len: piece.len(),
        });
        header.write(header_of(
            (&raw mut *name).cast(),
            len_of::<libc::sockaddr_in6>(),
            buffer,
        ));
        count += 1;
    }
    let flags = match wait {
        Wait::Never => libc::MSG_DONTWAIT,
        Wait::ForOne => libc::MSG_WAITFORONE,
    };
    let first = headers.as_mut_ptr().cast();
    // SAFETY: the first `count` headers are written, and point at a name and a buffer each, exclusively borrowed
    // until the end of this function, of the lengths that they say.
    let received = unsafe { libc::recvmmsg(socket.as_raw_fd(), first, count, flags, std::ptr::null_mut()) };
    let Ok(received) = usize::try_from(received) else {
        return Err(io::Error::last_os_error());
    };
    for (header, name) in headers.iter().zip(&names).take(received) {
        // SAFETY: it was written above, and the kernel has said how much it received.
        let header = unsafe { header.assume_init_ref() };
        let length = usize::try_from(header.msg_len).map_err(io::Error::other)?;
        came.push((length, address(name)));
    }
    Ok(())
}

/// `sendmmsg` without waiting. How many were sent.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "no safe wrapper sends several datagrams at once")]
pub(super) fn send_datagrams<'a>(
    socket: BorrowedFd<'_>,
    datagrams: impl Iterator<Item = (SocketAddr, &'a [u8])>,
) -> io::Result<usize> {
    let mut names = [const { MaybeUninit::<socket2::SockAddr>::uninit() }; MOST_DATAGRAMS];
    let mut buffers = [const { MaybeUninit::<libc::iovec>::uninit() }; MOST_DATAGRAMS];
    let mut headers = [const { MaybeUninit::<libc::mmsghdr>::uninit() }; MOST_DATAGRAMS];
    let mut count = 0;
    for (((header, buffer), name), (to, bytes)) in headers
        .iter_mut()
        .zip(&mut buffers)
        .zip(&mut names)
        .zip(datagrams)
    {
        let name = name.write(to.into());
        let buffer = buffer.write(libc::iovec {
            iov_base: bytes.as_ptr().cast_mut().cast(),
            iov_len: bytes.len(),
        });
        header.write(header_of(name.as_ptr().cast_mut().cast(), name.len(), buffer));
        count += 1;
    }
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    let first = headers.as_mut_ptr().cast();
    // SAFETY: the first `count` headers are written, and point at a name and at bytes that are borrowed until the
    // end of this function, of the lengths that they say; the kernel only reads them.
    let sent = unsafe { libc::sendmmsg(socket.as_raw_fd(), first, count, flags) };
    usize::try_from(sent).map_err(|_| io::Error::last_os_error())
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the header has private padding on some systems")]
fn header_of(name: *mut libc::c_void, length: libc::socklen_t, buffer: &mut libc::iovec) -> libc::mmsghdr {
    // SAFETY: all bits zero is a valid value: no address, no buffer, no length.
    let mut header: libc::mmsghdr = unsafe { zeroed() };
    header.msg_hdr.msg_name = name;
    header.msg_hdr.msg_namelen = length;
    header.msg_hdr.msg_iov = buffer;
    header.msg_hdr.msg_iovlen = 1;
    header
}

/// The address that the kernel has written to the largest place for one; `None` if it is of another family.
#[cfg(target_os = "linux")]
#[expect(
    unsafe_code,
    reason = "the kernel writes addresses of several kinds into one place"
)]
fn address(name: &libc::sockaddr_in6) -> Option<SocketAddr> {
    match libc::c_int::from(name.sin6_family) {
        libc::AF_INET => {
            // SAFETY: the family says that this is a `sockaddr_in`, for which there is room.
            let v4 = unsafe { &*(&raw const *name).cast::<libc::sockaddr_in>() };
            let ip = Ipv4Addr::from(u32::from_be(v4.sin_addr.s_addr));
            Some(SocketAddrV4::new(ip, u16::from_be(v4.sin_port)).into())
        }
        libc::AF_INET6 => {
            let ip = Ipv6Addr::from(name.sin6_addr.s6_addr);
            let port = u16::from_be(name.sin6_port);
            Some(SocketAddrV6::new(ip, port, name.sin6_flowinfo, name.sin6_scope_id).into())
        }
        _ => None,
    }
}

#[cfg(target_os = "linux")]
fn len_of<T>() -> libc::socklen_t {
    // The addresses of a socket are some hundred bytes long.
    libc::socklen_t::try_from(size_of::<T>()).unwrap_or(libc::socklen_t::MAX)
}

/// One datagram at a time, where there is no call for more.
#[cfg(not(target_os = "linux"))]
pub(super) fn receive_datagrams(
    socket: BorrowedFd<'_>,
    wait: Wait,
    pieces: &mut dyn Iterator<Item = &mut [u8]>,
    came: &mut Vec<(usize, Option<SocketAddr>)>,
) -> io::Result<()> {
    use rustix::net::{RecvFlags, recvfrom};
    for piece in pieces.take(MOST_DATAGRAMS) {
        let flags = match wait {
            Wait::ForOne if came.is_empty() => RecvFlags::empty(),
            _ => RecvFlags::DONTWAIT,
        };
        match recvfrom(socket, piece, flags) {
            Ok((length, _, from)) => came.push((length, from.and_then(|from| from.try_into().ok()))),
            Err(error) if came.is_empty() => return Err(error.into()),
            Err(_) => break,
        }
    }
    Ok(())
}

/// One datagram at a time, where there is no call for more.
#[cfg(not(target_os = "linux"))]
pub(super) fn send_datagrams<'a>(
    socket: BorrowedFd<'_>,
    datagrams: impl Iterator<Item = (SocketAddr, &'a [u8])>,
) -> io::Result<usize> {
    use rustix::net::{SendFlags, sendto};
    let mut sent = 0;
    for (to, bytes) in datagrams.take(MOST_DATAGRAMS) {
        match sendto(socket, bytes, SendFlags::DONTWAIT, &to) {
            Ok(_) => sent += 1,
            Err(error) if sent == 0 => return Err(error.into()),
            Err(_) => break,
        }
    }
    Ok(sent)
}
