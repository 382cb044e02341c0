//! What `rdump` does.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::Args;
use super::live;
use super::plan::{Listing, Plan, ProgramForm, Source};
use super::reading::{self, Library, Packets};
use super::rights;
use super::selection::Selection;
use super::sink::Sink;
use crate::capture::Merge;
use crate::cli::{Exit, Failure, Out, message, words};
use crate::filter::{self, Options, Origin};
use crate::tools::meter;
use crate::wire::LinkType;
use crate::wire::pcapng::Interface;

/// Runs the tool.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    warn(&args);
    let done = Plan::new(&args).and_then(|plan| match plan.listing {
        Some(Listing::Devices) => live::list_devices(),
        Some(Listing::LinkTypes) => live::list_link_types(&plan),
        Some(Listing::StampTypes) => live::list_stamp_types(&plan),
        None => packets(&plan),
    });
    done.map(|()| Exit::SUCCESS).map_err(Failure::from)
}

/// Says which of several dumps is not made.
fn warn(args: &Args) {
    let (ascii, hex, hex_ascii) = (args.ascii > 0, args.hex > 0, args.hex_ascii > 0);
    let pairs = [
        (ascii && hex, "-A and -x[x]", "-A"),
        (ascii && hex_ascii, "-A and -X[X]", "-A"),
        (hex && hex_ascii, "-x[x] and -X[X]", "-x[x]"),
    ];
    for (_, both, ignored) in pairs.iter().filter(|(given, ..)| *given) {
        message(format_args!(
            "rdump: {both} are mutually exclusive. {ignored} ignored."
        ));
    }
}

fn packets(plan: &Plan) -> Result<()> {
    match &plan.source {
        Source::Files(paths) => {
            let (library, mut files) = Library::open_all(paths)?;
            let interfaces = files.iter().map(|file| file.interface());
            let described: Vec<_> = paths.iter().map(|path| name(path)).zip(interfaces).collect();
            match files.pop() {
                Some(file) if files.is_empty() => read(plan, &described, file, &library, &[]),
                last => {
                    files.extend(last);
                    read(plan, &described, Merge::new(files), &library, &[])
                }
            }
        }
        Source::List(paths) => match paths.split_first() {
            Some((path, rest)) => {
                let library = Library::of(reading::total(paths));
                let file = library.open(path)?;
                let described = [(name(path), file.interface())];
                read(plan, &described, file, &library, rest)
            }
            None => Ok(()),
        },
        Source::Live(interface) => match plan.program {
            // The program alone needs no interface, and so no privileges.
            Some(form) if interface.is_none() => {
                let link = plan.link.unwrap_or_else(|| {
                    message("rdump: no interface or file, so the filter is compiled for Ethernet");
                    LinkType::ETHERNET
                });
                let options = Options {
                    origin: Origin::Nowhere,
                    ..compiling(plan, link)
                };
                print_program(plan, form, &options)
            }
            _ => live::run(plan),
        },
    }
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

/// Reads `packets`, which come from `files`, to their end, then those of the files at `rest`, or to the last one that is
/// wanted.
fn read(
    plan: &Plan,
    files: &[(String, Interface)],
    mut packets: impl Packets,
    library: &Library,
    rest: &[PathBuf],
) -> Result<()> {
    let interface = reading::interface(plan, files)?;
    let options = compiling(plan, interface.link);
    if let Some(form) = plan.program {
        return print_program(plan, form, &options);
    }
    for file in files {
        announce(file);
    }
    let mut selection = Selection::new(plan.expression.clone(), options)?;
    for link in reading::links(files) {
        selection.also(link)?;
    }
    let mut sink = Sink::new(plan, interface, None, None)?;
    rights::give_up(plan, &mut sink)?;
    library.show(plan);
    let end = pump(&mut packets, &mut selection, &mut sink)
        .and_then(|more| pump_all(rest, more, library, &mut selection, &mut sink));
    meter::clear();
    // What was read before an error is shown before it.
    sink.finish(None)?;
    end?;
    print_count(plan, sink.taken())?;
    let mut broken = packets.broken();
    let last = broken.pop();
    for error in broken {
        message(format_args!("rdump: {}", words(error)));
    }
    last.map_or(Ok(()), |error| Err(error.into()))
}

fn announce((name, interface): &(String, Interface)) {
    let (link, snaplen) = (interface.link, interface.snaplen);
    let line = format!("reading from file {name}, link-type {link}, snapshot length {snaplen}");
    meter::aside(|| message(line));
}

/// Says whether more packets are wanted.
fn pump(packets: &mut impl Packets, selection: &mut Selection, sink: &mut Sink) -> Result<bool> {
    /// So often it is told how many packets there were.
    const MANY: u32 = 1 << 14;
    let mut untold = MANY;
    loop {
        let next = packets.next_frame();
        // Looked at where it is: to move what was just written takes longer than all else that is done with it here.
        let Ok(Some(frame)) = &next else {
            next?;
            return Ok(true);
        };
        if selection.wants(frame)? && !sink.take(frame)? {
            return Ok(false);
        }
        untold -= 1;
        if untold == 0 {
            untold = MANY;
            reading::tell(sink.taken());
        }
    }
}

fn pump_all(
    paths: &[PathBuf],
    mut more: bool,
    library: &Library,
    selection: &mut Selection,
    sink: &mut Sink,
) -> Result<()> {
    for path in paths {
        if !more {
            break;
        }
        let mut file = library.open(path)?;
        announce(&(name(path), file.interface()));
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
        origin: Origin::File,
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
