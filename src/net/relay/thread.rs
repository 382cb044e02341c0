//! A relay for programs that are not asynchronous.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::OwnedFd;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::net::getpeername;
use tokio::sync::oneshot;

use super::client::SOCKET_BUFFER;
use super::udp::relay_until;
use super::{Aliases, Direction, RelayTally, Route, Tallies};
use crate::net::{Clock, address, runtime, widen};
use crate::proto::link::Spec;
use crate::proto::relay::Access;

/// A relay on a thread of its own, for programs that are not asynchronous: tests and examples. Dropping it stops
/// it.
///
/// ```no_run
/// # use fairloss::net::UdpRelay;
/// let spec = "loss=30%,dup=10%,reorder=10%,seed=7".parse()?;
/// let relay = UdpRelay::start("127.0.0.1:0".parse()?, "127.0.0.1:5353".parse()?, spec)?;
/// println!("ask {} instead, and then look at {:?}", relay.address(), relay.tally());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct UdpRelay {
    address: SocketAddr,
    seed: u64,
    tally: RelayTally,
    /// Closing it stops the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl UdpRelay {
    /// Listens at `listen` (port 0: any that is free) and relays to `upstream`. The chance comes from the seed in
    /// `spec`; without one, from one of its own, which [`seed`](Self::seed) tells so that a run can be repeated.
    ///
    /// # Errors
    /// Those of binding the socket and of starting the thread.
    pub fn start(listen: SocketAddr, upstream: SocketAddr, spec: Spec) -> io::Result<Self> {
        let socket = UdpSocket::bind(listen)?;
        Self::run(socket.into(), None, Route::new(upstream, spec), Direction::Up)
    }

    /// Puts the bad network before a connected socket: returns what is to be used instead of it, with a peer on
    /// loopback, of which `aliases` knows who it is. What that sends goes up.
    ///
    /// # Errors
    /// Those of sockets on loopback, and of starting the thread.
    pub fn around(socket: OwnedFd, spec: Spec, aliases: &Aliases) -> io::Result<(Self, OwnedFd)> {
        let (inner, front) = (UdpSocket::bind(LOCAL)?, UdpSocket::bind(LOCAL)?);
        widen(&inner, SOCKET_BUFFER)?;
        // Nobody else is heard on either.
        inner.connect(front.local_addr()?)?;
        front.connect(inner.local_addr()?)?;
        if let Some(peer) = getpeername(&socket)?.and_then(|peer| peer.try_into().ok()) {
            aliases.add(front.local_addr()?, peer);
        }
        let client = (inner.local_addr()?, socket);
        let route = Route {
            idle: Some(NEVER),
            ..Route::new(inner.local_addr()?, spec)
        };
        let relay = Self::run(front.into(), Some(client), route, Direction::Up)?;
        Ok((relay, inner.into()))
    }

    /// Puts the bad network before a bound socket: returns what is to be used instead of it, where each client has an
    /// address on loopback, of which `aliases` knows whose it is. What that sends goes down.
    ///
    /// # Errors
    /// As [`around`](Self::around).
    pub fn before(
        socket: OwnedFd,
        spec: Spec,
        access: Access,
        aliases: Aliases,
    ) -> io::Result<(Self, OwnedFd)> {
        let inner = UdpSocket::bind(LOCAL)?;
        widen(&inner, SOCKET_BUFFER)?;
        let route = Route {
            idle: Some(NEVER),
            access,
            aliases,
            ..Route::new(inner.local_addr()?, spec)
        };
        Ok((Self::run(socket, None, route, Direction::Down)?, inner.into()))
    }

    /// `ours` is the direction of what is sent by whoever started it.
    fn run(
        front: OwnedFd,
        client: Option<(SocketAddr, OwnedFd)>,
        route: Route,
        ours: Direction,
    ) -> io::Result<Self> {
        let seed = route.seed;
        let runtime = runtime()?;
        let address = address(&front).ok_or(io::ErrorKind::AddrNotAvailable)?;
        let tally = RelayTally::default();
        let (stop, stopped) = oneshot::channel::<()>();
        let counted = tally.clone();
        let run = move || {
            runtime.block_on(async {
                let (drain, drained) = oneshot::channel::<()>();
                let end = async {
                    let _ = drained.await;
                    ours
                };
                let relay = relay_until(Clock::start(), front, client, route, &counted, end);
                tokio::pin!(relay);
                tokio::select! {
                    end = &mut relay => return end,
                    stop = stopped => if stop.is_err() { return Ok(()) },
                }
                let _ = drain.send(());
                relay.await
            })
        };
        let thread = thread::Builder::new().name("udp-relay".to_owned()).spawn(run)?;
        Ok(Self {
            address,
            seed,
            tally,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Stops it when everything that was sent by whoever started it has left.
    ///
    /// # Errors
    /// Whatever had ended it before.
    pub fn settle(mut self) -> io::Result<Tallies> {
        if let Some(stop) = self.stop.take() {
            // It may have ended already.
            let _ = stop.send(());
        }
        self.stop()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The seed of its chance.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What became of the datagrams until now.
    pub fn tally(&self) -> Tallies {
        self.tally.get()
    }

    /// Stops it.
    ///
    /// # Errors
    /// Whatever had ended it before.
    pub fn stop(mut self) -> io::Result<Tallies> {
        self.join()?;
        Ok(self.tally())
    }

    fn join(&mut self) -> io::Result<()> {
        drop(self.stop.take());
        let Some(thread) = self.thread.take() else {
            return Ok(());
        };
        thread
            .join()
            .map_err(|_| io::Error::other("the relay's thread panicked"))?
    }
}

/// Any port of loopback.
const LOCAL: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);
/// Who has a socket of ours for a client keeps it.
const NEVER: Duration = Duration::from_secs(1 << 30);

impl Drop for UdpRelay {
    fn drop(&mut self) {
        // What had ended it was for `stop` to tell.
        let _ = self.join();
    }
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket as StdSocket;
    use std::time::Duration;

    use super::*;

    /// A socket on which nobody waits for ever.
    fn local() -> StdSocket {
        let socket = StdSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        socket
    }

    fn wait_until(happened: impl Fn() -> bool) {
        let mut waits = std::iter::repeat_with(thread::yield_now).take(10_000_000);
        assert!(waits.any(|()| happened()), "it did not happen");
    }

    fn relay(server: &StdSocket, spec: &str) -> UdpRelay {
        let listen = "127.0.0.1:0".parse().unwrap();
        UdpRelay::start(listen, server.local_addr().unwrap(), spec.parse().unwrap()).unwrap()
    }

    #[test]
    fn each_client_gets_its_own_replies() {
        let server = local();
        let relay = relay(&server, "");
        let clients = [local(), local()];
        for client in &clients {
            let name = client.local_addr().unwrap().to_string();
            client.send_to(name.as_bytes(), relay.address()).unwrap();
        }
        for _ in &clients {
            let mut bytes = [0; 100];
            let (len, from) = server.recv_from(&mut bytes).unwrap();
            server.send_to(&bytes[..len], from).unwrap();
        }
        for client in &clients {
            let mut bytes = [0; 100];
            let (len, _) = client.recv_from(&mut bytes).unwrap();
            assert_eq!(bytes[..len], *client.local_addr().unwrap().to_string().as_bytes());
        }
        let tallies = relay.stop().unwrap();
        assert_eq!((tallies.up.passed, tallies.down.passed), (2, 2));
    }

    #[test]
    fn harm_is_done_and_counted() {
        let server = local();
        let relay = relay(&server, "loss=30%,dup=100%,seed=1");
        let client = local();
        for number in 0..100_u8 {
            client.send_to(&[number], relay.address()).unwrap();
        }
        let mut seen = Vec::new();
        wait_until(|| relay.tally().up.offered == 100);
        let lost = relay.tally().up.lost;
        let passed = 2 * (100 - lost);
        for _ in 0..passed {
            let mut bytes = [0; 10];
            server.recv_from(&mut bytes).unwrap();
            seen.push(bytes[0]);
        }
        assert!((100..180).contains(&passed), "{passed}");
        assert!(seen.chunks(2).all(|pair| pair[0] == pair[1]));
    }

    #[test]
    fn a_server_that_comes_back_is_reached_again() {
        let server = local();
        let address = server.local_addr().unwrap();
        let relay = relay(&server, "");
        drop(server);
        let client = local();
        client.send_to(b"lost", relay.address()).unwrap();
        wait_until(|| relay.tally().up.passed == 1);
        let server = StdSocket::bind(address).unwrap();
        let mut bytes = [0; 10];
        server.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        client.send_to(b"again", relay.address()).unwrap();
        // The first datagram may be counted before it is sent, and then it is not lost.
        while !bytes.starts_with(b"again") {
            server.recv_from(&mut bytes).unwrap();
        }
    }
}
