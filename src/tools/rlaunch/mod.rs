//! `rlaunch`: ask a server, over UDP, to do a thing once.

mod args;
mod bench;
mod call;
mod cancel;
mod endpoint;
mod key;
mod launch;
mod operator;
mod pair;
mod path;
mod plan;
mod resume;
mod run;
mod serve;
mod tell;

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

/// The action was certainly not performed, and never will be.
const NOT_LAUNCHED: Exit = Exit(3);
/// Whether the action was performed is not known.
const UNKNOWN: Exit = Exit(4);
/// The server refused.
const REFUSED: Exit = Exit(5);
