//! A UDP relay that makes a bad network out of a good one: [`Chaos`] in both directions between clients and a
//! server, without root.
//!
//! ```text
//!   client ──▶ socket ──▶ Chaos ──▶ a socket per client ──▶ server        up
//!   client ◀── socket ◀── Chaos ◀── a socket per client ◀── server        down
//! ```
//!
//! A socket per client, so that the server sees as many clients as there are. Their number is bounded: the one
//! that was quiet longest makes room, and gets a new socket, hence a new port, if it speaks again.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use socket2::SockRef;
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

use super::{Clock, Port, bind_udp, drive, runtime};
use crate::proto::link::{Chaos, Spec, Tally};
use crate::proto::{Instant, Machine};

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
        let seed = spec.seed.unwrap_or_else(rand::random);
        let spec = Spec {
            seed: Some(seed),
            ..spec
        };
        let runtime = runtime()?;
        let socket = runtime.block_on(async { bind_udp(listen, Some(listen)) })?;
        let address = socket.local_addr()?;
        let tally = RelayTally::default();
        let (stop, stopped) = oneshot::channel();
        let counted = tally.clone();
        let run = move || {
            let clock = Clock::start();
            runtime.block_on(async {
                tokio::select! {
                    end = relay_udp(&clock, socket, upstream, spec, &counted) => end,
                    _ = stopped => Ok(()),
                }
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

impl Drop for UdpRelay {
    fn drop(&mut self) {
        // What had ended it was for `stop` to tell.
        let _ = self.join();
    }
}

/// What became of the datagrams of a relay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tallies {
    /// From the clients to the server.
    pub up: Tally,
    /// From the server to the clients.
    pub down: Tally,
}

/// The counters of a running relay, which others can look at.
#[derive(Clone, Debug, Default)]
pub struct RelayTally(Arc<Mutex<Tallies>>);

impl RelayTally {
    /// What they say now.
    pub fn get(&self) -> Tallies {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, direction: Direction, tally: Tally) {
        let mut tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match direction {
            Direction::Up => tallies.up = tally,
            Direction::Down => tallies.down = tally,
        }
    }
}

/// Relays between whoever sends to `socket` and `upstream`, until the future is dropped. Needs a tokio runtime.
///
/// # Errors
/// Those of receiving from `socket`. A datagram that cannot be sent is lost, like many others.
pub async fn relay_udp(
    clock: &Clock,
    socket: UdpSocket,
    upstream: SocketAddr,
    spec: Spec,
    tally: &RelayTally,
) -> io::Result<()> {
    // What is lost is lost by chance, and not in a socket: as much room as the system gives.
    let _ = SockRef::from(&socket).set_recv_buffer_size(SOCKET_BUFFER);
    let socket = Arc::new(socket);
    let seed = spec.seed.unwrap_or_else(rand::random);
    let counted = |direction, seed| Counted {
        chaos: Chaos::new(spec, seed),
        direction,
        tally: tally.clone(),
    };
    let (replies, replied) = mpsc::channel(QUEUED_REPLIES);
    let mut up = Up {
        socket: Arc::clone(&socket),
        datagram: Vec::new(),
        clients: Clients {
            upstream,
            replies,
            table: HashMap::new(),
            sends: 0,
        },
    };
    let mut down = Down { socket, replied };
    let (mut up_link, mut down_link) = (
        counted(Direction::Up, seed),
        counted(Direction::Down, seed.wrapping_add(1)),
    );
    tokio::select! {
        end = drive(clock, &mut up_link, &mut up) => end,
        end = drive(clock, &mut down_link, &mut down) => end,
    }
}

#[derive(Clone, Copy, Debug)]
enum Direction {
    Up,
    Down,
}

/// A link whose counters others can look at.
struct Counted {
    chaos: Chaos<SocketAddr>,
    direction: Direction,
    tally: RelayTally,
}

impl Machine for Counted {
    type Input<'a> = (SocketAddr, &'a [u8]);
    type Output = SocketAddr;

    fn handle(&mut self, now: Instant, datagram: (SocketAddr, &[u8])) {
        self.chaos.handle(now, datagram);
        self.tally.set(self.direction, self.chaos.tally());
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.chaos.handle_timeout(now);
    }

    fn poll_output(&mut self, bytes: &mut Vec<u8>) -> Option<SocketAddr> {
        let client = self.chaos.poll_output(bytes)?;
        self.tally.set(self.direction, self.chaos.tally());
        Some(client)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.chaos.poll_timeout()
    }
}

/// From the clients to the server.
struct Up {
    socket: Arc<UdpSocket>,
    /// The datagram received last.
    datagram: Vec<u8>,
    clients: Clients,
}

impl Port<Counted> for Up {
    type Event = SocketAddr;
    type End = ();
    type Error = io::Error;

    async fn perform(&mut self, client: SocketAddr, bytes: &[u8]) -> io::Result<ControlFlow<()>> {
        // A server that is not there, or no descriptor left for a client: the datagram is lost. But a first
        // failure may be the news that an earlier datagram did not arrive.
        if let Ok(socket) = self.clients.socket(client).await
            && socket.send(bytes).await.is_err()
        {
            let _ = socket.send(bytes).await;
        }
        Ok(ControlFlow::Continue(()))
    }

    async fn next(&mut self) -> io::Result<SocketAddr> {
        self.datagram.clear();
        self.datagram.reserve(LARGEST_DATAGRAM);
        let (_, from) = self.socket.recv_buf_from(&mut self.datagram).await?;
        Ok(from)
    }

    fn input<'a>(&'a self, event: &'a SocketAddr) -> (SocketAddr, &'a [u8]) {
        (*event, &self.datagram)
    }
}

