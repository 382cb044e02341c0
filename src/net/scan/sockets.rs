//! The sockets of a scan.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustc_hash::FxHashMap;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};
use socket2::{Domain, SockAddr, Socket};

use super::super::dial::prepare;
use super::{Attempt, DialError, Origin, Outcome, SocketOptions, Transport};
use crate::proto::scan::{Reason, State};

/// The sockets of all attempts that are on their way.
pub(super) struct Sockets<'a> {
    transport: Transport,
    options: &'a SocketOptions,
    epoll: OwnedFd,
    open: FxHashMap<u64, (Attempt, Socket)>,
    /// A socket that was refused. Linux lets it connect again, which spares the making and closing of another.
    spare: Option<(Domain, Socket)>,
    /// Whether any attempt has ever begun: then a want of local ports is one that passes.
    begun: bool,
}

/// How far an attempt has come.
pub(super) enum Progress {
    /// It is on its way.
    Going,
    /// It is over.
    Ended(Outcome),
    /// There was no room for it: the number of the error.
    NoRoom(i32),
}

impl<'a> Sockets<'a> {
    pub(super) fn new(transport: Transport, options: &'a SocketOptions) -> io::Result<Self> {
        Ok(Self {
            transport,
            options,
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            open: FxHashMap::default(),
            spare: None,
            begun: false,
        })
    }

    pub(super) fn epoll(&self) -> BorrowedFd<'_> {
        self.epoll.as_fd()
    }

    /// Begins an attempt, and ends it as well if nothing has to be waited for.
    pub(super) fn start(
        &mut self,
        attempt: Attempt,
        at: SocketAddr,
        from: Origin,
    ) -> Result<Progress, DialError> {
        let socket = match self.socket(at, from) {
            Ok(socket) => socket,
            Err(DialError::Socket(error)) if is_for_want(&error) => return Ok(no_room(&error)),
            Err(error) => return Err(error),
        };
        let connected = match self.transport {
            Transport::Tcp => connect(&socket, at),
            Transport::Udp => socket.connect(&SockAddr::from(at)).and_then(|()| ask(&socket)),
        };
        match connected {
            Ok(Some(outcome)) => {
                self.begun = true;
                return Ok(Progress::Ended(outcome));
            }
            Ok(None) => self.begun = true,
            Err(error) if is_for_want(&error) || (self.begun && is_for_want_of_ports(&error)) => {
                return Ok(no_room(&error));
            }
            Err(error) => {
                let outcome = refusal(&error);
                let is_bound = from.address.is_some() || from.port != 0;
                if self.transport == Transport::Tcp && outcome.state == State::Closed && !is_bound {
                    self.spare = Some((Domain::for_address(at), socket));
                }
                return Ok(Progress::Ended(outcome));
            }
        }
        let flags = match self.transport {
            Transport::Tcp => EventFlags::OUT,
            Transport::Udp => EventFlags::IN,
        };
        let data = EventData::new_u64(key(attempt));
        if let Err(error) = epoll::add(&self.epoll, &socket, data, flags) {
            return Ok(no_room(&error.into()));
        }
        self.open.insert(key(attempt), (attempt, socket));
        Ok(Progress::Going)
    }

    fn socket(&mut self, at: SocketAddr, from: Origin) -> Result<Socket, DialError> {
        match self.spare.take() {
            Some((domain, spare)) if domain == Domain::for_address(at) => Ok(spare),
            _ => prepare(self.transport, at, from, self.options),
        }
    }

    /// Sends another datagram.
    pub(super) fn again(&mut self, attempt: Attempt) -> Progress {
        let asked = match self.open.get(&key(attempt)) {
            Some((_, socket)) => ask(socket),
            None => Ok(None),
        };
        match asked {
            Ok(None) => Progress::Going,
            // It is lost, which is what the next question is for.
            Err(error) if is_for_want(&error) => Progress::Going,
            Ok(Some(outcome)) => self.ended(attempt, outcome),
            Err(error) => self.ended(attempt, refusal(&error)),
        }
    }

    /// What became of the attempt with this key, if anything did.
    pub(super) fn look(&mut self, key: u64) -> Option<(Attempt, Outcome)> {
        let (attempt, socket) = self.open.get(&key)?;
        let attempt = *attempt;
        let outcome = match self.transport {
            Transport::Tcp => match socket.take_error() {
                Ok(None) => connected(socket),
                Ok(Some(error)) | Err(error) => refusal(&error),
            },
            Transport::Udp => answer(socket)?,
        };
        self.open.remove(&key);
        Some((attempt, outcome))
    }

    /// Gives an attempt up.
    pub(super) fn close(&mut self, attempt: Attempt) {
        self.open.remove(&key(attempt));
    }

    fn ended(&mut self, attempt: Attempt, outcome: Outcome) -> Progress {
        self.close(attempt);
        Progress::Ended(outcome)
    }
}

