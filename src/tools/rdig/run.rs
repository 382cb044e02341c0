//! What `rdig` does: reads what was typed and `~/.digrc`, does the lookups that were typed, and then those of a file.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::rc::Rc;

use anyhow::Context as _;
use tokio::task::LocalSet;

use super::args::{Args, words};
use super::errand::Errand;
use super::keys;
use super::plan::{End, Globals, HELP, Origin, Plan, Planner, Step, USAGE, UsageError};
use super::servers::{NoServer, Servers};
use super::session::{Session, output_failure};
use super::{Rdig, batch};
use crate::cli::{Exit, Failure, Tool, message, remark, speaks_unicode};
use crate::net::dns::Courier;
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

/// Does what was typed, and then the file.
async fn look_up(mut session: Session, mut planner: Planner, plan: Plan) -> Result<Exit, Failure> {
    let context = Rc::clone(&session.context);
    // A file that is not there ends the run before anything is asked.
    let file = planner.batch.take();
    let lines = file.map(|file| batch::open(&file)).transpose()?;
    if lines.is_some() || planner.globals.rate.is_some() {
        context
            .courier
            .get_or_init(|| Courier::new(context.clock, planner.globals.rate));
    }
    let done = async {
        do_typed(&mut session, &planner, plan).await?;
        if let Some(lines) = lines {
            batch::run(&mut session, &mut planner, lines).await?;
        }
        session.context.tell_troubles();
        Ok(session.exit)
    };
    let Some(courier) = context.courier.get() else {
        return done.await;
    };
    LocalSet::new()
        .run_until(async {
            tokio::select! {
                end = done => end,
                never = courier.carry() => match never {},
            }
        })
        .await
}

/// The lookups that were typed. Every server is found before anything is asked: a wrong one ends the run.
async fn do_typed(session: &mut Session, planner: &Planner, plan: Plan) -> Result<(), Failure> {
    let context = Rc::clone(&session.context);
    let errand = Errand {
        lookups: plan.lookups,
        globals: planner.globals.clone(),
    };
    for job in errand.prepare(&context.servers).await.map_err(no_server)? {
        session.look_up(job).await?;
    }
    Ok(())
}