/// From the server to the clients.
struct Down {
    socket: Arc<UdpSocket>,
    replied: mpsc::Receiver<(SocketAddr, Vec<u8>)>,
}

impl Port<Counted> for Down {
    type Event = (SocketAddr, Vec<u8>);
    type End = ();
    type Error = io::Error;

    async fn perform(&mut self, client: SocketAddr, bytes: &[u8]) -> io::Result<ControlFlow<()>> {
        let _ = self.socket.send_to(bytes, client).await;
        Ok(ControlFlow::Continue(()))
    }

    async fn next(&mut self) -> io::Result<(SocketAddr, Vec<u8>)> {
        match self.replied.recv().await {
            Some(reply) => Ok(reply),
            // The other direction holds a sender for as long as it runs.
            None => std::future::pending().await,
        }
    }

    fn input<'a>(&'a self, event: &'a (SocketAddr, Vec<u8>)) -> (SocketAddr, &'a [u8]) {
        (event.0, &event.1)
    }
}

/// The clients, each with its socket towards the server.
struct Clients {
    upstream: SocketAddr,
    replies: mpsc::Sender<(SocketAddr, Vec<u8>)>,
    table: HashMap<SocketAddr, Client>,
    sends: u64,
}

struct Client {
    socket: Arc<UdpSocket>,
    /// The number of its latest datagram among all.
    latest: u64,
    reader: AbortHandle,
}

impl Drop for Client {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Clients {
    /// The socket of a client, made if it has none.
    async fn socket(&mut self, client: SocketAddr) -> io::Result<Arc<UdpSocket>> {
        self.sends += 1;
        if let Some(known) = self.table.get_mut(&client) {
            known.latest = self.sends;
            return Ok(Arc::clone(&known.socket));
        }
        if self.table.len() >= MOST_CLIENTS {
            let quietest = self
                .table
                .iter()
                .min_by_key(|(_, client)| client.latest)
                .map(|(address, _)| *address);
            quietest.and_then(|address| self.table.remove(&address));
        }
        let socket = Arc::new(bind_udp(self.upstream, None)?);
        socket.connect(self.upstream).await?;
        let reader = tokio::spawn(read(client, Arc::clone(&socket), self.replies.clone()));
        let entry = Client {
            socket: Arc::clone(&socket),
            latest: self.sends,
            reader: reader.abort_handle(),
        };
        self.table.insert(client, entry);
        Ok(socket)
    }
}

/// Hands on what the server sends to one client.
async fn read(client: SocketAddr, socket: Arc<UdpSocket>, replies: mpsc::Sender<(SocketAddr, Vec<u8>)>) {
    let mut datagram = Vec::with_capacity(LARGEST_DATAGRAM);
    loop {
        datagram.clear();
        // An error is news of what was sent (the server is not there), not of what may come.
        if socket.recv_buf(&mut datagram).await.is_ok()
            && replies.send((client, datagram.clone())).await.is_err()
        {
            return;
        }
    }
}

/// The most clients at one time: within the 1024 descriptors that a process has by default.
const MOST_CLIENTS: usize = 500;

/// How many replies may wait for their turn.
const QUEUED_REPLIES: usize = 1000;

const LARGEST_DATAGRAM: usize = 65_535;

const SOCKET_BUFFER: usize = 4 << 20;

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
