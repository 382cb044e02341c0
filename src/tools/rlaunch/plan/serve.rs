//! `rlaunch serve`.

use std::fmt;
use std::path::PathBuf;

use anyhow::{Result, bail};

use super::limits::limits;
use super::{Action, Cluster};
use crate::proto::launch::Limits;
use crate::tools::rlaunch::args;
use crate::tools::rlaunch::endpoint::Endpoint;

/// What `rlaunch serve` is to do.
#[derive(Debug)]
pub(in crate::tools::rlaunch) struct Serve {
    pub(in crate::tools::rlaunch) address: Endpoint,
    pub(in crate::tools::rlaunch) keep: Keep,
    pub(in crate::tools::rlaunch) action: Action,
    pub(in crate::tools::rlaunch) limits: Limits,
    /// Whether the operator knows that records were lost.
    pub(in crate::tools::rlaunch) accept_rollback: bool,
    /// Where the secret of both ends is.
    pub(in crate::tools::rlaunch) secret: Option<PathBuf>,
    pub(in crate::tools::rlaunch) verbose: bool,
}

/// Where the id set is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tools::rlaunch) enum Keep {
    /// Nowhere but in memory.
    Ephemeral,
    /// In this folder.
    Folder(PathBuf),
    /// In a store that several servers share.
    Shared(Cluster),
}

impl Serve {
    pub(in crate::tools::rlaunch) fn new(args: args::Serve) -> Result<Self> {
        let keep = Keep::new(args.store, args.ephemeral)?;
        Ok(Self {
            address: args.address.parse()?,
            action: Action::new(&args.action)?,
            limits: limits(&args.limits, &keep)?,
            keep,
            accept_rollback: args.limits.accept_rollback,
            secret: args.secret.key,
            verbose: args.verbose,
        })
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ephemeral => out.write_str("serve"),
            Self::Folder(folder) => folder.display().fmt(out),
            Self::Shared(cluster) => cluster.fmt(out),
        }
    }
}

impl Keep {
    fn new(store: Option<PathBuf>, ephemeral: bool) -> Result<Self> {
        match (store, ephemeral) {
            (Some(place), false) => match Cluster::parse(&place)? {
                Some(cluster) => Ok(Self::Shared(cluster)),
                None => Ok(Self::Folder(place)),
            },
            (None, true) => Ok(Self::Ephemeral),
            (Some(_), true) => bail!("--ephemeral: keeps nothing, so that there is nothing to --store"),
            (None, false) => {
                bail!("--store DIR: needed to remember what was launched (or --ephemeral to forget it)")
            }
        }
    }
}
