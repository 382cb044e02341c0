//! The five tools. Each room: `args` (exactly what was typed) → `plan` (typed, checked, no I/O) → `run`.

mod command;
mod dns_cache;
mod dns_json;
mod dns_notes;
mod left;
mod meter;
pub mod rdig;
pub mod rdump;
pub mod rhost;
pub mod rlaunch;
pub mod rnc;
mod secret;
mod signals;

use clap::{Command, CommandFactory};

/// The command lines of the five as clap knows them, under their names: the source of the completions, and what
/// the man pages are compared with.
pub fn commands() -> [Command; 5] {
    [
        rnc::Args::command(),
        rdig::Args::command(),
        rhost::Args::command(),
        rlaunch::Args::command(),
        rdump::Args::command(),
    ]
}
