//! What was typed → what is to be done, checked.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::Args;
use super::args::{self, Way};
use super::form;
use super::printing::Print;
use super::writing::{self, Target, Write};
use crate::capture::{Direction, Stamps};
use crate::wire::LinkType;
use crate::wire::pcap::{DEFAULT_SNAPLEN, Precision};

/// What is to be done.
#[derive(Debug)]
pub(super) struct Plan {
    /// Where the packets come from.
    pub(super) source: Source,
    pub(super) capture: Capture,
    /// List this and do nothing else.
    pub(super) listing: Option<Listing>,
    /// The filter, as it was typed or read.
    pub(super) expression: String,
    /// Whether the filter is optimised.
    pub(super) optimise: bool,
    /// The link type that was asked for.
    pub(super) link: Option<LinkType>,
    /// Print the filter's program, in this form, and do nothing else.
    pub(super) program: Option<ProgramForm>,
    /// What to do with the packets.
    pub(super) output: Output,
    /// Stop after this time: that of the clock in a live capture, that of the packets of a file.
    pub(super) duration: Option<Duration>,
    /// Whom to become once everything is open.
    pub(super) user: Option<String>,
    /// Pass over this many wanted packets, then take at most so many.
    pub(super) skip: u64,
    pub(super) count: Option<u64>,
    /// Take at most this many bytes of each packet.
    pub(super) snaplen: u32,
    /// How fine time stamps are.
    pub(super) precision: Precision,
}

/// Where packets come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// One file, or several by the time of their packets; `-` is standard input.
    Files(Vec<PathBuf>),
    /// Several files, one after the other.
    List(Vec<PathBuf>),
    /// An interface, by name or number; the first one if none was named.
    Live(Option<String>),
}

/// What else an interface is to be told.
#[derive(Debug)]
pub(super) struct Capture {
    /// How much memory the kernel may fill, in bytes.
    pub(super) buffer: u32,
    pub(super) promiscuous: bool,
    pub(super) immediate: bool,
    pub(super) direction: Direction,
    /// Whether it has to be in monitor mode.
    pub(super) monitor: bool,
    pub(super) stamps: Stamps,
}

/// Something to say about interfaces, and nothing else to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listing {
    Devices,
    LinkTypes,
    StampTypes,
}

/// The form of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProgramForm {
    Assembly,
    C,
    Numbers,
}

/// What becomes of the packets.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) print: Option<Print>,
    pub(super) write: Option<Write>,
}

