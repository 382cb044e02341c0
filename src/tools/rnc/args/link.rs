//! The link below: how bad it is made, and how good.

use clap::Args;

/// The link below: how bad it is made, and how good.
#[derive(Args, Clone, Debug, Default)]
pub struct LinkArgs {
    /// Make the network bad: loss=30%,dup=10%,reorder=20%,delay=5ms..50ms,corrupt=1%,rate=1M,seed=7
    #[arg(long, value_name = "spec")]
    pub chaos: Option<String>,
    /// Pass on what comes to one address to another, over a network as bad as --chaos says
    #[arg(long)]
    pub relay: bool,
    /// With -u: lose nothing, in a stream that the peer's --reliable takes
    #[arg(long)]
    pub reliable: bool,
}
