//! `-F`: handing a connected socket to whoever is at the other end of standard output.

use std::io::{self, IoSlice};
use std::os::fd::AsFd;

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};

/// Sends `socket` over standard output, which must be a UNIX-domain socket: one zero byte with the descriptor
/// (`SCM_RIGHTS`).
///
/// # Errors
/// Those of sendmsg(2).
pub fn pass_socket(socket: impl AsFd) -> io::Result<()> {
    let descriptors = [socket.as_fd()];
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    ancillary.push(SendAncillaryMessage::ScmRights(&descriptors));
    sendmsg(
        rustix::stdio::stdout(),
        &[IoSlice::new(&[0])],
        &mut ancillary,
        SendFlags::NOSIGNAL,
    )?;
    Ok(())
}
