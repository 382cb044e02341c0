//! `rlaunch bench`.

use std::path::PathBuf;

use crate::tools::rlaunch::args;

/// What `rlaunch bench` is to do.
#[derive(Debug)]
pub(in crate::tools::rlaunch) struct Bench {
    /// Below which folder the store is to be.
    pub(in crate::tools::rlaunch) store: Option<PathBuf>,
    pub(in crate::tools::rlaunch) json: bool,
}

impl From<args::Bench> for Bench {
    fn from(args: args::Bench) -> Self {
        let args::Bench { store, json } = args;
        Self { store, json }
    }
}
