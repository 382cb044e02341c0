//! The servers of a resolver: what is known of each, and how a lookup reaches them.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::time::Duration;

use rand::Rng;
use tokio::sync::Notify;

use super::core::Core;
use super::lock;
use crate::net::Port;
use crate::net::dns::{Exchange, ExchangeError, Notice, REMEMBERED, RETRANSMIT};
use crate::proto::dns::{Acquaintance, End, Input, Lookup, Mismatch, Output, Shelf, Transport};
use crate::proto::link::Rto;

/// A server.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) known: Mutex<Acquaintance>,
    /// Its timer, once it was needed.
    rto: Mutex<Option<Rto>>,
}

impl Server {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            known: Mutex::new(Acquaintance::new(rand::random())),
            rto: Mutex::new(None),
        }
    }

    /// Its retransmission timer, at first by what the shelf knows.
    fn rto(&self, shelf: Option<&dyn Shelf>) -> Rto {
        *lock(&self.rto).get_or_insert_with(|| {
            let known = shelf.and_then(|shelf| shelf.estimate(self.address));
            known.map_or_else(
                || Rto::new(RETRANSMIT),
                |known| Rto::remembering(REMEMBERED, known),
            )
        })
    }

    fn learn(&self, rtt: Duration, shelf: Option<&dyn Shelf>) {
        let mut rto = self.rto(shelf);
        rto.sample(rtt);
        lock(&self.rto).replace(rto);
        if let (Some(shelf), Some(estimate)) = (shelf, rto.estimate()) {
            shelf.learn(self.address, estimate);
        }
    }
}

/// The servers as a lookup sees them.
pub(super) struct Servers<'a> {
    core: &'a Core,
    asked: Option<Asked>,
}

impl<'a> Servers<'a> {
    pub(super) fn new(core: &'a Core) -> Self {
        Self { core, asked: None }
    }
}

struct Asked {
    server: usize,
    transport: Transport,
    timeout: Duration,
    query: Vec<u8>,
}

/// What came of asking a server.
pub(super) enum Came {
    Reply(Vec<u8>),
    WrongCase,
    TimedOut,
    Unreachable,
}

impl<R: Rng> Port<Lookup<R>> for Servers<'_> {
    type Event = Came;
    type End = (End, Vec<u8>);
    type Error = Infallible;

    async fn perform(&mut self, output: Output, bytes: &[u8]) -> Result<ControlFlow<Self::End>, Infallible> {
        Ok(match output {
            Output::Done(end) => ControlFlow::Break((end, bytes.to_vec())),
            Output::Ask {
                server,
                transport,
                timeout,
            } => {
                self.asked = Some(Asked {
                    server,
                    transport,
                    timeout,
                    query: bytes.to_vec(),
                });
                ControlFlow::Continue(())
            }
        })
    }

    async fn next(&mut self) -> Result<Came, Infallible> {
        let Some(asked) = &self.asked else {
            return std::future::pending().await;
        };
        let Some(server) = self.core.servers.get(asked.server) else {
            return Ok(Came::Unreachable);
        };
        let shelf = self.core.shelf.as_deref();
        let exchange = Exchange {
            transport: asked.transport,
            rto: server.rto(shelf),
            ..Exchange::new(&asked.query, server.address, asked.timeout)
        };
        let wrong_case = Notify::new();
        let mut notice = |notice: Notice<'_>| {
            if let Notice::Ignored {
                why: Mismatch::Case, ..
            } = notice
            {
                wrong_case.notify_one();
            }
        };
        let run = exchange.run(&self.core.clock, &mut notice);
        let ran = tokio::select! {
            biased;
            ran = run => ran,
            () = wrong_case.notified() => return Ok(Came::WrongCase),
        };
        Ok(match ran {
            Ok(reply) => {
                if let Some(rtt) = reply.rtt {
                    server.learn(rtt, shelf);
                }
                Came::Reply(reply.message)
            }
            Err(ExchangeError::TimedOut { .. }) => Came::TimedOut,
            Err(_) => Came::Unreachable,
        })
    }

    fn input<'a>(&'a self, event: &'a Came) -> Input<'a> {
        match event {
            Came::Reply(message) => Input::Reply(message),
            Came::WrongCase => Input::WrongCase,
            Came::TimedOut => Input::TimedOut,
            Came::Unreachable => Input::Unreachable,
        }
    }
}
