//! Waiting for others: connections, or the first datagram.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;

use rustix::io::Errno;
use rustix::net::{SocketAddrAny, SocketFlags, SocketType, acceptfrom_with, listen};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::{Domain, Socket};
use thiserror::Error;
use tokio::io::unix::AsyncFd;

use super::dial::{DialError, SocketOptions, Transport};
use super::sys;
use super::unix::{SocketFile, UnixName, bind_unix};

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
    /// The name cannot be used.
    #[error("bind to {path}")]
    BindUnix {
        /// The name.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

/// Where to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At one address.
    At(SocketAddr),
    /// At this port of every address: IPv6 and IPv4 where there are both.
    Everywhere(u16),
}

impl Place {
    /// The port that was asked for.
    pub fn port(self) -> u16 {
        match self {
            Self::At(address) => address.port(),
            Self::Everywhere(port) => port,
        }
    }

    fn any(self) -> SocketAddr {
        match self {
            Self::At(address) => address,
            Self::Everywhere(port) => SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port),
        }
    }
}

/// A socket that takes connections.
#[derive(Debug)]
pub struct Listener {
    socket: AsyncFd<OwnedFd>,
    /// Removed when the listener goes.
    _file: Option<SocketFile>,
}

impl Listener {
    /// Listens for TCP. Needs a runtime.
    ///
    /// `SO_REUSEADDR` is set, so that connections that linger in TIME-WAIT do not keep the port. Not
    /// `SO_REUSEPORT`: a second listener would silently take every other client of the first.
    ///
    /// # Errors
    /// See [`ListenError`].
    pub fn tcp(place: Place, options: &SocketOptions) -> Result<Self, ListenError> {
        let socket = bound(Transport::Tcp, place, options)?;
        let to = address(&socket).unwrap_or_else(|| place.any());
        // Two sockets may be bound to a port with SO_REUSEADDR, but only one can listen.
        Self::new(socket, None).map_err(|source| ListenError::Bind { to, source })
    }

    /// Listens at a UNIX-domain name. Needs a runtime.
    ///
    /// # Errors
    /// See [`ListenError`].
    pub fn unix(name: &UnixName) -> Result<Self, ListenError> {
        let bound = bind_unix(name, SocketType::STREAM).map_err(|source| ListenError::BindUnix {
            path: name.to_path(),
            source,
        })?;
        Self::new(bound.socket, bound.file).map_err(ListenError::Socket)
    }

    fn new(socket: OwnedFd, file: Option<SocketFile>) -> io::Result<Self> {
        listen(&socket, BACKLOG)?;
        rustix::io::ioctl_fionbio(&socket, true)?;
        let socket = sys::watch(socket).map_err(|(_, error)| error)?;
        Ok(Self { socket, _file: file })
    }

    /// The address that it listens at, with the port that the kernel chose for port 0; none for a UNIX-domain
    /// socket.
    pub fn address(&self) -> Option<SocketAddr> {
        address(self.socket.get_ref())
    }

    /// The next client, and its address. A client that was gone before it could be taken is passed over, but not
    /// many of them in a row. Cancel-safe.
    ///
    /// # Errors
    /// When the system has nothing left for another connection ([`is_exhausted`]), or when the socket is no good.
    pub async fn accept(&self) -> io::Result<(OwnedFd, Option<SocketAddr>)> {
        let mut gone = 0;
        loop {
            let mut ready = self.socket.readable().await?;
            let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
            match ready.try_io(|socket| Ok(acceptfrom_with(socket.as_fd(), flags)?)) {
                Ok(Ok((client, from))) => return Ok((client, from.and_then(plain))),
                Ok(Err(error)) if is_of_the_client(&error) && gone < MOST_GONE => gone += 1,
                Ok(Err(error)) => return Err(error),
                Err(_would_block) => {}
            }
        }
    }
}

/// Whether the error is one that passes: too many descriptors are open, too little memory is left, or one
/// connection after another is broken before it is taken.
pub fn is_exhausted(error: &io::Error) -> bool {
    let full = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM];
    is_of_the_client(error) || Errno::from_io_error(error).is_some_and(|errno| full.contains(&errno))
}

/// Lets this process, and what it starts, have as many descriptors as it may: each client takes some.
pub fn raise_descriptor_limit() {
    let limit = getrlimit(Resource::Nofile);
    // With fewer than could be, it serves fewer at a time.
    let _ = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            ..limit
        },
    );
}

/// A UDP socket bound to `place`. Nobody else can bind to the same.
///
/// # Errors
/// See [`ListenError`].
pub fn bind_datagrams(place: Place, options: &SocketOptions) -> Result<OwnedFd, ListenError> {
    bound(Transport::Udp, place, options)
}

/// The address that a socket is bound to; none unless it is of IPv4 or IPv6.
pub fn address(socket: impl AsFd) -> Option<SocketAddr> {
    rustix::net::getsockname(socket).ok().and_then(plain)
}

/// An IPv4 peer of an IPv6 socket is shown as the mapped address that it is; of [`Place::Everywhere`] the
/// caller unmaps it.
fn plain(address: SocketAddrAny) -> Option<SocketAddr> {
    SocketAddr::try_from(address).ok()
}

fn bound(transport: Transport, place: Place, options: &SocketOptions) -> Result<OwnedFd, ListenError> {
    match place {
        Place::At(address) => bind_at(transport, address, false, options),
        Place::Everywhere(port) => {
            let v6 = SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), port);
            // Where there is no IPv6, IPv4 will do; if that fails too, it says why.
            bind_at(transport, v6, true, options).or_else(|_| bind_at(transport, place.any(), false, options))
        }
    }
}

fn bind_at(
    transport: Transport,
    to: SocketAddr,
    both: bool,
    options: &SocketOptions,
) -> Result<OwnedFd, ListenError> {
    let domain = Domain::for_address(to);
    let socket = Socket::new(domain, transport.socket_type(), None).map_err(ListenError::Socket)?;
    options.apply(&socket, domain)?;
    if both {
        socket.set_only_v6(false).map_err(ListenError::Socket)?;
        options.apply(&socket, Domain::IPV4)?;
    }
    if transport == Transport::Tcp {
        socket.set_reuse_address(true).map_err(ListenError::Socket)?;
    }
    let bound = socket.bind(&to.into());
    bound.map_err(|source| ListenError::Bind { to, source })?;
    Ok(socket.into())
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
        Errno::TIMEDOUT,
        // A firewall does not want it.
        Errno::PERM,
    ];
    Errno::from_io_error(error).is_some_and(|errno| passing.contains(&errno))
}

/// More than the kernel's own bound (`net.core.somaxconn`): as many as it allows.
const BACKLOG: i32 = 4096;
/// After so many broken connections in a row somebody else has a turn.
const MOST_GONE: u8 = 64;
