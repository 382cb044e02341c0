//! What may be typed after `rdump`.

use std::ffi::OsString;
use std::num::ParseIntError;
use std::path::PathBuf;

use clap::{ArgAction, Parser, ValueEnum};

/// Capture packets, filter them, print them
#[derive(Clone, Debug, Default, Parser)]
#[command(
    name = "rdump",
    version,
    disable_version_flag = true,
    args_override_self = true
)]
pub struct Args {
    /// Print each packet in ASCII; twice with its link-layer header
    #[arg(short = 'A', action = ArgAction::Count)]
    pub ascii: u8,
    /// Kilobytes that the kernel may fill with packets nobody has fetched yet
    #[arg(short = 'B', long = "buffer-size", value_name = "KiB")]
    pub buffer: Option<u32>,
    /// Begin the next file when one is longer than this: millions of bytes, or 1024-fold with k, m or g
    #[arg(short = 'C', value_name = "size")]
    pub file_size: Option<String>,
    /// Print in colours: always, never, or if a terminal shows them
    #[arg(
        long,
        value_name = "when",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "auto"
    )]
    pub color: Option<When>,
    /// Stop after this many packets
    #[arg(short = 'c', value_name = "count")]
    pub count: Option<u64>,
    /// Print how many packets there are instead of the packets
    #[arg(long = "count")]
    pub count_only: bool,
    /// Print the compiled filter and stop; twice as C, three times as numbers
    #[arg(short = 'd', action = ArgAction::Count)]
    pub dump_program: u8,
    /// Print what one port carries as this protocol, such as tcp.8443=http
    #[arg(long, value_name = "port=protocol", action = ArgAction::Append)]
    pub decode_as: Vec<String>,
    /// List the interfaces
    #[arg(short = 'D', long = "list-interfaces")]
    pub list_devices: bool,
    /// Stop after this many seconds
    #[arg(long, value_name = "seconds")]
    pub duration: Option<String>,
    /// Print the link-layer header
    #[arg(short = 'e')]
    pub link_header: bool,
    /// Open encrypted packets: spi@address algorithm:key,... or file name
    #[arg(short = 'E', value_name = "secrets")]
    pub secrets: Option<String>,
    /// Read the filter from a file
    #[arg(short = 'F', value_name = "file")]
    pub filter_file: Option<PathBuf>,
    /// Print names only for hosts of the interface's own network (IPv4)
    #[arg(short = 'f')]
    pub local_names: bool,
    /// Begin the next file after this many seconds; its name may hold strftime's conversions
    #[arg(short = 'G', value_name = "seconds")]
    pub file_seconds: Option<u64>,
    /// Keep what -v says of IPv4 on one line
    #[arg(short = 'g', long = "ip-oneline")]
    pub one_line: bool,
    /// Look for mesh headers in the data frames of 802.11
    #[arg(short = 'H')]
    pub mesh: bool,
    /// Capture on this interface, by name or number, or on any
    #[arg(short = 'i', long = "interface", value_name = "interface")]
    pub interface: Option<String>,
    /// The interface has to be in monitor mode
    #[arg(short = 'I', long = "monitor-mode")]
    pub monitor: bool,
    /// Take each packet as soon as it is there
    #[arg(long)]
    pub immediate_mode: bool,
    /// List who can stamp the packets of the interface with their time
    #[arg(short = 'J', long = "list-time-stamp-types")]
    pub list_stamp_types: bool,
    /// Who stamps packets with their time
    #[arg(short = 'j', long = "time-stamp-type", value_name = "type")]
    pub stamp_type: Option<String>,
    /// Print each packet as one line of JSON, with all that -v tells
    #[arg(long)]
    pub json: bool,
    /// Verify no checksums
    #[arg(short = 'K', long = "dont-verify-checksums")]
    pub no_checksums: bool,
    /// List the link types of the interface
    #[arg(short = 'L', long = "list-data-link-types")]
    pub list_link_types: bool,
    /// Print the captured and the original length of each packet
    #[arg(long)]
    pub lengths: bool,
    /// Hand over each line as it comes
    #[arg(short = 'l')]
    pub line_buffered: bool,
    /// Modules with the names of more objects of SNMP are not read: this says so
    #[arg(short = 'm', value_name = "module", hide = true)]
    pub mib_module: Option<OsString>,
    /// Check the signatures of TCP (RFC 2385), RSVP and IS-IS with this key
    #[arg(short = 'M', value_name = "secret")]
    pub signature_key: Option<OsString>,
    /// Print time stamps in microseconds
    #[arg(long, overrides_with_all = ["nano", "precision"])]
    pub micro: bool,
    /// Print time stamps in nanoseconds
    #[arg(long, overrides_with_all = ["micro", "precision"])]
    pub nano: bool,
    /// How long a line waits for the names of its hosts, in seconds
    #[arg(long, value_name = "seconds")]
    pub name_wait: Option<String>,
    /// Print addresses and ports as numbers
    #[arg(short = 'n', action = ArgAction::Count)]
    pub numeric: u8,
    /// Print only the first part of names
    #[arg(short = 'N')]
    pub no_domain: bool,
    /// Print AS numbers above 65535 as two numbers
    #[arg(short = 'b')]
    pub as_dot: bool,
    /// Number the packets
    #[arg(short = '#', long = "number")]
    pub number: bool,
    /// Do not optimise the filter
    #[arg(short = 'O', long = "no-optimize")]
    pub no_optimise: bool,
    /// Leave the interface out of promiscuous mode
    #[arg(short = 'p', long = "no-promiscuous-mode")]
    pub no_promiscuous: bool,
    /// Which way packets go: in, out or inout
    #[arg(short = 'Q', long = "direction", value_name = "direction", ignore_case = true)]
    pub direction: Option<Way>,
    /// Print less about each protocol
    #[arg(short = 'q', action = ArgAction::Count)]
    pub quiet: u8,
    /// Print packets as well as writing them
    #[arg(long)]
    pub print: bool,
    /// Print only every so many-th packet
    #[arg(long, value_name = "nth")]
    pub print_sampling: Option<u64>,
    /// Read packets from a file, - for standard input; from several, by the time of the packets
    #[arg(short = 'r', value_name = "file", action = ArgAction::Append)]
    pub read: Vec<PathBuf>,
    /// Print TCP sequence numbers as they are
    #[arg(short = 'S', long = "absolute-tcp-sequence-numbers")]
    pub absolute_seq: bool,
    /// Pass over this many packets first
    #[arg(long, value_name = "count")]
    pub skip: Option<u64>,
    /// Take at most this many bytes of each packet
    #[arg(short = 's', long = "snapshot-length", value_name = "snaplen", value_parser = number)]
    pub snaplen: Option<u32>,
    /// How to print the time: nothing, -tt seconds, -ttt since the last, -tttt with the date, -ttttt since the first
    #[arg(short = 't', action = ArgAction::Count)]
    pub time: u8,
    /// Print what UDP carries as this protocol, whatever its ports
    #[arg(short = 'T', value_name = "type")]
    pub packet_type: Option<String>,
    /// How fine time stamps are
    #[arg(long = "time-stamp-precision", value_name = "precision", overrides_with_all = ["micro", "nano"])]
    pub precision: Option<Precision>,
    /// Print file handles of NFS undecoded
    #[arg(short = 'u')]
    pub undecoded_handles: bool,
    /// Write out each packet as it comes
    #[arg(short = 'U', long = "packet-buffered")]
    pub packet_buffered: bool,
    /// Read packets from the files whose names are in this file, - for standard input
    #[arg(short = 'V', value_name = "file")]
    pub list: Option<PathBuf>,
    /// Print more; up to three times
    #[arg(short = 'v', action = ArgAction::Count)]
    pub verbose: u8,
    /// Print the version and exit
    #[arg(long, action = ArgAction::Version)]
    version: Option<bool>,
    /// Keep at most this many files of -C, the last ones; or stop after so many of -G
    #[arg(short = 'W', value_name = "files")]
    pub files: Option<u32>,
    /// Write packets to a file, - for standard output
    #[arg(short = 'w', value_name = "file")]
    pub write: Option<PathBuf>,
    /// Print each packet in hexadecimal; twice with its link-layer header
    #[arg(short = 'x', action = ArgAction::Count)]
    pub hex: u8,
    /// Print each packet in hexadecimal and ASCII; twice with its link-layer header
    #[arg(short = 'X', action = ArgAction::Count)]
    pub hex_ascii: u8,
    /// The link type to capture, or to compile the filter for
    #[arg(short = 'y', long = "linktype", value_name = "type")]
    pub link: Option<String>,
    /// As root, become this user once everything is open
    #[arg(short = 'Z', long = "relinquish-privileges", value_name = "user")]
    pub user: Option<String>,
    /// Run this command on each file that another one follows
    #[arg(short = 'z', value_name = "command")]
    pub postrotate: Option<OsString>,
    /// Which packets are wanted
    #[arg(value_name = "expression")]
    pub expression: Vec<String>,
}

/// A number, in hexadecimal behind 0x.
fn number(typed: &str) -> Result<u32, ParseIntError> {
    match typed.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => typed.parse(),
    }
}

/// Which way packets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Way {
    /// To this machine.
    In,
    /// From this machine.
    Out,
    /// Both.
    Inout,
}

/// When to print in colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR says otherwise.
    Auto,
    /// Whatever reads them.
    Always,
    /// Not at all.
    Never,
}

/// How fine time stamps are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    /// Microseconds.
    Micro,
    /// Nanoseconds.
    Nano,
}
