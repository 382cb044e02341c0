//! Connecting to a name: the machine of [`proto::race`](crate::proto::race) over a resolver and sockets.

use std::cell::RefCell;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use rustc_hash::FxHashMap;
use rustix::io::Errno;
use socket2::{SockAddr, Socket};
use thiserror::Error;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::task::{AbortHandle, JoinSet};

use super::dial::prepare;
use super::dns::{Family, LookupError, has_way};
use super::{Clock, DialError, Origin, Port, Resolver, SocketOptions, Transport, drive, sys};
use crate::proto::race::{Candidate, Input, Output, Race};

/// Whom to connect to by TCP, and how.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// A name, or whatever else a resolver makes addresses of.
    pub host: &'a str,
    /// The port.
    pub port: u16,
    /// Which addresses will do.
    pub family: Family,
    /// Where to come from, to an IPv4 and to an IPv6 address.
    pub from: (Origin, Origin),
    /// What the sockets are told.
    pub options: &'a SocketOptions,
    /// How long one attempt may take.
    pub patience: Option<Duration>,
}

/// Why there was no race to begin with.
#[derive(Debug, Error)]
pub enum RaceError {
    /// The host has no address.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// What the user asked of the sockets cannot be had.
    #[error(transparent)]
    Dial(#[from] DialError),
}

impl Named<'_> {
    /// Connects to the address that is the first to answer (RFC 8305); `failed` is told of each that did not. `None`
    /// if there was no such address. Needs a runtime.
    ///
    /// # Errors
    /// See [`RaceError`].
    pub async fn connect(
        &self,
        resolver: &Resolver,
        failed: &mut dyn FnMut(SocketAddr, &DialError),
    ) -> Result<Option<(OwnedFd, SocketAddr)>, RaceError> {
        let came = RefCell::new(Vec::new());
        let mut note = |addresses: Vec<SocketAddr>| came.borrow_mut().extend(addresses);
        let lookup = Box::pin(resolver.lookup_each(self.host, self.port, self.family, &mut note));
        let mut track = Track {
            named: self,
            lookup: Lookup::Going(lookup),
            came: &came,
            attempts: JoinSet::new(),
            handles: FxHashMap::default(),
            connected: FxHashMap::default(),
            failed,
        };
        drive(&Clock::start(), &mut Race::new(self.patience), &mut track).await
    }

    /// Begins to connect: true if that is done already.
    fn begin(&self, to: SocketAddr) -> Result<(Socket, bool), DialError> {
        let from = if to.is_ipv4() { self.from.0 } else { self.from.1 };
        let socket = prepare(Transport::Tcp, to, from, self.options)?;
        match socket.connect(&SockAddr::from(to)) {
            Ok(()) => Ok((socket, true)),
            Err(error) if Errno::from_io_error(&error) == Some(Errno::INPROGRESS) => Ok((socket, false)),
            Err(source) => Err(DialError::Refused { to, source }),
        }
    }
}

/// The world as the race sees it.
struct Track<'a, L> {
    named: &'a Named<'a>,
    lookup: Lookup<L>,
    /// What the lookup has found and the race was not told.
    came: &'a RefCell<Vec<SocketAddr>>,
    attempts: JoinSet<(SocketAddr, Result<OwnedFd, DialError>)>,
    handles: FxHashMap<SocketAddr, AbortHandle>,
    connected: FxHashMap<SocketAddr, OwnedFd>,
    failed: &'a mut dyn FnMut(SocketAddr, &DialError),
}

/// How far the lookup is.
enum Lookup<L> {
    Going(Pin<Box<L>>),
    Over,
    /// It is over, and the race knows.
    Told,
}

impl<L: Future<Output = Result<(), LookupError>>> Port<Race> for Track<'_, L> {
    type Event = Input;
    type End = Option<(OwnedFd, SocketAddr)>;
    type Error = RaceError;

    async fn perform(&mut self, output: Output, _: &[u8]) -> Result<ControlFlow<Self::End>, RaceError> {
        match output {
            Output::Connect(to) => {
                let begun = self.named.begin(to);
                let handle = self.attempts.spawn(async move {
                    let end = match begun {
                        Ok((socket, true)) => Ok(socket.into()),
                        Ok((socket, false)) => finish(socket, to).await,
                        Err(error) => Err(error),
                    };
                    (to, end)
                });
                self.handles.insert(to, handle);
            }
            Output::TimeOut(to) => {
                self.close(to);
                (self.failed)(to, &DialError::TimedOut { to });
            }
            Output::Close(to) => self.close(to),
            Output::Won(to) => {
                return Ok(ControlFlow::Break(
                    self.connected.remove(&to).map(|socket| (socket, to)),
                ));
            }
            Output::Lost => return Ok(ControlFlow::Break(None)),
        }
        Ok(ControlFlow::Continue(()))
    }

    async fn next(&mut self) -> Result<Input, RaceError> {
        loop {
            let came = std::mem::take(&mut *self.came.borrow_mut());
            if !came.is_empty() {
                let candidate = |address| Candidate {
                    address,
                    has_way: has_way(address),
                };
                return Ok(Input::Addresses(came.into_iter().map(candidate).collect()));
            }
            let Self {
                lookup,
                attempts,
                came,
                ..
            } = self;
            tokio::select! {
                biased;
                Some(end) = attempts.join_next() => {
                    // A task that was aborted has nothing to say.
                    if let Ok((to, end)) = end {
                        return self.ended(to, end);
                    }
                }
                input = poll_fn(|context| lookup.poll(context, came)) => {
                    if let Some(input) = input? {
                        return Ok(input);
                    }
                }
            }
        }
    }

    fn input<'a>(&'a self, event: &'a Input) -> Input {
        event.clone()
    }
}

