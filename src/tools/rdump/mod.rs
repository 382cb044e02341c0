//! `rdump`: capture packets, filter them, print them.

mod args;
mod crew;
mod decode_as;
mod form;
mod hosts;
mod live;
mod names;
mod paper;
mod plan;
mod printing;
mod reading;
mod rights;
mod rotation;
mod run;
mod secrets;
mod selection;
mod shelf;
mod signals;
mod sink;
mod writing;

pub use args::{Args, Precision, Way, When};

use crate::cli::{Exit, Failure, Tool};

/// The tool.
#[derive(Debug)]
pub struct Rdump;

impl Tool for Rdump {
    type Args = Args;

    const NAME: &'static str = "rdump";

    fn run(args: Args) -> Result<Exit, Failure> {
        run::run(args)
    }
}
