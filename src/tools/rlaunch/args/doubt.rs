//! What becomes of calls in doubt.

/// What `rlaunch serve` does about a call that was begun and has no outcome.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Doubt {
    /// A command that finds out what became of a call: 0 launched, 3 not launched, else not known.
    #[arg(long, value_name = "CMD")]
    pub(in crate::tools::rlaunch) probe: Option<String>,

    /// What becomes of a call in doubt: report it, or rerun it and perform it at least once.
    #[arg(long, value_name = "WHAT", value_parser = ["report", "rerun"])]
    pub(in crate::tools::rlaunch) on_doubt: Option<String>,
}
