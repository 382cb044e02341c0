//! UDP sockets: in bulk, and such that hear what ICMP says of their datagrams although they are not connected.

mod arrivals;
mod departures;
mod trains;

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsFd;

use rustix::net::{RecvFlags, recvfrom};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;

pub(super) use self::arrivals::Arrivals;
pub(super) use self::departures::Departures;
pub use self::trains::Trains;
use super::sys;

/// A socket from which `peer` can be sent to: bound to `source`, or to any address and a port of the kernel's
/// choice. Needs a tokio runtime.
///
/// # Errors
/// Those of socket(2) and bind(2).
pub fn bind_udp(peer: SocketAddr, source: Option<SocketAddr>) -> io::Result<UdpSocket> {
    let any = match peer {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let socket = Socket::new(Domain::for_address(peer), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    if peer.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.bind(&source.unwrap_or(any).into())?;
    UdpSocket::from_std(socket.into())
}

/// Asks for as much room for what comes in as the system gives, up to `bytes`, and beyond its limits if we may. How
/// much it gave, as the kernel counts it: twice what was asked for.
///
/// # Errors
/// Those of getsockopt(2).
pub fn widen(socket: impl AsFd, bytes: usize) -> io::Result<usize> {
    use rustix::net::sockopt;
    if sockopt::set_socket_recv_buffer_size_force(&socket, bytes).is_err() {
        sockopt::set_socket_recv_buffer_size(&socket, bytes)?;
    }
    Ok(sockopt::socket_recv_buffer_size(&socket)?)
}

/// Makes the socket report ICMP errors: as errors of its next call, and in its error queue.
pub(super) fn report_icmp(socket: &UdpSocket) -> io::Result<()> {
    sys::report_icmp(socket.as_fd(), socket.local_addr()?.is_ipv6())
}

/// To whom the datagram was sent that the oldest error in the socket's error queue is about, if there is one; as
/// much of it as fits goes to `start`, and its length is returned. Takes it from the queue.
pub(super) fn failed_datagram(socket: &UdpSocket, start: &mut [u8]) -> Option<(SocketAddr, usize)> {
    let (length, _, destination) = recvfrom(socket, start, RecvFlags::ERRQUEUE | RecvFlags::DONTWAIT).ok()?;
    Some((destination?.try_into().ok()?, length))
}

/// The destination alone.
pub(super) fn failed_destination(socket: &UdpSocket) -> Option<SocketAddr> {
    failed_datagram(socket, &mut [0; 1]).map(|(destination, _)| destination)
}
