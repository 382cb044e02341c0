//! `-C`: the SOA record of a zone as each of its name servers has it.

use std::io::{self, Write};
use std::net::SocketAddr;

use super::ask::Asker;
use super::gathered::Gathered;
use super::report::{Asked, Report};
use super::run::{rcode, search, tell};
use crate::cli::{Out, resolver_environment};
use crate::net::dns::{Exchange, ExchangeError, Reply, Resolver};
use crate::proto::dns::{Accept, ResolvConf, target};
use crate::wire::dns::{Flags, Message, Name, Question, Rcode, RecordType, Section};

/// Asks for the name servers of the zone, and each of them for its SOA record, all at once.
pub(super) async fn compare(
    asker: &Asker<'_>,
    conf: &ResolvConf,
    report: &mut Report<'_>,
    out: &mut Out,
) -> io::Result<()> {
    let Some((question, reply)) = search(asker, conf, out).await? else {
        return Ok(());
    };
    if rcode(&reply) == Rcode::NXDOMAIN {
        // Of a name that the search list has completed host says nothing.
        if !asker.full {
            return Ok(());
        }
        let asked = Asked {
            question: &question,
            text: &asker.plan.text,
            server: Some(&reply.peer.ip().to_string()),
            tells_absence: false,
        };
        return tell(asker, report, &asked, &reply, out);
    }
    asker.received(&reply, out)?;
    let names = name_servers(&reply.message);
    if names.is_empty() {
        return Ok(());
    }
    let zone = Question {
        rtype: RecordType::SOA,
        ..question
    };
    asker.trying(&zone, out)?;
    let mut servers = addresses(asker, &names).await;
    // host 9.18 takes the end of its list for the end of all hope: it does not wait for a single server.
    if servers.len() == 1 && !asker.plan.json {
        servers.clear();
    }
    let mut reached = false;
    for (server, result) in ask_all(asker, &zone, servers).await? {
        let address = server.ip().to_string();
        let asked = Asked {
            question: &zone,
            text: &asker.plan.text,
            server: Some(&address),
            tells_absence: false,
        };
        let mut gathered = Gathered::new(asker.plan, &zone);
        match result {
            Ok(reply) => {
                reached = true;
                gathered.answered(&reply);
                tell(asker, report, &asked, &reply, out)?;
            }
            Err(error) => gathered.silent(server, &error, out)?,
        }
        gathered.finish(out)?;
    }
    if !reached && !asker.plan.json {
        writeln!(out, ";; NS servers could not be reached")?;
    }
    Ok(())
}

/// The name servers that a reply names: in its answer, or else in its authority section.
fn name_servers(message: &[u8]) -> Vec<Name> {
    let Ok(message) = Message::parse(message) else {
        return Vec::new();
    };
    let of = |section| -> Vec<Name> {
        message
            .section(section)
            .filter(|record| record.rtype == RecordType::NS)
            .filter_map(|record| target(&record))
            .collect()
    };
    let named = of(Section::Answer);
    if named.is_empty() {
        of(Section::Authority)
    } else {
        named
    }
}

/// The addresses of all of them, each once; a server whose name leads nowhere is passed over.
async fn addresses(asker: &Asker<'_>, names: &[Name]) -> Vec<SocketAddr> {
    let resolver = Resolver::system(&resolver_environment());
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for name in names {
        let found = resolver
            .lookup_ip(&name.to_string(), asker.plan.port, asker.plan.family)
            .await;
        for address in found.unwrap_or_default() {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
    }
    addresses
}

/// Asks every server at once, and gives what came of it in the order of the servers.
async fn ask_all(
    asker: &Asker<'_>,
    question: &Question,
    servers: Vec<SocketAddr>,
) -> io::Result<Vec<(SocketAddr, Result<Reply, ExchangeError>)>> {
    let mut tasks = Vec::new();
    for server in servers {
        let mut query = asker.query(question);
        query.flags.set(Flags::RD, false);
        let query = query.to_bytes().map_err(io::Error::other)?;
        let (clock, timeout) = (asker.clock, asker.timeout);
        tasks.push(tokio::spawn(async move {
            let exchange = Exchange {
                accept: Accept::Lenient,
                ..Exchange::new(&query, server, timeout)
            };
            (server, exchange.run(&clock, &mut |_| {}).await)
        }));
    }
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.map_err(io::Error::other)?);
    }
    Ok(results)
}
