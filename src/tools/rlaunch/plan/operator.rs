//! What the operator of a store asks.

use std::path::PathBuf;

use crate::tools::rlaunch::args;

/// What `rlaunch log` is to do.
#[derive(Debug)]
pub(in crate::tools::rlaunch) struct Log {
    pub(in crate::tools::rlaunch) store: PathBuf,
    pub(in crate::tools::rlaunch) json: bool,
}

impl From<args::Log> for Log {
    fn from(args: args::Log) -> Self {
        Self {
            store: args.store,
            json: args.json,
        }
    }
}