/// Connects. On loopback the handshake is over when the call returns, and a second call tells how it went.
fn connect(socket: &Socket, to: SocketAddr) -> io::Result<Option<Outcome>> {
    let to = SockAddr::from(to);
    let first = socket.connect(&to);
    let second = match first {
        Err(error) if is(&error, Errno::INPROGRESS) => socket.connect(&to),
        other => other,
    };
    match second {
        Ok(()) => Ok(Some(connected(socket))),
        Err(error) if is(&error, Errno::ISCONN) => Ok(Some(connected(socket))),
        Err(error) if is(&error, Errno::ALREADY) || is(&error, Errno::INPROGRESS) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A connection is there; but to whom? The kernel may give a socket the very port that it is to connect to: then it
/// connects to itself (RFC 9293, figure 8), and nobody listens there.
fn connected(socket: &Socket) -> Outcome {
    let own = socket.local_addr().ok().and_then(|own| own.as_socket());
    let theirs = socket.peer_addr().ok().and_then(|theirs| theirs.as_socket());
    if own.is_some() && own == theirs {
        return Outcome {
            state: State::Closed,
            reason: Reason::Ourselves,
        };
    }
    Outcome {
        state: State::Open,
        reason: Reason::Connected,
    }
}

/// Sends a datagram, and looks whether the answer is there already.
fn ask(socket: &Socket) -> io::Result<Option<Outcome>> {
    match send(socket, QUESTION, SendFlags::NOSIGNAL) {
        // The refusal of an earlier datagram is told when the next is sent.
        Ok(_) => Ok(answer(socket)),
        Err(error) => Err(error.into()),
    }
}

fn answer(socket: &Socket) -> Option<Outcome> {
    match recv(socket, &mut [0_u8; 1][..], RecvFlags::DONTWAIT) {
        Ok(_) => Some(Outcome {
            state: State::Open,
            reason: Reason::Answered,
        }),
        Err(Errno::AGAIN | Errno::INTR) => None,
        Err(error) => Some(refusal(&error.into())),
    }
}

fn refusal(error: &io::Error) -> Outcome {
    let number = error.raw_os_error().unwrap_or_default();
    let state = match is(error, Errno::CONNREFUSED) || is(error, Errno::CONNRESET) {
        true => State::Closed,
        // It is something on the way, or no way at all.
        false => State::Filtered,
    };
    Outcome {
        state,
        reason: Reason::System(number),
    }
}

/// Whether the system is short of what it will have again when something else has ended.
fn is_for_want(error: &io::Error) -> bool {
    let wants = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM];
    wants.into_iter().any(|want| is(error, want))
}

fn is_for_want_of_ports(error: &io::Error) -> bool {
    is(error, Errno::ADDRNOTAVAIL) || is(error, Errno::AGAIN)
}

fn is(error: &io::Error, errno: Errno) -> bool {
    Errno::from_io_error(error) == Some(errno)
}

fn no_room(error: &io::Error) -> Progress {
    Progress::NoRoom(error.raw_os_error().unwrap_or_default())
}

fn key(attempt: Attempt) -> u64 {
    (attempt.address as u64) << 32 | attempt.port as u64
}

/// nc's.
const QUESTION: &[u8] = b"X";
