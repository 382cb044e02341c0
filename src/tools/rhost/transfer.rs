//! `-l` and the types AXFR and IXFR: a zone, message by message.

use std::io::{self, Write};
use std::net::SocketAddr;

use super::ask::Asker;
use super::gathered::Gathered;
use super::report::{Asked, Report};
use crate::cli::Out;
use crate::net::dns::{ExchangeError, Stream};
use crate::net::in_runtime;
use crate::proto::dns::{ResolvConf, Transfer, Transport};
use crate::tools::dns_notes::flaw;
use crate::wire::dns::{Flags, Message, Question, Rcode, Section};

/// Transfers the zone from the first server that lets it; `serial` asks for what has changed since. Only the first
/// candidate of the search list is asked for.
pub(super) async fn transfer(
    asker: &Asker<'_>,
    conf: &ResolvConf,
    serial: Option<u32>,
    report: &mut Report<'_>,
    out: &mut Out,
) -> io::Result<()> {
    let Some(name) = asker.plan.candidates(conf).into_iter().next() else {
        return Ok(());
    };
    let question = asker.plan.question(name);
    let mut gathered = Gathered::new(asker.plan, &question);
    in_runtime().await;
    let mut tries = asker.tries;
    for &server in &asker.servers {
        loop {
            asker.trying(&question, out)?;
            match from(asker, server, &question, serial, &mut gathered, report, out).await? {
                Ok(()) => return gathered.finish(out),
                Err(error) => gathered.failed(server, Transport::Tcp, &error, out)?,
            }
            if tries <= 1 {
                break;
            }
            tries -= 1;
        }
    }
    gathered.no_servers(out)?;
    gathered.finish(out)
}

async fn from(
    asker: &Asker<'_>,
    server: SocketAddr,
    question: &Question,
    serial: Option<u32>,
    gathered: &mut Gathered<'_>,
    report: &mut Report<'_>,
    out: &mut Out,
) -> io::Result<Result<(), ExchangeError>> {
    let mut query = asker.query(question);
    query.flags = Flags::default();
    query.serial = serial;
    let query = query.to_bytes().map_err(io::Error::other)?;
    let start = asker.clock.now();
    let timeout = asker.timeout;
    let silent = |_| ExchangeError::TimedOut {
        server,
        after: timeout,
    };
    let opening = async {
        let mut stream = Stream::connect(server, None).await?;
        stream.send(&query).await?;
        Ok(stream)
    };
    let mut stream = match tokio::time::timeout(timeout, opening)
        .await
        .map_err(silent)
        .flatten()
    {
        Ok(stream) => stream,
        Err(error) => return Ok(Err(error)),
    };
    let asked = Asked {
        question,
        text: &asker.plan.text,
        server: None,
        tells_absence: true,
    };
    let mut progress = Transfer::new(serial);
    loop {
        let received = tokio::time::timeout(timeout, stream.receive()).await;
        let message = match received.map_err(silent).flatten() {
            Ok(message) => message,
            Err(error) => return Ok(Err(error)),
        };
        let Ok(parsed) = Message::parse(&message) else {
            return Ok(Ok(()));
        };
        if let Some(flaw) = flaw(&parsed) {
            gathered.unreadable(&flaw, &message, out)?;
            return Ok(Ok(()));
        }
        let mut text = Vec::new();
        report.message(&asked, &parsed, &mut text);
        out.write_all(&text)?;
        let elapsed = asker.clock.now() - start;
        gathered.part(&parsed, server, elapsed);
        gathered.finish(out)?;
        let refused = parsed.rcode() != Rcode::NOERROR;
        let started = parsed
            .section(Section::Answer)
            .try_for_each(|record| progress.take(&record));
        if refused || started.is_err() || parsed.header().answers == 0 {
            gathered.transfer_failed(out)?;
            return Ok(Ok(()));
        }
        if progress.is_done() {
            return asker.received_bytes(message.len(), server, elapsed, out).map(Ok);
        }
    }
}
