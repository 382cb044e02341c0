//! SOCKS 5 (RFC 1928), with a user and a password if need be (RFC 1929). A reply that names its bound address is read
//! as well, which nc gives up on.

use super::{Credentials, Heard, Host, Login, Protocol, ProxyError, Target};
use crate::wire::{Reader, Truncated};

/// The protocol.
#[derive(Debug)]
pub struct Socks5 {
    target: Target,
    login: Login,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Greeted,
    /// The user and the password were told.
    Identified,
    Asked,
}

impl Socks5 {
    /// Asks for `target`; a name is resolved by the proxy.
    pub fn new(target: Target, login: Login) -> Self {
        Self {
            target,
            login,
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
        Ok(match &self.login {
            Login::Anonymous => vec![VERSION, 1, NO_AUTHENTICATION],
            Login::Named(_) => vec![VERSION, 2, NO_AUTHENTICATION, PASSWORD],
            Login::Known(credentials) => {
                identify(credentials)?;
                vec![VERSION, 2, NO_AUTHENTICATION, PASSWORD]
            }
        })
    }

    fn hear(&mut self, bytes: &mut Reader<'_>) -> Result<Heard, ProxyError> {
        match self.state {
            State::Greeted => {
                let Ok([version, method]) = bytes.array() else {
                    return Ok(Heard::More);
                };
                expect_version(version)?;
                match (method, &self.login) {
                    (NO_AUTHENTICATION, _) => {
                        self.state = State::Asked;
                        Ok(Heard::Say(self.request()?))
                    }
                    (PASSWORD, Login::Named(_)) => Err(ProxyError::PasswordWanted),
                    (PASSWORD, Login::Known(credentials)) => {
                        self.state = State::Identified;
                        Ok(Heard::Say(identify(credentials)?))
                    }
                    _ => Err(ProxyError::Method),
                }
            }
            State::Identified => {
                let Ok([version, status]) = bytes.array() else {
                    return Ok(Heard::More);
                };
                match (version, status) {
                    (IDENTIFICATION, SUCCEEDED) => {
                        self.state = State::Asked;
                        Ok(Heard::Say(self.request()?))
                    }
                    (IDENTIFICATION, _) => Err(ProxyError::Stranger),
                    _ => Err(ProxyError::Malformed("SOCKS 5")),
                }
            }
            State::Asked => Heard::or_more(reply(bytes)),
        }
    }
}

/// RFC 1929 section 2.
fn identify(Credentials { user, password }: &Credentials) -> Result<Vec<u8>, ProxyError> {
    let mut words = vec![IDENTIFICATION];
    for text in [user, password] {
        let length = u8::try_from(text.len()).ok().filter(|length| *length > 0);
        words.push(length.ok_or(ProxyError::Unspeakable("SOCKS 5"))?);
        words.extend(text.as_bytes());
    }
    Ok(words)
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
const PASSWORD: u8 = 2;
/// The version of the words about the user.
const IDENTIFICATION: u8 = 1;
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
        with(Login::Anonymous)
    }

    fn with(login: Login) -> Socks5 {
        let target = Target {
            host: Host::Name("a.test".to_owned()),
            port: 0x1234,
        };
        Socks5::new(target, login)
    }

    fn known(user: &str, password: &str) -> Socks5 {
        let (user, password) = (user.to_owned(), password.to_owned());
        with(Login::Known(Credentials { user, password }))
    }

    const AGREED: &[u8] = &[5, 0];

    #[test]
    fn a_name_goes_to_the_proxy_unresolved() {
        let said = dialogue(named(), &[AGREED]);
        let request = b"\x05\x01\x00\x03\x06a.test\x12\x34".to_vec();
        assert_eq!(said, [(Output::Send, vec![5, 1, 0]), (Output::Send, request)]);
    }

    #[test]
    fn a_user_is_told_to_who_wants_to_know() {
        let request = b"\x05\x01\x00\x03\x06a.test\x12\x34".to_vec();
        let said = dialogue(known("me", "secret"), &[&[5, 2], &[1, 0]]);
        let words: Vec<_> = said.into_iter().map(|(_, words)| words).collect();
        assert_eq!(
            words,
            [
                vec![5, 2, 0, 2],
                b"\x01\x02me\x06secret".to_vec(),
                request.clone()
            ]
        );
        let said = dialogue(known("me", "secret"), &[AGREED]);
        assert_eq!(said.last(), Some(&(Output::Send, request)));
    }

    #[test]
    fn a_password_is_found_out_only_if_it_is_wanted() {
        let named = || with(Login::Named("me".to_owned()));
        let wanted = Output::Failed(ProxyError::PasswordWanted);
        assert_eq!(outcome(named(), &[&[5, 2]]).0, wanted);
        assert_eq!(outcome(named(), &[AGREED]).0, Output::Send);
        let method = Output::Failed(ProxyError::Method);
        assert_eq!(outcome(with(Login::Anonymous), &[&[5, 2]]).0, method);
    }

    #[test]
    fn a_stranger_is_told_so() {
        let end = |status: &[u8]| outcome(known("me", "secret"), &[&[5, 2], status]).0;
        assert_eq!(end(&[1, 1]), Output::Failed(ProxyError::Stranger));
        assert_eq!(end(&[5, 0]), Output::Failed(ProxyError::Malformed("SOCKS 5")));
        for (user, password) in [("", "x"), ("x", ""), ("x", &"y".repeat(256))] {
            let end = outcome(known(user, password), &[]).0;
            assert_eq!(end, Output::Failed(ProxyError::Unspeakable("SOCKS 5")));
        }
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
        let said = dialogue(Socks5::new(target, Login::Anonymous), &[]);
        assert_eq!(
            said,
            [(Output::Failed(ProxyError::Unspeakable("SOCKS 5")), Vec::new())]
        );
    }
}
