//! A server of launches on a thread of its own.

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use tokio::net::UdpSocket;

use crate::net::launch::{Control, Handler, Launch, NotDone, Service};
use crate::net::runtime;
use crate::proto::launch::{Forgetful, Identity, Limits, Log, Outcome, Record, Server};
use crate::proto::link::Seal;

/// A server on loopback, on a thread of its own.
#[derive(Debug)]
pub struct Stand {
    address: SocketAddr,
    control: Control,
    thread: JoinHandle<io::Result<()>>,
}

/// An action that is over at once and comes to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Immediate;

impl Handler for Immediate {
    async fn run(&self, _: Launch) -> Result<Outcome, NotDone> {
        Ok(Outcome::default())
    }
}

impl Stand {
    /// One that keeps nothing.
    ///
    /// # Errors
    /// When there is no socket or thread.
    pub fn ephemeral(seal: Seal, limits: Limits) -> io::Result<Self> {
        let identity = Identity {
            instance: rand::random_range(1..=u64::MAX),
            secret: rand::random(),
        };
        Self::start(identity, seal, limits, Vec::new(), Forgetful::default())
    }

    /// One that goes on where `log`, in which `records` were found, ends.
    ///
    /// # Errors
    /// When there is no socket or thread.
    pub fn start<L>(
        identity: Identity,
        seal: Seal,
        limits: Limits,
        records: Vec<Record>,
        log: L,
    ) -> io::Result<Self>
    where
        L: Log<Error: Display> + Send + 'static,
    {
        let (report, reports) = mpsc::channel();
        let thread = thread::Builder::new().name("server".to_owned()).spawn(move || {
            runtime()?.block_on(async {
                let server = Server::new(identity, seal, limits, records, log.last());
                let socket = UdpSocket::bind("127.0.0.1:0").await?;
                let address = socket.local_addr()?;
                let (service, control) = Service::new(socket, server, log, Immediate, |_| {})?;
                let _ = report.send((address, control));
                service
                    .run()
                    .await
                    .map_err(|error| io::Error::other(error.to_string()))
            })
        })?;
        match reports.recv() {
            Ok((address, control)) => Ok(Self {
                address,
                control,
                thread,
            }),
            Err(_) => Err(io::Error::other("the server did not start")),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Has it finish what it has begun, and end.
    ///
    /// # Errors
    /// Why it had ended before.
    pub fn stop(self) -> io::Result<()> {
        self.control.drain();
        self.thread
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the server panicked")))
    }
}