impl Plan {
    /// Checks what was typed. Only the file of the filter is read.
    pub(super) fn new(args: &Args) -> Result<Self> {
        let precision = match args.precision {
            Some(args::Precision::Nano) => Precision::Nano,
            _ if args.nano => Precision::Nano,
            _ => Precision::Micro,
        };
        if args.count == Some(0) {
            bail!("invalid packet count 0");
        }
        if args.print_sampling == Some(0) {
            bail!("invalid print sampling 0");
        }
        if let Some(module) = &args.mib_module {
            bail!(
                "-m {}: MIB modules are not read; without -n the objects of MIB-II have their names",
                module.display()
            );
        }
        if !args.read.is_empty() && args.interface.is_some() {
            bail!("-r and -i: packets come from a file or from an interface, not from both");
        }
        let from_files = !args.read.is_empty() || args.list.is_some();
        if from_files && (args.monitor || args.stamp_type.is_some()) {
            bail!("-I and -j are about an interface, and packets come from a file");
        }
        if from_files && args.local_names {
            bail!("-f is about the network of an interface, and packets come from a file");
        }
        if args.read.iter().filter(|path| is_stdin(path)).count() > 1 {
            bail!("-r -: standard input can be read only once");
        }
        Ok(Self {
            source: match (args.read.as_slice(), &args.list) {
                ([], None) => Source::Live(args.interface.clone()),
                ([], Some(path)) => Source::List(listed(path)?),
                (paths, None) => Source::Files(paths.to_vec()),
                (_, Some(_)) => bail!("-r and -V: packets come from one file or from those of a list"),
            },
            capture: Capture {
                buffer: match args.buffer {
                    None => DEFAULT_BUFFER,
                    Some(kilobytes @ 1..=MAX_BUFFER_KIB) => kilobytes * 1024,
                    Some(kilobytes) => bail!("invalid packet buffer size {kilobytes}"),
                },
                promiscuous: !args.no_promiscuous,
                immediate: args.immediate_mode
                    || args.line_buffered
                    || args.packet_buffered
                    || prints_to_terminal(args),
                direction: match args.direction {
                    Some(Way::In) => Direction::In,
                    Some(Way::Out) => Direction::Out,
                    Some(Way::Inout) | None => Direction::Both,
                },
                monitor: args.monitor,
                stamps: match args.stamp_type.as_deref() {
                    None => Stamps::Host,
                    Some(name) => match Stamps::from_name(name) {
                        Some(stamps) => stamps,
                        None => bail!("invalid time stamp type {name}"),
                    },
                },
            },
            listing: if args.list_devices {
                Some(Listing::Devices)
            } else {
                let stamps = Some(Listing::StampTypes).filter(|_| args.list_stamp_types);
                let links = Some(Listing::LinkTypes).filter(|_| args.list_link_types);
                links.or(stamps)
            },
            expression: expression(args)?,
            optimise: !args.no_optimise,
            link: args.link.as_deref().map(link).transpose()?,
            program: match args.dump_program {
                0 => None,
                1 => Some(ProgramForm::Assembly),
                2 => Some(ProgramForm::C),
                _ => Some(ProgramForm::Numbers),
            },
            output: output(args, precision)?,
            duration: args.duration.as_deref().map(seconds).transpose()?,
            user: args.user.clone(),
            skip: args.skip.unwrap_or_default(),
            count: args.count,
            snaplen: match args.snaplen {
                None | Some(0) => DEFAULT_SNAPLEN,
                Some(snaplen) if snaplen > DEFAULT_SNAPLEN => {
                    bail!("invalid snaplen {snaplen}: it may be at most {DEFAULT_SNAPLEN}")
                }
                Some(snaplen) => snaplen,
            },
            precision,
        })
    }
}

impl Plan {
    /// The files that are not opened at once.
    pub(super) fn later_files(&self) -> Vec<PathBuf> {
        match &self.source {
            Source::List(files) => files.clone(),
            _ => Vec::new(),
        }
    }

    /// Whether the packets are all there already, and nobody waits for each.
    pub(super) fn is_at_rest(&self) -> bool {
        match &self.source {
            Source::Files(paths) => !paths.iter().any(|path| is_stdin(path)),
            Source::List(_) => true,
            Source::Live(_) => false,
        }
    }

    /// Whether the filter may have names that are looked up later, for packets of another link type.
    pub(super) fn may_look_up(&self) -> bool {
        !matches!(self.source, Source::Live(_)) && !self.expression.trim_ascii().is_empty()
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The files whose names are in another one, a line each. All of them are looked for now: an error is told before
/// much has been printed, and there may be no right to look later.
fn listed(path: &Path) -> Result<Vec<PathBuf>> {
    let name = || path.display().to_string();
    let text = if is_stdin(path) {
        io::read_to_string(io::stdin()).context("standard input")?
    } else {
        fs::read_to_string(path).with_context(name)?
    };
    let files: Vec<PathBuf> = text
        .lines()
        .filter(|line| !line.is_empty())
        .map(PathBuf::from)
        .collect();
    if files.is_empty() {
        bail!("{}: it names no file", name());
    }
    for file in &files {
        fs::metadata(file).with_context(|| file.display().to_string())?;
    }
    Ok(files)
}

/// Whether a person is waiting for each line.
fn prints_to_terminal(args: &Args) -> bool {
    (args.write.is_none() || args.print) && io::stdout().is_terminal()
}

/// The words after the options; or the file of `-F`, where `#` begins a comment.
fn expression(args: &Args) -> Result<String> {
    let Some(path) = &args.filter_file else {
        return Ok(args.expression.join(" "));
    };
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    let text = String::from_utf8_lossy(&bytes);
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default());
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

fn link(name: &str) -> Result<LinkType> {
    match LinkType::from_name(name) {
        Some(link) => Ok(link),
        None => bail!("invalid data link type {name}"),
    }
}

fn output(args: &Args, precision: Precision) -> Result<Output> {
    form::check(args)?;
    let write = writing::plan(args)?;
    let prints = !args.count_only && (write.is_none() || args.print || args.print_sampling.is_some());
    if prints && write.as_ref().is_some_and(|write| write.file == Target::Stdout) {
        bail!("--print and -w - cannot both have standard output");
    }
    let write = write.map(|write| Write {
        progress: write.progress && !prints,
        ..write
    });
    let print = prints.then(|| Print::new(args, precision)).transpose()?;
    Ok(Output { print, write })
}

/// Seconds, with or without a fraction.
fn seconds(typed: &str) -> Result<Duration> {
    let seconds = typed.parse().ok().filter(|seconds| *seconds > 0.0);
    match seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
        Some(duration) => Ok(duration),
        None => bail!("invalid duration {typed}"),
    }
}

/// Four times libpcap's: an interface of 10 Gbit/s fills it in some six milliseconds.
const DEFAULT_BUFFER: u32 = 8 << 20;

/// What fits into the kernel's field.
const MAX_BUFFER_KIB: u32 = 2 << 20;

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::print::{DumpForm, TimeStyle};

