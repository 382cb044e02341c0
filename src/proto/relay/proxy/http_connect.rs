//! HTTP's CONNECT (RFC 9110 section 9.3.6).

use std::fmt::Write;

use super::{Challenge, Credentials, Heard, Host, Protocol, ProxyError, Target};
use crate::wire::Reader;

/// The protocol.
#[derive(Debug)]
pub struct HttpConnect {
    target: Target,
    answer: Option<Answer>,
}

/// The answer to a challenge of the proxy.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Who asks.
    pub credentials: Credentials,
    /// What the proxy wanted to know.
    pub challenge: Challenge,
    /// A random number.
    pub cnonce: u64,
}

impl HttpConnect {
    /// Asks for `target`; a name is resolved by the proxy.
    pub fn new(target: Target, answer: Option<Answer>) -> Self {
        Self { target, answer }
    }

    fn refusal(status: &str, line: &str, fields: &[&str]) -> ProxyError {
        let status_line: String = line.chars().take(LONGEST_QUOTE).collect();
        if status != "407" {
            return ProxyError::Http(status_line);
        }
        let challenges = fields.iter().filter_map(|field| {
            let (name, value) = field.split_once(':')?;
            name.eq_ignore_ascii_case("Proxy-Authenticate").then_some(value)
        });
        let mut challenges = challenges.peekable();
        let challenge = match challenges.peek() {
            None => Some(Challenge::Basic),
            Some(_) => Challenge::best(challenges),
        };
        ProxyError::Unauthorized {
            status: status_line,
            challenge,
        }
    }
}

impl Protocol for HttpConnect {
    fn open(&mut self) -> Result<Vec<u8>, ProxyError> {
        let Target { host, port } = &self.target;
        let host = match host {
            Host::V4(address) => address.to_string(),
            Host::V6(address) => format!("[{address}]"),
            // Whatever could end the line early is no host name.
            Host::Name(name) if name.bytes().all(|byte| byte.is_ascii_graphic()) => name.clone(),
            Host::Name(_) => return Err(ProxyError::Unspeakable("HTTP")),
        };
        let authority = format!("{host}:{port}");
        let mut request = format!("CONNECT {authority} HTTP/1.0\r\n");
        if let Some(answer) = &self.answer {
            let value = answer
                .challenge
                .answer(&answer.credentials, &authority, answer.cnonce);
            if value.chars().any(char::is_control) {
                return Err(ProxyError::Unspeakable("HTTP"));
            }
            // Writing to a string cannot fail.
            let _ = write!(request, "Proxy-Authorization: {value}\r\n");
        }
        request.push_str("\r\n");
        Ok(request.into_bytes())
    }

    fn hear(&mut self, bytes: &mut Reader<'_>) -> Result<Heard, ProxyError> {
        let malformed = || ProxyError::Malformed("HTTP");
        for _ in 0..=MOST_INTERIM {
            let came = bytes.rest();
            if !came.iter().zip(VERSION).all(|(came, wanted)| came == wanted) {
                return Err(malformed());
            }
            let Some(end) = end_of_head(came) else {
                return Ok(Heard::More);
            };
            let head = bytes.take(end).map_err(|_| malformed())?;
            let head = String::from_utf8_lossy(head);
            let mut lines = head.lines();
            let line = lines.next().unwrap_or_default();
            let fields: Vec<&str> = lines.collect();
            let status = line.split_whitespace().nth(1).ok_or_else(malformed)?;
            match status.as_bytes() {
                [b'1', _, _] => {}
                [b'2', _, _] => return Ok(Heard::Established),
                _ => return Err(Self::refusal(status, line, &fields)),
            }
        }
        Err(malformed())
    }
}

/// Where a head ends: behind its first empty line. Lines may end in LF alone (RFC 9112 section 2.2).
fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let mut line = 0;
    for end in memchr::memchr_iter(b'\n', bytes) {
        if matches!(bytes.get(line..end), Some(b"" | b"\r")) {
            return Some(end + 1);
        }
        line = end + 1;
    }
    None
}

