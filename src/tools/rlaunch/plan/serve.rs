//! `rlaunch serve`.

use std::fmt;
use std::path::PathBuf;

use anyhow::{Result, bail, ensure};

use super::limits::limits;
use super::{Action, Cluster, Doubt};
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
    pub(in crate::tools::rlaunch) doubt: Doubt,
    /// Where the operator is listened to, if not in the folder of the store.
    pub(in crate::tools::rlaunch) control: Option<PathBuf>,
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
        if matches!(keep, Keep::Folder(_)) && args.control.is_some() {
            bail!("--control: the socket is in the folder of the --store");
        }
        let action = Action::new(&args.action)?;
        let doubt = Doubt::new(&args.doubt, &action)?;
        if matches!(keep, Keep::Shared(_)) {
            ensure!(
                action != Action::Missile,
                "--missile: its count is in a folder, not in etcd"
            );
            ensure!(
                doubt != Doubt::Rerun,
                "--on-doubt rerun: not for an id set that several servers share"
            );
        }
        let limits = Limits {
            effect: action.effect(),
            on_doubt: doubt.policy(),
            ..limits(&args.limits, &keep)?
        };
        Ok(Self {
            address: args.address.parse()?,
            action,
            doubt,
            control: args.control,
            limits,
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
