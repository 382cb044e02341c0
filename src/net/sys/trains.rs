//! Trains: UDP datagrams of one size that cross the kernel as one, and are cut apart as late as can be (udp(7),
//! `UDP_SEGMENT` and `UDP_GRO`).

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::os::fd::BorrowedFd;

/// What came in one call: datagrams of `segment` bytes from one sender, the last of which may be shorter.
#[derive(Clone, Copy, Debug)]
pub(in crate::net) struct Train {
    pub(in crate::net) length: usize,
    /// Equal to the length for a single datagram.
    pub(in crate::net) segment: usize,
    pub(in crate::net) from: Option<SocketAddr>,
}

/// How many datagrams the kernel takes as one: `UDP_MAX_SEGMENTS` of older kernels.
pub(in crate::net) const LONGEST_TRAIN: usize = 64;

#[cfg(target_os = "linux")]
pub(in crate::net) use linux::{join_trains, receive_train, send_train};
#[cfg(not(target_os = "linux"))]
pub(in crate::net) use others::{join_trains, receive_train, send_train};

#[cfg(target_os = "linux")]
mod linux {
    use std::mem::zeroed;
    use std::os::fd::AsRawFd;

    use super::super::{address, len_of, set_int};
    use super::*;

    /// Room for one control message that holds a number, aligned as the kernel wants it.
    #[repr(C, align(8))]
    struct Control([u8; CONTROL_SIZE]);

    const CONTROL_SIZE: usize = 64;

    /// From now on [`receive_train`] may get more than one datagram a call.
    pub(in crate::net) fn join_trains(socket: BorrowedFd<'_>) -> io::Result<()> {
        set_int(socket, libc::SOL_UDP, libc::UDP_GRO, 1)
    }

    /// `recvmsg` without waiting. `room` must be 64 KiB for nothing to be cut off.
    #[expect(unsafe_code, reason = "no safe wrapper knows the control message of UDP_GRO")]
    pub(in crate::net) fn receive_train(socket: BorrowedFd<'_>, room: &mut [u8]) -> io::Result<Train> {
        // SAFETY: all bits zero is a valid value of these: no address, no buffer, no length.
        let (mut name, mut header): (libc::sockaddr_in6, libc::msghdr) = unsafe { zeroed() };
        let mut control = Control([0; CONTROL_SIZE]);
        let mut buffer = libc::iovec {
            iov_base: room.as_mut_ptr().cast(),
            iov_len: room.len(),
        };
        header.msg_name = (&raw mut name).cast();
        header.msg_namelen = len_of::<libc::sockaddr_in6>();
        header.msg_iov = &raw mut buffer;
        header.msg_iovlen = 1;
        header.msg_control = (&raw mut control).cast();
        header.msg_controllen = CONTROL_SIZE;
        // SAFETY: the header points at places that are exclusively borrowed until the end of this function, of the
        // lengths that it says.
        let received = unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut header, libc::MSG_DONTWAIT) };
        let Ok(length) = usize::try_from(received) else {
            return Err(io::Error::last_os_error());
        };
        Ok(Train {
            length,
            segment: segment(&header).filter(|size| *size > 0).unwrap_or(length),
            from: address(&name),
        })
    }

    /// The size of a segment that the control messages of a received header name.
    #[expect(unsafe_code, reason = "control messages are reached by the macros of cmsg(3)")]
    fn segment(header: &libc::msghdr) -> Option<usize> {
        // SAFETY: the kernel has filled the control buffer that the header points at, and set its length.
        let mut message = unsafe { libc::CMSG_FIRSTHDR(header) };
        while !message.is_null() {
            // SAFETY: CMSG_FIRSTHDR and CMSG_NXTHDR return null or the address of a whole message header.
            let found = unsafe { ((*message).cmsg_level, (*message).cmsg_type) };
            if found == (libc::SOL_UDP, libc::UDP_GRO) {
                // SAFETY: the data of this message is an `int`, which need not be aligned.
                let size = unsafe { libc::CMSG_DATA(message).cast::<libc::c_int>().read_unaligned() };
                return usize::try_from(size).ok();
            }
            // SAFETY: as for the first.
            message = unsafe { libc::CMSG_NXTHDR(header, message) };
        }
        None
    }

    /// `sendmsg` without waiting: the bytes of `pieces` one after another, cut into datagrams of `segment` bytes.
    /// All or nothing.
    #[expect(
        unsafe_code,
        reason = "no safe wrapper knows the control message of UDP_SEGMENT"
    )]
    pub(in crate::net) fn send_train(
        socket: BorrowedFd<'_>,
        to: Option<SocketAddr>,
        pieces: &[IoSlice<'_>],
        segment: u16,
    ) -> io::Result<()> {
        let to = to.map(socket2::SockAddr::from);
        let mut control = Control([0; CONTROL_SIZE]);
        // SAFETY: all bits zero is a valid value: no address, no buffers, no control message.
        let mut header: libc::msghdr = unsafe { zeroed() };
        if let Some(to) = &to {
            header.msg_name = to.as_ptr().cast_mut().cast();
            header.msg_namelen = to.len();
        }
        // `IoSlice` is promised to be laid out as `iovec`.
        header.msg_iov = pieces.as_ptr().cast_mut().cast();
        header.msg_iovlen = pieces.len();
        header.msg_control = (&raw mut control).cast();
        // SAFETY: these two compute sizes.
        let (space, length) = unsafe { (libc::CMSG_SPACE(2), libc::CMSG_LEN(2)) };
        header.msg_controllen = usize::try_from(space).map_err(io::Error::other)?;
        // SAFETY: the control buffer has room for a message of two bytes, and is aligned for its header.
        unsafe {
            let message = libc::CMSG_FIRSTHDR(&raw const header);
            (*message).cmsg_level = libc::SOL_UDP;
            (*message).cmsg_type = libc::UDP_SEGMENT;
            (*message).cmsg_len = usize::try_from(length).map_err(io::Error::other)?;
            libc::CMSG_DATA(message).cast::<u16>().write_unaligned(segment);
        }
        let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
        // SAFETY: the header points at a name, at bytes and at a control message that are borrowed until the end of
        // this function; the kernel only reads them.
        let sent = unsafe { libc::sendmsg(socket.as_raw_fd(), &raw const header, flags) };
        if sent < 0 {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        }
    }
}

/// One datagram at a time, where there are no trains.
#[cfg(not(target_os = "linux"))]
mod others {
    use rustix::net::{RecvFlags, recvfrom};

    use super::*;

    pub(in crate::net) fn join_trains(_socket: BorrowedFd<'_>) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(in crate::net) fn receive_train(socket: BorrowedFd<'_>, room: &mut [u8]) -> io::Result<Train> {
        let (length, _, from) = recvfrom(socket, room, RecvFlags::DONTWAIT)?;
        Ok(Train {
            length,
            segment: length,
            from: from.and_then(|from| from.try_into().ok()),
        })
    }

    pub(in crate::net) fn send_train(
        _socket: BorrowedFd<'_>,
        _to: Option<SocketAddr>,
        _pieces: &[IoSlice<'_>],
        _segment: u16,
    ) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
