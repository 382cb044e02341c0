//! What every verb that asks a server has.

/// How long is waited, and what is said meanwhile.
#[derive(Debug, clap::Args)]
pub(in crate::tools::rlaunch) struct Patience {
    /// Ask for this long.
    #[arg(long, value_name = "SECONDS", default_value = "30")]
    pub(in crate::tools::rlaunch) deadline: String,

    /// Say how it ended, as an object on standard output.
    #[arg(long)]
    pub(in crate::tools::rlaunch) json: bool,

    /// Say everything that is sent and ignored, and what it took.
    #[arg(short, long)]
    pub(in crate::tools::rlaunch) verbose: bool,

    /// Say nothing but how it ended.
    #[arg(short, long, conflicts_with = "verbose")]
    pub(in crate::tools::rlaunch) quiet: bool,
}
