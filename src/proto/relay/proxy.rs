//! Asking a proxy to connect on our behalf: SOCKS 4, 4a and 5 and HTTP's CONNECT, each a handshake before the first
//! byte of the connection itself.

mod challenge;
mod http_connect;
mod login;
mod socks4;
mod socks5;

use std::collections::VecDeque;
use std::net::{Ipv4Addr, Ipv6Addr};

use thiserror::Error;

pub use self::challenge::{Challenge, DigestChallenge};
pub use self::http_connect::{Answer, HttpConnect};
pub use self::login::{Credentials, Login};
pub use self::socks4::Socks4;
pub use self::socks5::Socks5;
use crate::proto::{Instant, Machine};
use crate::wire::{Reader, Truncated};

/// Whom the proxy is to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The host.
    pub host: Host,
    /// The port.
    pub port: u16,
}

/// A host as the proxy is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address.
    V6(Ipv6Addr),
    /// A name, which the proxy resolves.
    Name(String),
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// The proxy sent bytes.
    Received(&'a [u8]),
    /// The proxy closed the connection.
    Closed,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send the bytes.
    Send,
    /// The connection is there. The bytes came after the proxy's answer and belong to it.
    Established,
    /// It is not.
    Failed(ProxyError),
}

/// Why the proxy did not connect. The words are nc's where it has any.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProxyError {
    /// SOCKS 5: none of our methods will do.
    #[error("authentication method negotiation failed")]
    Method,
    /// SOCKS 5: the reply says why (RFC 1928 section 6).
    #[error("connection failed, SOCKSv5 error: {}", socks5::words(*.0))]
    Socks5(u8),
    /// SOCKS 4: the reply is a number.
    #[error("connection failed, SOCKSv4 error {0}")]
    Socks4(u8),
    /// HTTP: the status line.
    #[error("Proxy error: \"{0}\"")]
    Http(String),
    /// HTTP: the proxy wants to know who asks (status 407).
    #[error("Proxy error: \"{status}\"")]
    Unauthorized {
        /// The status line.
        status: String,
        /// How it can be told, if we know how.
        challenge: Option<Challenge>,
    },
    /// SOCKS 5: the proxy wants a password.
    #[error("the proxy wants a password")]
    PasswordWanted,
    /// SOCKS 5: the proxy does not know the user, or not by this password.
    #[error("the proxy refused the user or the password")]
    Stranger,
    /// What came is not in the protocol.
    #[error("the proxy does not speak {0}")]
    Malformed(&'static str),
    /// The connection to the proxy ended.
    #[error("the proxy closed the connection")]
    Closed,
    /// The host, the user or the password cannot be said in the protocol.
    #[error("{0} has no words for this host or user")]
    Unspeakable(&'static str),
}

/// One protocol: what it says first, and what it says to what it hears.
pub trait Protocol {
    /// The first words.
    ///
    /// # Errors
    /// When the protocol has no words for the target.
    fn open(&mut self) -> Result<Vec<u8>, ProxyError>;

    /// Reads one message. [`Heard::More`] when it is not all there yet.
    ///
    /// # Errors
    /// When it is a refusal, or no message.
    fn hear(&mut self, bytes: &mut Reader<'_>) -> Result<Heard, ProxyError>;
}

/// What a message means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The rest of it is to come.
    More,
    /// This is said next.
    Say(Vec<u8>),
    /// The connection is there.
    Established,
}

/// A handshake with a proxy.
#[derive(Debug)]
pub struct Handshake<P> {
    protocol: P,
    received: Vec<u8>,
    outputs: VecDeque<(Output, Vec<u8>)>,
    over: bool,
}

impl<P: Protocol> Handshake<P> {
    /// Begins: the first words are the first output.
    pub fn new(mut protocol: P) -> Self {
        let opening = protocol.open();
        let mut handshake = Self {
            protocol,
            received: Vec::new(),
            outputs: VecDeque::new(),
            over: false,
        };
        match opening {
            Ok(words) => handshake.outputs.push_back((Output::Send, words)),
            Err(error) => handshake.fail(error),
        }
        handshake
    }

    fn fail(&mut self, error: ProxyError) {
        self.over = true;
        self.outputs.push_back((Output::Failed(error), Vec::new()));
    }

    fn hear(&mut self) {
        while !self.over {
            let mut reader = Reader::new(&self.received);
            match self.protocol.hear(&mut reader) {
                Ok(Heard::More) if self.received.len() > LONGEST_MESSAGE => {
                    self.fail(ProxyError::Malformed("its protocol in so many words"));
                }
                Ok(Heard::More) => return,
                Ok(Heard::Say(words)) => {
                    let read = reader.position();
                    self.received.drain(..read);
                    self.outputs.push_back((Output::Send, words));
                }
                Ok(Heard::Established) => {
                    self.over = true;
                    self.outputs
                        .push_back((Output::Established, reader.rest().to_vec()));
                }
                Err(error) => self.fail(error),
            }
        }
    }
}

impl<P: Protocol> Machine for Handshake<P> {
    type Input<'a> = Input<'a>;
    type Output = Output;

    fn handle(&mut self, _now: Instant, input: Input<'_>) {
        if self.over {
            return;
        }
        match input {
            Input::Received(bytes) => {
                self.received.extend_from_slice(bytes);
                self.hear();
            }
            Input::Closed => self.fail(ProxyError::Closed),
        }
    }

    fn handle_timeout(&mut self, _now: Instant) {}

    fn poll_output(&mut self, bytes: &mut Vec<u8>) -> Option<Output> {
        let (output, words) = self.outputs.pop_front()?;
        bytes.extend_from_slice(&words);
        Some(output)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }
}

impl Heard {
    /// A message that is cut is one whose rest is to come.
    fn or_more(result: Result<Result<Self, ProxyError>, Truncated>) -> Result<Self, ProxyError> {
        result.unwrap_or(Ok(Self::More))
    }
}

/// The headers of an HTTP response; SOCKS needs far less.
const LONGEST_MESSAGE: usize = 64 << 10;

#[cfg(test)]
mod testing {
    use super::*;

    /// Everything that a handshake over `protocol` does when the proxy sends `chunks`, the bytes as text.
    pub(super) fn dialogue(protocol: impl Protocol, chunks: &[&[u8]]) -> Vec<(Output, Vec<u8>)> {
        let mut handshake = Handshake::new(protocol);
        let mut said = Vec::new();
        let mut drain = |handshake: &mut Handshake<_>| {
            let mut bytes = Vec::new();
            while let Some(output) = handshake.poll_output(&mut bytes) {
                said.push((output, std::mem::take(&mut bytes)));
            }
        };
        drain(&mut handshake);
        for chunk in chunks {
            handshake.handle(Instant::ZERO, Input::Received(chunk));
            drain(&mut handshake);
        }
        said
    }

    /// The last thing that such a handshake does.
    pub(super) fn outcome(protocol: impl Protocol, chunks: &[&[u8]]) -> (Output, Vec<u8>) {
        dialogue(protocol, chunks).pop().unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::testing::outcome;
    use super::*;

    fn target() -> Target {
        Target {
            host: Host::V4(Ipv4Addr::LOCALHOST),
            port: 9,
        }
    }

    #[test]
    fn a_proxy_that_goes_away_is_a_failure_said_once() {
        let mut handshake = Handshake::new(Socks5::new(target(), Login::Anonymous));
        handshake.handle(Instant::ZERO, Input::Closed);
        handshake.handle(Instant::ZERO, Input::Closed);
        let outputs: Vec<_> = std::iter::from_fn(|| handshake.poll_output(&mut Vec::new())).collect();
        assert_eq!(outputs, [Output::Send, Output::Failed(ProxyError::Closed)]);
    }

    #[test]
    fn a_proxy_that_never_comes_to_the_point_is_cut_off() {
        let endless = [b"HTTP/1.1 200 ".to_vec(), vec![b'x'; LONGEST_MESSAGE]].concat();
        let (end, _) = outcome(HttpConnect::new(target(), None), &[&endless]);
        assert!(matches!(end, Output::Failed(ProxyError::Malformed(_))));
    }
}
