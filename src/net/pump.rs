//! A connection between the standard streams and a socket: both lanes, run by the rules of `proto::relay`.

use std::convert::Infallible;
use std::io;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use super::endpoint::{Endpoint, Kind};
use super::lane::{Lane, Step};
use super::stage::Work;
use super::{Clock, Dump, Meter, Port, Stdio, drive, settle};
use crate::proto::relay::{Direction, End, Filter, Input, Output, Rules, Session};

/// What was lost, and where.
#[derive(Debug, Error)]
pub enum PumpError {
    /// The connection broke while it was read.
    #[error("read from the network")]
    NetworkRead(#[source] io::Error),
    /// The peer did not take what was sent.
    #[error("write to the network")]
    NetworkWrite(#[source] io::Error),
    /// Standard input could not be read.
    #[error("read standard input")]
    Stdin(#[source] io::Error),
    /// Standard output does not take more.
    #[error("write to standard output")]
    Stdout(#[source] io::Error),
    /// The file of `--hex-dump` does not take more.
    #[error("write the hex dump")]
    HexDump(#[source] io::Error),
}

/// Who of several clients standard input goes to: the one that has been there longest, as if they were served
/// one after another.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Semaphore>);

impl Turns {
    /// Nobody is waiting.
    pub fn new() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }

    /// A place at the end of the queue. It is taken when it is first waited for.
    fn queue(&self) -> Turn {
        Turn::Waiting(Box::pin(Arc::clone(&self.0).acquire_owned()))
    }
}

impl Default for Turns {
    fn default() -> Self {
        Self::new()
    }
}

/// How a connection between two endpoints is to be run.
#[derive(Clone, Debug, Default)]
pub struct Relay {
    /// When it ends.
    pub rules: Rules,
    /// `-d`: standard input is not read.
    pub detached: bool,
    /// `--send-only`: what is received goes nowhere.
    pub mute: bool,
    /// `--hex-dump`: what gets a copy of all that passes.
    pub dump: Option<Dump>,
    /// What the peer has sent already.
    pub early: Vec<u8>,
    /// What is done to the bytes sent.
    pub up: Filter,
    /// What is done to the bytes received.
    pub down: Filter,
}

impl Relay {
    /// Whether nobody here has to see the bytes, or that they move.
    pub fn is_transparent(&self) -> bool {
        let Rules {
            idle,
            abandon,
            pause,
            limit,
            ..
        } = &self.rules;
        let watched = idle.is_some() || abandon.is_some() || pause.is_some() || limit.is_some();
        let seen = !self.up.is_none() || !self.down.is_none() || self.dump.is_some();
        !watched && !seen && !self.mute && self.early.is_empty()
    }

    /// Moves bytes between the standard streams and `socket` until the rules say that it is over. With `turns`
    /// standard input is read only when it is this connection's turn.
    ///
    /// # Errors
    /// The first thing that went wrong, if the session ended with something lost.
    pub async fn run(
        &self,
        clock: &Clock,
        stdio: &Stdio,
        socket: Rc<Endpoint>,
        turns: Option<&Turns>,
    ) -> Result<End, PumpError> {
        self.run_metered(clock, stdio, socket, turns, &Meter::default())
            .await
    }

    /// The same, and counts in `meter` what moves.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_metered(
        &self,
        clock: &Clock,
        stdio: &Stdio,
        socket: Rc<Endpoint>,
        turns: Option<&Turns>,
        meter: &Meter,
    ) -> Result<End, PumpError> {
        let stdin = Rc::clone(&stdio.stdin);
        let stdout = if self.mute {
            Rc::new(Endpoint::nowhere().map_err(PumpError::Stdout)?)
        } else {
            Rc::clone(&stdio.stdout)
        };
        let (tap_up, tap_down) = self
            .dump
            .as_ref()
            .map(|dump| dump.connection(socket.peer()))
            .unzip();
        let work = Work {
            filter: self.up.clone(),
            tap: tap_up,
            each: false,
        };
        let up = Lane::new(stdin, Rc::clone(&socket), work, meter.up());
        let mut up = up.map_err(PumpError::Stdin)?;
        let work = Work {
            filter: self.down.clone(),
            tap: tap_down,
            // Whoever counts datagrams gets them one by one.
            each: self.rules.limit.is_some(),
        };
        let down = Lane::new(Rc::clone(&socket), stdout, work, meter.down());
        let mut down = down.map_err(PumpError::Stdout)?;
        down.preload(&self.early).map_err(PumpError::Stdout)?;
        let turn = match turns {
            _ if self.detached => {
                up.end();
                Turn::Refused
            }
            Some(turns) => {
                up.hold();
                turns.queue()
            }
            None => Turn::Alone,
        };
        let mut pump = Pump {
            up,
            down,
            socket,
            turn,
            dump: self.dump.clone(),
            fault: None,
        };
        let mut session = Session::new(self.rules.clone(), clock.now());
        let Ok(end) = drive(clock, &mut session, &mut pump).await;
        pump.close();
        let Pump { socket, fault, .. } = pump;
        let settled = match (fault, end) {
            (Some(fault), End::Lost) => Err(fault),
            (Some(fault @ PumpError::HexDump(_)), _) => Err(fault),
            (_, End::Lost | End::Abandoned) => Ok(end),
            _ => settle(&socket, end, self.rules.idle.or(self.rules.abandon)).await,
        };
        if settled.as_ref().is_ok_and(|end| *end != End::Lost) {
            socket.farewell().await;
        }
        settled
    }
}

/// Waits for what was sent to arrive, unless the time was up: then what has not arrived is lost.
async fn settle(socket: &Endpoint, end: End, idle: Option<Duration>) -> Result<End, PumpError> {
    let delivered = match end {
        End::Idle | End::Lingered => match settle::unacknowledged(socket) {
            Ok(0) => Ok(()),
            Ok(_) => Err(io::ErrorKind::TimedOut.into()),
            Err(error) => Err(error),
        },
        End::Complete | End::Limit | End::Lost | End::Abandoned => settle::delivered(socket, idle).await,
    };
    delivered.map(|()| end).map_err(PumpError::NetworkWrite)
}

struct Pump {
    up: Lane,
    down: Lane,
    socket: Rc<Endpoint>,
    turn: Turn,
    dump: Option<Dump>,
    fault: Option<PumpError>,
}

impl Pump {
    /// Ends the last line of the dump, and sees whether all of it could be written.
    fn close(&mut self) {
        if let Some(dump) = &self.dump {
            dump.flush();
            self.note_dump_error();
        }
    }

    fn note_dump_error(&mut self) -> bool {
        let error = self.dump.as_ref().and_then(Dump::take_error);
        let broken = error.is_some();
        if let Some(error) = error {
            self.fault.get_or_insert(PumpError::HexDump(error));
        }
        broken
    }
}

/// Whether this connection may read standard input.
enum Turn {
    /// Nobody else does.
    Alone,
    /// Others wait for it to end.
    Mine {
        _permit: OwnedSemaphorePermit,
    },
    Waiting(Pin<Box<dyn Future<Output = Result<OwnedSemaphorePermit, AcquireError>>>>),
    /// It never will, which has not been reported yet.
    Refused,
    /// It does not any more.
    Over,
}

impl Turn {
    /// Waits for the turn to come. Cancel-safe: the place in the queue is kept.
    async fn come(&mut self) {
        match self {
            Self::Waiting(turn) => match turn.await {
                Ok(permit) => *self = Self::Mine { _permit: permit },
                Err(_never_closed) => *self = Self::Over,
            },
            _ => std::future::pending().await,
        }
    }
}

impl Port<Session> for Pump {
    type Event = Input;
    type End = End;
    type Error = Infallible;

    async fn perform(&mut self, output: Output, _bytes: &[u8]) -> Result<ControlFlow<End>, Infallible> {
        match output {
            Output::HalfClose => self.socket.half_close(),
            Output::Finish if matches!(self.turn, Turn::Waiting(_)) => {
                self.up.end();
                self.turn = Turn::Refused;
            }
            Output::Finish => self.up.finish(),
            Output::Hold => self.up.hold(),
            Output::Release => self.up.release(),
            Output::End(end) => return Ok(ControlFlow::Break(end)),
        }
        Ok(ControlFlow::Continue(()))
    }

    async fn next(&mut self) -> Result<Input, Infallible> {
        if let Turn::Refused = self.turn {
            self.turn = Turn::Over;
            return Ok(Input::Ended(Direction::Up));
        }
        let (direction, step) = loop {
            let pause = async {
                match &self.dump {
                    Some(dump) => dump.pause().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                step = self.up.next() => break (Direction::Up, step),
                step = self.down.next() => break (Direction::Down, step),
                () = self.turn.come() => self.up.release(),
                () = pause => {
                    if let Some(dump) = &self.dump {
                        dump.flush();
                    }
                }
            }
        };
        if self.note_dump_error() {
            return Ok(Input::Broke);
        }
        let replies = self.down.take_replies();
        self.up.put(&replies);
        let (input, fault) = match (direction, step) {
            (direction, Step::Moved) => return Ok(Input::Moved(direction)),
            (Direction::Up, Step::Ended) => {
                self.turn = Turn::Over;
                return Ok(Input::Ended(Direction::Up));
            }
            (Direction::Down, Step::Ended) => {
                self.down.pass_end();
                return Ok(Input::Ended(Direction::Down));
            }
            (Direction::Up, Step::Broke(error)) => (Input::Broke, PumpError::Stdin(error)),
            (Direction::Down, Step::Broke(error)) => (Input::Broke, PumpError::NetworkRead(error)),
            // Datagrams have no end to wait for.
            (Direction::Up, Step::Refused(error)) if self.socket.kind() == Kind::Messages => {
                (Input::Broke, PumpError::NetworkWrite(error))
            }
            (Direction::Up, Step::Refused(error)) => {
                (Input::Refused(Direction::Up), PumpError::NetworkWrite(error))
            }
            (Direction::Down, Step::Refused(error)) => {
                (Input::Refused(Direction::Down), PumpError::Stdout(error))
            }
        };
        self.fault.get_or_insert(fault);
        Ok(input)
    }

    fn input<'a>(&'a self, event: &'a Input) -> Input {
        *event
    }
}
