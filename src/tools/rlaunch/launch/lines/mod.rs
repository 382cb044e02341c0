//! `rlaunch launch --lines`: one call for each line of standard input, all in one session, side by side.
//!
//! A call is noted before it is sent, and all that are about to be sent are made durable together. Its line is
//! written when those of the calls before it are, and it is settled after that.

mod input;
mod progress;
mod words;

use std::collections::VecDeque;
use std::io::Write;
use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::{Context, Result, bail};
use tokio::sync::mpsc::error::TryRecvError;

use self::input::Input;
use self::progress::Progress;
use super::exit;
use super::notes::Notes;
use crate::cli::{Exit, Failure, Out};
use crate::net::Clock;
use crate::net::launch::{LaunchPipeline, News, Passing};
use crate::proto::launch::pipeline::{Config, Ended};
use crate::proto::launch::{Batch, Doubt, Ending, Note, Pending};
use crate::proto::link::{Rto, Seal};
use crate::tools::rlaunch::path::Paths;
use crate::tools::rlaunch::plan::{self, Volume};
use crate::tools::rlaunch::{NOT_LAUNCHED, REFUSED, UNKNOWN, tell};
use crate::wire::rlaunch::CallId;

/// Makes the calls, and prints a line for each, in their order.
pub(super) async fn run(
    plan: &plan::Launch,
    servers: &[SocketAddr],
    seal: Seal,
    notes: Notes,
) -> Result<Exit, Failure> {
    let out = Out::stdout().context("standard output")?;
    let (progress, volume) = (
        Progress::new(plan.volume != Volume::Quiet && !out.is_terminal()),
        plan.volume,
    );
    let progress = Rc::new(progress);
    let config = Config {
        window: plan.window,
        deadline: plan.deadline,
        grace: plan.grace,
        noted: notes.are_kept(),
        limits: LaunchPipeline::LIMITS,
    };
    let watch = {
        let (progress, seal) = (Rc::clone(&progress), seal.clone());
        move |server: SocketAddr, passing: Passing<'_>| {
            words::passing(volume, server, &seal, &progress, &passing);
        }
    };
    let paths = Paths::new();
    let known = servers.first().and_then(|server| paths.known(*server, volume));
    let rto = match known {
        Some(known) => Rto::remembering(LaunchPipeline::LIMITS, known),
        None => Rto::new(LaunchPipeline::LIMITS),
    };
    let mut run = Run {
        pipeline: LaunchPipeline::new(Clock::start(), servers, seal, config, rto, watch)
            .map_err(anyhow::Error::new)?,
        unsettled: notes.calls().unsettled(servers).collect(),
        notes,
        paths,
        volume,
        json: plan.json,
        out,
        progress,
        calls: VecDeque::new(),
        first: 0,
        end: None,
        not_launched: 0,
        worst: Exit::SUCCESS,
        has_stopped: false,
        is_closed: false,
    };
    run.all().await?;
    run.close().await?;
    match run.end {
        Some(Err(error)) => Err(error.into()),
        _ => Ok(run.worst),
    }
}

/// The state of a run.
struct Run {
    pipeline: LaunchPipeline,
    notes: Notes,
    /// What an earlier run left unsettled.
    unsettled: Vec<Pending>,
    paths: Paths,
    volume: Volume,
    json: bool,
    out: Out,
    progress: Rc<Progress>,
    /// The calls that are begun and not yet printed.
    calls: VecDeque<Line>,
    /// The number of the first of them, which is that of its line, from 0.
    first: u64,
    /// How the input ended, once it has.
    end: Option<Result<()>>,
    not_launched: u64,
    worst: Exit,
    /// A call ended such that there is no use in beginning others.
    has_stopped: bool,
    is_closed: bool,
}

/// A line, and what has become of its call.
struct Line {
    payload: Vec<u8>,
    id: Option<(u64, CallId)>,
    ended: Option<Ended>,
}

