//! A connection between the standard streams and a socket: both lanes, run by the rules of `proto::relay`.

use std::convert::Infallible;
use std::io;
use std::ops::ControlFlow;
use std::rc::Rc;

use rustix::net::{Shutdown, shutdown};
use thiserror::Error;

use super::lane::{Lane, Step};
use super::stdio::{Endpoint, Kind};
use super::{Clock, Port, drive};
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
}

/// How a connection between two endpoints is to be run.
#[derive(Clone, Debug, Default)]
pub struct Relay {
    /// When it ends.
    pub rules: Rules,
    /// `-d`: standard input is not read.
    pub detached: bool,
    /// What is done to the bytes sent.
    pub up: Filter,
    /// What is done to the bytes received.
    pub down: Filter,
}

impl Relay {
    /// Moves bytes between the standard streams and `socket` until the rules say that it is over.
    ///
    /// # Errors
    /// The first thing that went wrong, if the session ended with something lost.
    pub async fn run(
        &self,
        clock: &Clock,
        stdin: Rc<Endpoint>,
        stdout: Rc<Endpoint>,
        socket: Rc<Endpoint>,
    ) -> Result<End, PumpError> {
        let up = Lane::new(stdin, Rc::clone(&socket), self.up.clone()).map_err(PumpError::Stdin)?;
        let down = Lane::new(Rc::clone(&socket), stdout, self.down.clone()).map_err(PumpError::Stdout)?;
        let mut pump = Pump {
            up: if self.detached { up.ended() } else { up },
            down,
            socket,
            fault: None,
            detached: self.detached,
        };
        let mut session = Session::new(self.rules.clone(), clock.now());
        let Ok(end) = drive(clock, &mut session, &mut pump).await;
        match pump.fault {
            Some(fault) if end == End::Lost => Err(fault),
            _ => Ok(end),
        }
    }
}

#[derive(Debug)]
struct Pump {
    up: Lane,
    down: Lane,
    socket: Rc<Endpoint>,
    fault: Option<PumpError>,
    /// Standard input counts as ended, which has not been reported yet.
    detached: bool,
}

impl Port<Session> for Pump {
    type Event = Input;
    type End = End;
    type Error = Infallible;

    async fn perform(&mut self, output: Output, _bytes: &[u8]) -> Result<ControlFlow<End>, Infallible> {
        match output {
            // A peer that is gone already is noticed by the lanes.
            Output::HalfClose => drop(shutdown(&*self.socket, Shutdown::Write)),
            Output::Finish => self.up.finish(),
            Output::Hold => self.up.hold(),
            Output::Release => self.up.release(),
            Output::End(end) => return Ok(ControlFlow::Break(end)),
        }
        Ok(ControlFlow::Continue(()))
    }

    async fn next(&mut self) -> Result<Input, Infallible> {
        if std::mem::take(&mut self.detached) {
            return Ok(Input::Ended(Direction::Up));
        }
        let (direction, step) = tokio::select! {
            step = self.up.next() => (Direction::Up, step),
            step = self.down.next() => (Direction::Down, step),
        };
        let replies = self.down.take_replies();
        self.up.put(&replies);
        let (input, fault) = match (direction, step) {
            (direction, Step::Moved) => return Ok(Input::Moved(direction)),
            (direction, Step::Ended) => return Ok(Input::Ended(direction)),
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
