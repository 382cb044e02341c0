//! Who may connect, and what a connection is given to.

use std::path::PathBuf;

use clap::Args;

/// Who may connect, and what a connection is given to.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeArgs {
    /// Give the connection to a command, without a shell
    #[arg(long, value_name = "command")]
    pub exec: Option<String>,
    /// Give the connection to a command, by /bin/sh
    #[arg(long, value_name = "command")]
    pub sh_exec: Option<String>,
    /// When listening, send to all other clients what one sends
    #[arg(long)]
    pub broker: bool,
    /// With -k, serve at most so many clients at a time; others wait
    #[arg(long, value_name = "count", allow_hyphen_values = true)]
    pub max_conns: Option<String>,
    /// Serve only these addresses, networks and names
    #[arg(long, value_name = "list")]
    pub allow: Vec<String>,
    /// The same, read from a file
    #[arg(long, value_name = "file")]
    pub allow_file: Vec<PathBuf>,
    /// Do not serve these addresses, networks and names
    #[arg(long, value_name = "list")]
    pub deny: Vec<String>,
    /// The same, read from a file
    #[arg(long, value_name = "file")]
    pub deny_file: Vec<PathBuf>,
    /// Break off a connection on which nothing moves for so long
    #[arg(long, value_name = "time", allow_hyphen_values = true)]
    pub idle_timeout: Option<String>,
    /// When listening, write the address and port to this descriptor
    #[arg(long, value_name = "descriptor", allow_hyphen_values = true)]
    pub ready_fd: Option<String>,
}
