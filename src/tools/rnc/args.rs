//! What may be typed after `rnc`.

mod bytes;
mod link;
mod scan;
mod secure;
mod serve;
mod watch;

use std::ffi::OsString;

use clap::{ArgAction, Parser};

pub use self::bytes::BytesArgs;
pub use self::link::LinkArgs;
pub use self::scan::ScanArgs;
pub use self::secure::SecureArgs;
pub use self::serve::ServeArgs;
pub use self::watch::WatchArgs;

/// Connect to a port, or listen on one, and move bytes between it and the standard streams
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "rnc", version, disable_version_flag = true, args_override_self = true)]
#[command(override_usage = USAGE)]
pub struct Args {
    /// Use IPv4 addresses only
    #[arg(short = '4', overrides_with = "v6")]
    pub v4: bool,
    /// Use IPv6 addresses only
    #[arg(short = '6', overrides_with = "v4")]
    pub v6: bool,
    /// Allow broadcast addresses
    #[arg(short = 'b')]
    pub broadcast: bool,
    /// Send CR LF at the end of each line
    #[arg(short = 'C', long)]
    pub crlf: bool,
    /// Set SO_DEBUG on the socket
    #[arg(short = 'D')]
    pub debug: bool,
    /// Do not read standard input
    #[arg(short = 'd', long = "recv-only")]
    pub detach: bool,
    /// Connect, and pass the socket on over standard output
    #[arg(short = 'F')]
    pub pass: bool,
    /// Size of the TCP receive buffer in bytes
    #[arg(short = 'I', value_name = "length", allow_hyphen_values = true)]
    pub receive_buffer: Option<String>,
    /// Seconds between two lines sent, or two ports scanned
    #[arg(short = 'i', value_name = "interval", allow_hyphen_values = true)]
    pub interval: Option<String>,
    /// Go on listening when a connection is over
    #[arg(short = 'k')]
    pub keep: bool,
    /// Listen for a connection
    #[arg(short = 'l')]
    pub listen: bool,
    /// TTL or hop limit of what is sent
    #[arg(short = 'M', value_name = "ttl", allow_hyphen_values = true)]
    pub ttl: Option<String>,
    /// Lowest TTL or hop limit of what is received
    #[arg(short = 'm', value_name = "minttl", allow_hyphen_values = true)]
    pub min_ttl: Option<String>,
    /// Pass the end of standard input on to the peer
    #[arg(short = 'N')]
    pub half_close: bool,
    /// Look up no names of hosts and ports
    #[arg(short = 'n')]
    pub numeric: bool,
    /// Size of the TCP send buffer in bytes
    #[arg(short = 'O', value_name = "length", allow_hyphen_values = true)]
    pub send_buffer: Option<String>,
    /// User name for a proxy; its password is in RNC_PROXY_PASSWORD, or asked for
    #[arg(short = 'P', value_name = "user")]
    pub proxy_user: Option<String>,
    /// Source port; with -l the port to listen on
    #[arg(short = 'p', value_name = "port")]
    pub port: Option<String>,
    /// Leave this long after the end of standard input; implies -N
    #[arg(short = 'q', value_name = "seconds", allow_hyphen_values = true)]
    pub quit: Option<String>,
    /// Take the ports in random order
    #[arg(short = 'r')]
    pub random: bool,
    /// Sign TCP segments by MD5 (RFC 2385); the password is in RNC_MD5_PASSWORD, or asked for
    #[arg(short = 'S')]
    pub signed: bool,
    /// Source address; with -l the address to listen on
    #[arg(short = 's', value_name = "address")]
    pub source: Option<OsString>,
    /// TOS byte or traffic class: a number or a name like ef, af11, lowdelay
    #[arg(short = 'T', value_name = "tos")]
    pub tos: Option<String>,
    /// Refuse the options of a TELNET peer
    #[arg(short = 't')]
    pub telnet: bool,
    /// Use a UNIX-domain socket
    #[arg(short = 'U')]
    pub unix: bool,
    /// Use datagrams: UDP, or UNIX-domain with -U
    #[arg(short = 'u')]
    pub udp: bool,
    /// Say what happens
    #[arg(short = 'v', action = ArgAction::Count)]
    pub verbose: u8,
    /// Leave after so many reads from the network
    #[arg(short = 'W', value_name = "count", allow_hyphen_values = true)]
    pub limit: Option<String>,
    /// Give up after so many seconds: of connecting, then without traffic
    #[arg(short = 'w', value_name = "seconds", allow_hyphen_values = true)]
    pub timeout: Option<String>,
    /// Protocol of the proxy: 4, 4a or 5 (SOCKS), or connect (HTTP)
    #[arg(short = 'X', value_name = "protocol")]
    pub proxy_protocol: Option<String>,
    /// Connect through a proxy; its port is 1080, or 3128 for HTTP
    #[arg(short = 'x', value_name = "address[:port]")]
    pub proxy: Option<String>,
    /// Only see which ports are open
    #[arg(short = 'z')]
    pub scan: bool,
    /// Print the version and exit
    #[arg(long, action = ArgAction::Version)]
    pub version: Option<bool>,
    /// Host and port, port ranges as 20-25; the path of a socket with -U
    #[arg(value_name = "destination")]
    pub operands: Vec<OsString>,
    /// Who may connect, and what a connection is given to.
    #[command(flatten, next_help_heading = "Listening")]
    pub serve: ServeArgs,
    /// What is done to the bytes, and where else they go.
    #[command(flatten, next_help_heading = "Bytes")]
    pub bytes: BytesArgs,
    /// How one can watch.
    #[command(flatten, next_help_heading = "Watching")]
    pub watch: WatchArgs,
    /// How ports are scanned.
    #[command(flatten, next_help_heading = "Scanning")]
    pub scanning: ScanArgs,
    /// TLS.
    #[command(flatten, next_help_heading = "TLS")]
    pub secure: SecureArgs,
    /// The link below: how bad it is made, and how good.
    #[command(flatten, next_help_heading = "The network below")]
    pub link: LinkArgs,
}

const USAGE: &str = "rnc [options] destination port ...
       rnc -l [options] [address] port
       rnc -U [-l] [options] path
       rnc --relay [-u] [options] [address:]port host:port";
