//! What `rhost` does.

use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;

use anyhow::{Context, anyhow};

use super::Args;
use super::ask::Asker;
use super::authorities::compare;
use super::cache;
use super::memory::Memory;
use super::plan::{Job, Plan, full_name};
use super::report::{Asked, Report, short};
use super::transfer::transfer;
use super::typed::USAGE;
use crate::cli::{Exit, Failure, Out, message, program_name, remark, resolver_environment};
use crate::net::dns::{LookupError, Reply, Resolver, resolv_conf, server_address};
use crate::net::{Clock, run_lazily};
use crate::proto::dns::{Answer, ResolvConf};
use crate::tools::dns_cache::{EXIT_NOT_CACHED, open, tell_troubles};
use crate::tools::dns_notes::endpoint;
use crate::wire::dns::{Message, Name, Question, Rcode, RecordType};

/// Runs the tool.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    if let Some(flaw) = &args.flaw {
        message(format_args!("{}: {flaw}", program_name("rhost")));
        remark(USAGE);
        return Err(Failure::silent(Exit::FAILURE));
    }
    if args.show_version {
        message(format_args!("rhost {}", env!("CARGO_PKG_VERSION")));
        return Ok(Exit::SUCCESS);
    }
    if args.cache_list || args.cache_flush {
        return manage_cache(&args);
    }
    let plan = Plan::new(args, io::stdout().is_terminal())?;
    // From the cache, there may be nothing to wait for.
    run_lazily(look_up(&plan)).context("start the runtime")?
}

/// Shows the cache, or forgets what is in it.
fn manage_cache(args: &Args) -> Result<Exit, Failure> {
    let name = args.name.as_deref().map(full_name).transpose()?;
    let Some(cache) = open() else {
        return Err(anyhow!("no place for a cache: neither XDG_CACHE_HOME nor HOME is set").into());
    };
    let mut out = Out::stdout().context("open standard output")?;
    let manage = if args.cache_list {
        cache::list
    } else {
        cache::flush
    };
    manage(&cache, name.as_ref(), &mut out)
        .and_then(|()| out.flush())
        .context("write to standard output")?;
    tell_troubles(&cache, true);
    Ok(Exit::SUCCESS)
}

async fn look_up(plan: &Plan) -> Result<Exit, Failure> {
    let mut conf = resolv_conf(&resolver_environment());
    if let Some(ndots) = plan.ndots {
        conf.options.ndots = ndots;
    }
    let servers = servers(plan, &conf).await?;
    let told = plan
        .server
        .clone()
        .zip(servers.first().map(|&first| endpoint(first)));
    let options = &conf.options;
    let asker = Asker {
        plan,
        servers,
        clock: Clock::start(),
        // At least one more try than the first, whatever -R says.
        tries: plan.retries.map_or(options.attempts, |retries| {
            u32::try_from(retries)
                .unwrap_or_default()
                .saturating_add(1)
                .max(2)
        }),
        timeout: plan.wait.unwrap_or(options.timeout),
        full: !plan.reverse && plan.is_full(options.ndots),
        needs_recursion: plan.server.is_none() && plan.recurse,
        tcp: plan.tcp || (plan.plain && options.use_vc),
        edns: plan.plain && options.edns0,
        memory: Memory::new(plan),
    };
    let mut out = Out::stdout().context("open standard output")?;
    let mut report = Report::new(plan, told);
    match plan.job {
        Job::Everyday | Job::Question => answer(&asker, &conf, &mut report, &mut out).await,
        Job::Transfer { serial } => transfer(&asker, &conf, serial, &mut report, &mut out).await,
        Job::Compare => compare(&asker, &conf, &mut report, &mut out).await,
    }
    .and_then(|()| out.flush())
    .context("write to standard output")?;
    let told = plan.tells_cache || io::stderr().is_terminal();
    if let Some(line) = asker.memory.tally.line().filter(|_| told) {
        message(line);
    }
    if let Some(cache) = &asker.memory.cache {
        tell_troubles(cache, plan.tells_cache);
    }
    if asker.memory.tally.is_incomplete() {
        return Ok(EXIT_NOT_CACHED);
    }
    Ok(report.exit())
}

