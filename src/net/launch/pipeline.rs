//! Many once-only calls at once over one socket: [`proto::launch::pipeline`](crate::proto::launch::pipeline) with
//! `sendmmsg` and `recvmmsg`.
//!
//! What has arrived is looked at before any timer: a process that was held up does not ask again for what already
//! waits in its socket. What ICMP says of a server is told, and otherwise treated as loss: a server that was killed
//! may come back.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::ops::Range;
use std::os::fd::AsFd;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::UdpSocket;

use super::{LIMITS, LaunchError};
use crate::net::datagrams::{Inbox, send_datagrams};
use crate::net::udp::{failed_destination, report_icmp};
use crate::net::{Clock, Trains, bind_udp};
use crate::proto::launch::pipeline::{Config, Ended, Input, Output, Pipeline, Sent, Tally};
use crate::proto::launch::{Pending, Ring, Session};
use crate::proto::link::{Limits, Rto, Seal, is_from};
use crate::proto::{Instant, Machine};
use crate::wire::rlaunch::{CallId, MAX_DATAGRAM};

/// Many calls to one store, side by side in one session, asked at one of the addresses at which it may be.
///
/// An address that is silent, or busy for long, is left for the next: the id of a call names its store, so that a
/// server with another one refuses it.
pub struct LaunchPipeline {
    clock: Clock,
    /// The addresses, each with its socket.
    places: Vec<(SocketAddr, UdpSocket)>,
    ring: Ring,
    /// When something was sent to the one that is asked after which nothing was heard of it.
    unheard: Option<Instant>,
    machine: Pipeline,
    inbox: Inbox,
    /// What is to be sent: the parts of `bytes` from `sent` on.
    outgoing: Vec<Range<usize>>,
    sent: usize,
    bytes: Vec<u8>,
    trains: Trains,
    news: VecDeque<News>,
    /// The network said that nobody is there, and nothing was heard since.
    is_unreachable: bool,
    watch: Box<dyn FnMut(SocketAddr, Passing<'_>)>,
}

/// What the owner is to know of.
#[derive(Debug)]
pub enum News {
    /// A session was opened.
    Opened(Session),
    /// A call is about to be sent, and is to be noted before: see [`LaunchPipeline::noted`].
    Begun {
        /// Its number.
        number: u64,
        /// The random id of the server's store.
        instance: u64,
        /// Its id there.
        call: CallId,
    },
    /// A call is over.
    Ended(Ended),
    /// The session is closed, as far as it is going to be.
    Closed,
}

/// What happens meanwhile.
#[derive(Debug)]
pub enum Passing<'a> {
    /// Something is sent.
    Sent(Sent),
    /// A datagram of the server's was ignored: it is none, or was made with another key.
    Ignored(&'a [u8]),
    /// The network says that the server cannot be reached. Told once, until something is heard of it again.
    Unreachable(&'a io::Error),
    /// It does not answer, is busy for long, or has another store: the next is asked, at this address.
    Left(SocketAddr),
}

impl LaunchPipeline {
    /// How a request is repeated where somebody waits for the answer.
    pub const LIMITS: Limits = LIMITS;

    /// A pipeline to the store at `servers`: the same one at each of these addresses, or a different one. Needs a
    /// tokio runtime. `rto` is what is known of the path to the first, and `watch` is shown what happens, and at
    /// which address.
    ///
    /// # Errors
    /// [`LaunchError::Socket`], if none of them can be asked.
    pub fn new(
        clock: Clock,
        servers: &[SocketAddr],
        seal: Seal,
        config: Config,
        rto: Rto,
        watch: impl FnMut(SocketAddr, Passing<'_>) + 'static,
    ) -> Result<Self, LaunchError> {
        let (mut places, mut failed) = (Vec::new(), None);
        for server in servers.iter().copied() {
            match open(server) {
                Ok(socket) => places.push((server, socket)),
                Err(source) => failed = Some(LaunchError::Socket { server, source }),
            }
        }
        if let Some(error) = failed.filter(|_| places.is_empty()) {
            return Err(error);
        }
        Ok(Self {
            clock,
            ring: Ring::new(places.len(), 0),
            places,
            unheard: None,
            machine: Pipeline::new(config, seal, rto, rand::random()),
            inbox: Inbox::with_room(ROOM),
            outgoing: Vec::new(),
            sent: 0,
            bytes: Vec::new(),
            trains: Trains::default(),
            news: VecDeque::new(),
            is_unreachable: false,
            watch: Box::new(watch),
        })
    }

    /// Whether another call may be begun or resumed.
    pub fn has_room(&self) -> bool {
        self.machine.has_room()
    }

    /// How many calls are queued or asked for.
    pub fn in_hand(&self) -> usize {
        self.machine.in_hand()
    }

    /// What was sent and measured.
    pub fn tally(&self) -> Tally {
        self.machine.tally()
    }

    /// The estimator of the path.
    pub fn rto(&self) -> Rto {
        self.machine.rto()
    }

    /// The address that is asked.
    pub fn server(&self) -> SocketAddr {
        self.places
            .get(self.ring.here())
            .map_or(NOWHERE, |(server, _)| *server)
    }

    /// Begins a call. `number` is told with its ending. Sent by the next [`wait`](Self::wait).
    pub fn begin(&mut self, number: u64, payload: &[u8]) {
        self.input(Input::Begin { number, payload });
    }

    /// Asks again for a call that an earlier run began.
    pub fn resume(&mut self, number: u64, pending: &Pending) {
        self.input(Input::Resume { number, pending });
    }

    /// Every call that [`News::Begun`] has told of is noted, durably.
    pub fn noted(&mut self) {
        self.input(Input::Noted);
    }

    /// The result of a call was handed on.
    pub fn settle(&mut self, number: u64) {
        self.input(Input::Settled(number));
    }

    /// No call will follow; [`News::Closed`] tells when the server knows.
    pub fn close(&mut self) {
        self.input(Input::Close);
    }

    /// The next piece of news, if there is one.
    pub fn news(&mut self) -> Option<News> {
        self.news.pop_front()
    }

    /// Sends, receives and repeats until there is news. Dropping the future loses nothing.
    pub async fn wait(&mut self) {
        loop {
            self.turn();
            if !self.news.is_empty() {
                return;
            }
            let due = [self.machine.poll_timeout(), self.patience()]
                .into_iter()
                .flatten()
                .min();
            let due = due.unwrap_or(FAR);
            let Some((_, socket)) = self.places.get(self.ring.here()) else {
                return;
            };
            tokio::select! {
                biased;
                // An error shows itself when the socket is read.
                _ = socket.readable() => {}
                _ = socket.writable(), if !self.outgoing.is_empty() => {}
                () = self.clock.sleep_until(due) => {}
            }
        }
    }

    fn input(&mut self, input: Input<'_>) {
        self.machine.handle(self.clock.now(), input);
    }

    /// Takes what has come, does what is due, and sends what is to be sent.
    fn turn(&mut self) {
        self.receive();
        let now = self.clock.now();
        if self.patience().is_some_and(|over| now >= over) {
            self.ring.silent();
            self.left();
        }
        self.machine.handle_timeout(now);
        loop {
            self.send();
            if !self.outgoing.is_empty() {
                return;
            }
            self.drain();
            if self.outgoing.is_empty() {
                return;
            }
        }
    }

    /// When the one that is asked has been silent for so long that the next is asked, if there is one: as long as
    /// three attempts take.
    fn patience(&self) -> Option<Instant> {
        let unheard = self.unheard.filter(|_| self.ring.has_others())?;
        Some(
            unheard
                + self
                    .machine
                    .rto()
                    .timeout()
                    .saturating_mul((1 << Ring::ATTEMPTS) - 1),
        )
    }

    /// The ring has moved on.
    fn left(&mut self) {
        (self.unheard, self.is_unreachable) = (None, false);
        let next = self.server();
        (self.watch)(next, Passing::Left(next));
    }

    /// Shows the machine a datagram of the server's, unless it only says that the calls are not of its store.
    fn heard(&mut self, now: Instant, bytes: &[u8]) {
        if self.ring.has_others()
            && let Some(is_for_new) = self.machine.is_elsewhere(bytes)
        {
            // Where new calls are asked for, those of another store wait in vain, and nobody says that they are gone.
            if !is_for_new && self.ring.foreign() {
                self.left();
            }
            return;
        }
        let Tally { rejected, busy, .. } = self.machine.tally();
        self.machine.handle(now, Input::Datagram(bytes));
        let tally = self.machine.tally();
        if tally.rejected > rejected {
            let server = self.server();
            (self.watch)(server, Passing::Ignored(bytes));
            return;
        }
        self.unheard = None;
        if tally.busy == busy {
            self.ring.heard();
        } else if self.ring.busy(now, Duration::ZERO).is_some() {
            self.left();
        }
    }

    /// Shows the machine what has come, a few batches at most.
    fn receive(&mut self) {
        for _ in 0..BATCHES {
            let Some((server, socket)) = self.places.get(self.ring.here()) else {
                return;
            };
            let (server, inbox) = (*server, &mut self.inbox);
            let mut count = 0;
            let read = socket.try_io(Interest::READABLE, || {
                count = inbox.fill(socket)?;
                // Fewer than there is room for: the socket is empty now.
                if count < Inbox::CAPACITY {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                Ok(())
            });
            if count > 0 {
                let now = self.clock.now();
                self.is_unreachable = false;
                let inbox = std::mem::replace(&mut self.inbox, Inbox::with_room(0));
                for (from, bytes) in inbox.datagrams() {
                    if is_from(from, server) {
                        self.heard(now, bytes);
                    }
                }
                self.inbox = inbox;
            }
            match read {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) => {
                    self.unreachable(&error);
                }
            }
        }
    }

    /// Collects what the machine wants sent, and what it has to tell.
    fn drain(&mut self) {
        self.bytes.clear();
        loop {
            let start = self.bytes.len();
            match self.machine.poll_output(&mut self.bytes) {
                None => return,
                Some(Output::Send(sent)) => {
                    let server = self.server();
                    (self.watch)(server, Passing::Sent(sent));
                    self.outgoing.push(start..self.bytes.len());
                }
                Some(Output::Opened(session)) => self.news.push_back(News::Opened(session)),
                Some(Output::Begun {
                    number,
                    instance,
                    call,
                }) => self.news.push_back(News::Begun {
                    number,
                    instance,
                    call,
                }),
                Some(Output::Ended(ended)) => self.news.push_back(News::Ended(ended)),
                Some(Output::Closed) => self.news.push_back(News::Closed),
            }
        }
    }

    /// Sends what was collected; what finds no room stays, and the socket's readiness wakes us.
    fn send(&mut self) {
        if self.sent < self.outgoing.len() {
            self.unheard.get_or_insert_with(|| self.clock.now());
        }
        while self.sent < self.outgoing.len() {
            match self.send_some() {
                Ok(count) => self.sent += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) => {
                    // What ICMP said of an earlier datagram fails this one only once.
                    if !self.unreachable(&error) {
                        self.sent += 1;
                    }
                }
            }
        }
        self.outgoing.clear();
        self.sent = 0;
    }

    /// Sends the next datagrams: those of one size as one train, any others with one call. How many.
    fn send_some(&mut self) -> io::Result<usize> {
        let Self {
            places,
            ring,
            outgoing,
            bytes,
            trains,
            ..
        } = self;
        let Some((server, socket)) = places.get(ring.here()) else {
            return Err(io::ErrorKind::AddrNotAvailable.into());
        };
        let server = *server;
        let rest = outgoing.get(self.sent..).unwrap_or_default();
        let together = trains.next(rest.iter().map(Range::len));
        if let (Some(first), Some(last)) = (rest.first(), rest.get(together.saturating_sub(1)))
            && together > 1
        {
            let train = [IoSlice::new(bytes.get(first.start..last.end).unwrap_or_default())];
            let send = || trains.send_as(socket.as_fd(), Some(server), &train, first.len());
            if socket.try_io(Interest::WRITABLE, send)? {
                return Ok(together);
            }
        }
        let datagrams = rest
            .iter()
            .map(|range| (server, bytes.get(range.clone()).unwrap_or_default()));
        socket.try_io(Interest::WRITABLE, || send_datagrams(socket, datagrams))
    }

    /// Takes note of an error of the socket. Whether it was about a datagram that had been sent before.
    fn unreachable(&mut self, error: &io::Error) -> bool {
        let mut is_of_earlier = false;
        if let Some((_, socket)) = self.places.get(self.ring.here()) {
            while failed_destination(socket).is_some() {
                is_of_earlier = true;
            }
        }
        if !std::mem::replace(&mut self.is_unreachable, true) {
            let server = self.server();
            (self.watch)(server, Passing::Unreachable(error));
            // Once: when all are unreachable, each waits for as long as one that is silent.
            if !self.ring.silent() {
                self.left();
            }
        }
        is_of_earlier
    }
}

fn open(server: SocketAddr) -> io::Result<UdpSocket> {
    let socket = bind_udp(server, None)?;
    report_icmp(&socket)?;
    // As much as the system allows: replies that come together must not be lost here.
    let _ = SockRef::from(&socket).set_recv_buffer_size(RECEIVE_BUFFER);
    Ok(socket)
}

/// A longer datagram is none of rlaunch's: what is cut off is not missed.
const ROOM: usize = MAX_DATAGRAM + 1;
const RECEIVE_BUFFER: usize = 1 << 20;
/// How many batches are read before what they bring is told.
const BATCHES: usize = 4;
/// A timer that is not armed.
/// Where nobody is asked: there is always an address.
const NOWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0);
const FAR: Instant = Instant::from_origin(Duration::MAX);
