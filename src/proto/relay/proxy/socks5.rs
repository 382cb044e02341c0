//! SOCKS 5 (RFC 1928), without authentication, as nc speaks it. A reply that names its bound address is read as
//! well, which nc gives up on.

use super::{Heard, Host, Protocol, ProxyError, Target};
use crate::wire::{Reader, Truncated};

/// The protocol.
#[derive(Debug)]
pub struct Socks5 {
    target: Target,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Greeted,
    Asked,
}

impl Socks5 {
    /// Asks for `target`; a name is resolved by the proxy.
    pub fn new(target: Target) -> Self {
        Self {
            target,
            state: State::Greeted,
        }
    }

    /// RFC 1928 section 4.
    fn request(&self) -> Result<Vec<u8>, ProxyError> {
        let mut request = vec![VERSION, CONNECT, 0];
        match &self.target.host {
            Host::V4(address) => {
                request.push(V4);
                request.extend(address.octets());
            }
            Host::V6(address) => {
                request.push(V6);
                request.extend(address.octets());
            }
            Host::Name(name) => {
                let length = u8::try_from(name.len()).map_err(|_| ProxyError::Unspeakable("SOCKS 5"))?;
                request.extend([NAME, length]);
                request.extend(name.as_bytes());
            }
        }
        request.extend(self.target.port.to_be_bytes());
        Ok(request)
    }
}

impl Protocol for Socks5 {
    fn open(&mut self) -> Result<Vec<u8>, ProxyError> {
        self.request()?;
        Ok(vec![VERSION, 1, NO_AUTHENTICATION])
    }

    fn hear(&mut self, bytes: &mut Reader<'_>) -> Result<Heard, ProxyError> {
        match self.state {
            State::Greeted => {
                let Ok([version, method]) = bytes.array() else {
                    return Ok(Heard::More);
                };
                expect_version(version)?;
                if method != NO_AUTHENTICATION {
                    return Err(ProxyError::Method);
                }
                self.state = State::Asked;
                Ok(Heard::Say(self.request()?))
            }
            State::Asked => Heard::or_more(reply(bytes)),
        }
    }
}

/// RFC 1928 section 6. The address is of no use, but must be passed over.
fn reply(bytes: &mut Reader<'_>) -> Result<Result<Heard, ProxyError>, Truncated> {
    let [version, code] = bytes.array()?;
    if let Err(error) = expect_version(version) {
        return Ok(Err(error));
    }
    if code != SUCCEEDED {
        return Ok(Err(ProxyError::Socks5(code)));
    }
    let [_reserved, address_type] = bytes.array()?;
    let length = match address_type {
        V4 => 4,
        V6 => 16,
        NAME => usize::from(bytes.u8()?),
        _ => return Ok(Err(ProxyError::Malformed("SOCKS 5"))),
    };
    bytes.skip(length + PORT_SIZE)?;
    Ok(Ok(Heard::Established))
}

fn expect_version(version: u8) -> Result<(), ProxyError> {
    if version == VERSION {
        Ok(())
    } else {
        Err(ProxyError::Malformed("SOCKS 5"))
    }
}

/// What a reply code means.
pub(super) fn words(code: u8) -> &'static str {
    match code {
        1 => "General SOCKS server failure",
        2 => "Connection not allowed by ruleset",
        3 => "Network unreachable",
        4 => "Host unreachable",
        5 => "Connection refused",
        6 => "TTL expired",
        7 => "Command not supported",
        8 => "Address type not supported",
        _ => "Unknown error",
    }
}

const VERSION: u8 = 5;
const NO_AUTHENTICATION: u8 = 0;
const CONNECT: u8 = 1;
const SUCCEEDED: u8 = 0;
const V4: u8 = 1;
const NAME: u8 = 3;
const V6: u8 = 4;
const PORT_SIZE: usize = 2;

#[cfg(test)]
mod tests {
    use super::super::Output;
    use super::super::testing::{dialogue, outcome};
    use super::*;

    fn named() -> Socks5 {
        Socks5::new(Target {
            host: Host::Name("a.test".to_owned()),
            port: 0x1234,
        })
    }

    const AGREED: &[u8] = &[5, 0];

    #[test]
    fn a_name_goes_to_the_proxy_unresolved() {
        let said = dialogue(named(), &[AGREED]);
        let request = b"\x05\x01\x00\x03\x06a.test\x12\x34".to_vec();
        assert_eq!(said, [(Output::Send, vec![5, 1, 0]), (Output::Send, request)]);
    }

    #[test]
    fn bytes_glued_to_the_reply_belong_to_the_connection() {
        for bound in [
            &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0][..],
            &[&[5, 0, 0, 4][..], &[0; 18]].concat(),
            b"\x05\x00\x00\x03\x04host\x00\x00",
        ] {
            let chunk = [bound, b"early"].concat();
            assert_eq!(
                outcome(named(), &[AGREED, &chunk]),
                (Output::Established, b"early".to_vec())
            );
        }
    }

    #[test]
    fn a_reply_may_be_cut_anywhere() {
        let bytes = [AGREED, &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]].concat();
        let chunks: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(outcome(named(), &chunks).0, Output::Established);
    }

    #[test]
    fn refusals_say_why() {
        let failed = |chunks: &[&[u8]]| match outcome(named(), chunks).0 {
            Output::Failed(error) => error.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(
            failed(&[AGREED, &[5, 5]]),
            "connection failed, SOCKSv5 error: Connection refused"
        );
        assert_eq!(failed(&[&[5, 255]]), "authentication method negotiation failed");
        assert_eq!(failed(&[b"HTTP"]), "the proxy does not speak SOCKS 5");
    }

    #[test]
    fn a_name_that_is_too_long_is_not_sent() {
        let target = Target {
            host: Host::Name("x".repeat(256)),
            port: 1,
        };
        let said = dialogue(Socks5::new(target), &[]);
        assert_eq!(
            said,
            [(Output::Failed(ProxyError::Unspeakable("SOCKS 5")), Vec::new())]
        );
    }
}
