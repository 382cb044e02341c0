//! `rdig`: ask the DNS and show the whole message.
//!
//! ```text
//!   args ─▶ plan ─▶ run ─▶ session (a lookup, from its name to what is printed)
//!                             ├─▶ question (a lookup as a query)
//!                             └─▶ reply (how sound it is) ─▶ render
//! ```

mod args;
mod batch;
mod errand;
mod explain;
mod keys;
mod plan;
mod question;
mod render;
mod reply;
mod run;
mod servers;
mod session;
mod show;
mod status;
mod story;

pub use args::Args;
pub use show::View;

use std::ffi::OsString;

use crate::cli::{Exit, Failure, Tool};

/// The tool.
#[derive(Debug)]
pub struct Rdig;

impl Tool for Rdig {
    type Args = Args;

    const NAME: &'static str = "rdig";

    fn rewrite(argv: Vec<OsString>) -> Vec<OsString> {
        args::rewrite(argv)
    }

    fn run(args: Args) -> Result<Exit, Failure> {
        run::run(args)
    }
}

/// The names of the `+options`, without the `+`: what the manual must list.
pub fn plus_options() -> impl Iterator<Item = &'static str> {
    plan::OPTIONS
        .iter()
        .map(|(_, name, _)| *name)
        .chain(own_options())
}

/// The names of those that dig does not have.
pub fn own_options() -> impl Iterator<Item = &'static str> {
    plan::OWN.iter().map(|(name, _)| *name)
}

/// The file of lookups cannot be read.
const EXIT_BATCH: Exit = Exit(8);
/// A name or a value is not what it should be.
const EXIT_BAD_VALUE: Exit = Exit(10);
