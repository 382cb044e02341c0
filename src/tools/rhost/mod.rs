//! `rhost`: look a name up and say it in a sentence.

mod args;
mod ask;
mod authorities;
mod cache;
mod disguise;
mod gathered;
mod memory;
mod plan;
mod report;
mod run;
mod transfer;
mod typed;

pub use args::Args;

use std::ffi::OsString;

use crate::cli::{Exit, Failure, Tool};

/// The tool.
#[derive(Debug)]
pub struct Rhost;

impl Tool for Rhost {
    type Args = Args;

    const NAME: &'static str = "rhost";

    fn rewrite(argv: Vec<OsString>) -> Vec<OsString> {
        typed::rewrite(argv)
    }

    fn run(args: Args) -> Result<Exit, Failure> {
        run::run(args)
    }
}