impl Run {
    async fn all(&mut self) -> Result<()> {
        let mut input = input::read()?;
        self.skip(&mut input).await?;
        loop {
            while self.may_begin() {
                match input.try_recv() {
                    Ok(line) => self.take(line),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => self.end = Some(Ok(())),
                }
            }
            let may_begin = self.may_begin();
            if self.calls.is_empty() && !may_begin {
                break;
            }
            tokio::select! {
                line = input.recv(), if may_begin => match line {
                    Some(line) => self.take(line),
                    None => self.end = Some(Ok(())),
                },
                () = self.pipeline.wait(), if !self.calls.is_empty() => {
                    self.hear()?;
                    if self.has_stopped && self.notes.are_kept() {
                        // The next run goes on here.
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Passes over the lines whose calls an interrupted run has settled.
    async fn skip(&mut self, input: &mut Input) -> Result<()> {
        let Some(before) = self.notes.calls().batch() else {
            return self.notes.add(&Note::Batch(Some(Batch::default())));
        };
        let mut here = Batch::default();
        while here.settled < before.settled {
            match input.recv().await {
                Some(payload) => {
                    let payload = payload?;
                    self.progress.skip(payload.len());
                    here.advance(&payload);
                }
                None => break,
            }
        }
        if here != before {
            bail!("standard input is not what the interrupted run of the journal was given");
        }
        self.first = before.settled;
        if self.volume != Volume::Quiet {
            self.progress
                .say(format_args!("going on after line {}", before.settled));
        }
        Ok(())
    }

    fn may_begin(&self) -> bool {
        !self.has_stopped && self.end.is_none() && self.pipeline.has_room()
    }

    /// A line of the input, or why there is none: then what is under way is still waited for.
    fn take(&mut self, line: Result<Vec<u8>>) {
        match line {
            Ok(payload) => self.begin(payload),
            Err(error) => self.end = Some(Err(error)),
        }
    }

    /// Makes the call with this payload: the one that an earlier run left unsettled, or a new one.
    fn begin(&mut self, payload: Vec<u8>) {
        let number = self.first + self.calls.len() as u64;
        let resumed = self
            .unsettled
            .iter()
            .position(|pending| pending.payload == payload);
        let mut id = None;
        if let Some(pending) = resumed.map(|index| self.unsettled.remove(index)) {
            let (instance, session) = (pending.session.instance, pending.session.id);
            let call = CallId {
                session,
                seq: pending.seq,
            };
            id = Some((instance, call));
            if self.volume != Volume::Quiet {
                self.progress
                    .say(format_args!("resuming {}", tell::id(instance, call)));
            }
            self.pipeline.resume(number, &pending);
        } else {
            self.pipeline.begin(number, &payload);
        }
        self.calls.push_back(Line {
            payload,
            id,
            ended: None,
        });
    }

    /// Takes all the news: notes what is about to be sent, and prints what is over.
    fn hear(&mut self) -> Result<()> {
        let mut are_begun = false;
        while let Some(news) = self.pipeline.news() {
            match news {
                News::Opened(session) => self.notes.append(&Note::Opened {
                    server: self.pipeline.server(),
                    instance: session.instance,
                    session: session.id,
                    commit: session.commit,
                }),
                News::Begun {
                    number,
                    instance,
                    call,
                } => {
                    are_begun = true;
                    let Some(line) = line(&mut self.calls, self.first, number) else {
                        continue;
                    };
                    line.id = Some((instance, call));
                    let payload = line.payload.clone();
                    self.notes.append(&Note::Begun {
                        instance,
                        call,
                        payload,
                    });
                }
                News::Ended(ended) => {
                    if let Some(line) = line(&mut self.calls, self.first, ended.number) {
                        line.ended = Some(ended);
                    }
                }
                News::Closed => self.is_closed = true,
            }
        }
        if are_begun {
            self.notes.sync()?;
            self.pipeline.noted();
        }
        self.print()
    }

    /// Prints the calls that are over, up to the first that is not, and settles them.
    fn print(&mut self) -> Result<()> {
        let first = self.first;
        let mut settled = Vec::new();
        while let Some(ended) = self.calls.front_mut().and_then(|line| line.ended.take()) {
            let payload = self
                .calls
                .pop_front()
                .map(|line| line.payload)
                .unwrap_or_default();
            words::write(&mut self.out, &ended, self.json).context("standard output")?;
            self.first += 1;
            self.not_launched += u64::from(!matches!(ended.ending, Ending::Launched(_)));
            self.progress
                .advance(payload.len(), self.first, self.not_launched);
            self.worst = worse(self.worst, exit(&ended.ending));
            // Of what was never given an id, or is not answered, the next run asks again.
            let is_last = matches!(ended.ending, Ending::Unknown(Doubt::Silent | Doubt::Working));
            if is_last || ended.id.is_none() {
                self.has_stopped = true;
                if self.notes.are_kept() {
                    break;
                }
            }
            settled.push((ended.number, ended.id));
        }
        if self.first == first {
            return Ok(());
        }
        // Settled only when it has been handed on.
        self.out.flush().context("standard output")?;
        for (number, id) in settled {
            if let Some((instance, call)) = id {
                self.notes.append(&Note::Settled { instance, call });
            }
            self.pipeline.settle(number);
        }
        self.notes.write()
    }

    /// Makes the notes durable, tells the server that it may forget the session, and says what it took.
    async fn close(&mut self) -> Result<()> {
        self.notes.sync()?;
        self.pipeline.close();
        while !self.is_closed {
            self.pipeline.wait().await;
            while let Some(news) = self.pipeline.news() {
                self.is_closed |= matches!(news, News::Closed);
            }
        }
        self.progress.end();
        let server = self.pipeline.server();
        self.paths
            .keep(server, &self.pipeline.rto(), self.pipeline.tally().samples);
        if self.volume == Volume::Verbose {
            let tally = self.pipeline.tally();
            tell::figures(server, tally.sends, tally.samples, &self.pipeline.rto());
        }
        // The very last: a run that is killed before this passes over all its lines the next time, and one that
        // has ended is followed by a new one.
        if !self.has_stopped && matches!(self.end, Some(Ok(()))) {
            self.notes.add(&Note::Batch(None))?;
        }
        Ok(())
    }
}

/// The line of the call with this number.
fn line(calls: &mut VecDeque<Line>, first: u64, number: u64) -> Option<&mut Line> {
    let index = usize::try_from(number.checked_sub(first)?).ok()?;
    calls.get_mut(index)
}

/// What a run of many calls ends with: that some outcome is unknown weighs most.
fn worse(a: Exit, b: Exit) -> Exit {
    let weight = |exit: Exit| {
        [Exit::SUCCESS, NOT_LAUNCHED, REFUSED, UNKNOWN]
            .iter()
            .position(|e| *e == exit)
    };
    if weight(b) > weight(a) { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_weighs_most_and_a_launch_least() {
        let all = [Exit::SUCCESS, NOT_LAUNCHED, REFUSED, UNKNOWN];
        for (index, a) in all.into_iter().enumerate() {
            for b in all.into_iter().skip(index) {
                assert_eq!((worse(a, b), worse(b, a)), (b, b));
            }
        }
    }
}
