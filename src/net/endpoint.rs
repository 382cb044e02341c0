//! A descriptor at one end of a connection, and the right way to wait for its kind.
//!
//! A descriptor that others share is never made non-blocking: each kind is asked in its own way not to block.

mod layered;

use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, Mode, OFlags, fcntl_getfl, fstat};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SendAncillaryBuffer, SendFlags, SocketAddrAny, SocketType, connect, recv,
    recvfrom, send, sendmsg, sendto, sockopt,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::layer::Layer;
use super::sys;
use crate::proto::relay::Access;

/// What a descriptor is, as far as moving bytes goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A regular file: always ready. `splice` works, but cannot append.
    File {
        /// `O_APPEND` is set.
        append: bool,
    },
    /// A pipe: `splice` with `SPLICE_F_NONBLOCK`.
    Pipe,
    /// A stream socket of our own, non-blocking: `splice` works.
    Stream,
    /// A socket that others share: `recv` and `send` with `MSG_DONTWAIT`.
    SharedSocket,
    /// A datagram socket of our own: one call, one message, and an empty one is not the end.
    Messages,
    /// A terminal, `/dev/null` or anything else: `read` and `write` once it is ready.
    Device,
    /// A stream socket of our own with a [`Layer`] above it: the kernel has other bytes than those that are meant.
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "nothing else is a layer"))]
    Layered,
}

/// One end of a connection.
#[derive(Debug)]
pub struct Endpoint {
    fd: Watched,
    kind: Kind,
    /// Of a datagram socket that is not connected: who sent last, and is answered.
    sender: Option<RefCell<Option<SocketAddrAny>>>,
    /// What encrypts, if anything does.
    layer: Option<RefCell<Box<dyn Layer>>>,
    /// Of a datagram socket: whose messages are not dropped, if not everybody's.
    access: Option<Box<Access>>,
}

#[derive(Debug)]
enum Watched {
    /// The kernel says that it is always ready.
    Always(OwnedFd),
    ByRuntime(AsyncFd<OwnedFd>),
}

impl Endpoint {
    /// A connected socket that nobody else uses; it is made non-blocking.
    ///
    /// # Errors
    /// When it cannot be watched.
    pub fn socket(socket: impl Into<OwnedFd>) -> io::Result<Self> {
        let fd = socket.into();
        rustix::io::ioctl_fionbio(&fd, true)?;
        let kind = match sockopt::socket_type(&fd)? {
            SocketType::STREAM => Kind::Stream,
            _ => Kind::Messages,
        };
        Ok(Self {
            fd: Watched::ByRuntime(sys::watch(fd).map_err(|(_, error)| error)?),
            kind,
            sender: None,
            layer: None,
            access: None,
        })
    }

    /// A datagram socket for whoever sends to it: what is written goes to the last sender.
    ///
    /// # Errors
    /// When it cannot be watched.
    pub fn open_to_all(socket: impl Into<OwnedFd>) -> io::Result<Self> {
        Ok(Self {
            sender: Some(RefCell::new(None)),
            ..Self::socket(socket)?
        })
    }

    /// The same connection, its bytes as `layer` has them.
    #[cfg(feature = "tls")]
    pub(super) fn under(self, layer: Box<dyn Layer>) -> Self {
        Self {
            kind: Kind::Layered,
            layer: Some(RefCell::new(layer)),
            ..self
        }
    }

    /// Drops the messages of those who have no access.
    #[must_use]
    pub fn guarded_by(self, access: Access) -> Self {
        Self {
            access: (!access.is_open()).then(|| Box::new(access)),
            ..self
        }
    }

    /// Waits for the first message, and leaves it where it is: who sent it, if the sender has an address.
    ///
    /// # Errors
    /// When the socket breaks.
    pub async fn first_sender(&self) -> io::Result<Option<SocketAddrAny>> {
        let peek = || {
            Ok(recvfrom(
                self,
                &mut [0; 1],
                RecvFlags::PEEK | RecvFlags::DONTWAIT,
            )?)
        };
        let sender = loop {
            let (_, _, sender) = self.when(Interest::READABLE, peek).await?;
            if self.admits(&sender) {
                break sender;
            }
            recvfrom(self, &mut [0; 0], RecvFlags::DONTWAIT)?;
        };
        if let Some(last) = &self.sender {
            last.borrow_mut().clone_from(&sender);
        }
        Ok(sender)
    }