impl<L> Track<'_, L> {
    fn ended(&mut self, to: SocketAddr, end: Result<OwnedFd, DialError>) -> Result<Input, RaceError> {
        self.handles.remove(&to);
        match end {
            Ok(socket) => {
                self.connected.insert(to, socket);
                Ok(Input::Connected(to))
            }
            Err(error @ (DialError::Bind(_) | DialError::Option { .. })) => Err(error.into()),
            Err(error) => {
                (self.failed)(to, &error);
                Ok(Input::Failed(to))
            }
        }
    }

    fn close(&mut self, to: SocketAddr) {
        if let Some(handle) = self.handles.remove(&to) {
            handle.abort();
        }
        self.connected.remove(&to);
    }
}

impl<L: Future<Output = Result<(), LookupError>>> Lookup<L> {
    /// Goes on until something was found, which is then in `came`, or it is over, which is told once.
    fn poll(
        &mut self,
        context: &mut Context<'_>,
        came: &RefCell<Vec<SocketAddr>>,
    ) -> Poll<Result<Option<Input>, LookupError>> {
        if let Self::Going(future) = self
            && let Poll::Ready(end) = future.as_mut().poll(context)
        {
            *self = Self::Over;
            end?;
        }
        match self {
            _ if !came.borrow().is_empty() => Poll::Ready(Ok(None)),
            Self::Over => {
                *self = Self::Told;
                Poll::Ready(Ok(Some(Input::Resolved)))
            }
            Self::Going(_) | Self::Told => Poll::Pending,
        }
    }
}

/// Waits for a connection to be there.
async fn finish(socket: Socket, to: SocketAddr) -> Result<OwnedFd, DialError> {
    let refused = |source| DialError::Refused { to, source };
    let watched: AsyncFd<OwnedFd> = sys::watch(socket.into()).map_err(|(_, error)| refused(error))?;
    let ready = watched.ready(Interest::WRITABLE).await.map_err(refused)?;
    drop(ready);
    let socket = Socket::from(watched.into_inner());
    match socket.take_error().map_err(refused)? {
        None => Ok(socket.into()),
        Some(error) => Err(refused(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::net::runtime;
    use crate::proto::dns::{Hosts, ResolvConf};

    fn connect(hosts: &str, port: u16, patience: Option<Duration>) -> (Option<SocketAddr>, Vec<SocketAddr>) {
        let conf = ResolvConf::parse("nameserver 127.0.0.1", None, None);
        let named = Named {
            host: "host.test",
            port,
            family: Family::Any,
            from: (Origin::default(), Origin::default()),
            options: &SocketOptions::default(),
            patience,
        };
        let mut failed = Vec::new();
        let connected = runtime().unwrap().block_on(async {
            let resolver = Resolver::new(conf, Hosts::parse(hosts), 1);
            named
                .connect(&resolver, &mut |to, _| failed.push(to))
                .await
                .unwrap()
        });
        (connected.map(|(_, to)| to), failed)
    }

    #[test]
    fn the_address_that_answers_is_connected_to_and_the_others_are_told() {
        let server = TcpListener::bind("127.0.0.2:0").unwrap();
        let at = server.local_addr().unwrap();
        let hosts = "127.0.0.1 host.test\n127.0.0.2 host.test\n";
        let (connected, failed) = connect(hosts, at.port(), None);
        assert_eq!(connected, Some(at));
        assert_eq!(failed, [SocketAddr::new("127.0.0.1".parse().unwrap(), at.port())]);
    }

    #[test]
    fn without_any_there_is_no_connection() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = server.local_addr().unwrap().port();
        drop(server);
        let (connected, failed) = connect("127.0.0.1 host.test\n127.0.0.2 host.test\n", port, None);
        assert_eq!((connected, failed.len()), (None, 2));
    }
}
