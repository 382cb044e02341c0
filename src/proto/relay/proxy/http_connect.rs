//! HTTP's CONNECT (RFC 9110 section 9.3.6), with Basic authentication (RFC 7617).

use std::fmt::Write;

use data_encoding::BASE64;

use super::{Heard, Host, Protocol, ProxyError, Target};
use crate::wire::Reader;

/// The protocol.
#[derive(Debug)]
pub struct HttpConnect {
    target: Target,
    credentials: Option<Credentials>,
}

/// Who asks the proxy.
#[derive(Clone)]
pub struct Credentials {
    /// The name.
    pub user: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl HttpConnect {
    /// Asks for `target`; a name is resolved by the proxy.
    pub fn new(target: Target, credentials: Option<Credentials>) -> Self {
        Self { target, credentials }
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
        let mut request = format!("CONNECT {host}:{port} HTTP/1.0\r\n");
        if let Some(Credentials { user, password }) = &self.credentials {
            let credentials = BASE64.encode(format!("{user}:{password}").as_bytes());
            // Writing to a string cannot fail.
            let _ = write!(request, "Proxy-Authorization: Basic {credentials}\r\n");
        }
        request.push_str("\r\n");
        Ok(request.into_bytes())
    }

    fn hear(&mut self, bytes: &mut Reader<'_>) -> Result<Heard, ProxyError> {
        let head = bytes.rest();
        let Some(end) = memchr::memmem::find(head, b"\r\n\r\n") else {
            return Ok(Heard::More);
        };
        let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line).into_owned();
        let mut words = line.split_whitespace();
        let protocol = words.next().filter(|word| word.starts_with("HTTP/1."));
        let (Some(_), Some(status)) = (protocol, words.next()) else {
            return Err(ProxyError::Malformed("HTTP"));
        };
        match status.as_bytes() {
            [b'2', _, _] => {
                // It is there: `find` has found it.
                let _ = bytes.skip(end + b"\r\n\r\n".len());
                Ok(Heard::Established)
            }
            b"407" => Err(ProxyError::Unauthorized(line)),
            _ => Err(ProxyError::Http(line)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::super::Output;
    use super::super::testing::{dialogue, outcome};
    use super::*;

    fn asking(host: Host, credentials: Option<Credentials>) -> HttpConnect {
        HttpConnect::new(Target { host, port: 80 }, credentials)
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
        let said = outcome(asking(Host::Name("a.test".to_owned()), Some(credentials)), &[]);
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
        let who = ProxyError::Unauthorized("HTTP/1.0 407 Who".to_owned());
        assert_eq!(end(b"HTTP/1.0 407 Who\r\n\r\n"), Output::Failed(who));
        assert_eq!(
            end(b"SSH-2.0-x\r\n\r\n"),
            Output::Failed(ProxyError::Malformed("HTTP"))
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
