//! The greeting of a TLS client (RFC 8446): the name of the server that it asks for (RFC 6066) and the protocols
//! that it would speak (RFC 7301). It is found on any port of TCP, and told under `-v`.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, Label, Named, put};

/// Prints `: TLS: Client Hello (SNI=name, ALPN=h2,http/1.1)` if the segment begins with one.
pub(super) fn print(page: &mut Page<'_>, segment: Cursor<'_>) -> Shown {
    let [kind, major, minor, _, _, message] = match segment.bytes().first_chunk() {
        Some(begin) => *begin,
        None => return Ok(()),
    };
    if (kind, major, message) != (HANDSHAKE, 3, CLIENT_HELLO) || minor > 4 {
        return Ok(());
    }
    page.enter("tls");
    put!(page, ": TLS: ", Named("message", "Client Hello"));
    let record = segment.after(RECORD_HEADER);
    let hello = Hello::parse(record);
    put_hello(page, hello.server, hello.protocols);
    // The rest may be in the next segment, but then it was not cut here.
    if segment.captured() < segment.len() && !hello.whole {
        return Err(Stop::Truncated);
    }
    Ok(())
}

/// Prints what is known of a greeting, in parentheses.
pub(super) fn put_hello(page: &mut Page<'_>, server: Option<&[u8]>, protocols: Option<Cursor<'_>>) {
    if server.is_none() && protocols.is_none() {
        return;
    }
    put!(page, " (");
    if let Some(server) = server {
        put!(page, "SNI=", Escaped(server));
    }
    if let Some(mut list) = protocols {
        put!(page, Label(if server.is_some() { ", ALPN=" } else { "ALPN=" }));
        let mut separator = "";
        while let Ok(length) = list.u8() {
            let Ok(name) = list.take(length.into()) else {
                break;
            };
            put!(page, Label(separator), Named("alpn", Escaped(name)));
            separator = ",";
        }
    }
    put!(page, ")");
}

/// What is told of a greeting.
#[derive(Default)]
pub(super) struct Hello<'a> {
    /// The name of the server.
    pub(super) server: Option<&'a [u8]>,
    /// The list of protocols, each after its length.
    pub(super) protocols: Option<Cursor<'a>>,
    /// Whether the greeting was there to its end.
    whole: bool,
}

impl<'a> Hello<'a> {
    /// Reads a handshake message, as far as it goes.
    pub(super) fn parse(message: Cursor<'a>) -> Self {
        let mut hello = Self::default();
        hello.whole = hello.read(message).is_ok();
        hello
    }

    fn read(&mut self, mut rest: Cursor<'a>) -> Shown {
        if rest.u8()? != CLIENT_HELLO {
            return Ok(());
        }
        rest.skip(3 + 2 + 32)?;
        let session = rest.u8()?;
        rest.skip(session.into())?;
        let suites = rest.u16()?;
        rest.skip(suites.into())?;
        let compressions = rest.u8()?;
        rest.skip(compressions.into())?;
        let length = rest.u16()?;
        let mut extensions = rest.sub(length.into());
        while !extensions.is_empty() {
            let (kind, length) = (extensions.u16()?, extensions.u16()?);
            let bytes = extensions.take(length.into())?;
            let value = Cursor::new(bytes, bytes.len());
            match kind {
                SERVER_NAME => self.server = server_name(value),
                PROTOCOLS => self.protocols = Some(value.after(2)),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The first name in the list that is one of a host.
fn server_name(mut list: Cursor<'_>) -> Option<&[u8]> {
    list.skip(2).ok()?;
    let (kind, length) = (list.u8().ok()?, list.u16().ok()?);
    let name = list.take(length.into()).ok()?;
    (kind == HOST_NAME).then_some(name)
}

const RECORD_HEADER: usize = 5;
/// The content type of a record, and the type of a message in it.
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;

/// Extensions.
const SERVER_NAME: u16 = 0;
const PROTOCOLS: u16 = 16;
const HOST_NAME: u8 = 0;

#[cfg(test)]
mod tests {
    use crate::print::sample::{options, shown, tcp, verbose};
    use crate::print::{Packet, Printer, Timestamp};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    /// A greeting that asks for `example.org` and would speak HTTP, without its record.
    fn hello() -> Vec<u8> {
        let mut message = vec![1, 0, 0, 0, 3, 3];
        message.extend_from_slice(&[7; 32]);
        message.extend_from_slice(&[0, 0, 2, 0x13, 1, 1, 0, 0, 38]);
        message.extend_from_slice(b"\0\0\0\x10\0\x0e\0\0\x0bexample.org");
        message.extend_from_slice(b"\0\x10\0\x0e\0\x0c\x02h2\x08http/1.1");
        let length = u8::try_from(message.len() - 4).unwrap();
        message[3] = length;
        message
    }

    /// The text of a packet of which only so much was captured.
    fn verbose_cut(packet: &[u8], length: usize) -> String {
        let mut out = Vec::new();
        Printer::new(options(1)).print(
            &Packet {
                number: 1,
                interface: None,
                time: Timestamp::default(),
                link: RAW,
                wire_len: u32::try_from(packet.len()).unwrap(),
                bytes: &packet[..length],
            },
            &mut out,
        );
        String::from_utf8(out).unwrap().trim_end().to_owned()
    }

    fn segment(port: u16) -> Vec<u8> {
        let hello = hello();
        let mut record = vec![22, 3, 1, 0, u8::try_from(hello.len()).unwrap()];
        record.extend_from_slice(&hello);
        tcp((40000, port), (1, 2), 0x18, &[], &record)
    }

    #[test]
    fn a_client_tells_whom_it_asks_for_on_any_port() {
        for port in [443, 8443] {
            let text = verbose(1, RAW, &segment(port));
            assert!(
                text.ends_with(": TLS: Client Hello (SNI=example.org, ALPN=h2,http/1.1)"),
                "{text}"
            );
        }
        assert!(shown(RAW, &segment(443)).ends_with(", length 90"));
        let whole = segment(443);
        for length in 46..whole.len() {
            let cut = verbose_cut(&whole, length);
            assert!(
                cut.contains(": TLS: Client Hello") && cut.ends_with(" [|tls]"),
                "{cut}"
            );
        }
    }

    #[test]
    fn a_name_cannot_move_a_terminal() {
        let mut packet = segment(443);
        let at = packet.windows(7).position(|part| part == b"example").unwrap();
        packet[at] = 0x1b;
        assert!(verbose(1, RAW, &packet).contains("(SNI=^[xample.org,"));
    }
}
