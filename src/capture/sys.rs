//! The kernel's packet sockets (packet(7)), as far as no safe wrapper reaches: binding, options, the ring in
//! shared memory, and receiving with ancillary data.

pub(super) mod adapter;
pub(super) mod calls;

use std::ffi::c_int;
use std::io;
use std::mem::{offset_of, size_of, zeroed};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU32, Ordering};

/// Whom a packet is from, as the kernel says (`struct sockaddr_ll`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Address {
    /// The Ethernet type.
    pub(super) protocol: u16,
    /// The number of the interface.
    pub(super) ifindex: u32,
    /// The kind of the interface (`ARPHRD_…`).
    pub(super) hardware: u16,
    /// To us, to all, to others, from us (`PACKET_…`).
    pub(super) packet_type: u8,
    /// How many bytes of `bytes` there are.
    pub(super) len: u8,
    /// The link-layer address of the sender.
    pub(super) bytes: [u8; 8],
}

/// Binds a packet socket to an interface; 0 is all of them. With protocol 0 no packet comes in yet.
#[expect(unsafe_code, reason = "no wrapper makes an address of a packet socket")]
pub(super) fn bind(socket: BorrowedFd<'_>, ifindex: u32, protocol: u16) -> io::Result<()> {
    // SAFETY: all bits zero is a valid `sockaddr_ll`.
    let mut address: libc::sockaddr_ll = unsafe { zeroed() };
    address.sll_family = AF_PACKET;
    address.sll_protocol = protocol.to_be();
    address.sll_ifindex = ifindex.cast_signed();
    // SAFETY: the address is valid, and as long as we say.
    check(unsafe {
        libc::bind(
            socket.as_raw_fd(),
            (&raw const address).cast(),
            len_of::<libc::sockaddr_ll>(),
        )
    })
}

/// The kind (`ARPHRD_…`) of the interface that the socket is bound to.
#[expect(unsafe_code, reason = "no wrapper reads an address of a packet socket")]
pub(super) fn hardware(socket: BorrowedFd<'_>) -> io::Result<u16> {
    // SAFETY: all bits zero is a valid `sockaddr_ll`.
    let mut address: libc::sockaddr_ll = unsafe { zeroed() };
    let mut len = len_of::<libc::sockaddr_ll>();
    // SAFETY: the kernel writes at most `len` bytes, which is the size of the address.
    check(unsafe { libc::getsockname(socket.as_raw_fd(), (&raw mut address).cast(), &raw mut len) })?;
    Ok(address.sll_hatype)
}

/// Asks the interface for the packets that are not for this machine, too, as long as the socket lives.
pub(super) fn promiscuous(socket: BorrowedFd<'_>, ifindex: u32) -> io::Result<()> {
    let request = libc::packet_mreq {
        mr_ifindex: ifindex.cast_signed(),
        mr_type: PROMISCUOUS,
        mr_alen: 0,
        mr_address: [0; 8],
    };
    set(socket, libc::SOL_PACKET, libc::PACKET_ADD_MEMBERSHIP, &request)
}

/// Asks for the VLAN tag of each packet that is [received](receive).
pub(super) fn tags(socket: BorrowedFd<'_>) -> io::Result<()> {
    let yes: c_int = 1;
    set(socket, libc::SOL_PACKET, libc::PACKET_AUXDATA, &yes)
}

/// Has each packet stamped with its time once, when it comes in, rather than by each socket when it gets there: all
/// who watch an interface see the same time.
pub(super) fn stamps(socket: BorrowedFd<'_>) -> io::Result<()> {
    let yes: c_int = 1;
    set(socket, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, &yes)
}

/// How many packets passed the filter since the last call, and how many of them found no room.
#[expect(unsafe_code, reason = "no wrapper reads these statistics")]
pub(super) fn statistics(socket: BorrowedFd<'_>) -> io::Result<(u32, u32)> {
    // SAFETY: all bits zero is a valid `tpacket_stats_v3`.
    let mut statistics: libc::tpacket_stats_v3 = unsafe { zeroed() };
    let mut len = len_of::<libc::tpacket_stats_v3>();
    let place = (&raw mut statistics).cast();
    // SAFETY: the kernel writes at most `len` bytes, which is the size of the statistics.
    check(unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_PACKET,
            libc::PACKET_STATISTICS,
            place,
            &raw mut len,
        )
    })?;
    Ok((statistics.tp_packets, statistics.tp_drops))
}

/// A ring of blocks that the kernel fills and we read, in memory that both see (TPACKET_V3).
#[derive(Debug)]
pub(super) struct Ring {
    memory: NonNull<u8>,
    block_size: usize,
    blocks: usize,
}

// The memory is ours alone on this side; nothing in it is bound to a thread.
#[expect(unsafe_code, reason = "a pointer is not `Send` by itself")]
// SAFETY: the mapping belongs to this value, and can be used and unmapped from any thread.
unsafe impl Send for Ring {}

