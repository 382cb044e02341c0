//! `rlaunch launch`: one call, or one for each line of standard input.

mod lane;
mod notes;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, BufRead, Read, Write};
use std::rc::Rc;
use std::thread;

use anyhow::{Context, Result, anyhow, bail, ensure};
use tokio::sync::mpsc;
use tokio::task::{JoinSet, LocalSet};

use super::plan::{self, Payloads, Volume};
use super::{NOT_LAUNCHED, REFUSED, UNKNOWN, key, tell};
use crate::cli::{Exit, Failure, Out};
use crate::net::{Clock, Ended, LaunchClient, Progress, runtime};
use crate::proto::launch::{Batch, Doubt, Ending, Note};
use crate::wire::rlaunch::MAX_PAYLOAD;

use lane::{Lane, Over, Shared};
use notes::Notes;

/// Makes the call or calls.
pub(super) fn launch(plan: &plan::Launch) -> Result<Exit, Failure> {
    let runtime = runtime().context("start the runtime")?;
    LocalSet::new().block_on(&runtime, run(plan))
}

async fn run(plan: &plan::Launch) -> Result<Exit, Failure> {
    let notes = match &plan.journal {
        Some(folder) => Notes::open(folder)?,
        None => Notes::forgetful(),
    };
    let server = plan.server.resolve().await?;
    let seal = key::seal(plan.secret.as_deref())?;
    let shared = Shared {
        clock: Clock::start(),
        server,
        seal,
        unsettled: Rc::new(RefCell::new(notes.calls().unsettled(server).collect())),
        notes: Rc::new(RefCell::new(notes)),
        deadline: plan.deadline,
        grace: plan.grace,
    };
    let mut launcher = Launcher {
        shared,
        volume: plan.volume,
        json: plan.json,
        out: Out::stdout().context("standard output")?,
        lanes: Vec::new(),
    };
    let exit = match &plan.payloads {
        Payloads::One(payload) => launcher.one(payload).await?,
        Payloads::Input => {
            let mut payload = Vec::new();
            let limit = MAX_PAYLOAD as u64 + 1;
            let read = io::stdin().lock().take(limit).read_to_end(&mut payload);
            read.context("standard input")?;
            launcher.one(&plan::checked(payload)?).await?
        }
        Payloads::Lines => launcher.lines(plan.window).await?,
    };
    launcher.close().await?;
    Ok(exit)
}

struct Launcher {
    shared: Shared,
    volume: Volume,
    json: bool,
    out: Out,
    /// Those that make no call at the moment.
    lanes: Vec<Lane>,
}

impl Launcher {
    /// Makes one call, prints its result, and says what else there is to say.
    async fn one(&mut self, payload: &[u8]) -> Result<Exit, Failure> {
        if self.shared.notes.borrow().calls().batch().is_some() {
            return Err(anyhow!("the journal is that of an interrupted run of --lines").into());
        }
        let mut lane = self.lane()?;
        let over = match lane.call(payload).await {
            Ok(over) => over,
            Err(failure) => {
                if self.json && failure.exit() == NOT_LAUNCHED {
                    let line = tell::json::line(&tell::json::unnumbered());
                    self.out.write_all(&line).context("standard output")?;
                    self.out.flush().context("standard output")?;
                }
                return Err(failure);
            }
        };
        self.lanes.push(lane);
        let id = tell::id(over.instance, over.call);
        let Ended { ending, hint } = &over.ended;
        if self.json {
            let line = tell::json::line(&tell::json::call(Some(&id), ending, *hint));
            self.out.write_all(&line).context("standard output")?;
            self.out.flush().context("standard output")?;
        } else if let Ending::Launched(outcome) = ending {
            self.out.write_all(&outcome.result).context("standard output")?;
            self.out.flush().context("standard output")?;
            if outcome.truncated {
                tell::say(format_args!(
                    "the result is longer than the {MAX_PAYLOAD} bytes of one reply"
                ));
            }
            if outcome.exit != 0 {
                tell::say(format_args!(
                    "launched, and the command ended with status {}",
                    outcome.exit
                ));
            }
        } else {
            let (word, why) = (tell::word(ending), tell::why(ending, *hint));
            tell::say(format_args!("{word}: {id}: {}", why.reason));
        }
        // What is not known is kept, so that the next run asks again under the same id and never under a new one.
        if !matches!(over.ended.ending, Ending::Unknown(_)) {
            self.shared.settle(&over)?;
        }
        Ok(exit(&over.ended.ending))
    }

