//! A zone transfer: many messages over one connection, printed as they come.

use std::io;
use std::time::Duration;

use jiff::Timestamp;

use super::super::render::{
    CookieFate, Footer, Page, Role, ShownSoa, Signature, Size, write_message, write_short, write_yaml,
};
use super::super::reply::Reply;
use super::super::status;
use super::exchange::{Problem, TCP_TIMEOUT};
use super::inquiry::{Inquiry, Sent};
use super::verdict::Next;
use crate::cli::Exit;
use crate::net::dns::{Connection, ExchangeError};
use crate::proto::dns::tsig::Verifier;
use crate::proto::dns::{Accept, Mismatch, Transfer, Transport};
use crate::tools::dns_json::Trouble;
use crate::tools::dns_notes;
use crate::wire::dns::{Flags, Message, Rcode, RecordType, Section, option_code};

impl Inquiry<'_> {
    /// Asks for a zone and prints what comes until the zone ends.
    pub(super) async fn transfer(&mut self, mut sent: Sent<'_>) -> io::Result<Result<Next, Problem>> {
        let start = self.context.clock.now();
        let server = sent.attempt.server;
        let mut connection = match self.connect(&sent).await {
            Ok(connection) => connection,
            Err(problem) => return Ok(Err(problem)),
        };
        if let Err(why) = allows_transfer(&connection) {
            let text = format!("zone transfers over the established TLS connection are not allowed: {why}");
            self.error(Trouble::Transfer, &text)?;
            self.ends_with(status::TRANSFER);
            return Ok(Ok(Next::Done(Rcode::NOERROR)));
        }
        if let Err(error) = connection.send(&sent.query).await {
            return Ok(Err(self.problem(&sent, &error)));
        }
        let known = self
            .lookup
            .serial
            .filter(|_| self.lookup.rtype == RecordType::IXFR);
        let mut zone = Zone {
            progress: Transfer::new(known),
            messages: 0,
            records: 0,
            bytes: 0,
        };
        let mut signature = Signature::None;
        loop {
            let message = match self.receive(&sent, &mut connection).await? {
                Ok(Some(message)) => message,
                Ok(None) => return Ok(Ok(Next::Done(Rcode::NOERROR))),
                Err(error) => return Ok(Err(self.problem(&sent, &error))),
            };
            sent.envelope.received = Timestamp::now();
            let Ok(message) = Message::parse(&message) else {
                self.ends_with(status::UNREADABLE);
                return Ok(Ok(Next::Done(Rcode::NOERROR)));
            };
            if !message.header().flags.contains(Flags::QR) {
                self.warn("Warning: query response not set")?;
            }
            let reply = match Reply::read(&message, self.lookup.exchange.best_effort) {
                Ok(reply) => reply,
                Err(problem) => {
                    self.unreadable(&problem.to_string(), message.bytes())?;
                    self.ends_with(status::UNREADABLE);
                    return Ok(Ok(Next::Done(Rcode::NOERROR)));
                }
            };
            if reply.malformed {
                self.warn("Warning: Message parser reports malformed message packet.")?;
            }
            if signature != Signature::Invalid {
                signature = self.verify(&mut sent, message.bytes())?;
            }
            let footer = Footer {
                elapsed: self.context.clock.now() - start,
                microseconds: self.lookup.show.microseconds,
                peer: server.address,
                server: &server.name,
                transport: connection.transport().name(),
                cached: None,
                size: zone.size(),
                signature,
                seal: connection.seal(),
            };
            if zone.messages == 0 {
                self.note_reply(
                    sent.attempt,
                    message.bytes(),
                    footer.elapsed,
                    vec![Duration::ZERO],
                );
            }
            self.show_part(&reply, &sent, &footer, zone.messages)?;
            let is_empty = reply.section(Section::Answer).next().is_none();
            let is_zone = zone.take(&reply).is_ok();
            if is_empty || !is_zone || reply.rcode != Rcode::NOERROR {
                self.transfer_failed(is_empty || is_zone)?;
                self.ends_with(match reply.rcode {
                    Rcode::NOERROR => status::TRANSFER,
                    code => status::of_rcode(code),
                });
                return Ok(Ok(Next::Done(reply.rcode)));
            }
            if zone.progress.is_done() {
                if let (Signature::Valid, Some(Err(why))) =
                    (signature, sent.verifier.as_ref().map(Verifier::finish))
                {
                    signature = self.not_verified(why)?;
                }
                self.finish(&Footer {
                    size: zone.size(),
                    signature,
                    ..footer
                })?;
                self.ends_with(Exit::SUCCESS);
                return Ok(Ok(Next::Done(Rcode::NOERROR)));
            }
        }
    }

    async fn connect(&self, sent: &Sent<'_>) -> Result<Connection, Problem> {
        let site = self.site_of(sent)?;
        let exchange = self.exchange_with(sent, site.as_ref());
        let connected = exchange.connect(&self.context.clock).await;
        connected.map_err(|error| self.problem(sent, &error))
    }

    /// The next message that belongs to the query; `None` if one came that ends everything.
    async fn receive(
        &mut self,
        sent: &Sent<'_>,
        connection: &mut Connection,
    ) -> io::Result<Result<Option<Vec<u8>>, ExchangeError>> {
        for _ in 0..MAX_STRAYS {
            let message = match self.within_time(sent, connection.receive()).await {
                Ok(message) => message,
                Err(error) => return Ok(Err(error)),
            };
            let Err(why) = Accept::Lenient.judge(&sent.query, &message) else {
                return Ok(Ok(Some(message)));
            };
            let text = dns_notes::mismatch(&why, &message);
            match why {
                Mismatch::Id { .. } | Mismatch::Short(_) => {
                    self.warn(&text.unwrap_or_default().replace("Warning", "ERROR"))?;
                    return Ok(Ok(None));
                }
                Mismatch::Question => {
                    self.warn(&text.unwrap_or_default())?;
                    return Ok(Ok(None));
                }
                _ => self.warn(&text.unwrap_or_default())?,
            }
        }
        Ok(Ok(None))
    }

    /// Runs `step` for as long as one try may take.
    async fn within_time<T>(
        &self,
        sent: &Sent<'_>,
        step: impl Future<Output = Result<T, ExchangeError>>,
    ) -> Result<T, ExchangeError> {
        let after = self.globals.timeout.unwrap_or(TCP_TIMEOUT);
        let late = ExchangeError::TimedOut {
            server: sent.attempt.server.address,
            after,
        };
        tokio::time::timeout(after, step).await.unwrap_or(Err(late))
    }

    fn show_part(
        &mut self,
        reply: &Reply<'_>,
        sent: &Sent<'_>,
        footer: &Footer<'_>,
        before: u64,
    ) -> io::Result<()> {
        self.banner()?;
        let (lookup, globals) = (self.lookup, self.globals);
        let fate = CookieFate::of(sent.cookie.as_deref(), reply.edns_option(option_code::COOKIE));
        let page = Page {
            reply,
            lookup,
            globals,
            role: Role::Reply(fate),
        };
        let soa = match (lookup.show.one_soa && lookup.rtype == RecordType::AXFR, before) {
            (false, _) => ShownSoa::All,
            (true, 0) => ShownSoa::First,
            (true, _) => ShownSoa::None,
        };
        let mut text = Vec::new();
        if globals.json {
            let effort = (footer.elapsed, 1);
            self.write_object(
                page,
                &sent.envelope,
                footer.server,
                Some(effort),
                footer.seal,
                &mut text,
            );
        } else if globals.yaml {
            write_yaml(page, &sent.envelope, &mut text);
        } else if globals.short {
            let identity = lookup.show.identify.then(|| footer.identity());
            write_short(page, identity.as_deref(), &mut text);
        } else {
            write_message(page, soa, &mut text);
        }
        self.out.write_all(&text)
    }
}

