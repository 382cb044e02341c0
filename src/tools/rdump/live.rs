//! Capturing on an interface, until a signal or the last packet that is wanted.

use std::env;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, anyhow, bail};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::plan::{Plan, Source};
use super::run::{packets_of, print_count, print_program};
use super::selection::Selection;
use super::sink::Sink;
use crate::capture::{Config, Device, Live, LiveError};
use crate::cli::{Out, message};
use crate::filter::Options;
use crate::wire::LinkType;

/// `-D`: one interface a line, by the numbers that `-i` takes.
pub(super) fn list_devices() -> Result<()> {
    let mut out = Out::stdout()?;
    for (index, device) in Device::list().iter().enumerate() {
        writeln!(out, "{}.{device}", index + 1)?;
    }
    Ok(out.flush()?)
}

/// `-L`: the link types that `-y` takes.
pub(super) fn list_link_types(plan: &Plan) -> Result<()> {
    let device = device(plan)?;
    let links = Live::link_types(&device).map_err(explain)?;
    let mut out = Out::stdout()?;
    writeln!(out, "Data link types for {} (use option -y to set):", device.name)?;
    for link in links {
        writeln!(out, "  {link}")?;
    }
    Ok(out.flush()?)
}

/// Captures.
pub(super) fn run(plan: &Plan) -> Result<()> {
    let device = device(plan)?;
    let config = Config {
        device: device.clone(),
        snaplen: plan.snaplen,
        buffer: plan.capture.buffer,
        promiscuous: plan.capture.promiscuous,
        immediate: plan.capture.immediate,
        direction: plan.capture.direction,
        link: plan.link,
    };
    let mut live = Live::open(&config).map_err(explain)?;
    let options = compiling(plan, &device, live.link());
    if let Some(form) = plan.program {
        return print_program(plan, form, &options);
    }
    let selection = Selection::new(plan.expression.clone(), options)?;
    let sink = Sink::new(plan, live.link(), plan.snaplen)?;
    let stop = Stop::on_signals()?;
    let program = selection.program().context("filter")?;
    let in_kernel = live.start(program).map_err(explain)?;
    announce(plan, &device, live.link());

    let mut run = Run {
        live,
        selection: Some(selection).filter(|_| !in_kernel),
        sink,
    };
    let end = run.pump(&stop);
    // Whatever ended it, what was captured is handed over, and counted.
    let flushed = run.sink.flush();
    run.report()?;
    end.and(flushed)?;
    print_count(plan, run.sink.taken())
}

struct Run {
    live: Live,
    /// What the kernel has left to be filtered.
    selection: Option<Selection>,
    sink: Sink,
}

impl Run {
    fn pump(&mut self, stop: &Stop) -> Result<()> {
        while !stop.is_wanted() {
            match self.live.next_frame()? {
                Some(frame) => {
                    let wanted = match &mut self.selection {
                        Some(selection) => selection.wants(&frame)?,
                        None => true,
                    };
                    if wanted && !self.sink.take(&frame)? {
                        break;
                    }
                }
                None => {
                    // Somebody may be watching: nothing is kept back while there is nothing to do.
                    self.sink.flush()?;
                    self.live.wait(stop.wake.as_fd())?;
                }
            }
        }
        Ok(())
    }

    fn report(&mut self) -> Result<()> {
        let tally = self.live.tally()?;
        message(format_args!("{} captured", packets_of(self.sink.taken())));
        message(format_args!("{} received by filter", packets_of(tally.received)));
        message(format_args!("{} dropped by kernel", packets_of(tally.dropped)));
        Ok(())
    }
}

/// The wish of a signal that the capture ends.
struct Stop {
    wanted: Arc<AtomicBool>,
    /// Readable from then on, to wake up who waits for packets.
    wake: UnixStream,
}

impl Stop {
    fn on_signals() -> io::Result<Self> {
        let wanted = Arc::new(AtomicBool::new(false));
        let (wake, waker) = UnixStream::pair()?;
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&wanted))?;
            signal_hook::low_level::pipe::register(signal, waker.try_clone()?)?;
        }
        Ok(Self { wanted, wake })
    }

    #[inline]
    fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }
}

/// The interface that was named, or the first.
fn device(plan: &Plan) -> Result<Device> {
    let Source::Live(interface) = &plan.source else {
        bail!("-L asks for an interface, not for a file");
    };
    match interface {
        Some(name) => {
            Device::find(name).ok_or_else(|| anyhow!("{name}: No such device exists (-D lists them)"))
        }
        None => Device::first().context("no interface found to capture on"),
    }
}

fn compiling(plan: &Plan, device: &Device, link: LinkType) -> Options {
    Options {
        link,
        snaplen: plan.snaplen,
        netmask: device.netmask,
        live: true,
        optimise: plan.optimise,
    }
}

fn announce(plan: &Plan, device: &Device, link: LinkType) {
    let verbose = plan
        .output
        .print
        .as_ref()
        .is_none_or(|print| print.options.verbosity > 0);
    let name = if verbose { "rdump: " } else { "" };
    if !verbose {
        message("rdump: verbose output suppressed, use -v[v]... for full protocol decode");
    }
    let snaplen = plan.snaplen;
    let device = &device.name;
    message(format_args!(
        "{name}listening on {device}, link-type {link}, snapshot length {snaplen} bytes"
    ));
}

/// Who may not capture is told the command that lets him.
fn explain(error: LiveError) -> anyhow::Error {
    if !matches!(error, LiveError::Permission(_)) {
        return error.into();
    }
    let program = env::current_exe().map_or_else(|_| "rdump".to_owned(), |path| path.display().to_string());
    anyhow!("{error}; what grants it: sudo setcap cap_net_raw+ep {program}")
}
