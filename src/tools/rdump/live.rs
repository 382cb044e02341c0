//! Capturing on an interface, until a signal or the last packet that is wanted.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use jiff::Timestamp;

use super::names::Network;
use super::plan::{Plan, Source};
use super::rights;
use super::rotation::Moment;
use super::run::{packets_of, print_count, print_program};
use super::selection::Selection;
use super::signals::{Signals, Wishes};
use super::sink::Sink;
use crate::capture::{Config, Device, Live, LiveError, Tally};
use crate::cli::{Out, message, passing_message};
use crate::filter::{Options, Origin};
use crate::net::Clock;
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

/// `-J`: the names that `-j` takes.
pub(super) fn list_stamp_types(plan: &Plan) -> Result<()> {
    let device = device(plan)?;
    let stamps = Live::stamp_types(&device).map_err(explain)?;
    let mut out = Out::stdout()?;
    writeln!(
        out,
        "Time stamp types for {} (use option -j to set):",
        device.name
    )?;
    for stamp in stamps {
        writeln!(out, "  {stamp}")?;
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
        monitor: plan.capture.monitor,
        stamps: plan.capture.stamps,
    };
    let mut live = Live::open(&config).map_err(explain)?;
    if let Some(asked) = plan.link {
        let name = asked.name().unwrap_or_default();
        message(format_args!("rdump: data link type {name}"));
    }
    let options = compiling(plan, &device, live.link());
    if let Some(form) = plan.program {
        return print_program(plan, form, &options);
    }
    let selection = Selection::new(plan.expression.clone(), options)?;
    let clock = Clock::start();
    let mut sink = Sink::new(
        plan,
        live.interface(),
        Some(moment(&clock)),
        local(plan, &device)?,
    )?;
    let signals = Signals::catch()?;
    let program = selection.program().context("filter")?;
    let in_kernel = live.start(program).map_err(explain)?;
    rights::give_up(plan, &mut sink)?;
    announce(plan, &device, live.link());

    let mut run = Run {
        live,
        selection: Some(selection).filter(|_| !in_kernel),
        sink,
        clock,
        signals,
        interrupted: false,
        end: plan.duration,
        progress: plan
            .output
            .write
            .as_ref()
            .filter(|write| write.progress)
            .map(|_| Progress::default()),
    };
    let end = run.pump();
    // Whatever ended it, what was captured is handed over, and counted.
    let tally = run.live.tally();
    let finished = run.sink.finish(tally.as_ref().ok().copied());
    let after_progress = run.progress.is_some_and(|progress| progress.said.is_some());
    if after_progress || (run.interrupted && io::stderr().is_terminal()) {
        message("");
    }
    for line in run.counters(&tally?) {
        message(line);
    }
    end.and(finished)?;
    print_count(plan, run.sink.taken())
}

struct Run {
    live: Live,
    /// What the kernel has left to be filtered.
    selection: Option<Selection>,
    sink: Sink,
    clock: Clock,
    signals: Signals,
    /// Whether a signal has ended it; a terminal shows ^C then.
    interrupted: bool,
    /// When the time that was asked for is over.
    end: Option<Duration>,
    progress: Option<Progress>,
}

/// The number of packets, told each second if it is another one.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    said: Option<u64>,
    due: Duration,
}

/// Whether a capture goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goes {
    On,
    /// What has come in is still wanted.
    Out,
    /// Nothing more is.
    Nowhere,
}

impl Run {
    /// So many packets are taken without a look at the clock.
    const HEEDLESS: u32 = 64;

    fn pump(&mut self) -> Result<()> {
        let mut unheeded = 0;
        loop {
            if let Some(wishes) = self.signals.take() {
                self.obey(wishes)?;
                if wishes.end {
                    self.interrupted = true;
                    return self.drain();
                }
            }
            if unheeded == 0 {
                match self.look_at_clock()? {
                    Goes::On => {}
                    Goes::Out => return self.drain(),
                    Goes::Nowhere => return Ok(()),
                }
                unheeded = Self::HEEDLESS;
            }
            unheeded -= 1;
            match self.next()? {
                Some(true) => {}
                Some(false) => return Ok(()),
                None => {
                    // Somebody may be watching: nothing is kept back while there is nothing to do.
                    self.sink.rest()?;
                    self.live.wait(self.signals.wake(), self.patience())?;
                    unheeded = 0;
                }
            }
        }
    }