    /// Talks to `peer` only from now on.
    ///
    /// # Errors
    /// Those of connect(2).
    pub fn connect(&self, peer: &SocketAddrAny) -> io::Result<()> {
        Ok(connect(self, peer)?)
    }

    /// A descriptor that others may share. Works on a duplicate of it.
    pub(super) fn shared(fd: BorrowedFd<'_>) -> io::Result<Self> {
        let fd = fd.try_clone_to_owned()?;
        let kind = match FileType::from_raw_mode(fstat(&fd)?.st_mode) {
            FileType::RegularFile => Kind::File {
                append: fcntl_getfl(&fd)?.contains(OFlags::APPEND),
            },
            FileType::Fifo => Kind::Pipe,
            FileType::Socket => Kind::SharedSocket,
            _ => Kind::Device,
        };
        let fd = match sys::watch(fd) {
            Ok(watched) => Watched::ByRuntime(watched),
            Err((fd, error)) if error.kind() == io::ErrorKind::PermissionDenied => Watched::Always(fd),
            Err((_, error)) => return Err(error),
        };
        Ok(Self {
            fd,
            kind,
            sender: None,
            layer: None,
            access: None,
        })
    }

    /// Where everything vanishes.
    pub(super) fn nowhere() -> io::Result<Self> {
        let null = rustix::fs::open("/dev/null", OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
        Self::shared(null.as_fd())
    }

    /// Whom it is connected to, if that has an address.
    pub fn peer(&self) -> Option<SocketAddr> {
        rustix::net::getpeername(self).ok()??.try_into().ok()
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it is a TCP connection of our own.
    pub(super) fn is_tcp(&self) -> bool {
        matches!(self.kind, Kind::Stream | Kind::Layered)
            && sockopt::socket_domain(self).is_ok_and(|domain| domain != AddressFamily::UNIX)
    }

    /// Whether it is a UDP socket of our own.
    pub(super) fn is_udp(&self) -> bool {
        let domain = sockopt::socket_domain(self);
        self.kind == Kind::Messages && domain.is_ok_and(|domain| domain != AddressFamily::UNIX)
    }

    /// Whether one read or write is one message.
    pub(super) fn is_of_messages(&self) -> bool {
        match self.kind {
            Kind::Messages => true,
            Kind::SharedSocket => sockopt::socket_type(self).is_ok_and(|kind| kind != SocketType::STREAM),
            _ => false,
        }
    }

    /// Whether a message of this sender is to be taken.
    pub(super) fn admits(&self, sender: &Option<SocketAddrAny>) -> bool {
        let Some(access) = &self.access else {
            return true;
        };
        let sender = sender
            .clone()
            .and_then(|sender| SocketAddr::try_from(sender).ok());
        sender.is_some_and(|sender| access.admits(sender.ip()))
    }

    /// Takes note of who sent last, where that matters.
    pub(super) fn note_sender(&self, sender: Option<SocketAddr>) {
        if let Some(last) = &self.sender {
            *last.borrow_mut() = sender.map(SocketAddrAny::from);
        }
    }

    /// Whom the next message must be addressed to: nobody if the socket is connected.
    pub(super) fn answers(&self) -> io::Result<Option<SocketAddr>> {
        let Some(last) = &self.sender else {
            return Ok(None);
        };
        let last = last.borrow().clone().ok_or(Errno::DESTADDRREQ)?;
        Ok(Some(last.try_into()?))
    }

    /// Writes all of `bytes`.
    pub(super) async fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = self.when(Interest::WRITABLE, || self.write(bytes)).await?;
            bytes = bytes.get(written..).unwrap_or_default();
        }
        self.flush().await
    }

    /// Runs `attempt` when the descriptor is ready for `interest`, again after each `WouldBlock`. Cancel-safe:
    /// nothing happens between a successful attempt and the return.
    pub(super) async fn when<R>(
        &self,
        interest: Interest,
        mut attempt: impl FnMut() -> io::Result<R>,
    ) -> io::Result<R> {
        let mut attempt = || loop {
            match attempt() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        };
        match &self.fd {
            Watched::Always(_) => {
                // So that the other way, timers and signals have their turn.
                tokio::task::coop::consume_budget().await;
                attempt()
            }
            Watched::ByRuntime(fd) if self.layer.is_some() && interest.is_readable() => {
                self.when_layer_has_more(fd, attempt).await
            }
            // A refused datagram makes a socket neither readable nor writable.
            Watched::ByRuntime(fd) => fd.async_io(interest | Interest::ERROR, |_| attempt()).await,
        }
    }