    /// Makes a call for each line, up to `window` of them side by side, and prints a line for each, in order.
    async fn lines(&mut self, window: usize) -> Result<Exit, Failure> {
        let mut input = self.skip(read_lines()?).await?;
        for _ in 0..window {
            let lane = self.lane()?;
            self.lanes.push(lane);
        }
        let (mut calls, mut over) = (JoinSet::new(), BTreeMap::new());
        let (mut begun, mut printed) = (0_u64, 0_u64);
        let (mut worst, mut reading) = (Exit::SUCCESS, true);
        loop {
            let free = self.lanes.iter().position(Lane::has_room);
            let may_begin = reading && free.is_some() && begun - printed < AHEAD;
            tokio::select! {
                payload = input.recv(), if may_begin => match payload {
                    Some(payload) => {
                        let lane = self.lanes.swap_remove(free.unwrap_or_default());
                        calls.spawn_local(numbered(lane, begun, payload?));
                        begun += 1;
                    }
                    None => reading = false,
                },
                Some(ended) = calls.join_next() => {
                    let (lane, number, result) = ended.context("make a call")?;
                    self.lanes.push(lane);
                    over.insert(number, result?);
                }
                else => break,
            }
            while let Some(next) = over.remove(&printed) {
                self.print(&next).context("standard output")?;
                worst = worse(worst, exit(&next.ended.ending));
                printed += 1;
                if matches!(next.ended.ending, Ending::Unknown(Doubt::Silent | Doubt::Working)) {
                    // No use in going on. With a journal, the next run resumes here; without one, what is under
                    // way is waited for.
                    reading = false;
                    if self.shared.notes.borrow().are_kept() {
                        return Ok(worst);
                    }
                }
                self.shared.settle(&next)?;
            }
        }
        self.shared.notes.borrow_mut().add(&Note::Batch(None))?;
        Ok(worst)
    }

    /// Passes over the lines whose calls an interrupted run has settled.
    async fn skip(&self, mut input: Lines) -> Result<Lines> {
        let before = self.shared.notes.borrow().calls().batch();
        let Some(before) = before else {
            self.shared
                .notes
                .borrow_mut()
                .add(&Note::Batch(Some(Batch::default())))?;
            return Ok(input);
        };
        let mut here = Batch::default();
        while here.settled < before.settled {
            match input.recv().await {
                Some(payload) => here.advance(&payload?),
                None => break,
            }
        }
        if here != before {
            bail!("standard input is not what the interrupted run of the journal was given");
        }
        tell::say(format_args!("going on after line {}", before.settled));
        Ok(input)
    }

    fn lane(&self) -> Result<Lane> {
        let (server, volume) = (self.shared.server, self.volume);
        let seal = self.shared.seal.clone();
        let watch = move |progress: Progress<'_>| tell::progress(volume, server, &seal, &progress);
        let client = LaunchClient::new(self.shared.clock, server, self.shared.seal.clone(), watch)?;
        Ok(Lane::new(self.shared.clone(), client))
    }

    /// Makes the notes durable, and tells the server that it may forget the sessions.
    async fn close(&mut self) -> Result<()> {
        self.shared.notes.borrow_mut().sync()?;
        for lane in self.lanes.drain(..) {
            let client = lane.close().await;
            if self.volume == Volume::Verbose {
                tell::figures(self.shared.server, &client);
            }
        }
        Ok(())
    }

    /// `WORD ID STATUS RESULT`, the result escaped so that it is one line.
    fn print(&mut self, over: &Over) -> io::Result<()> {
        let (word, id) = (tell::word(&over.ended.ending), tell::id(over.instance, over.call));
        match &over.ended.ending {
            ending if self.json => {
                let object = tell::json::call(Some(&id), ending, over.ended.hint);
                self.out.write_all(&tell::json::line(&object))?;
            }
            Ending::Launched(outcome) => {
                writeln!(
                    self.out,
                    "{word} {id} {} {}",
                    outcome.exit,
                    outcome.result.escape_ascii()
                )?;
            }
            _ => writeln!(
                self.out,
                "{word} {id} - {}",
                tell::why(&over.ended.ending, over.ended.hint).reason
            )?,
        }
        if self.shared.notes.borrow().are_kept() {
            // Settled only when it has been handed on.
            self.out.flush()?;
        }
        Ok(())
    }
}

/// A call that knows its place among the lines.
async fn numbered(mut lane: Lane, number: u64, payload: Vec<u8>) -> (Lane, u64, Result<Over, Failure>) {
    let result = lane.call(&payload).await;
    (lane, number, result)
}

type Lines = mpsc::Receiver<Result<Vec<u8>>>;

/// Standard input line by line, read on a thread of its own: it may be slow, and calls are under way meanwhile.
fn read_lines() -> Result<Lines> {
    let (sender, lines) = mpsc::channel(1);
    let read = move || {
        let mut input = io::stdin().lock();
        while let Some(line) = line(&mut input).transpose() {
            let failed = line.is_err();
            if sender.blocking_send(line).is_err() || failed {
                return;
            }
        }
    };
    thread::Builder::new()
        .name("stdin".to_owned())
        .spawn(read)
        .context("start a thread")?;
    Ok(lines)
}

/// The next line without its end.
fn line(input: &mut impl BufRead) -> Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let limit = MAX_PAYLOAD as u64 + 2;
    let read = input.take(limit).read_until(b'\n', &mut line);
    if read.context("standard input")? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    ensure!(
        line.len() <= MAX_PAYLOAD,
        "a line is longer than the {MAX_PAYLOAD} bytes of one request"
    );
    Ok(Some(line))
}

fn exit(ending: &Ending) -> Exit {
    match ending {
        Ending::Launched(_) => Exit::SUCCESS,
        Ending::NotLaunched => NOT_LAUNCHED,
        Ending::Unknown(_) => UNKNOWN,
        Ending::Refused(_) => REFUSED,
    }
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

/// How many results are kept at most until those before them are there.
const AHEAD: u64 = 1024;
