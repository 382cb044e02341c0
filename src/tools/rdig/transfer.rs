//! A zone transfer: many messages over one connection, printed as they come.

use std::io::{self, Write as _};
use std::net::SocketAddr;

use jiff::Timestamp;

use super::exchange::{Problem, TCP_TIMEOUT};
use super::render::{
    CookieFate, Envelope, Footer, Page, Role, ShownSoa, Size, write_message, write_short, write_yaml,
};
use super::reply::Reply;
use super::servers::Server;
use super::session::{Job, Next, Session};
use crate::net::dns::{ExchangeError, Stream};
use crate::proto::dns::{Accept, Transfer, Transport};
use crate::tools::dns_notes::bad_packet;
use crate::wire::dns::{Message, Rcode, RecordType, Section, option_code};

impl Session {
    /// Asks for a zone and prints what comes until the zone ends.
    pub(super) async fn transfer(
        &mut self,
        job: &mut Job<'_>,
        query: &[u8],
        cookie: Option<&[u8]>,
        server: &Server,
        mut envelope: Envelope,
    ) -> io::Result<Result<Next, Problem>> {
        let start = self.asker.clock.now();
        let problem =
            |error: &ExchangeError, job: &Job<'_>| Problem::new(server, Transport::Tcp, job.lookup, error);
        let mut stream = match Self::connect(job, query, server).await {
            Ok(stream) => stream,
            Err(error) => return Ok(Err(problem(&error, job))),
        };
        let known = job.lookup.serial.filter(|_| job.lookup.rtype == RecordType::IXFR);
        let mut zone = Zone {
            progress: Transfer::new(known),
            messages: 0,
            records: 0,
            bytes: 0,
        };
        loop {
            let message = match Self::receive(job, query, &mut stream, server).await {
                Ok(message) => message,
                Err(error) => return Ok(Err(problem(&error, job))),
            };
            envelope.received = Timestamp::now();
            let Ok(message) = Message::parse(&message) else {
                return Ok(Ok(Next::Done(Rcode::NOERROR)));
            };
            let reply = match Reply::read(&message, job.lookup.exchange.best_effort) {
                Ok(reply) => reply,
                Err(problem) => {
                    self.out
                        .write_all(bad_packet(&problem.to_string(), message.bytes()).as_bytes())?;
                    return Ok(Ok(Next::Done(Rcode::NOERROR)));
                }
            };
            let elapsed = self.asker.clock.now() - start;
            let footer = |size| Footer {
                elapsed,
                microseconds: job.lookup.show.microseconds,
                peer: server.address,
                server: &server.name,
                transport: "TCP",
                size,
            };
            let identity = footer(Size::Message(0)).identity();
            self.show_part(job, &reply, cookie, &envelope, &identity, zone.messages)?;
            if reply.rcode != Rcode::NOERROR || zone.take(&reply).is_err() {
                self.out.write_all(b"; Transfer failed.\n")?;
                return Ok(Ok(Next::Done(reply.rcode)));
            }
            if zone.progress.is_done() {
                self.finish(job, &footer(zone.size()))?;
                return Ok(Ok(Next::Done(Rcode::NOERROR)));
            }
        }
    }

    async fn connect(job: &Job<'_>, query: &[u8], server: &Server) -> Result<Stream, ExchangeError> {
        let source = job.globals.source.map(SocketAddr::from);
        let opening = async {
            let mut stream = Stream::connect(server.address, source).await?;
            stream.send(query).await?;
            Ok(stream)
        };
        within_time(job, server, opening).await
    }

    /// The next message that belongs to the query.
    async fn receive(
        job: &Job<'_>,
        query: &[u8],
        stream: &mut Stream,
        server: &Server,
    ) -> Result<Vec<u8>, ExchangeError> {
        let receiving = async {
            loop {
                let message = stream.receive().await?;
                if Accept::Id.judge(query, &message).is_ok() {
                    return Ok(message);
                }
            }
        };
        within_time(job, server, receiving).await
    }

    fn show_part(
        &mut self,
        job: &mut Job<'_>,
        reply: &Reply<'_>,
        cookie: Option<&[u8]>,
        envelope: &Envelope,
        identity: &str,
        before: u64,
    ) -> io::Result<()> {
        self.banner(job)?;
        let page = Page {
            reply,
            lookup: job.lookup,
            globals: job.globals,
            role: Role::Reply(CookieFate::of(cookie, reply.edns_option(option_code::COOKIE))),
            headers: before == 0,
        };
        let soa = match (
            job.lookup.show.one_soa && job.lookup.rtype == RecordType::AXFR,
            before,
        ) {
            (false, _) => ShownSoa::All,
            (true, 0) => ShownSoa::First,
            (true, _) => ShownSoa::None,
        };
        let mut text = Vec::new();
        if job.globals.yaml {
            write_yaml(page, envelope, &mut text);
        } else if job.globals.short {
            write_short(page, job.lookup.show.identify.then_some(identity), &mut text);
        } else {
            write_message(page, soa, &mut text);
        }
        self.out.write_all(&text)
    }
}

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
        self.bytes += reply.length as u64;
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

/// Runs `step` for as long as one try may take.
async fn within_time<T>(
    job: &Job<'_>,
    server: &Server,
    step: impl Future<Output = Result<T, ExchangeError>>,
) -> Result<T, ExchangeError> {
    let after = job.globals.timeout.unwrap_or(TCP_TIMEOUT);
    let late = ExchangeError::TimedOut {
        server: server.address,
        after,
    };
    tokio::time::timeout(after, step).await.unwrap_or(Err(late))
}