    /// Waits until nobody takes what is written here any more: the reader of a pipe or the peer of a socket is
    /// gone. Never for other kinds.
    pub(super) async fn gone(&self) {
        if let (Watched::ByRuntime(fd), Kind::Pipe) = (&self.fd, self.kind)
            && fd.ready(Interest::ERROR).await.is_ok()
        {
            return;
        }
        std::future::pending().await
    }

    /// Waits until a connection of ours breaks, even while nobody reads: the peer has reset it.
    pub(super) async fn broke(&self) {
        match &self.fd {
            Watched::ByRuntime(fd) if fd.ready(Interest::ERROR).await.is_ok() => {}
            _ => std::future::pending().await,
        }
    }

    /// Reads once without waiting. For [`Kind::Messages`] one whole message.
    pub(super) fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        if let Some(layer) = &self.layer {
            return layer.borrow_mut().read(self.as_fd(), bytes);
        }
        match self.kind {
            Kind::Messages if self.sender.is_some() || self.access.is_some() => {
                let (count, sender) = loop {
                    let (count, _, sender) = recvfrom(self, &mut *bytes, RecvFlags::DONTWAIT)?;
                    if self.admits(&sender) {
                        break (count, sender);
                    }
                };
                if let Some(last) = &self.sender {
                    *last.borrow_mut() = sender;
                }
                Ok(count)
            }
            Kind::Stream | Kind::Layered | Kind::SharedSocket | Kind::Messages => {
                Ok(recv(self, bytes, RecvFlags::DONTWAIT).map(|(length, _)| length)?)
            }
            Kind::Pipe | Kind::Device => {
                self.expect_ready(PollFlags::IN)?;
                Ok(rustix::io::read(self, bytes)?)
            }
            Kind::File { .. } => Ok(rustix::io::read(self, bytes)?),
        }
    }

    /// Writes once without waiting; it may be less than all, except for [`Kind::Messages`].
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(layer) = &self.layer {
            return layer.borrow_mut().write(self.as_fd(), bytes);
        }
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        if let Some(last) = &self.sender {
            return match &*last.borrow() {
                Some(to) => Ok(sendto(self, bytes, flags, to)?),
                // An anonymous sender cannot be answered.
                None => Err(Errno::DESTADDRREQ.into()),
            };
        }
        match self.kind {
            Kind::Stream | Kind::Layered | Kind::SharedSocket | Kind::Messages => {
                Ok(send(self, bytes, flags)?)
            }
            Kind::Pipe => {
                // A pipe that is ready has room for PIPE_BUF bytes; more could block.
                self.expect_ready(PollFlags::OUT)?;
                let some = bytes.get(..PIPE_BUF).unwrap_or(bytes);
                Ok(rustix::io::write(self, some)?)
            }
            Kind::Device => {
                self.expect_ready(PollFlags::OUT)?;
                Ok(rustix::io::write(self, bytes)?)
            }
            Kind::File { .. } => Ok(rustix::io::write(self, bytes)?),
        }
    }

    /// Writes some of the bytes of several parts, without waiting.
    pub(super) fn write_parts(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        if self.kind != Kind::Stream {
            return parts.first().map_or(Ok(0), |part| self.write(part));
        }
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        Ok(sendmsg(self, parts, &mut SendAncillaryBuffer::default(), flags)?)
    }

    /// Sees to it that the peer finds the connection broken, not ended, and nothing waits to be sent any more.
    pub(super) fn break_off(&self) {
        // A socket of another kind ends as it can.
        let _ = sockopt::set_socket_linger(self, Some(Duration::ZERO));
    }

    /// `WouldBlock` unless the kernel says, now, that the descriptor is ready: what the runtime remembers may be
    /// out of date, and a blocking call would stop everything.
    fn expect_ready(&self, flags: PollFlags) -> io::Result<()> {
        let mut fds = [PollFd::new(self, flags)];
        if poll(&mut fds, Some(&Timespec::default()))? == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(())
    }
}

impl AsFd for Endpoint {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.fd {
            Watched::Always(fd) => fd.as_fd(),
            Watched::ByRuntime(fd) => fd.get_ref().as_fd(),
        }
    }
}

/// POSIX: a write of this size to a pipe is all or nothing. The value on Linux.
const PIPE_BUF: usize = 4096;