/// Whether a zone may come over a connection: inside TLS only if both sides mean the DNS, and have its latest version
/// (RFC 9103 sections 7.1 and 8.2).
fn allows_transfer(connection: &Connection) -> Result<(), &'static str> {
    match (connection.transport(), connection.seal()) {
        (Transport::Tls, Some(seal)) if seal.protocol.as_deref() != Some(b"dot") => {
            Err("ALPN for DoT failed")
        }
        (Transport::Tls, Some(seal)) if seal.version != "TLSv1.3" => Err("it is not TLS 1.3"),
        _ => Ok(()),
    }
}

/// How many messages that do not belong to the query are passed over.
const MAX_STRAYS: usize = 16;

/// How far a transfer has come.
struct Zone {
    progress: Transfer,
    messages: u64,
    records: u64,
    bytes: u64,
}

impl Zone {
    fn take(&mut self, reply: &Reply<'_>) -> Result<(), crate::proto::dns::NotATransfer> {
        self.messages += 1;
        self.bytes += reply.bytes.len() as u64;
        for record in reply.section(Section::Answer) {
            self.records += 1;
            if !self.progress.is_done() {
                self.progress.take(record)?;
            }
        }
        Ok(())
    }

    fn size(&self) -> Size {
        Size::Transfer {
            records: self.records,
            messages: self.messages,
            bytes: self.bytes,
        }
    }
}
