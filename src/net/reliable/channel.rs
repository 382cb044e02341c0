//! The socket of a reliable connection: large datagrams that are not cut up on their way, several in one call.

use std::io::{self, IoSlice};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::AsFd;
use std::rc::Rc;

use rustix::io::Errno;
use rustix::net::sockopt::{self, Ipv4PathMtuDiscovery, Ipv6PathMtuDiscovery};
use rustix::net::{AddressFamily, SocketAddrAny, getpeername};
use tokio::io::Interest;

use crate::net::endpoint::Endpoint;
use crate::net::sys::{self, Train};
use crate::net::udp::{Trains, widen};

/// A UDP socket, and what is on its way through it.
#[derive(Debug)]
pub(super) struct Channel {
    socket: Rc<Endpoint>,
    /// Whom to send to. Of an end that is called: whoever was heard last, until one of them has opened the link.
    peer: SocketAddr,
    /// Whether the kernel knows the peer, and nobody else is heard.
    connected: bool,
    /// Whether it stays open to others.
    keep: bool,
    /// How large a datagram can be without being cut up on this host's part of the way.
    pub(super) largest: usize,
    /// What the kernel holds while we are busy.
    pub(super) held: usize,
    room: Box<[u8]>,
    trains: Trains,
    /// Datagrams that were not sent yet, one behind the other, and their sizes.
    pub(super) outbox: Vec<u8>,
    sizes: Vec<usize>,
    /// How many bytes, and how many datagrams, at the front of the outbox were sent.
    sent: (usize, usize),
    /// What the network said of what was sent.
    pub(super) trouble: Option<io::Error>,
    /// A datagram of this size was larger than the way takes.
    pub(super) too_large: Option<usize>,
}

impl Channel {
    /// Over a socket that is connected.
    pub(super) fn connected(socket: Rc<Endpoint>) -> io::Result<Self> {
        let peer = getpeername(&*socket)?.ok_or(Errno::NOTCONN)?.try_into()?;
        Self::new(socket, peer, true, false)
    }

    /// Over a socket that is bound, once somebody has sent something to it.
    pub(super) async fn bound(socket: Rc<Endpoint>, keep: bool) -> io::Result<Self> {
        let peer = socket.first_sender().await?.ok_or(Errno::DESTADDRREQ)?;
        Self::new(socket, peer.try_into()?, false, keep)
    }

    fn new(socket: Rc<Endpoint>, peer: SocketAddr, connected: bool, keep: bool) -> io::Result<Self> {
        forbid_fragments(&socket)?;
        // Where there are no trains, datagrams come one by one.
        let _ = sys::join_trains(socket.as_fd());
        // Refused or granted in part, what counts is what there is.
        let held = widen(&*socket, SOCKET_BUFFER).or_else(|_| sockopt::socket_recv_buffer_size(&*socket))?;
        let _ = sockopt::set_socket_send_buffer_size(&*socket, SOCKET_BUFFER);
        Ok(Self {
            largest: largest(peer).unwrap_or(SAFE),
            held,
            socket,
            peer,
            connected,
            keep,
            room: vec![0; LONGEST].into_boxed_slice(),
            trains: Trains::default(),
            outbox: Vec::with_capacity(3 * LONGEST),
            sizes: Vec::new(),
            sent: (0, 0),
            trouble: None,
            too_large: None,
        })
    }

    pub(super) fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// From now on there is one other end: the one that was heard last.
    pub(super) fn settle(&mut self) {
        if !self.connected && !self.keep {
            self.connected = self.socket.connect(&self.peer.into()).is_ok();
        }
    }

    /// Waits for what comes.
    pub(super) async fn come(&mut self) -> io::Result<Train> {
        let (socket, room) = (&self.socket, &mut self.room);
        socket
            .when(Interest::READABLE, || sys::receive_train(socket.as_fd(), room))
            .await
    }

