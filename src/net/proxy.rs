//! A handshake with a proxy over a connection to it.

use std::io;
use std::ops::ControlFlow;

use thiserror::Error;
use tokio::io::Interest;

use super::{Clock, Endpoint, Port, drive};
use crate::proto::relay::proxy::{Handshake, Input, Output, Protocol, ProxyError};

/// Why there is no connection behind the proxy.
#[derive(Debug, Error)]
pub enum HandshakeError {
    /// The connection to the proxy broke.
    #[error("talk to the proxy")]
    Broken(#[from] io::Error),
    /// The proxy refused.
    #[error(transparent)]
    Refused(ProxyError),
}

/// Asks the proxy at the other end of `socket`. Returns what came right after its answer: the first bytes of the
/// connection.
///
/// # Errors
/// See [`HandshakeError`].
pub async fn shake_hands(
    clock: &Clock,
    protocol: impl Protocol,
    socket: &Endpoint,
) -> Result<Vec<u8>, HandshakeError> {
    let mut port = Proxy {
        socket,
        room: vec![0; READ_SIZE],
    };
    drive(clock, &mut Handshake::new(protocol), &mut port)
        .await?
        .map_err(HandshakeError::Refused)
}

struct Proxy<'a> {
    socket: &'a Endpoint,
    room: Vec<u8>,
}

impl<P: Protocol> Port<Handshake<P>> for Proxy<'_> {
    /// How many bytes came into the room.
    type Event = usize;
    type End = Result<Vec<u8>, ProxyError>;
    type Error = io::Error;

    async fn perform(&mut self, output: Output, bytes: &[u8]) -> io::Result<ControlFlow<Self::End>> {
        Ok(match output {
            Output::Send => {
                self.socket.write_all(bytes).await?;
                ControlFlow::Continue(())
            }
            Output::Established => ControlFlow::Break(Ok(bytes.to_vec())),
            Output::Failed(error) => ControlFlow::Break(Err(error)),
        })
    }

    async fn next(&mut self) -> io::Result<usize> {
        let Self { socket, room } = self;
        socket.when(Interest::READABLE, || socket.read(room)).await
    }

    fn input<'a>(&'a self, event: &'a usize) -> Input<'a> {
        match self.room.get(..*event) {
            Some(bytes) if !bytes.is_empty() => Input::Received(bytes),
            _ => Input::Closed,
        }
    }
}

const READ_SIZE: usize = 4096;
