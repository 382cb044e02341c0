//! What the operator of a store may ask.

use std::path::PathBuf;

/// Log: print every record of a store's journal.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Log {
    /// The folder of the store.
    #[arg(long, value_name = "DIR")]
    pub(in crate::tools::rlaunch) store: PathBuf,

    /// Print each record as a JSON object.
    #[arg(long)]
    pub(in crate::tools::rlaunch) json: bool,
}

/// Status: print how a store and its server stand.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Status {
    #[command(flatten)]
    pub(in crate::tools::rlaunch) site: Site,

    /// Print it as a JSON object.
    #[arg(long)]
    pub(in crate::tools::rlaunch) json: bool,
}

/// Resolve: say what became of a call in doubt.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Resolve {
    #[command(flatten)]
    pub(in crate::tools::rlaunch) site: Site,

    /// The id of the call.
    #[arg(value_name = "ID")]
    pub(in crate::tools::rlaunch) id: String,

    /// What became of it. It must be the truth.
    #[arg(value_name = "launched|not-launched", value_parser = ["launched", "not-launched"])]
    pub(in crate::tools::rlaunch) verdict: String,

    /// What its client is told as the result.
    #[arg(long, value_name = "TEXT")]
    pub(in crate::tools::rlaunch) result: Option<String>,

    /// Do it even while a process that may still perform the call is alive.
    #[arg(long)]
    pub(in crate::tools::rlaunch) force: bool,
}

/// Prune: forget settled calls with names, or sessions that are silent.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Prune {
    #[command(flatten)]
    pub(in crate::tools::rlaunch) site: Site,

    /// The name of a settled call; asked for again, it is a new one.
    #[arg(value_name = "NAME")]
    pub(in crate::tools::rlaunch) name: Option<String>,

    /// All calls with names that were settled by a record up to this one.
    #[arg(long, value_name = "INDEX")]
    pub(in crate::tools::rlaunch) through: Option<String>,

    /// The sessions that have been silent for so long; their calls are refused for ever.
    #[arg(long, value_name = "SECONDS")]
    pub(in crate::tools::rlaunch) silent: Option<String>,
}

/// Which store, or which server.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Site {
    /// The folder of the store.
    #[arg(long, value_name = "DIR")]
    pub(in crate::tools::rlaunch) store: Option<PathBuf>,

    /// The control socket of a server without a store.
    #[arg(long, value_name = "PATH")]
    pub(in crate::tools::rlaunch) control: Option<PathBuf>,
}
