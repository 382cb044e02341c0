//! Waiting for others to connect.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::task::Poll;

use rustix::io::Errno;
use rustix::net::{SocketAddrAny, SocketFlags, acceptfrom_with};
use socket2::{Domain, Socket};
use thiserror::Error;
use tokio::io::unix::AsyncFd;

use super::dial::{DialError, SocketOptions, Transport};
use super::sys;

/// Why nobody can connect.
#[derive(Debug, Error)]
pub enum ListenError {
    /// An option was refused.
    #[error(transparent)]
    Option(#[from] DialError),
    /// No such socket can be made here.
    #[error("make a socket")]
    Socket(#[source] io::Error),
    /// The address is not ours, or taken.
    #[error("bind to {to}")]
    Bind {
        /// The address.
        to: SocketAddr,
        /// The system's answer.
        source: io::Error,
    },
}

/// A socket that takes connections.
#[derive(Debug)]
pub struct Listener {
    socket: AsyncFd<OwnedFd>,
}

impl Listener {
    /// Listens at a TCP address; `only_v6` keeps IPv4 clients out of an IPv6 one. Needs a runtime.
    ///
    /// `SO_REUSEADDR` is set, so that connections that linger in TIME-WAIT do not keep the port. Not
    /// `SO_REUSEPORT`: a second listener would silently take every other client of the first.
    ///
    /// # Errors
    /// See [`ListenError`].
    pub fn tcp(to: SocketAddr, only_v6: bool, options: &SocketOptions) -> Result<Self, ListenError> {
        let bind = |source| ListenError::Bind { to, source };
        let socket = bound(Transport::Tcp, to, only_v6, options)?;
        socket.listen(BACKLOG).map_err(bind)?;
        socket.set_nonblocking(true).map_err(ListenError::Socket)?;
        let socket = sys::watch(socket.into()).map_err(|(_, error)| ListenError::Socket(error))?;
        Ok(Self { socket })
    }

    /// The address that it listens at, with the port that the kernel chose for port 0.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        let address = rustix::net::getsockname(self.socket.get_ref())?;
        Ok(SocketAddr::try_from(address)?)
    }

    /// The next client of any of `listeners`, and its address. A client that was gone before it could be taken
    /// is passed over.
    ///
    /// # Errors
    /// When the system has nothing left for another connection.
    pub async fn accept(listeners: &[Self]) -> io::Result<(OwnedFd, Option<SocketAddrAny>)> {
        std::future::poll_fn(|context| {
            for listener in listeners {
                while let Poll::Ready(ready) = listener.socket.poll_read_ready(context) {
                    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
                    match ready?.try_io(|socket| Ok(acceptfrom_with(socket.as_fd(), flags)?)) {
                        Ok(Err(error)) if is_of_the_client(&error) => {}
                        Ok(accepted) => return Poll::Ready(accepted),
                        Err(_would_block) => {}
                    }
                }
            }
            Poll::Pending
        })
        .await
    }
}

/// A socket at `to`. A UDP address is not shared either.
pub(super) fn bound(
    transport: Transport,
    to: SocketAddr,
    only_v6: bool,
    options: &SocketOptions,
) -> Result<Socket, ListenError> {
    let domain = Domain::for_address(to);
    let socket = Socket::new(domain, transport.socket_type(), None).map_err(ListenError::Socket)?;
    options.apply(&socket, domain)?;
    if transport == Transport::Tcp {
        socket.set_reuse_address(true).map_err(ListenError::Socket)?;
    }
    if domain == Domain::IPV6 {
        socket.set_only_v6(only_v6).map_err(ListenError::Socket)?;
    }
    socket
        .bind(&to.into())
        .map_err(|source| ListenError::Bind { to, source })?;
    Ok(socket)
}

/// accept(2): errors of a connection that ended while it waited are no errors of the listener.
fn is_of_the_client(error: &io::Error) -> bool {
    let passing = [
        Errno::CONNABORTED,
        Errno::INTR,
        Errno::PROTO,
        Errno::NETDOWN,
        Errno::NETUNREACH,
        Errno::HOSTDOWN,
        Errno::HOSTUNREACH,
        Errno::NONET,
        Errno::OPNOTSUPP,
        Errno::NOPROTOOPT,
    ];
    Errno::from_io_error(error).is_some_and(|errno| passing.contains(&errno))
}

/// More than the kernel's own bound (`net.core.somaxconn`): as many as it allows.
const BACKLOG: i32 = 4096;