    /// Fetches what has come in, and lets nothing more in. Another signal cuts it short.
    fn drain(&mut self) -> Result<()> {
        self.live.stop()?;
        let settled = self.now() + Live::SETTLED;
        loop {
            match self.next()? {
                Some(true) => {}
                Some(false) => return Ok(()),
                None if self.live.is_drained()? || self.now() >= settled => return Ok(()),
                None => self.live.wait(self.signals.wake(), Some(settled - self.now()))?,
            }
            if self.signals.take().is_some_and(|wishes| wishes.end) {
                return Ok(());
            }
        }
    }

    /// Takes the next packet, if there is one; says whether more are wanted.
    #[inline]
    fn next(&mut self) -> Result<Option<bool>> {
        let Some(frame) = self.live.next_frame()? else {
            return Ok(None);
        };
        if let Some(selection) = &mut self.selection
            && !selection.wants(&frame)?
        {
            return Ok(Some(true));
        }
        self.sink.take(&frame).map(Some)
    }

    fn obey(&mut self, wishes: Wishes) -> Result<()> {
        if wishes.flush {
            self.sink.flush()?;
        }
        if wishes.counters {
            let tally = self.live.tally()?;
            message(format_args!("rdump: {}", self.counters(&tally).join(", ")));
        }
        Ok(())
    }

    fn look_at_clock(&mut self) -> Result<Goes> {
        let moment = moment(&self.clock);
        if !self.sink.tell_time(moment)? {
            return Ok(Goes::Nowhere);
        }
        if let Some(progress) = &mut self.progress
            && moment.clock >= progress.due
        {
            let taken = self.sink.taken();
            if progress.said != Some(taken) {
                passing_message(format_args!("Got {taken}"));
            }
            progress.said = Some(taken);
            progress.due = moment.clock + Duration::from_secs(1);
        }
        Ok(if self.end.is_some_and(|end| moment.clock >= end) {
            Goes::Out
        } else {
            Goes::On
        })
    }

    /// How long there is nothing to do but to wait for packets.
    fn patience(&self) -> Option<Duration> {
        let progress = self.progress.map(|progress| progress.due);
        let next = [self.sink.due(), self.end, progress].into_iter().flatten().min();
        next.map(|next| next.saturating_sub(self.now()))
    }

    fn now(&self) -> Duration {
        self.clock.now().since_origin()
    }

    /// What was counted, in tcpdump's words.
    fn counters(&self, tally: &Tally) -> Vec<String> {
        let mut counters = vec![
            format!("{} captured", packets_of(self.sink.taken())),
            format!("{} received by filter", packets_of(tally.received)),
            format!("{} dropped by kernel", packets_of(tally.dropped)),
        ];
        if tally.missed > 0 {
            counters.push(format!("{} dropped by interface", packets_of(tally.missed)));
        }
        counters
    }
}

fn moment(clock: &Clock) -> Moment {
    Moment {
        clock: clock.now().since_origin(),
        secs: Timestamp::now().as_second(),
    }
}

/// The network that `-f` is about.
fn local(plan: &Plan, device: &Device) -> Result<Option<Network>> {
    if !plan.output.print.as_ref().is_some_and(|print| print.local_names) {
        return Ok(None);
    }
    match device.network {
        Some((number, mask)) => Ok(Some(Network { number, mask })),
        None => bail!(
            "-f: {} has no IPv4 address, and so no network of its own",
            device.name
        ),
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
        netmask: device.network.map_or(0, |(_, mask)| mask),
        origin: Origin::Live,
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
