//! What `rlaunch serve` does for each call.

/// The action.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Action {
    /// The action: the payload is its standard input, its standard output is the result.
    #[arg(long, value_name = "CMD")]
    pub(in crate::tools::rlaunch) exec: Option<String>,

    /// The action: one command for all calls, with a JSON line in and a JSON line out for each.
    #[arg(long, value_name = "CMD")]
    pub(in crate::tools::rlaunch) coproc: Option<String>,

    /// The action: count missiles, within the store, so that no crash leaves a doubt.
    #[arg(long)]
    pub(in crate::tools::rlaunch) missile: bool,
}