    fn plan(typed: &str) -> Result<Plan> {
        let argv = std::iter::once("rdump").chain(typed.split_whitespace());
        Plan::new(&Args::try_parse_from(argv)?)
    }

    #[test]
    fn the_rest_of_the_words_is_the_filter() {
        let plan = plan("-n -r x.pcap tcp and port 80").unwrap();
        assert_eq!(plan.expression, "tcp and port 80");
        assert_eq!(plan.source, Source::Files(vec!["x.pcap".into()]));
    }

    #[test]
    fn options_may_stand_behind_the_filter() {
        let plan = plan("-r x.pcap port 80 -nvv").unwrap();
        assert_eq!(plan.expression, "port 80");
        let print = plan.output.print.unwrap();
        assert_eq!((print.names, print.options.verbosity), (None, 2));
    }

    #[test]
    fn modules_of_names_are_refused() {
        let refused = plan("-m IF-MIB -r x.pcap").unwrap_err().to_string();
        assert!(
            refused.starts_with("-m IF-MIB: MIB modules are not read"),
            "{refused}"
        );
    }

    #[test]
    fn each_t_is_another_time_style() {
        let style = |typed: &str| plan(typed).unwrap().output.print.unwrap().options.time;
        assert_eq!(style("-t"), TimeStyle::Off);
        assert_eq!(style("-ttt"), TimeStyle::SinceLast);
        assert_eq!(style("-ttttt"), TimeStyle::SinceFirst);
        assert!(plan("-tttttt").is_err());
    }

    #[test]
    fn of_several_dumps_the_one_that_tells_most_is_made() {
        let form = |typed: &str| {
            plan(typed)
                .unwrap()
                .output
                .print
                .unwrap()
                .options
                .dump
                .unwrap()
                .form
        };
        assert_eq!(form("-A -x -X"), DumpForm::HexAscii);
        assert_eq!(form("-A -x"), DumpForm::Hex);
        assert_eq!(form("-A"), DumpForm::Ascii);
    }

    #[test]
    fn words_and_numbers_may_be_written_as_tcpdump_takes_them() {
        assert_eq!(plan("-s 0x40").unwrap().snaplen, 64);
        assert_eq!(plan("-Q IN").unwrap().capture.direction, Direction::In);
        let options = plan("-T RTP").unwrap().output.print.unwrap().options;
        assert!(options.packet_type.is_some());
    }

    #[test]
    fn packets_are_written_or_printed_unless_both_are_asked_for() {
        assert!(plan("-w x").unwrap().output.print.is_none());
        assert!(plan("-w x --print").unwrap().output.print.is_some());
        assert!(plan("-w - --print").is_err());
        assert!(plan("--count -r x").unwrap().output.print.is_none());
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert!(plan("-c 0").is_err());
        assert!(plan("--print-sampling 0").is_err());
        assert!(plan("-s 262145").is_err());
        assert!(plan("-y NOSUCH").is_err());
        for typed in [
            "-C 0",
            "-C 5x",
            "-C 99999999999999999g",
            "-C -1",
            "-G 0",
            "-C 1 -W 0",
        ] {
            assert!(plan(&format!("-w x {typed}")).is_err(), "{typed}");
        }
        assert!(plan("--duration 0").is_err() && plan("--duration soon").is_err());
    }
}
