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

use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::UdpSocket;

use super::{LIMITS, LaunchError};
use crate::net::datagrams::{Inbox, send_datagrams};
use crate::net::udp::{failed_destination, report_icmp};
use crate::net::{Clock, Trains, bind_udp};
use crate::proto::launch::pipeline::{Config, Ended, Input, Output, Pipeline, Sent, Tally};
use crate::proto::launch::{Pending, Session};
use crate::proto::link::{Limits, Rto, Seal, is_from};
use crate::proto::{Instant, Machine};
use crate::wire::rlaunch::{CallId, MAX_DATAGRAM};

/// Many calls to one server, side by side in one session.
pub struct LaunchPipeline {
    clock: Clock,
    socket: UdpSocket,
    server: SocketAddr,
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
    watch: Box<dyn FnMut(Passing<'_>)>,
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
}

impl LaunchPipeline {
    /// How a request is repeated where somebody waits for the answer.
    pub const LIMITS: Limits = LIMITS;

    /// A pipeline to `server`. Needs a tokio runtime. `rto` is what is known of the path, and `watch` is shown what
    /// happens.
    ///
    /// # Errors
    /// [`LaunchError::Socket`].
    pub fn new(
        clock: Clock,
        server: SocketAddr,
        seal: Seal,
        config: Config,
        rto: Rto,
        watch: impl FnMut(Passing<'_>) + 'static,
    ) -> Result<Self, LaunchError> {
        let socket = open(server).map_err(|source| LaunchError::Socket { server, source })?;
        Ok(Self {
            clock,
            socket,
            server,
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
            let due = self.machine.poll_timeout().unwrap_or(FAR);
            tokio::select! {
                biased;
                // An error shows itself when the socket is read.
                _ = self.socket.readable() => {}
                _ = self.socket.writable(), if !self.outgoing.is_empty() => {}
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
        self.machine.handle_timeout(self.clock.now());
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

    /// Shows the machine what has come, a few batches at most.
    fn receive(&mut self) {
        for _ in 0..BATCHES {
            let Self { socket, inbox, .. } = self;
            let mut count = 0;
            let read = socket.try_io(Interest::READABLE, || {
                count = inbox.fill(&*socket)?;
                // Fewer than there is room for: the socket is empty now.
                if count < Inbox::CAPACITY {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                Ok(())
            });
            if count > 0 {
                let now = self.clock.now();
                self.is_unreachable = false;
                for (from, bytes) in self.inbox.datagrams() {
                    if is_from(from, self.server) {
                        let rejected = self.machine.tally().rejected;
                        self.machine.handle(now, Input::Datagram(bytes));
                        if self.machine.tally().rejected > rejected {
                            (self.watch)(Passing::Ignored(bytes));
                        }
                    }
                }
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
                    (self.watch)(Passing::Sent(sent));
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
            socket,
            server,
            outgoing,
            bytes,
            trains,
            ..
        } = self;
        let (socket, server) = (&*socket, *server);
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
        while failed_destination(&self.socket).is_some() {
            is_of_earlier = true;
        }
        if !std::mem::replace(&mut self.is_unreachable, true) {
            (self.watch)(Passing::Unreachable(error));
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
const FAR: Instant = Instant::from_origin(std::time::Duration::MAX);