impl Ring {
    /// Gives `socket` a ring of `blocks` blocks of `block_size` bytes (a multiple of the page size). A block that
    /// is not full is handed over after `retire_ms` milliseconds.
    #[expect(unsafe_code, reason = "memory shared with the kernel")]
    pub(super) fn new(
        socket: BorrowedFd<'_>,
        block_size: u32,
        blocks: u32,
        retire_ms: u32,
    ) -> io::Result<Self> {
        let version = libc::tpacket_versions::TPACKET_V3 as c_int;
        set(socket, libc::SOL_PACKET, libc::PACKET_VERSION, &version)?;
        let request = libc::tpacket_req3 {
            tp_block_size: block_size,
            tp_block_nr: blocks,
            // Frames have no fixed size in this version; the kernel only checks that the numbers agree.
            tp_frame_size: block_size,
            tp_frame_nr: blocks,
            tp_retire_blk_tov: retire_ms,
            tp_sizeof_priv: 0,
            tp_feature_req_word: 0,
        };
        set(socket, libc::SOL_PACKET, libc::PACKET_RX_RING, &request)?;
        let (block_size, blocks) = (block_size as usize, blocks as usize);
        let (protection, fd) = (libc::PROT_READ | libc::PROT_WRITE, socket.as_raw_fd());
        // SAFETY: a new mapping at an address of the kernel's choice touches no memory of ours.
        let memory = unsafe {
            libc::mmap(
                ptr::null_mut(),
                block_size * blocks,
                protection,
                libc::MAP_SHARED,
                fd,
                0,
            )
        };
        if memory == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let memory = NonNull::new(memory.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self {
            memory,
            block_size,
            blocks,
        })
    }

    /// How many blocks there are.
    pub(super) fn len(&self) -> usize {
        self.blocks
    }

    /// The bytes of a block, if the kernel has handed it over.
    #[expect(unsafe_code, reason = "memory shared with the kernel")]
    pub(super) fn block(&self, index: usize) -> Option<&[u8]> {
        if self.status(index)?.load(Ordering::Acquire) & libc::TP_STATUS_USER == 0 {
            return None;
        }
        // SAFETY: the block lies inside the mapping. The kernel does not write to a block that is handed over, and
        // it can only be given back through `release`, which needs this borrow to have ended.
        Some(unsafe {
            std::slice::from_raw_parts(self.memory.add(index * self.block_size).as_ptr(), self.block_size)
        })
    }

    /// Gives a block back to the kernel.
    #[expect(
        clippy::needless_pass_by_ref_mut,
        reason = "no borrow of the block may be left"
    )]
    pub(super) fn release(&mut self, index: usize) {
        if let Some(status) = self.status(index) {
            status.store(libc::TP_STATUS_KERNEL, Ordering::Release);
        }
    }

    /// The word of a block that says whose it is.
    #[expect(unsafe_code, reason = "memory shared with the kernel")]
    fn status(&self, index: usize) -> Option<&AtomicU32> {
        /// In `struct tpacket_block_desc`: behind the version and the offset of the private area.
        const STATUS: usize = 8;
        if index >= self.blocks {
            return None;
        }
        // SAFETY: the word lies inside the mapping, which lives as long as `self`, and is aligned, for blocks are
        // pages. Both sides read and write it as a whole.
        Some(unsafe {
            AtomicU32::from_ptr(self.memory.add(index * self.block_size + STATUS).cast().as_ptr())
        })
    }
}

impl Drop for Ring {
    #[expect(unsafe_code, reason = "memory shared with the kernel")]
    fn drop(&mut self) {
        // SAFETY: this is the mapping that `new` made, and no borrow of it is left.
        let _ = unsafe { libc::munmap(self.memory.as_ptr().cast(), self.block_size * self.blocks) };
    }
}

/// What came with a packet that was [received](receive).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Received {
    /// How many bytes of it are in the buffer.
    pub(super) captured: usize,
    /// How many bytes it has.
    pub(super) original: usize,
    pub(super) secs: i64,
    pub(super) nanos: u32,
    /// The type and the tag that the kernel has cut out.
    pub(super) vlan: Option<(u16, u16)>,
    pub(super) address: Address,
}

