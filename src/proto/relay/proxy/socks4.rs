//! SOCKS 4, whose only description is a memo of NEC's ("SOCKS: A protocol for TCP proxy across firewalls"), and its
//! extension 4a, by which a name goes to the proxy.

use std::net::Ipv4Addr;

use super::{Heard, Host, Protocol, ProxyError, Target};
use crate::wire::Reader;

/// The protocol.
#[derive(Debug)]
pub struct Socks4 {
    target: Target,
    user: String,
}

impl Socks4 {
    /// Asks for `target` in the name of `user`: for an IPv4 address, or a name if the proxy knows 4a.
    pub fn new(target: Target, user: &str) -> Self {
        Self {
            target,
            user: user.to_owned(),
        }
    }
}

impl Protocol for Socks4 {
    fn open(&mut self) -> Result<Vec<u8>, ProxyError> {
        let (address, name) = match &self.target.host {
            Host::V4(address) => (*address, None),
            Host::Name(name) => (NO_ADDRESS, Some(name)),
            Host::V6(_) => return Err(ProxyError::Unspeakable("SOCKS 4")),
        };
        let mut request = vec![VERSION, CONNECT];
        request.extend(self.target.port.to_be_bytes());
        request.extend(address.octets());
        for text in [Some(&self.user), name].into_iter().flatten() {
            // A zero byte is where it ends.
            if text.len() > LONGEST_TEXT || text.contains('\0') {
                return Err(ProxyError::Unspeakable("SOCKS 4"));
            }
            request.extend(text.as_bytes());
            request.push(0);
        }
        Ok(request)
    }

    fn hear(&mut self, bytes: &mut Reader<'_>) -> Result<Heard, ProxyError> {
        let Ok(reply) = bytes.array::<REPLY_SIZE>() else {
            return Ok(Heard::More);
        };
        match reply {
            [0, GRANTED, ..] => Ok(Heard::Established),
            [0, code, ..] => Err(ProxyError::Socks4(code)),
            _ => Err(ProxyError::Malformed("SOCKS 4")),
        }
    }
}

const VERSION: u8 = 4;
const CONNECT: u8 = 1;
const GRANTED: u8 = 90;
const REPLY_SIZE: usize = 8;
/// What stands for an address when a name follows.
const NO_ADDRESS: Ipv4Addr = Ipv4Addr::new(0, 0, 0, 1);
const LONGEST_TEXT: usize = 255;

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::super::Output;
    use super::super::testing::{dialogue, outcome};
    use super::*;

    fn socks4(host: Host) -> Socks4 {
        Socks4::new(Target { host, port: 80 }, "")
    }

    #[test]
    fn the_request_has_port_address_and_an_empty_user() {
        let said = dialogue(socks4(Host::V4(Ipv4Addr::new(192, 0, 2, 1))), &[]);
        assert_eq!(said, [(Output::Send, vec![4, 1, 0, 80, 192, 0, 2, 1, 0])]);
    }

    #[test]
    fn a_name_follows_the_user() {
        let target = Target {
            host: Host::Name("a.test".to_owned()),
            port: 80,
        };
        let said = dialogue(Socks4::new(target, "me"), &[]);
        assert_eq!(
            said,
            [(Output::Send, b"\x04\x01\0\x50\0\0\0\x01me\0a.test\0".to_vec())]
        );
    }

    #[test]
    fn what_would_end_early_or_never_is_not_said() {
        for name in ["a\0b".to_owned(), "x".repeat(256)] {
            let said = dialogue(socks4(Host::Name(name)), &[]);
            assert_eq!(said[0].0, Output::Failed(ProxyError::Unspeakable("SOCKS 4")));
        }
    }

    #[test]
    fn the_reply_is_eight_bytes() {
        let host = Host::V4(Ipv4Addr::LOCALHOST);
        let granted = [0, 90, 0, 0, 0, 0, 0, 0, b'x'];
        assert_eq!(
            outcome(socks4(host.clone()), &[&granted]),
            (Output::Established, b"x".to_vec())
        );
        let refused = [0, 91, 0, 0, 0, 0, 0, 0];
        assert_eq!(
            outcome(socks4(host), &[&refused]).0,
            Output::Failed(ProxyError::Socks4(91))
        );
    }

    #[test]
    fn it_cannot_say_an_ipv6_address() {
        let said = outcome(socks4(Host::V6(Ipv6Addr::LOCALHOST)), &[]);
        assert_eq!(said.0, Output::Failed(ProxyError::Unspeakable("SOCKS 4")));
    }
}
