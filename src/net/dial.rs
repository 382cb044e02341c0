//! Making a connection: the socket with all that the user asked for, from an address of ours to theirs.
//!
//! Blocking, and without a runtime: a refused connection should cost no more than the system calls.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use socket2::{Domain, SockAddr, Socket, Type};
use thiserror::Error;

use super::sys;

/// A transport that nc knows by a flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// The default.
    #[default]
    Tcp,
    /// `-u`.
    Udp,
}

impl Transport {
    /// The name in `/etc/services`, and in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }

    pub(super) fn socket_type(self) -> Type {
        match self {
            Self::Tcp => Type::STREAM,
            Self::Udp => Type::DGRAM,
        }
    }
}

/// What a socket is told before it is used.
#[derive(Clone, Debug, Default)]
pub struct SocketOptions {
    /// `-T`: the TOS byte or traffic class.
    pub tos: Option<u8>,
    /// `-M`: the TTL or hop limit of what is sent.
    pub ttl: Option<u8>,
    /// `-m`: what arrives with less is dropped.
    pub min_ttl: Option<u8>,
    /// `-I`: the size of the receive buffer in bytes.
    pub receive_buffer: Option<usize>,
    /// `-O`: the size of the send buffer in bytes.
    pub send_buffer: Option<usize>,
    /// `-b`: broadcast addresses may be sent to.
    pub broadcast: bool,
    /// `-D`: `SO_DEBUG`.
    pub debug: bool,
    /// `-S`: what TCP segments are signed with.
    pub signature: Option<Md5Key>,
}

/// The key of the TCP MD5 signature option (RFC 2385).
#[derive(Clone, PartialEq, Eq)]
pub struct Md5Key(Vec<u8>);

impl Md5Key {
    /// A key. `None` if it is empty, or longer than Linux takes.
    pub fn new(key: &str) -> Option<Self> {
        (1..=LONGEST_KEY).contains(&key.len()).then(|| Self(key.into()))
    }
}

impl std::fmt::Debug for Md5Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Md5Key")
    }
}

/// Where a connection comes from; what is missing the kernel chooses.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin {
    /// `-s`.
    pub address: Option<IpAddr>,
    /// `-p`.
    pub port: u16,
    /// Whether other connections from there may be over only just: for several of them in turn.
    pub reused: bool,
}

