//! Load: how many launches a second a server answers, and how long one takes.
//!
//! The generator is in a closed loop with a fixed number of requests outstanding, and is the same for a server of
//! launches and for an [`Echo`]: its requests are made before the clock starts, in sessions of 16 outstanding, so
//! that what is measured is the server. All run on one machine; what a result means is its ratio to another of the
//! same minutes.

mod echo;
mod lane;
mod measured;
mod stand;

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use socket2::SockRef;

pub use echo::Echo;
pub use measured::{Measured, sync_times};
pub use stand::{Immediate, Stand};

use self::lane::Lane;
use self::measured::cpu;
use crate::net::datagrams::{Inbox, send_datagrams};
use crate::net::{Clock, widen};
use crate::proto::launch::{Effect, Limits, Opening, Session};
use crate::proto::link::{Question, Seal, Verdict};
use crate::wire::rlaunch::MAX_DATAGRAM;

/// The limits of a server whose action is the lecture's missile: its effect is in the store, so that a launch is one
/// record, and what is measured is not the cost of some command.
pub const MISSILES: Limits = Limits {
    effect: Effect::Missile,
    ..Limits::DEFAULT
};

/// A generator of load on one server.
pub struct Load {
    clock: Clock,
    socket: UdpSocket,
    server: SocketAddr,
    seal: Seal,
    lanes: Vec<Lane>,
    inbox: Inbox,
    /// How many requests are made before the clock starts.
    burst: u64,
}

impl Load {
    /// Load on a server of launches, which uses `seal`.
    ///
    /// # Errors
    /// When there is no socket, or no session to be had.
    pub fn launches(server: SocketAddr, seal: Seal, outstanding: usize) -> io::Result<Self> {
        let mut load = Self::new(server, seal, outstanding)?;
        for lane in lanes(outstanding) {
            let session = load.open()?;
            load.lanes.push(Lane::new(session, lane));
        }
        Ok(load)
    }

    /// The same datagrams to an echo.
    ///
    /// # Errors
    /// When there is no socket.
    pub fn echoes(server: SocketAddr, outstanding: usize) -> io::Result<Self> {
        let mut load = Self::new(server, Seal::checksum(), outstanding)?;
        let sessions = (1..).map(|id| Session::resumed(1, id, 0, 0));
        load.lanes = sessions
            .zip(lanes(outstanding))
            .map(|(session, lane)| Lane::new(session, lane))
            .collect();
        Ok(load)
    }

