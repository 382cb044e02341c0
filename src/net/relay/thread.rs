//! A relay for programs that are not asynchronous.

use std::io;
use std::net::SocketAddr;
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::{RelayTally, Route, Tallies, relay_udp};
use crate::net::{Clock, bind_udp, runtime};
use crate::proto::link::Spec;

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
        let route = Route::new(upstream, spec);
        let seed = route.seed;
        let runtime = runtime()?;
        let socket = runtime.block_on(async { bind_udp(listen, Some(listen))?.into_std() })?;
        let address = socket.local_addr()?;
        let tally = RelayTally::default();
        let (stop, stopped) = oneshot::channel();
        let counted = tally.clone();
        let run = move || {
            let clock = Clock::start();
            runtime.block_on(async {
                tokio::select! {
                    end = relay_udp(clock, socket.into(), route, &counted) => end,
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
