//! What the operator of a store asks.

use std::path::PathBuf;

use anyhow::{Context, Error, Result, bail, ensure};

use super::seconds;
use crate::tools::rlaunch::args;
use crate::tools::rlaunch::operator::{Request, prune, resolve};

/// What `rlaunch log` is to do.
#[derive(Debug)]
pub(in crate::tools::rlaunch) struct Log {
    pub(in crate::tools::rlaunch) store: PathBuf,
    pub(in crate::tools::rlaunch) json: bool,
}

/// What `rlaunch status`, `resolve` or `prune` is to do.
#[derive(Debug)]
pub(in crate::tools::rlaunch) struct Operate {
    pub(in crate::tools::rlaunch) place: Place,
    pub(in crate::tools::rlaunch) request: Request,
    pub(in crate::tools::rlaunch) json: bool,
}

/// Whom it asks.
#[derive(Debug)]
pub(in crate::tools::rlaunch) enum Place {
    /// Whoever serves this store, or the store itself.
    Store(PathBuf),
    /// The server with this control socket.
    Socket(PathBuf),
}

impl From<args::Log> for Log {
    fn from(args: args::Log) -> Self {
        Self {
            store: args.store,
            json: args.json,
        }
    }
}

impl Operate {
    pub(in crate::tools::rlaunch) fn status(args: args::Status) -> Result<Self> {
        Ok(Self {
            place: Place::new(args.site)?,
            request: Request::Status,
            json: args.json,
        })
    }

    pub(in crate::tools::rlaunch) fn resolve(args: args::Resolve) -> Result<Self> {
        let is_launched = args.verdict == "launched";
        ensure!(
            is_launched || args.result.is_none(),
            "--result: what was not launched has none"
        );
        let launched = is_launched.then(|| args.result.as_deref().unwrap_or_default());
        Ok(Self {
            place: Place::new(args.site)?,
            request: resolve(&args.id, launched, args.force).map_err(Error::msg)?,
            json: false,
        })
    }

    pub(in crate::tools::rlaunch) fn prune(args: args::Prune) -> Result<Self> {
        let index = |typed: &String| {
            typed
                .parse()
                .ok()
                .with_context(|| format!("--through {typed}: not an index"))
        };
        let through = args.through.as_ref().map(index).transpose()?;
        let silent = args
            .silent
            .as_ref()
            .map(|typed| seconds("--silent", typed))
            .transpose()?;
        if args.name.is_none() && through.is_none() && silent.is_none() {
            bail!("NAME, --through INDEX or --silent SECONDS: needed to know what to forget");
        }
        Ok(Self {
            place: Place::new(args.site)?,
            request: prune(args.name.as_deref(), through, silent).map_err(Error::msg)?,
            json: false,
        })
    }
}

impl Place {
    fn new(site: args::Site) -> Result<Self> {
        match (site.store, site.control) {
            (Some(folder), None) => Ok(Self::Store(folder)),
            (None, Some(socket)) => Ok(Self::Socket(socket)),
            (Some(_), Some(_)) => bail!("--control: the socket is in the folder of the --store"),
            (None, None) => bail!("--store DIR: needed to know whom to ask (or --control PATH)"),
        }
    }
}
