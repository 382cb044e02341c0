//! The TCP MD5 signature option (RFC 2385), which the kernel computes and checks.

use std::io;
use std::mem::zeroed;
use std::os::fd::{AsFd, AsRawFd};

/// `struct tcp_md5sig` of linux/tcp.h.
#[repr(C)]
struct Md5Signature {
    address: libc::sockaddr_storage,
    flags: u8,
    prefix_length: u8,
    key_length: u16,
    interface: libc::c_int,
    key: [u8; LONGEST_KEY],
}

/// Whose segments are to be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::net) enum Peers {
    /// All those with an IPv4 address, for an IPv4 socket.
    V4,
    /// All those with an IPv6 address.
    V6,
    /// All those with an IPv4 address, for an IPv6 socket.
    Mapped,
}

/// Signs what goes to `peers` with `key`, and takes nothing from them that is not signed so. A key that is too long
/// or empty is refused.
#[expect(unsafe_code, reason = "neither socket2 nor rustix knows the option")]
pub(in crate::net) fn sign(socket: impl AsFd, peers: Peers, key: &[u8]) -> io::Result<()> {
    // SAFETY: all bits zero is a valid value: no address, no key.
    let mut signature: Md5Signature = unsafe { zeroed() };
    let room = signature.key.get_mut(..key.len()).filter(|room| !room.is_empty());
    room.ok_or(io::ErrorKind::InvalidInput)?.copy_from_slice(key);
    signature.key_length = u16::try_from(key.len()).map_err(io::Error::other)?;
    // A prefix of no bits: whatever the address.
    signature.flags = FLAG_PREFIX;
    let any = match peers {
        Peers::V4 => "0.0.0.0:0",
        Peers::V6 => "[::]:0",
        Peers::Mapped => "[::ffff:0.0.0.0]:0",
    };
    let any: std::net::SocketAddr = any.parse().map_err(io::Error::other)?;
    let mut any = socket2::SockAddr::from(any).as_storage();
    // SAFETY: it is the storage of an address, under another name.
    signature.address = unsafe { *any.view_as::<libc::sockaddr_storage>() };
    let size = libc::socklen_t::try_from(size_of::<Md5Signature>()).map_err(io::Error::other)?;
    let socket = socket.as_fd().as_raw_fd();
    // SAFETY: the descriptor is borrowed, hence open; `signature` outlives the call, and `size` is its size.
    let result = unsafe {
        libc::setsockopt(
            socket,
            libc::IPPROTO_TCP,
            libc::TCP_MD5SIG_EXT,
            (&raw const signature).cast(),
            size,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// `TCP_MD5SIG_FLAG_PREFIX` of linux/tcp.h.
const FLAG_PREFIX: u8 = 1;
const LONGEST_KEY: usize = libc::TCP_MD5SIG_MAXKEYLEN;
