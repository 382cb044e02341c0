//! What may be typed after `rlaunch`.

mod action;
mod bench;
mod doubt;
mod launch;
mod limits;
mod operator;
mod pair;
mod patience;
mod resume;
mod secret;
mod serve;

use clap::{ArgAction, Parser, Subcommand};

pub(super) use action::Action;
pub(super) use bench::Bench;
pub(super) use doubt::Doubt;
pub(super) use launch::Launch;
pub(super) use limits::Limits;
pub(super) use operator::{Log, Prune, Resolve, Site, Status};
pub(super) use pair::{Get, Server, Set};
pub(super) use patience::Patience;
pub(super) use resume::{Cancel, Resume};
pub(super) use secret::Secret;
pub(super) use serve::Serve;

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
    Resume(Resume),
    Cancel(Cancel),
    Get(Get),
    Set(Set),
    Status(Status),
    Log(Log),
    Bench(Bench),
    Resolve(Resolve),
    Prune(Prune),
}
