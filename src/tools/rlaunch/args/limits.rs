//! How much `rlaunch serve` takes on.

/// What the server takes on, and when it says what.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Limits {
    /// Perform at most this many actions at a time.
    #[arg(long, value_name = "N", default_value = "64")]
    pub(in crate::tools::rlaunch) jobs: String,

    /// Begin at most this many actions in a second; fractions are allowed.
    #[arg(long, value_name = "N")]
    pub(in crate::tools::rlaunch) rate: Option<String>,

    /// Remember at most this many sessions: 4096 by default.
    #[arg(long, value_name = "N")]
    pub(in crate::tools::rlaunch) max_sessions: Option<String>,

    /// Remember at most this many calls with names: 65536 by default.
    #[arg(long, value_name = "N")]
    pub(in crate::tools::rlaunch) max_ids: Option<String>,

    /// Make an outcome durable before it is told.
    #[arg(long)]
    pub(in crate::tools::rlaunch) sync_outcome: bool,

    /// Go on, as another store, with one that has lost what it had told.
    #[arg(long)]
    pub(in crate::tools::rlaunch) accept_rollback: bool,
}