    /// What has come; `None` when nothing has.
    pub(super) fn receive(&mut self) -> io::Result<Option<Train>> {
        match sys::receive_train(self.socket.as_fd(), &mut self.room) {
            Ok(train) => Ok(Some(train)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The datagrams of the train that came last; none if it is of somebody else than the peer, once `settled`.
    pub(super) fn datagrams(&mut self, train: Train, settled: bool) -> impl Iterator<Item = &[u8]> {
        match train.from {
            from if !self.socket.admits(&from.map(SocketAddrAny::from)) => return [].chunks(1),
            Some(from) if !settled => self.peer = from,
            Some(from) if from != self.peer => return [].chunks(1),
            _ => {}
        }
        let bytes = self.room.get(..train.length).unwrap_or_default();
        bytes.chunks(train.segment.max(1))
    }

    /// Takes note that the outbox ends with another datagram.
    pub(super) fn posted(&mut self) {
        let before: usize = self.sizes.iter().sum();
        self.sizes.push(self.outbox.len() - before);
    }

    /// Whether the outbox should be emptied before more is put in.
    pub(super) fn is_full(&self) -> bool {
        self.outbox.len() >= FULL || self.sizes.len() >= sys::LONGEST_TRAIN
    }

    pub(super) fn is_flushed(&self) -> bool {
        self.sizes.is_empty()
    }

    /// Waits for what comes, or until the outbox is empty.
    pub(super) async fn come_or_go(&mut self) -> io::Result<Option<Train>> {
        let socket = Rc::clone(&self.socket);
        let either = Interest::READABLE | Interest::WRITABLE;
        let attempt = || match self.receive()? {
            None if !self.flush()? => Err(io::ErrorKind::WouldBlock.into()),
            came => Ok(came),
        };
        socket.when(either, attempt).await
    }

    /// Sends what is in the outbox, without waiting; false when there is no room. What the network refuses is lost:
    /// the link sends it again.
    pub(super) fn flush(&mut self) -> io::Result<bool> {
        let to = (!self.connected).then_some(self.peer);
        while let Some(waiting) = self.sizes.get(self.sent.1..).filter(|rest| !rest.is_empty()) {
            let together = self.trains.next(waiting.iter().copied());
            let sizes = waiting.get(..together).unwrap_or_default();
            let length: usize = sizes.iter().sum();
            let first = sizes.first().copied().unwrap_or_default();
            let bytes = self.outbox.get(self.sent.0..).unwrap_or_default();
            let bytes = bytes.get(..length).unwrap_or_default();
            let pieces = [IoSlice::new(bytes)];
            let sent = match (together, bytes.get(..first)) {
                (1, Some(alone)) => send(&self.socket, to, alone).map(|()| true),
                _ => self.trains.send_as(self.socket.as_fd(), to, &pieces, first),
            };
            let count = match sent {
                Ok(true) => together,
                // One by one, from now on.
                Ok(false) => continue,
                Err(error) => match Errno::from_io_error(&error) {
                    _ if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                    Some(Errno::INTR) => continue,
                    Some(Errno::MSGSIZE) => {
                        self.too_large = Some(first);
                        together
                    }
                    Some(Errno::BADF | Errno::NOTSOCK | Errno::FAULT) => return Err(error),
                    // A refusal is of what was sent before: this has not been tried.
                    Some(Errno::CONNREFUSED) => {
                        self.trouble = Some(error);
                        continue;
                    }
                    _ => {
                        self.trouble = Some(error);
                        together
                    }
                },
            };
            self.sent.0 += length;
            self.sent.1 += count;
        }
        self.outbox.clear();
        self.sizes.clear();
        self.sent = (0, 0);
        Ok(true)
    }
}

fn send(socket: &Endpoint, to: Option<SocketAddr>, bytes: &[u8]) -> io::Result<()> {
    use rustix::net::{SendFlags, sendto};
    let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
    match to {
        Some(to) => sendto(socket, bytes, flags, &to)?,
        None => rustix::net::send(socket, bytes, flags)?,
    };
    Ok(())
}

/// A datagram that does not fit is refused or dropped, and not cut up: the loss of one piece would be that of all.
fn forbid_fragments(socket: &Endpoint) -> io::Result<()> {
    let v6 = sockopt::socket_domain(socket)? == AddressFamily::INET6;
    if v6 {
        sockopt::set_ipv6_mtu_discover(socket, Ipv6PathMtuDiscovery::PROBE)?;
    }
    // An IPv6 socket may speak IPv4 too.
    match sockopt::set_ip_mtu_discover(socket, Ipv4PathMtuDiscovery::PROBE) {
        Err(error) if !v6 => Err(error.into()),
        _ => Ok(()),
    }
}

/// The largest payload of a datagram to `peer` that the first part of the way takes.
fn largest(peer: SocketAddr) -> io::Result<usize> {
    let any = match peer {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let socket = UdpSocket::bind(any)?;
    socket.connect(peer)?;
    let mapped = matches!(peer.ip().to_canonical(), std::net::IpAddr::V4(_));
    let (mtu, headers) = if peer.is_ipv4() {
        (sockopt::ip_mtu(&socket)?, 28)
    } else {
        (sockopt::ipv6_mtu(&socket)?, if mapped { 28 } else { 48 })
    };
    let mtu = usize::try_from(mtu).unwrap_or(LONGEST);
    Ok(mtu.saturating_sub(headers).min(LARGEST))
}

/// The largest payload of a UDP datagram over IPv4.
const LARGEST: usize = 65_507;
/// Every way of the Internet takes so much (RFC 9000, section 14).
const SAFE: usize = 1200;
/// No train is longer.
const LONGEST: usize = 64 << 10;
/// When the outbox is worth a call.
const FULL: usize = 60 << 10;
const SOCKET_BUFFER: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::runtime;

    #[test]
    fn what_leaves_as_a_train_is_taken_apart_where_it_arrives() {
        runtime().unwrap().block_on(async {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.connect(socket.local_addr().unwrap()).unwrap();
            let mut channel = Channel::connected(Rc::new(Endpoint::socket(socket).unwrap())).unwrap();
            for datagram in ["four", "more", "end"] {
                channel.outbox.extend_from_slice(datagram.as_bytes());
                channel.posted();
            }
            assert!(channel.flush().unwrap() && channel.is_flushed());
            let mut came = Vec::new();
            while came.len() < 3 {
                let train = channel.come().await.unwrap();
                let datagrams = channel.datagrams(train, true);
                came.extend(datagrams.map(<[u8]>::to_vec));
            }
            assert_eq!(came, [&b"four"[..], b"more", b"end"]);
            let stranger = Train {
                length: 4,
                segment: 4,
                from: Some("127.0.0.1:9".parse().unwrap()),
            };
            assert_eq!(channel.datagrams(stranger, true).count(), 0);
        });
    }
}
