//! How a server is asked about one call.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use super::{Volume, seconds};
use crate::tools::rlaunch::args;
use crate::tools::rlaunch::endpoint::Servers;

/// Whom to ask, for how long, and how loud.
#[derive(Clone, Debug)]
pub(in crate::tools::rlaunch) struct Conduct {
    pub(in crate::tools::rlaunch) server: Servers,
    /// Where the secret of both ends is.
    pub(in crate::tools::rlaunch) secret: Option<PathBuf>,
    pub(in crate::tools::rlaunch) journal: Option<PathBuf>,
    pub(in crate::tools::rlaunch) deadline: Duration,
    /// How long to try to rule the call out after that.
    pub(in crate::tools::rlaunch) grace: Duration,
    pub(in crate::tools::rlaunch) json: bool,
    pub(in crate::tools::rlaunch) volume: Volume,
}

impl Conduct {
    pub(super) fn new(
        address: &str,
        secret: args::Secret,
        journal: Option<PathBuf>,
        patience: &args::Patience,
        grace: &str,
    ) -> Result<Self> {
        Ok(Self {
            server: address.parse()?,
            secret: secret.key,
            journal,
            deadline: seconds("--deadline", &patience.deadline)?,
            grace: seconds("--grace", grace)?,
            json: patience.json,
            volume: Volume::new(patience),
        })
    }
}
