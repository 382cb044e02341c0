//! What `rdig` does: reads what was typed, `~/.digrc` and the file of lookups, and does one lookup after the other.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;

use super::args::{Args, Word};
use super::plan::{Globals, Lookup, Origin, Plan, Planner, UsageError};
use super::servers::{NoServer, Server, Servers};
use super::session::{Job, Session, output_failure};
use super::{EXIT_BATCH, Rdig};
use crate::cli::{Exit, Failure, Tool, message, words};
use crate::net::runtime;

/// Runs the tool.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    if args.words.contains(&Word::Switch("v")) {
        message(format_args!("{} {}", Rdig::NAME, env!("CARGO_PKG_VERSION")));
        return Ok(Exit::SUCCESS);
    }
    let mut planner = Planner::default();
    if !args.words.contains(&Word::Switch("r")) {
        read_config(&mut planner)?;
    }
    let typed: Vec<String> = std::env::args_os().skip(1).map(lossy).collect();
    let plan = planned(planner.line(&args.words, &typed.join(" "), Origin::CommandLine))?;
    let runtime = runtime().context("start the runtime")?;
    runtime.block_on(look_up(planner, plan))
}

fn lossy(text: OsString) -> String {
    text.to_string_lossy().into_owned()
}

/// Reads the settings of `~/.digrc`, if there is one.
fn read_config(planner: &mut Planner) -> Result<(), Failure> {
    let Some(text) = home().and_then(|home| std::fs::read_to_string(home.join(".digrc")).ok()) else {
        return Ok(());
    };
    for line in text.lines() {
        let words = words_of(line)?;
        planned(planner.line(&words, line, Origin::Config))?;
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "~/.digrc is in the home that the environment names"
)]
fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from)
}

fn words_of(line: &str) -> Result<Vec<Word>, Failure> {
    let args = Args::from_line(line).map_err(|error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default().to_owned();
        anyhow::anyhow!("{}", first.trim_start_matches("error: "))
    })?;
    Ok(args.words)
}

/// The plan, or what is wrong with what was typed; says first what dig says first.
fn planned(plan: Result<Plan, UsageError>) -> Result<Plan, Failure> {
    match plan {
        Ok(plan) => {
            for warning in &plan.warnings {
                message(warning);
            }
            Ok(plan)
        }
        Err(error) => {
            if let Some(problem) = error.problem() {
                let mut stdout = io::stdout().lock();
                writeln!(stdout, "{problem}").map_err(output_failure)?;
            }
            let exit = error.exit();
            Err(Failure::new(exit, error))
        }
    }
}

async fn look_up(mut planner: Planner, plan: Plan) -> Result<Exit, Failure> {
    let mut session = Session::new()?;
    // Every server is found before anything is asked: a wrong one ends the run.
    let jobs = prepare(&session.context.servers, &plan.lookups, &planner.globals).await;
    for job in jobs.map_err(|error| Failure::new(Exit::FAILURE, error))? {
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
            message(format_args!("{file}: {}", words(error)));
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
        let words = words_of(&line)?;
        let typed: Vec<&str> = line.split_ascii_whitespace().collect();
        let plan = planned(planner.line(&words, &typed.join(" "), Origin::Batch))?;
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
