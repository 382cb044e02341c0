//! `rlaunch launch`: one call, or one for each line of standard input.

mod lane;
mod lines;
mod notes;

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::rc::Rc;

use anyhow::{Context, Result, anyhow};
use tokio::task::LocalSet;

use super::plan::{self, Payloads, Volume};
use super::{NOT_LAUNCHED, REFUSED, UNKNOWN, key, tell};
use crate::cli::{Exit, Failure, Out};
use crate::net::{Clock, Ended, LaunchClient, Progress, runtime};
use crate::proto::launch::Ending;
use crate::wire::rlaunch::MAX_PAYLOAD;

use lane::{Lane, Shared};
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
    if plan.payloads == Payloads::Lines {
        return lines::run(plan, server, seal, notes).await;
    }
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
        // Those are made above, all in one session.
        Payloads::Lines => Exit::SUCCESS,
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
                let tally = client.tally();
                tell::figures(self.shared.server, tally.sends, tally.samples, &client.rto());
            }
        }
        Ok(())
    }
}

fn exit(ending: &Ending) -> Exit {
    match ending {
        Ending::Launched(_) => Exit::SUCCESS,
        Ending::NotLaunched => NOT_LAUNCHED,
        Ending::Unknown(_) => UNKNOWN,
        Ending::Refused(_) => REFUSED,
    }
}
