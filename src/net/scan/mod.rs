//! Scans: the machines of [`proto::scan`](crate::proto::scan) over sockets.
//!
//! Blocking, and without a runtime: on loopback a connection is made or refused while it is asked for, so that a port
//! costs no more than its system calls; what takes longer is waited for with one epoll.

mod sockets;

use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::time::Duration;

use rustix::event::{Timespec, epoll};
use rustix::io::Errno;

use self::sockets::{Progress, Sockets};
use super::{Clock, DialError, Origin, SocketOptions, Transport};
use crate::proto::Machine;
use crate::proto::scan::{Attempt, Connects, Input, Outcome, Output, Pace, Probes};

/// What is to be scanned.
#[derive(Clone, Debug)]
pub struct Scan {
    /// By what.
    pub transport: Transport,
    /// The addresses of the host, whatever their ports, each with where to come from.
    pub addresses: Vec<(SocketAddr, Origin)>,
    /// The ports, in the order in which they are to be told.
    pub ports: Vec<u16>,
    /// How fast.
    pub pace: Pace,
}

/// What was found at one port of one address.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// The address and the port.
    pub at: SocketAddr,
    /// What it is.
    pub outcome: Outcome,
    /// How long that took.
    pub elapsed: Duration,
    /// Whether this is the last word on the port; otherwise the next address is asked.
    pub last: bool,
}

/// Who is told what is found.
pub type Tell<'a> = &'a mut dyn FnMut(Option<Found>);

impl Scan {
    /// Scans, and tells what is found, port by port; and `None` when there is nothing more to tell for now.
    ///
    /// # Errors
    /// When a port cannot be asked for a reason that is ours.
    pub fn run(&self, options: &SocketOptions, tell: Tell<'_>) -> Result<(), DialError> {
        match self.transport {
            Transport::Tcp => {
                let machine = Connects::new(self.ports.len(), self.addresses.len(), self.pace);
                Run::new(self, options, machine)?.run(tell)
            }
            Transport::Udp => {
                let machine = Probes::new(self.ports.len(), self.pace);
                Run::new(self, options, machine)?.run(tell)
            }
        }
    }

    fn place(&self, attempt: Attempt) -> Option<(SocketAddr, Origin)> {
        let (mut at, from) = *self.addresses.get(attempt.address)?;
        at.set_port(*self.ports.get(attempt.port)?);
        Some((at, from))
    }
}

/// A scan under way.
struct Run<'a, M> {
    scan: &'a Scan,
    clock: Clock,
    machine: M,
    sockets: Sockets<'a>,
}

impl<'a, M> Run<'a, M>
where
    M: for<'i> Machine<Input<'i> = Input, Output = Output>,
{
    fn new(scan: &'a Scan, options: &'a SocketOptions, machine: M) -> Result<Self, DialError> {
        Ok(Self {
            scan,
            clock: Clock::start(),
            machine,
            sockets: Sockets::new(scan.transport, options).map_err(DialError::Socket)?,
        })
    }

    fn run(&mut self, tell: Tell<'_>) -> Result<(), DialError> {
        let mut room = [MaybeUninit::uninit(); EVENTS];
        while self.drain(tell)?.is_continue() {
            tell(None);
            let timeout = self.machine.poll_timeout();
            let left = timeout.map(|moment| moment - self.clock.now());
            let left = left.and_then(|left| Timespec::try_from(left).ok());
            let events = match epoll::wait(self.sockets.epoll(), &mut room, left.as_ref()) {
                Ok((events, _)) => events,
                Err(Errno::INTR) => &mut [],
                Err(error) => return Err(DialError::Socket(error.into())),
            };
            for event in events {
                if let Some((attempt, outcome)) = self.sockets.look(event.data.u64()) {
                    self.machine
                        .handle(self.clock.now(), Input::Ended(attempt, outcome));
                    if self.drain(tell)?.is_break() {
                        return Ok(());
                    }
                }
            }
            self.machine.handle_timeout(self.clock.now());
        }
        Ok(())
    }

    /// Does all that the machine wants done.
    fn drain(&mut self, tell: Tell<'_>) -> Result<ControlFlow<()>, DialError> {
        while let Some(output) = self.machine.poll_output(&mut Vec::new()) {
            let (attempt, progress) = match output {
                Output::Start(attempt) => match self.scan.place(attempt) {
                    Some((at, from)) => (attempt, self.sockets.start(attempt, at, from)?),
                    None => continue,
                },
                Output::Again(attempt) => (attempt, self.sockets.again(attempt)),
                Output::Abandon(attempt) => {
                    self.sockets.close(attempt);
                    continue;
                }
                Output::Report(report) => {
                    if let Some((at, _)) = self.scan.place(report.attempt) {
                        tell(Some(Found {
                            at,
                            outcome: report.outcome,
                            elapsed: report.elapsed,
                            last: report.last,
                        }));
                    }
                    continue;
                }
                Output::Stuck(errno) => {
                    return Err(DialError::Socket(io::Error::from_raw_os_error(errno)));
                }
                Output::Over => return Ok(ControlFlow::Break(())),
            };
            let now = self.clock.now();
            match progress {
                Progress::Going if output == Output::Start(attempt) => {
                    self.machine.handle(now, Input::Begun(attempt));
                }
                Progress::Going => {}
                Progress::Ended(outcome) => self.machine.handle(now, Input::Ended(attempt, outcome)),
                Progress::NoRoom(errno) => self.machine.handle(now, Input::NoRoom(attempt, errno)),
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// How many sockets are looked at in one go.
const EVENTS: usize = 256;

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, UdpSocket};

    use super::*;
    use crate::proto::scan::State;

    fn scan(transport: Transport, ports: Vec<u16>) -> Vec<(u16, State)> {
        let scan = Scan {
            transport,
            addresses: vec![("127.0.0.1:0".parse().unwrap(), Origin::default())],
            ports,
            pace: Pace {
                inflight: 100,
                patience: Some(Duration::from_millis(200)),
                pause: None,
            },
        };
        let mut found = Vec::new();
        let mut tell = |one: Option<Found>| found.extend(one.map(|one| (one.at.port(), one.outcome.state)));
        scan.run(&SocketOptions::default(), &mut tell).unwrap();
        found
    }

    #[test]
    fn tcp_ports_are_open_or_closed() {
        let open = TcpListener::bind("127.0.0.1:0").unwrap();
        let closed = TcpListener::bind("127.0.0.1:0").unwrap();
        let ports = vec![
            open.local_addr().unwrap().port(),
            closed.local_addr().unwrap().port(),
        ];
        drop(closed);
        let states = [(ports[0], State::Open), (ports[1], State::Closed)];
        assert_eq!(scan(Transport::Tcp, ports), states);
    }

    #[test]
    fn udp_ports_are_silent_or_closed() {
        let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
        let closed = UdpSocket::bind("127.0.0.1:0").unwrap();
        let ports = vec![
            silent.local_addr().unwrap().port(),
            closed.local_addr().unwrap().port(),
        ];
        drop(closed);
        let states = [(ports[0], State::Silent), (ports[1], State::Closed)];
        assert_eq!(scan(Transport::Udp, ports), states);
    }
}
