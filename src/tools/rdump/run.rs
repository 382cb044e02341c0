//! What `rdump` does.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use anyhow::{Result, bail};

use super::Args;
use super::live;
use super::plan::{Listing, Plan, ProgramForm, Source};
use super::rights;
use super::selection::Selection;
use super::sink::Sink;
use crate::capture;
use crate::cli::{Exit, Failure, Out, message};
use crate::filter::{self, Options};
use crate::wire::LinkType;

/// Runs the tool.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    let done = Plan::new(&args).and_then(|plan| match plan.listing {
        Some(Listing::Devices) => live::list_devices(),
        Some(Listing::LinkTypes) => live::list_link_types(&plan),
        Some(Listing::StampTypes) => live::list_stamp_types(&plan),
        None => packets(&plan),
    });
    done.map(|()| Exit::SUCCESS).map_err(Failure::from)
}

fn packets(plan: &Plan) -> Result<()> {
    match &plan.source {
        Source::File(path) => read(plan, &path.display().to_string(), capture::File::open(path)?, &[]),
        Source::List(paths) => match paths.split_first() {
            Some((path, rest)) => read(
                plan,
                &path.display().to_string(),
                capture::File::open(path)?,
                rest,
            ),
            None => Ok(()),
        },
        Source::Stdin => {
            let file = capture::File::new("standard input".to_owned(), io::stdin().lock())?;
            read(plan, "-", file, &[])
        }
        Source::Live(interface) => match plan.program {
            // The program alone needs no interface, and so no privileges.
            Some(form) if interface.is_none() => {
                let link = plan.link.unwrap_or_else(|| {
                    message("rdump: no interface or file, so the filter is compiled for Ethernet");
                    LinkType::ETHERNET
                });
                print_program(plan, form, &compiling(plan, link))
            }
            _ => live::run(plan),
        },
    }
}

/// Reads a file to its end, then those at `rest`, or to the last packet that is wanted.
fn read<R: Read>(plan: &Plan, name: &str, mut file: capture::File<R>, rest: &[PathBuf]) -> Result<()> {
    let link = file.link();
    if let Some(asked) = plan.link.filter(|asked| *asked != link) {
        bail!("{name}: its link type is {link}, not {asked}");
    }
    if let Some(form) = plan.program {
        return print_program(plan, form, &compiling(plan, link));
    }
    announce(name, &file);
    let mut selection = Selection::new(plan.expression.clone(), compiling(plan, link))?;
    let mut sink = Sink::new(plan, file.interface(), None)?;
    rights::give_up(plan, &mut sink)?;
    let end = pump(&mut file, &mut selection, &mut sink)
        .and_then(|more| pump_all(rest, more, &mut selection, &mut sink));
    // What was read before an error is shown before it.
    sink.finish(None)?;
    end?;
    if plan.output.print.is_none() && plan.output.write.is_none() {
        let count = sink.taken();
        let mut out = Out::stdout()?;
        writeln!(out, "{count} packet{}", if count == 1 { "" } else { "s" })?;
        out.flush()?;
    }
    Ok(())
}

fn announce<R: Read>(name: &str, file: &capture::File<R>) {
    let (link, snaplen) = (file.link(), file.snaplen());
    message(format_args!(
        "reading from file {name}, link-type {link}, snapshot length {snaplen}"
    ));
}

/// Says whether more packets are wanted.
fn pump<R: Read>(file: &mut capture::File<R>, selection: &mut Selection, sink: &mut Sink) -> Result<bool> {
    while let Some(frame) = file.next_frame()? {
        if selection.wants(&frame)? && !sink.take(&frame)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn pump_all(paths: &[PathBuf], mut more: bool, selection: &mut Selection, sink: &mut Sink) -> Result<()> {
    for path in paths {
        if !more {
            break;
        }
        let mut file = capture::File::open(path)?;
        announce(&path.display().to_string(), &file);
        more = pump(&mut file, selection, sink)?;
    }
    Ok(())
}

/// What `--count` prints.
pub(super) fn print_count(plan: &Plan, count: u64) -> Result<()> {
    if plan.output.print.is_some() || plan.output.write.is_some() {
        return Ok(());
    }
    let mut out = Out::stdout()?;
    writeln!(out, "{}", packets_of(count))?;
    Ok(out.flush()?)
}

/// `1 packet`, `2 packets`.
pub(super) fn packets_of(count: u64) -> String {
    format!("{count} packet{}", if count == 1 { "" } else { "s" })
}

/// How a filter is compiled for packets out of a file.
fn compiling(plan: &Plan, link: LinkType) -> Options {
    Options {
        link,
        snaplen: plan.snaplen,
        netmask: 0,
        live: false,
        optimise: plan.optimise,
    }
}

/// Prints the program of the filter.
pub(super) fn print_program(plan: &Plan, form: ProgramForm, options: &Options) -> Result<()> {
    let selection = Selection::new(plan.expression.clone(), *options)?;
    let Some(program) = selection.program() else {
        return Ok(());
    };
    let listing = match form {
        ProgramForm::Assembly => filter::Listing::Assembly(program),
        ProgramForm::C => filter::Listing::C(program),
        ProgramForm::Numbers => filter::Listing::Numbers(program),
    };
    let mut out = Out::stdout()?;
    write!(out, "{listing}")?;
    Ok(out.flush()?)
}
