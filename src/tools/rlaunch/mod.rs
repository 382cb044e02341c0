//! `rlaunch`: ask a server, over UDP, to do a thing once.

mod args;
mod run;

pub use args::Args;

use crate::cli::{Exit, Failure, Tool};

/// The tool.
#[derive(Debug)]
pub struct Rlaunch;

impl Tool for Rlaunch {
    type Args = Args;

    const NAME: &'static str = "rlaunch";

    fn run(args: Args) -> Result<Exit, Failure> {
        run::run(args)
    }
}