/// What every response begins with.
const VERSION: &[u8] = b"HTTP/1.";
/// A proxy may send other responses before the one that counts (RFC 9110 section 15.2), but it must come.
const MOST_INTERIM: u32 = 16;
/// How much of a status line is told.
const LONGEST_QUOTE: usize = 200;

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::super::Output;
    use super::super::testing::{dialogue, outcome};
    use super::*;

    fn asking(host: Host, answer: Option<Answer>) -> HttpConnect {
        HttpConnect::new(Target { host, port: 80 }, answer)
    }

    fn by_name() -> HttpConnect {
        asking(Host::Name("a.test".to_owned()), None)
    }

    #[test]
    fn an_ipv6_address_is_in_brackets() {
        let said = outcome(asking(Host::V6(Ipv6Addr::LOCALHOST), None), &[]);
        assert_eq!(said.1, b"CONNECT [::1]:80 HTTP/1.0\r\n\r\n");
    }

    #[test]
    fn credentials_are_basic() {
        let credentials = Credentials {
            user: "Aladdin".to_owned(),
            password: "open sesame".to_owned(),
        };
        let answer = Answer {
            credentials,
            challenge: Challenge::Basic,
            cnonce: 0,
        };
        let said = outcome(asking(Host::Name("a.test".to_owned()), Some(answer)), &[]);
        // The example of RFC 7617 section 2.
        let header = "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n";
        assert_eq!(
            said.1,
            format!("CONNECT a.test:80 HTTP/1.0\r\n{header}\r\n").as_bytes()
        );
    }

    #[test]
    fn what_follows_the_empty_line_belongs_to_the_connection() {
        let chunks: &[&[u8]] = &[b"HTTP/1.1 200 OK\r\nVia: x\r", b"\n\r\nearly"];
        assert_eq!(
            outcome(by_name(), chunks),
            (Output::Established, b"early".to_vec())
        );
    }

    #[test]
    fn any_other_status_is_a_refusal() {
        let end = |head: &[u8]| outcome(by_name(), &[head]).0;
        let forbidden = ProxyError::Http("HTTP/1.1 403 Forbidden".to_owned());
        assert_eq!(end(b"HTTP/1.1 403 Forbidden\r\n\r\n"), Output::Failed(forbidden));
        let who = |challenge| {
            Output::Failed(ProxyError::Unauthorized {
                status: "HTTP/1.0 407 Who".to_owned(),
                challenge,
            })
        };
        let basic = b"HTTP/1.0 407 Who\r\nproxy-authenticate: basic\r\n\r\n";
        assert_eq!(end(basic), who(Some(Challenge::Basic)));
        // Without a challenge there is the scheme that everybody knows.
        assert_eq!(end(b"HTTP/1.0 407 Who\r\n\r\n"), who(Some(Challenge::Basic)));
        let beyond = b"HTTP/1.0 407 Who\r\nProxy-Authenticate: NTLM\r\n\r\n";
        assert_eq!(end(beyond), who(None));
    }

    #[test]
    fn what_is_not_http_is_seen_at_once() {
        for nonsense in [
            &b"SSH-2.0-x"[..],
            b"\x05\x00",
            b"HTTX",
            b"HTTP/1.1\r\n\r\n",
            b"HTTP/2.0 200 OK\r\n",
        ] {
            let end = outcome(by_name(), &[nonsense]).0;
            assert_eq!(end, Output::Failed(ProxyError::Malformed("HTTP")), "{nonsense:?}");
        }
    }

    #[test]
    fn what_is_said_in_between_is_passed_over_but_not_for_ever() {
        let chunk =
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nearly";
        assert_eq!(
            outcome(by_name(), &[chunk]),
            (Output::Established, b"early".to_vec())
        );
        let more = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(100);
        assert_eq!(
            outcome(by_name(), &[&more]).0,
            Output::Failed(ProxyError::Malformed("HTTP"))
        );
    }

    #[test]
    fn lines_may_end_without_a_carriage_return() {
        assert_eq!(
            outcome(by_name(), &[b"HTTP/1.0 200 OK\nVia: x\n\nearly\n\n"]),
            (Output::Established, b"early\n\n".to_vec())
        );
    }

    #[test]
    fn a_name_cannot_smuggle_a_header() {
        let said = dialogue(asking(Host::Name("a\r\nX: y".to_owned()), None), &[]);
        assert_eq!(
            said,
            [(Output::Failed(ProxyError::Unspeakable("HTTP")), Vec::new())]
        );
    }
}
