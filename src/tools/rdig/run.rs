//! What `rdig` does: reads what was typed, `~/.digrc` and the file of lookups, and does one lookup after the other.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;

use super::args::{Args, words};
use super::keys;
use super::plan::{End, Globals, HELP, Lookup, Origin, Plan, Planner, Step, USAGE, UsageError};
use super::servers::{NoServer, Server, Servers};
use super::session::{Job, Session, output_failure};
use super::{EXIT_BATCH, Rdig};
use crate::cli::{self, Exit, Failure, Tool, message, remark, speaks_unicode};
use crate::net::runtime;

/// Runs the tool.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    let mut planner = Planner::default();
    planner
        .survey(&args.words)
        .map_err(|error| end(&End::Error(error)))?;
    let mut lines = Vec::new();
    if planner.config {
        lines = config().lines().map(words).collect();
    }
    let runtime = runtime().context("start the runtime")?;
    runtime.block_on(async {
        let session = Session::new()?;
        planner.globals.terminal = session.context.terminal;
        planner.globals.unicode = speaks_unicode();
        for line in &lines {
            let plan = planner.line(line, Origin::Config);
            begin(&session.context.servers, &plan, &planner.globals).await?;
        }
        let plan = planner.line(&args.words, Origin::CommandLine);
        begin(&session.context.servers, &plan, &planner.globals).await?;
        keys::load(&mut planner.globals)?;
        look_up(session, planner, plan).await
    })
}

/// The settings of `~/.digrc`, if there is one.
fn config() -> String {
    let text = home().and_then(|home| std::fs::read(home.join(".digrc")).ok());
    String::from_utf8_lossy(&text.unwrap_or_default()).into_owned()
}

#[expect(
    clippy::disallowed_methods,
    reason = "~/.digrc is in the home that the environment names"
)]
fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from)
}

/// Does what comes before the first lookup of a line, and ends the run if the line does.
async fn begin(servers: &Servers, plan: &Plan, globals: &Globals) -> Result<(), Failure> {
    for step in &plan.steps {
        if let Step::Find(server) = step {
            servers.find(server, globals).await.map_err(no_server)?;
        }
        say(step)?;
    }
    plan.end.as_ref().map_or(Ok(()), |why| Err(end(why)))
}

/// Says what a step says.
fn say(step: &Step) -> Result<(), Failure> {
    match step {
        Step::Warn(text) => remark(text),
        Step::Say(text) => writeln!(io::stdout().lock(), "{text}").map_err(output_failure)?,
        Step::Find(_) => {}
    }
    Ok(())
}

/// Ends the run with what there is to say.
pub(super) fn end(why: &End) -> Failure {
    match why {
        End::Help => match io::stdout().lock().write_all(HELP.as_bytes()) {
            Ok(()) => Failure::silent(Exit::SUCCESS),
            Err(error) => output_failure(error),
        },
        End::Version => {
            message(format_args!("{} {}", Rdig::NAME, env!("CARGO_PKG_VERSION")));
            Failure::silent(Exit::SUCCESS)
        }
        End::Error(error @ UsageError::Usage) => {
            remark(USAGE);
            Failure::silent(error.exit())
        }
        End::Error(error @ UsageError::Option(_)) => {
            remark(format_args!("{error}\n{USAGE}"));
            Failure::silent(error.exit())
        }
        End::Error(error) => Failure::new(error.exit(), error.clone()),
    }
}

fn no_server(error: NoServer) -> Failure {
    Failure::new(Exit::FAILURE, error)
}

async fn look_up(mut session: Session, mut planner: Planner, plan: Plan) -> Result<Exit, Failure> {
    // Every server is found before anything is asked: a wrong one ends the run.
    let jobs = prepare(&session.context.servers, &plan.lookups, &planner.globals).await;
    for job in jobs.map_err(no_server)? {
        session.look_up(job).await?;
    }
    if let Some(file) = planner.batch.take() {
        let lines = open(&file)?;
        batch(&mut session, &mut planner, lines).await?;
    }
    Ok(session.exit)
}

/// Finds the servers of each lookup.
async fn prepare<'a>(
    servers: &Servers,
    lookups: &'a [Lookup],
    globals: &'a Globals,
) -> Result<Vec<Job<'a>>, NoServer> {
    let mut jobs = Vec::with_capacity(lookups.len());
    for lookup in lookups {
        let mut asked: Vec<Server> = Vec::new();
        for name in &lookup.servers {
            asked.extend(servers.find(name, globals).await?);
        }
        if lookup.servers.is_empty() {
            asked = servers.of_system(globals);
        }
        let banner = match &lookup.banner {
            None => None,
            Some(banner) => {
                let named = banner
                    .opening
                    .as_ref()
                    .and_then(|opening| opening.server.as_ref());
                let count = match named {
                    None => None,
                    Some(name) => Some(servers.find(name, globals).await?.len()),
                };
                Some((banner, count))
            }
        };
        jobs.push(Job {
            lookup,
            globals,
            servers: asked,
            banner,
        });
    }
    Ok(jobs)
}

/// The lines of a file of lookups.
fn open(file: &str) -> Result<Box<dyn BufRead>, Failure> {
    if file == "-" {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    match File::open(file) {
        Ok(lines) => Ok(Box::new(BufReader::new(lines))),
        Err(error) => {
            message(format_args!("{file}: {}", cli::words(error)));
            let error = anyhow::anyhow!("couldn't open specified batch file");
            Err(Failure::new(EXIT_BATCH, error))
        }
    }
}

/// Does the lookups of a file, one line after the other. Only before the first lookup are empty lines and comments
/// passed over, as dig does.
async fn batch(session: &mut Session, planner: &mut Planner, lines: Box<dyn BufRead>) -> Result<(), Failure> {
    let mut started = false;
    for line in lines.lines() {
        let line = line.context("read the file of lookups")?;
        if !started && (line.is_empty() || line.starts_with(['#', ';', '\r'])) {
            continue;
        }
        started = true;
        let plan = planner.line(&words(&line), Origin::Batch);
        plan.steps.iter().try_for_each(say)?;
        if let Some(why) = &plan.end {
            return Err(end(why));
        }
        keys::load(&mut planner.globals)?;
        match prepare(&session.context.servers, &plan.lookups, &planner.globals).await {
            Ok(jobs) => {
                for job in jobs {
                    session.look_up(job).await?;
                }
            }
            Err(error) => message(format_args!("{error}: skipping lookup")),
        }
    }
    Ok(())
}
