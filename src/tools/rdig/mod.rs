//! `rdig`: ask the DNS and show the whole message.

mod args;
mod run;

pub use args::Args;

use crate::cli::{Exit, Failure, Tool};

/// The tool.
#[derive(Debug)]
pub struct Rdig;

impl Tool for Rdig {
    type Args = Args;

    const NAME: &'static str = "rdig";

    fn run(args: Args) -> Result<Exit, Failure> {
        run::run(args)
    }
}
