//! `rhost`: look a name up and say it in a sentence.

mod args;
mod ask;
mod authorities;
mod cache;
mod gathered;
mod memory;
mod plan;
mod report;
mod run;
mod transfer;

pub use args::Args;

use crate::cli::{Exit, Failure, Tool};

/// The tool.
#[derive(Debug)]
pub struct Rhost;

impl Tool for Rhost {
    type Args = Args;

    const NAME: &'static str = "rhost";

    fn run(args: Args) -> Result<Exit, Failure> {
        run::run(args)
    }
}
