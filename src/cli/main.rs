//! The beginning and the end of every tool: the only place that prints an error and picks an exit status.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

use super::{Exit, Failure, message, program_name};

/// One of the five: what it is called, what may be typed, and what it does then.
pub trait Tool {
    /// What was typed. The command that it is made of is also the source of the completions, and of the test
    /// that compares the man page with the flags.
    type Args: CommandFactory + FromArgMatches;

    /// The name of the tool, as `--version` prints it.
    const NAME: &'static str;

    /// Rewrites what was typed into what clap can parse, where the original's grammar is not `getopt`'s
    /// (dig's `+short`, tcpdump's `-tttt`). The first element is the program itself.
    fn rewrite(argv: Vec<OsString>) -> Vec<OsString> {
        argv
    }

    /// Does it.
    ///
    /// # Errors
    /// A [`Failure`] is printed as `tool: what: why` and ends the process with its exit status.
    fn run(args: Self::Args) -> Result<Exit, Failure>;
}

/// Runs a tool from its command line to its exit status.
pub fn main<T: Tool>() -> ExitCode {
    let end = match parse::<T>(env::args_os().collect()) {
        Ok(args) => T::run(args),
        Err(error) => explain_usage(&error),
    };
    match end {
        Ok(exit) => exit.into(),
        Err(failure) if failure.is_quiet() => Exit::SUCCESS.into(),
        Err(failure) => {
            if let Some(words) = failure.words() {
                message(format_args!("{}: {words}", program_name(T::NAME)));
            }
            failure.exit().into()
        }
    }
}

fn parse<T: Tool>(argv: Vec<OsString>) -> Result<T::Args, clap::Error> {
    let matches: ArgMatches = T::Args::command().try_get_matches_from(T::rewrite(argv))?;
    T::Args::from_arg_matches(&matches)
}

/// Help and version are data; anything else is one line and exit status 1 (clap would print six and say 2).
fn explain_usage(error: &clap::Error) -> Result<Exit, Failure> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let text = error.render();
            match io::stdout().lock().write_all(text.to_string().as_bytes()) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    Err(Failure::new(Exit::FAILURE, error))
                }
                _ => Ok(Exit::SUCCESS),
            }
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Err(Failure::new(
            Exit::FAILURE,
            anyhow::anyhow!("nothing to do was named: see --help"),
        )),
        _ => {
            let text = error.render().to_string();
            let lines = text.lines().map(str::trim).take_while(|line| !line.is_empty());
            let line = lines.collect::<Vec<_>>().join(" ");
            Err(Failure::new(
                Exit::FAILURE,
                anyhow::anyhow!("{}", line.trim_start_matches("error: ")),
            ))
        }
    }
}