/// Why there is no connection.
#[derive(Debug, Error)]
pub enum DialError {
    /// No such socket can be made here.
    #[error("make a socket")]
    Socket(#[source] io::Error),
    /// The user asked for a source that cannot be used.
    #[error("bind failed")]
    Bind(#[source] io::Error),
    /// The user asked for an option that cannot be set.
    #[error("set {option}")]
    Option {
        /// Its name, in nc's words.
        option: &'static str,
        /// The system's answer.
        source: io::Error,
    },
    /// The peer, or the way to it, said no.
    #[error("connect to {to}")]
    Refused {
        /// The peer.
        to: SocketAddr,
        /// The system's answer.
        source: io::Error,
    },
    /// Nobody answered in the time given.
    #[error("connect to {to}: timed out")]
    TimedOut {
        /// The peer.
        to: SocketAddr,
    },
}

/// Connects to `to`, within `timeout` if there is one.
///
/// # Errors
/// See [`DialError`].
pub fn dial(
    transport: Transport,
    to: SocketAddr,
    from: Origin,
    options: &SocketOptions,
    timeout: Option<Duration>,
) -> Result<OwnedFd, DialError> {
    let socket = prepare(transport, to, from, options)?;
    let refused = |source| DialError::Refused { to, source };
    match socket.connect(&SockAddr::from(to)) {
        Ok(()) => return Ok(socket.into()),
        Err(error) if error.raw_os_error() == Some(Errno::INPROGRESS.raw_os_error()) => {}
        Err(error) => return Err(refused(error)),
    }
    if !wait(&socket, PollFlags::OUT, timeout).map_err(refused)? {
        return Err(DialError::TimedOut { to });
    }
    match socket.take_error().map_err(refused)? {
        None => Ok(socket.into()),
        Some(error) => Err(refused(error)),
    }
}

/// A non-blocking socket with all that was asked for, from which `to` can be connected to.
pub(super) fn prepare(
    transport: Transport,
    to: SocketAddr,
    from: Origin,
    options: &SocketOptions,
) -> Result<Socket, DialError> {
    let domain = Domain::for_address(to);
    let kind = transport.socket_type().nonblocking();
    let socket = Socket::new(domain, kind, None).map_err(DialError::Socket)?;
    options.apply(&socket, domain)?;
    if from.address.is_some() || from.port != 0 {
        let any = match to {
            SocketAddr::V4(_) => IpAddr::from([0; 4]),
            SocketAddr::V6(_) => IpAddr::from([0; 16]),
        };
        let address = SocketAddr::new(from.address.unwrap_or(any), from.port);
        if from.reused {
            socket.set_reuse_address(true).map_err(DialError::Socket)?;
        }
        socket.bind(&address.into()).map_err(DialError::Bind)?;
    }
    Ok(socket)
}

impl SocketOptions {
    /// Tells `socket` all of them.
    ///
    /// # Errors
    /// [`DialError::Option`] names the one that the system refused.
    pub(super) fn apply(&self, socket: &Socket, domain: Domain) -> Result<(), DialError> {
        let v6 = domain == Domain::IPV6;
        let named =
            |option, result: io::Result<()>| result.map_err(|source| DialError::Option { option, source });
        if self.debug {
            // Without the privilege it has no effect, as in nc.
            let _ = sys::set_debug(socket);
        }
        if self.broadcast {
            named("broadcast", socket.set_broadcast(true))?;
        }
        if let Some(Md5Key(key)) = &self.signature {
            let sign = |peers| named("TCP MD5 signature", sys::sign(socket, peers, key));
            if socket.domain().is_ok_and(|domain| domain == Domain::IPV6) {
                sign(sys::Peers::V6)?;
                sign(sys::Peers::Mapped)?;
            } else {
                sign(sys::Peers::V4)?;
            }
        }
        if let Some(tos) = self.tos.map(u32::from) {
            let set = if v6 {
                socket.set_tclass_v6(tos)
            } else {
                socket.set_tos_v4(tos)
            };
            named(if v6 { "IPv6 traffic class" } else { "IP ToS" }, set)?;
        }
        if let Some(size) = self.receive_buffer {
            named("TCP receive buffer size", socket.set_recv_buffer_size(size))?;
        }
        if let Some(size) = self.send_buffer {
            named("TCP send buffer size", socket.set_send_buffer_size(size))?;
        }
        if let Some(ttl) = self.ttl.map(u32::from) {
            let set = if v6 {
                socket.set_unicast_hops_v6(ttl)
            } else {
                socket.set_ttl_v4(ttl)
            };
            named(if v6 { "IPv6 unicast hops" } else { "IP TTL" }, set)?;
        }
        if let Some(ttl) = self.min_ttl {
            let set = if v6 {
                sys::set_min_hops_v6(socket, ttl)
            } else {
                sys::set_min_ttl_v4(socket, ttl)
            };
            named(if v6 { "IPv6 min hop count" } else { "IP min TTL" }, set)?;
        }
        Ok(())
    }
}

/// `TCP_MD5SIG_MAXKEYLEN` of Linux.
const LONGEST_KEY: usize = 80;

/// Whether the descriptor became ready, or broke, in time.
fn wait(fd: impl AsFd, flags: PollFlags, timeout: Option<Duration>) -> io::Result<bool> {
    let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
    loop {
        let mut fds = [PollFd::new(&fd, flags)];
        match poll(&mut fds, timeout.as_ref()) {
            Ok(ready) => return Ok(ready > 0),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use rustix::net::sockopt;

    use super::*;

    fn udp(to: &str, options: &SocketOptions) -> Result<OwnedFd, DialError> {
        dial(
            Transport::Udp,
            to.parse().unwrap(),
            Origin::default(),
            options,
            None,
        )
    }

    #[test]
    fn options_are_on_the_socket_for_either_family() {
        let options = SocketOptions {
            tos: Some(0x28),
            ttl: Some(7),
            min_ttl: Some(3),
            ..SocketOptions::default()
        };
        let v4 = udp("127.0.0.1:9", &options).unwrap();
        assert_eq!(sockopt::ip_tos(&v4), Ok(0x28));
        assert_eq!(sockopt::ip_ttl(&v4), Ok(7));
        let v6 = udp("[::1]:9", &options).unwrap();
        assert_eq!(sockopt::ipv6_tclass(&v6), Ok(0x28));
        assert_eq!(sockopt::ipv6_unicast_hops(&v6), Ok(7));
    }

    #[test]
    fn an_option_that_the_system_refuses_is_named() {
        let options = SocketOptions {
            ttl: Some(0),
            ..SocketOptions::default()
        };
        let error = udp("127.0.0.1:9", &options).unwrap_err();
        assert_eq!(error.to_string(), "set IP TTL");
    }

    #[test]
    fn broadcast_addresses_are_for_those_who_ask() {
        let mut options = SocketOptions::default();
        assert!(udp("127.255.255.255:9", &options).is_err());
        options.broadcast = true;
        assert!(udp("127.255.255.255:9", &options).is_ok());
    }

    #[test]
    fn the_origin_is_where_the_peer_sees_us() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let from = Origin {
            address: Some("127.0.0.3".parse().unwrap()),
            ..Origin::default()
        };
        let to = server.local_addr().unwrap();
        let socket = dial(Transport::Tcp, to, from, &SocketOptions::default(), None).unwrap();
        let (_, peer) = server.accept().unwrap();
        assert_eq!(peer.ip(), from.address.unwrap());
        drop(socket);
    }
}
