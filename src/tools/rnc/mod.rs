//! `rnc`: listen and connect.

mod access;
mod args;
mod broker;
mod chaos;
mod connect;
mod datagrams;
mod dial;
mod exec;
mod listen;
mod names;
mod password;
mod plan;
mod progress;
mod proxy;
mod ready;
mod relay;
mod reliable;
mod run;
mod say;
mod scan;
mod secure;
mod serve;
mod unix;

pub use args::{Args, BytesArgs, LinkArgs, ScanArgs, SecureArgs, ServeArgs, WatchArgs};

use crate::cli::{Exit, Failure, Tool};

/// The tool.
#[derive(Debug)]
pub struct Rnc;

impl Tool for Rnc {
    type Args = Args;

    const NAME: &'static str = "rnc";

    fn run(args: Args) -> Result<Exit, Failure> {
        run::run(args)
    }
}
