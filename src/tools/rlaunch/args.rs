//! What may be typed after `rlaunch`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Parser, Subcommand};

/// Ask a server, over UDP, to do a thing once.
#[derive(Debug, Parser)]
#[command(
    name = "rlaunch",
    version,
    disable_version_flag = true,
    disable_help_subcommand = true,
    args_override_self = true
)]
pub struct Args {
    /// Print the version and exit.
    #[arg(long, action = ArgAction::Version)]
    version: Option<bool>,

    #[command(subcommand)]
    pub(super) verb: Verb,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    Serve(Serve),
    Launch(Launch),
    Get(Get),
    Set(Set),
}

/// Serve: perform an action once for each id, however often it is asked for.
#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    /// The address and port to listen on.
    #[arg(value_name = "ADDR:PORT")]
    pub(super) address: String,

    /// Keep the id set in this folder.
    #[arg(long, value_name = "DIR")]
    pub(super) store: PathBuf,

    /// The action: the payload is its standard input, its standard output is the result.
    #[arg(long, value_name = "CMD")]
    pub(super) exec: String,

    /// Perform at most this many actions at a time.
    #[arg(long, value_name = "N", default_value = "64")]
    pub(super) jobs: String,

    /// Say what is launched.
    #[arg(short, long)]
    pub(super) verbose: bool,
}

/// Launch: have the server perform its action once with this payload, and print the result.
#[derive(Debug, clap::Args)]
pub(super) struct Launch {
    /// The server.
    #[arg(value_name = "ADDR:PORT")]
    pub(super) address: String,

    /// What the action gets on its standard input; `-` reads it from standard input.
    #[arg(value_name = "PAYLOAD", required_unless_present = "lines")]
    pub(super) payload: Option<OsString>,

    /// Make one call for each line of standard input, and print one line for each.
    #[arg(long, conflicts_with = "payload")]
    pub(super) lines: bool,

    /// With --lines, have up to this many calls under way at a time.
    #[arg(long, value_name = "N", default_value = "1")]
    pub(super) window: String,

    /// Note each call in this folder before it is asked for, and resume what an earlier run left unsettled.
    #[arg(long, value_name = "DIR")]
    pub(super) journal: Option<PathBuf>,

    #[command(flatten)]
    pub(super) patience: Patience,

    /// After the deadline, try this long to have the call cancelled.
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    pub(super) grace: String,
}

/// Get: print the value of a key.
#[derive(Debug, clap::Args)]
pub(super) struct Get {
    /// The key.
    #[arg(value_name = "KEY")]
    pub(super) key: OsString,

    #[command(flatten)]
    pub(super) server: Server,

    #[command(flatten)]
    pub(super) patience: Patience,
}

/// Set: give a key a value.
#[derive(Debug, clap::Args)]
pub(super) struct Set {
    /// The key.
    #[arg(value_name = "KEY")]
    pub(super) key: OsString,

    /// The value.
    #[arg(value_name = "VALUE")]
    pub(super) value: OsString,

    #[command(flatten)]
    pub(super) server: Server,

    #[command(flatten)]
    pub(super) patience: Patience,
}

/// Which server is asked for a key.
#[derive(Debug, clap::Args)]
pub(super) struct Server {
    /// The server; without it the environment's RLAUNCH_SERVER, or 127.0.0.1:4517.
    #[arg(long, value_name = "ADDR:PORT")]
    pub(super) server: Option<String>,
}

/// How long is waited, and what is said meanwhile.
#[derive(Debug, clap::Args)]
pub(super) struct Patience {
    /// Ask for this long.
    #[arg(long, value_name = "SECONDS", default_value = "30")]
    pub(super) deadline: String,

    /// Say everything that is sent and ignored, and what it took.
    #[arg(short, long)]
    pub(super) verbose: bool,

    /// Say nothing but how it ended.
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,
}
