//! `rlaunch serve`.

use std::path::PathBuf;

use anyhow::Result;

use super::number;
use crate::tools::rlaunch::args;
use crate::tools::rlaunch::endpoint::Endpoint;
use crate::tools::rlaunch::serve::Action;

/// What `rlaunch serve` is to do.
#[derive(Debug)]
pub(in crate::tools::rlaunch) struct Serve {
    pub(in crate::tools::rlaunch) address: Endpoint,
    pub(in crate::tools::rlaunch) store: PathBuf,
    pub(in crate::tools::rlaunch) action: Action,
    pub(in crate::tools::rlaunch) jobs: usize,
    /// Where the secret of both ends is.
    pub(in crate::tools::rlaunch) secret: Option<PathBuf>,
    pub(in crate::tools::rlaunch) verbose: bool,
}

impl Serve {
    pub(in crate::tools::rlaunch) fn new(args: args::Serve) -> Result<Self> {
        Ok(Self {
            address: args.address.parse()?,
            store: args.store,
            action: Action::parse(&args.exec)?,
            jobs: number("--jobs", &args.jobs, MOST_JOBS)?,
            secret: args.secret.key,
            verbose: args.verbose,
        })
    }
}

const MOST_JOBS: usize = 4096;
