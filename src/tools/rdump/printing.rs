//! How packets are printed.

use std::time::Duration;

use anyhow::{Result, bail};
use jiff::tz::TimeZone;

use super::Args;
use super::{decode_as, form, secrets};
use crate::capture::Device;
use crate::print::{self, Dump, DumpForm, Form, TimeStyle};
use crate::wire::pcap::Precision;

/// Packets are printed.
#[derive(Debug)]
pub(super) struct Print {
    pub(super) options: print::Options,
    /// Whether addresses and ports are to have names, and how long a line waits for them.
    pub(super) names: Option<Duration>,
    /// Whether only hosts of the own network have names.
    pub(super) local_names: bool,
    /// Whether each line is handed over as it comes.
    pub(super) each_line: bool,
    /// One packet out of so many is printed.
    pub(super) sampling: u64,
}

impl Print {
    /// Checks what was typed.
    pub(super) fn new(args: &Args, precision: Precision) -> Result<Self> {
        Ok(Self {
            options: options(args, precision)?,
            names: Some(name_wait(args)?).filter(|_| args.numeric == 0),
            local_names: args.local_names,
            each_line: args.line_buffered || args.packet_buffered,
            sampling: args.print_sampling.unwrap_or(1),
        })
    }
}

fn options(args: &Args, precision: Precision) -> Result<print::Options> {
    let time = match args.time {
        0 => TimeStyle::TimeOfDay,
        1 => TimeStyle::Off,
        2 => TimeStyle::Epoch,
        3 => TimeStyle::SinceLast,
        4 => TimeStyle::DateTime,
        5 => TimeStyle::SinceFirst,
        _ => bail!("only -t, -tt, -ttt, -tttt and -ttttt are supported"),
    };
    let dump = |count: u8, form| {
        Some(Dump {
            form,
            link_header: count > 1,
        })
        .filter(|_| count > 0)
    };
    let dump = dump(args.hex_ascii, DumpForm::HexAscii)
        .or_else(|| dump(args.hex, DumpForm::Hex))
        .or_else(|| dump(args.ascii, DumpForm::Ascii));
    let form = form::choose(args)?;
    Ok(print::Options {
        form,
        verbosity: args.verbose.max(u8::from(form == Form::Json)),
        quiet: args.quiet,
        link_header: args.link_header,
        // Numbers cannot be relative to packets that nobody has looked at.
        absolute_seq: args.absolute_seq || args.print_sampling.is_some(),
        no_checksums: args.no_checksums,
        no_domain: args.no_domain,
        as_dot: args.as_dot,
        signature_key: args
            .signature_key
            .as_ref()
            .map(|key| key.as_encoded_bytes().into()),
        secrets: match &args.secrets {
            Some(typed) => secrets::parse(typed)?,
            None => print::Secrets::default(),
        },
        packet_type: args
            .packet_type
            .as_deref()
            .map(decode_as::packet_type)
            .transpose()?,
        decode_as: args
            .decode_as
            .iter()
            .map(|typed| decode_as::parse(typed))
            .collect::<Result<_>>()?,
        undecoded_handles: args.undecoded_handles,
        mesh: args.mesh,
        one_line: args.one_line,
        time,
        nanos: precision == Precision::Nano,
        dump,
        number: args.number,
        lengths: args.lengths,
        interfaces: interfaces(),
        zone: TimeZone::system(),
    })
}

/// The names of the interfaces, which captures of all of them tell by their index.
fn interfaces() -> Vec<(u32, String)> {
    Device::list()
        .into_iter()
        .filter(|device| device.index != 0)
        .map(|device| (device.index, device.name))
        .collect()
}

/// How long a line waits for the names in it.
fn name_wait(args: &Args) -> Result<Duration> {
    /// Less than a person would mind.
    const DEFAULT: Duration = Duration::from_millis(100);
    let Some(typed) = &args.name_wait else {
        return Ok(DEFAULT);
    };
    let wait = typed
        .parse()
        .ok()
        .and_then(|secs| Duration::try_from_secs_f64(secs).ok());
    match wait {
        Some(wait) => Ok(wait),
        None => bail!("invalid --name-wait {typed}"),
    }
}