/// Takes the next packet off the socket, or none if there is none.
#[expect(unsafe_code, reason = "no wrapper knows the ancillary data of packet sockets")]
pub(super) fn receive(socket: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<Option<Received>> {
    // SAFETY: all bits zero is a valid `sockaddr_ll`.
    let mut address: libc::sockaddr_ll = unsafe { zeroed() };
    let mut control = Control([0; 256]);
    let mut part = libc::iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: buffer.len(),
    };
    // SAFETY: all bits zero is a valid `msghdr`.
    let mut message: libc::msghdr = unsafe { zeroed() };
    message.msg_name = (&raw mut address).cast();
    message.msg_namelen = len_of::<libc::sockaddr_ll>();
    message.msg_iov = &raw mut part;
    message.msg_iovlen = 1;
    message.msg_control = control.0.as_mut_ptr().cast();
    message.msg_controllen = control.0.len();
    // SAFETY: the message points to an address, a buffer and control space of the lengths that it says, all of
    // which outlive the call.
    let got = unsafe {
        libc::recvmsg(
            socket.as_raw_fd(),
            &raw mut message,
            libc::MSG_DONTWAIT | libc::MSG_TRUNC,
        )
    };
    let Ok(original) = usize::try_from(got) else {
        let error = io::Error::last_os_error();
        return if error.kind() == io::ErrorKind::WouldBlock {
            Ok(None)
        } else {
            Err(error)
        };
    };
    let mut received = Received {
        captured: original.min(buffer.len()),
        original,
        address: Address {
            protocol: u16::from_be(address.sll_protocol),
            ifindex: address.sll_ifindex.cast_unsigned(),
            hardware: address.sll_hatype,
            packet_type: address.sll_pkttype,
            len: address.sll_halen,
            bytes: address.sll_addr,
        },
        ..Received::default()
    };
    // SAFETY: the kernel has filled in the control space and its length.
    let mut header = unsafe { libc::CMSG_FIRSTHDR(&raw const message) };
    // SAFETY: `CMSG_FIRSTHDR` and `CMSG_NXTHDR` give null or a header that lies inside the control space.
    while let Some(current) = unsafe { header.as_ref() } {
        // SAFETY: the header is one of the message's; what follows it is inside the control space.
        let data = unsafe { libc::CMSG_DATA(current) };
        match (current.cmsg_level, current.cmsg_type) {
            (libc::SOL_PACKET, libc::PACKET_AUXDATA) => {
                // SAFETY: this type of data is a `tpacket_auxdata`, of any alignment.
                let auxiliary: libc::tpacket_auxdata = unsafe { ptr::read_unaligned(data.cast()) };
                received.vlan = vlan(auxiliary.tp_status, auxiliary.tp_vlan_tci, auxiliary.tp_vlan_tpid);
            }
            (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) => {
                // SAFETY: this type of data is a `timespec`, of any alignment.
                let time: libc::timespec = unsafe { ptr::read_unaligned(data.cast()) };
                received.secs = time.tv_sec;
                received.nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
            }
            _ => {}
        }
        // SAFETY: the header is one of the message's.
        header = unsafe { libc::CMSG_NXTHDR(&raw const message, current) };
    }
    Ok(Some(received))
}

/// The type and the tag that the kernel has cut out of a frame, if it says so.
pub(super) fn vlan(status: u32, tag: u16, kind: u16) -> Option<(u16, u16)> {
    const VLAN: u16 = 0x8100;
    let has_kind = status & libc::TP_STATUS_VLAN_TPID_VALID != 0;
    (status & libc::TP_STATUS_VLAN_VALID != 0 || tag != 0)
        .then_some((if has_kind { kind } else { VLAN }, tag))
}

/// Room for ancillary data, aligned as its headers are.
#[repr(align(8))]
struct Control([u8; 256]);

#[expect(unsafe_code, reason = "these options have no wrapper")]
fn set<T: Copy>(socket: BorrowedFd<'_>, level: c_int, name: c_int, value: &T) -> io::Result<()> {
    // SAFETY: the kernel reads as many bytes as the value has.
    check(unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            ptr::from_ref(value).cast(),
            len_of::<T>(),
        )
    })
}

/// `AF_PACKET` and `PACKET_MR_PROMISC`, as wide as their fields.
const AF_PACKET: libc::c_ushort = 17;
const PROMISCUOUS: libc::c_ushort = 1;

fn len_of<T>() -> libc::socklen_t {
    libc::socklen_t::try_from(size_of::<T>()).unwrap_or_default()
}

fn check(result: c_int) -> io::Result<()> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// Where the fields of a packet's header in the ring are (`struct tpacket3_hdr`), in bytes from its beginning.
pub(super) mod field {
    use super::*;

    pub(in crate::capture) const NEXT: usize = offset_of!(libc::tpacket3_hdr, tp_next_offset);
    pub(in crate::capture) const SECS: usize = offset_of!(libc::tpacket3_hdr, tp_sec);
    pub(in crate::capture) const NANOS: usize = offset_of!(libc::tpacket3_hdr, tp_nsec);
    pub(in crate::capture) const CAPTURED: usize = offset_of!(libc::tpacket3_hdr, tp_snaplen);
    pub(in crate::capture) const ORIGINAL: usize = offset_of!(libc::tpacket3_hdr, tp_len);
    pub(in crate::capture) const STATUS: usize = offset_of!(libc::tpacket3_hdr, tp_status);
    pub(in crate::capture) const BYTES: usize = offset_of!(libc::tpacket3_hdr, tp_mac);
    pub(in crate::capture) const TAG: usize = offset_of!(libc::tpacket3_hdr, hv1) + 4;
    pub(in crate::capture) const TAG_KIND: usize = TAG + 4;
    /// The address follows the header, aligned to 16.
    pub(in crate::capture) const ADDRESS: usize = size_of::<libc::tpacket3_hdr>().next_multiple_of(16);
}