    fn new(server: SocketAddr, seal: Seal, outstanding: usize) -> io::Result<Self> {
        let socket = UdpSocket::bind(match server {
            SocketAddr::V4(_) => "0.0.0.0:0",
            SocketAddr::V6(_) => "[::]:0",
        })?;
        widen(&socket, RECEIVE_BUFFER)?;
        SockRef::from(&socket).set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            clock: Clock::start(),
            socket,
            server,
            seal,
            lanes: Vec::new(),
            inbox: Inbox::with_room(MAX_DATAGRAM + 1),
            burst: if outstanding == 1 { FEW } else { MANY },
        })
    }

    fn open(&mut self) -> io::Result<Session> {
        let mut opening = Opening::new(self.seal.clone(), rand::random());
        let mut bytes = Vec::new();
        for attempt in 1..=TRIES {
            bytes.clear();
            opening.request(attempt, &mut bytes);
            self.socket.send_to(&bytes, self.server)?;
            if self.inbox.wait(&self.socket).is_err() {
                continue;
            }
            for (_, reply) in self.inbox.datagrams() {
                if let Verdict::Accept(_) = opening.judge(reply)
                    && let Some(session) = opening.session()
                {
                    return Ok(session.clone());
                }
            }
        }
        Err(io::Error::new(io::ErrorKind::TimedOut, "no session"))
    }

    /// Loads the server for this long, not counting the time in which requests are made.
    ///
    /// # Errors
    /// When the server does not answer, or answers that it did not launch.
    pub fn run(&mut self, time: Duration) -> io::Result<Measured> {
        let mut measured = Measured::default();
        while measured.elapsed < time {
            self.burst(&mut measured)?;
        }
        Ok(measured)
    }

    /// Makes so many launches, or a few more.
    ///
    /// # Errors
    /// Those of [`run`](Self::run).
    pub fn requests(&mut self, count: u64) -> io::Result<Measured> {
        let mut measured = Measured::default();
        while measured.count < count {
            self.burst(&mut measured)?;
            measured.forget_latencies();
        }
        Ok(measured)
    }

    fn burst(&mut self, measured: &mut Measured) -> io::Result<()> {
        let each = self.burst / self.lanes.len().max(1) as u64;
        for lane in &mut self.lanes {
            lane.prepare(&self.seal, each);
        }
        let (begun, before) = (self.clock.now(), cpu()?);
        let mut silent = 0;
        self.send(false);
        while !self.lanes.iter().all(Lane::is_over) {
            match self.inbox.wait(&self.socket) {
                Ok(_) => silent = 0,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && silent < TRIES => {
                    silent += 1;
                    measured.again += self.send(true);
                    continue;
                }
                Err(error) => return Err(error),
            }
            let now = self.clock.now();
            for (_, reply) in self.inbox.datagrams() {
                let found = self.lanes.iter_mut().find(|lane| lane.is_of(reply));
                if let Some(took) = found.and_then(|lane| lane.settle(now, reply).transpose()) {
                    measured.note(took?);
                }
            }
            self.send(false);
        }
        measured.add(self.clock.now() - begun, cpu()?.since(&before));
        Ok(())
    }

    /// Sends what the lanes have room for, or once more what they wait for. How many.
    fn send(&mut self, again: bool) -> u64 {
        let now = self.clock.now();
        let mut sent = 0;
        for lane in &mut self.lanes {
            let mut due = if again { lane.outstanding() } else { lane.next(now) };
            while !due.is_empty() {
                let datagrams = due.clone().map(|seq| (self.server, lane.request(seq)));
                // What the system does not take is asked for again.
                let count = send_datagrams(&self.socket, datagrams).unwrap_or(1) as u64;
                due.start += count;
                sent += count;
            }
        }
        sent
    }
}

/// How many requests each lane has outstanding.
fn lanes(outstanding: usize) -> impl Iterator<Item = u64> {
    (0..outstanding)
        .step_by(LANE)
        .map(move |before| (outstanding - before).min(LANE) as u64)
}

/// What the server's default window allows.
const LANE: usize = 16;
/// How many requests are made before the clock starts: a few hundredths of a second's worth.
const MANY: u64 = 1 << 12;
const FEW: u64 = 1 << 8;
const RECEIVE_BUFFER: usize = 4 << 20;
const PATIENCE: Duration = Duration::from_millis(200);
const TRIES: u32 = 50;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_to_an_echo_is_settled_once() {
        for echo in [Echo::bulk().unwrap(), Echo::plain().unwrap()] {
            for outstanding in [1, 20] {
                let mut load = Load::echoes(echo.address(), outstanding).unwrap();
                load.burst = 100;
                let measured = load.requests(250).unwrap();
                assert!((250..=400).contains(&measured.count), "{}", measured.count);
            }
        }
    }

    #[test]
    fn every_request_to_a_server_is_a_launch() {
        for limits in [Limits::DEFAULT, MISSILES] {
            let stand = Stand::ephemeral(Seal::checksum(), limits).unwrap();
            for outstanding in [1, 20] {
                let mut load = Load::launches(stand.address(), Seal::checksum(), outstanding).unwrap();
                load.burst = 100;
                let measured = load.requests(250).unwrap();
                assert!((250..=400).contains(&measured.count), "{}", measured.count);
            }
            stand.stop().unwrap();
        }
    }

    #[test]
    fn a_server_that_does_not_launch_is_an_error() {
        let limits = Limits {
            running: 0,
            ..Limits::DEFAULT
        };
        let stand = Stand::ephemeral(Seal::checksum(), limits).unwrap();
        let mut load = Load::launches(stand.address(), Seal::checksum(), 1).unwrap();
        assert!(load.requests(1).is_err());
        stand.stop().unwrap();
    }
}