/// The servers to ask: the one that was typed, at each of its addresses, or those of `resolv.conf`.
async fn servers(plan: &Plan, conf: &ResolvConf) -> Result<Vec<SocketAddr>, Failure> {
    let servers: Vec<SocketAddr> = match &plan.server {
        Some(typed) => {
            let resolver = Resolver::system(&resolver_environment());
            let found = resolver.lookup_ip(typed, plan.port, plan.family).await;
            found.map_err(|error| {
                let why = match error {
                    LookupError::NoName(_) | LookupError::NoData { .. } | LookupError::NoAddress(_) => {
                        "not found"
                    }
                    _ => "failure",
                };
                anyhow!("couldn't get address for '{typed}': {why}")
            })?
        }
        None => {
            let mut servers: Vec<SocketAddr> = conf
                .servers
                .iter()
                .filter_map(|server| server_address(server, plan.port))
                .filter(|server| plan.family.has(server.ip()))
                .collect();
            if conf.options.rotate && !servers.is_empty() {
                // The runs know nothing of each other: chance spreads the load.
                let first = rand::random_range(..servers.len());
                servers.rotate_left(first);
            }
            servers
        }
    };
    if servers.is_empty() {
        return Err(anyhow!("no name server of this address family").into());
    }
    Ok(servers)
}

/// Asks for the name as it was typed, and with nothing else asked for, for the rest that people want to know.
async fn answer(
    asker: &Asker<'_>,
    conf: &ResolvConf,
    report: &mut Report<'_>,
    out: &mut Out,
) -> io::Result<()> {
    let plan = asker.plan;
    let Some((question, reply)) = search(asker, conf, out).await? else {
        return Ok(());
    };
    let everyday = plan.job == Job::Everyday;
    let asked = Asked {
        question: &question,
        text: &plan.text,
        server: None,
        tells_absence: !everyday,
    };
    tell(asker, report, &asked, &reply, out)?;
    let Some(end) = end_of_aliases(&reply, &question).filter(|_| everyday) else {
        return Ok(());
    };
    for rtype in [RecordType::AAAA, RecordType::MX] {
        let question = Question {
            name: end.clone(),
            rtype,
            class: question.class,
        };
        let asked = Asked {
            question: &question,
            text: &short(&end),
            server: None,
            tells_absence: false,
        };
        if let Some(reply) = asker.ask(&question, out).await? {
            tell(asker, report, &asked, &reply, out)?;
        }
    }
    Ok(())
}

/// Asks for each name that the typed one may stand for until one exists; the last one is the answer if none does.
pub(super) async fn search(
    asker: &Asker<'_>,
    conf: &ResolvConf,
    out: &mut Out,
) -> io::Result<Option<(Question, Reply)>> {
    let mut names = asker.plan.candidates(conf).into_iter().peekable();
    while let Some(name) = names.next() {
        let question = asker.plan.question(name);
        let Some(reply) = asker.ask(&question, out).await? else {
            return Ok(None);
        };
        let denied = rcode(&reply) == Rcode::NXDOMAIN;
        if !denied || names.peek().is_none() {
            return Ok(Some((question, reply)));
        }
    }
    Ok(None)
}

/// Says what a reply says and, with -v, that it was received.
pub(super) fn tell(
    asker: &Asker<'_>,
    report: &mut Report<'_>,
    asked: &Asked<'_>,
    reply: &Reply,
    out: &mut Out,
) -> io::Result<()> {
    let mut text = Vec::new();
    if let Ok(message) = Message::parse(&reply.message) {
        report.message(asked, &message, &mut text);
    }
    out.write_all(&text)?;
    asker.received(reply, out)?;
    if asker.full && rcode(reply) == Rcode::NXDOMAIN {
        // host says so twice: when it finds that there is no other name to try, and at the end.
        asker.received(reply, out)?;
    }
    Ok(())
}

/// The name that the aliases of a good reply lead to.
fn end_of_aliases(reply: &Reply, question: &Question) -> Option<Name> {
    let message = Message::parse(&reply.message).ok()?;
    (message.rcode() == Rcode::NOERROR).then(|| Answer::read(&message, question).name)
}

pub(super) fn rcode(reply: &Reply) -> Rcode {
    Message::parse(&reply.message).map_or(Rcode::FORMERR, |message| message.rcode())
}
