//! `rlaunch launch`: one call, or one for each line of standard input.

use std::io::{self, BufRead, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::notes::Notes;
use super::plan::{self, Payloads, Volume};
use super::tell;
use super::{NOT_LAUNCHED, REFUSED, UNKNOWN};
use crate::cli::{Exit, Failure, Out};
use crate::net::{Clock, Ended, LaunchClient};
use crate::proto::launch::{Batch, Doubt, Ending, Note, Session};
use crate::proto::link::Seal;
use crate::wire::rlaunch::{CallId, MAX_PAYLOAD};

/// Makes the call or calls.
pub(super) fn launch(plan: &plan::Launch) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("start the runtime")?;
    runtime.block_on(run(plan))
}

async fn run(plan: &plan::Launch) -> Result<Exit, Failure> {
    let notes = match &plan.journal {
        Some(folder) => Notes::open(folder)?,
        None => Notes::forgetful(),
    };
    let (clock, server, volume) = (Clock::start(), plan.server, plan.volume);
    let watch = move |progress: crate::net::Progress<'_>| tell::progress(volume, server, &progress);
    let client = LaunchClient::new(clock, server, Seal::checksum(), watch).context("launch")?;
    let mut launcher = Launcher {
        clock,
        client,
        server,
        notes,
        session: None,
        deadline: plan.deadline,
        grace: plan.grace,
        out: Out::stdout().context("standard output")?,
    };
    let exit = match &plan.payloads {
        Payloads::One(payload) => launcher.one(payload).await?,
        Payloads::Input => {
            let mut payload = Vec::new();
            let limit = MAX_PAYLOAD as u64 + 1;
            io::stdin()
                .lock()
                .take(limit)
                .read_to_end(&mut payload)
                .context("standard input")?;
            ensure_fits(&payload)?;
            launcher.one(&payload).await?
        }
        Payloads::Lines => launcher.lines().await?,
    };
    launcher.close().await;
    if volume == Volume::Verbose {
        let (tally, timeout) = (launcher.client.tally(), launcher.client.rto().timeout());
        tell::say(format_args!(
            "{server}: {} sent, {} round trips measured, timeout now {timeout:.1?}",
            tally.sends, tally.samples
        ));
    }
    Ok(exit)
}

fn ensure_fits(payload: &[u8]) -> Result<()> {
    ensure!(
        payload.len() <= MAX_PAYLOAD,
        "payload: more than the {MAX_PAYLOAD} bytes of one request"
    );
    Ok(())
}

struct Launcher {
    clock: Clock,
    client: LaunchClient,
    server: SocketAddr,
    notes: Notes,
    /// The session of this run, once there is one.
    session: Option<Session>,
    deadline: Duration,
    grace: Duration,
    out: Out,
}

/// A call that is over, and the session that it was of.
struct Over {
    ended: Ended,
    session: Session,
    call: CallId,
    /// Whether an earlier run began it.
    resumed: bool,
}

impl Launcher {
    /// Makes one call, prints its result, and says what else there is to say.
    async fn one(&mut self, payload: &[u8]) -> Result<Exit, Failure> {
        if self.notes.calls().batch().is_some() {
            return Err(anyhow::anyhow!("the journal is that of an interrupted run of --lines").into());
        }
        let over = self.call(payload).await?;
        if let Ending::Launched(outcome) = &over.ended.ending {
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
            let (word, id) = (
                tell::word(&over.ended.ending),
                tell::id(over.session.instance, over.call),
            );
            tell::say(format_args!("{word}: {id}: {}", tell::reason(&over.ended)));
        }
        let exit = exit(&over.ended.ending);
        // What is not known is kept, so that the next run asks again under the same id and never under a new one.
        if !matches!(over.ended.ending, Ending::Unknown(_)) {
            self.settle(over)?;
        }
        Ok(exit)
    }

    /// Makes a call for each line, and prints a line for each.
    async fn lines(&mut self) -> Result<Exit, Failure> {
        let mut input = io::stdin().lock();
        let mut worst = Exit::SUCCESS;
        self.skip(&mut input)?;
        while let Some(payload) = line(&mut input)? {
            let over = self.call(&payload).await?;
            self.print(&over).context("standard output")?;
            worst = worse(worst, exit(&over.ended.ending));
            if matches!(over.ended.ending, Ending::Unknown(Doubt::Silent | Doubt::Working)) {
                return Ok(worst);
            }
            self.settle(over)?;
        }
        self.notes.add(&Note::Batch(None))?;
        self.notes.sync()?;
        Ok(worst)
    }

    /// Passes over the lines whose calls an interrupted run has settled.
    fn skip(&mut self, input: &mut impl BufRead) -> Result<()> {
        let Some(before) = self.notes.calls().batch() else {
            return self.notes.add(&Note::Batch(Some(Batch::default())));
        };
        let mut here = Batch::default();
        while here.settled < before.settled {
            match line(input)? {
                Some(payload) => here.advance(&payload),
                None => break,
            }
        }
        if here != before {
            bail!("standard input is not what the interrupted run of the journal was given");
        }
        tell::say(format_args!("resuming after line {}", before.settled));
        Ok(())
    }

    /// Makes the call with this payload: the one that an earlier run left unsettled, or a new one.
    async fn call(&mut self, payload: &[u8]) -> Result<Over, Failure> {
        let deadline = self.clock.now() + self.deadline;
        let (mut session, seq, resumed) = match self.notes.calls().pending(self.server, payload) {
            Some(pending) => (pending.session, pending.seq, true),
            None => {
                let session = match self.session.take() {
                    Some(session) => session,
                    None => self.open(deadline).await?,
                };
                let seq = session.ack_through + 1;
                (session, seq, false)
            }
        };
        let call = CallId {
            session: session.id,
            seq,
        };
        if resumed {
            tell::say(format_args!("resuming {}", tell::id(session.instance, call)));
        } else {
            let (instance, payload) = (session.instance, payload.to_vec());
            self.notes.add(&Note::Begun {
                instance,
                call,
                payload,
            })?;
            self.notes.sync()?;
        }
        let grace = deadline + self.grace;
        let ended = self
            .client
            .call(&mut session, seq, payload, deadline, grace)
            .await;
        Ok(Over {
            ended,
            session,
            call,
            resumed,
        })
    }

    async fn open(&mut self, deadline: crate::proto::Instant) -> Result<Session, Failure> {
        let opened = self.client.open(deadline).await;
        let session = opened.map_err(|error| {
            Failure::new(
                NOT_LAUNCHED,
                anyhow::Error::new(error).context("not launched: no session"),
            )
        })?;
        self.notes.add(&Note::Opened {
            server: self.server,
            instance: session.instance,
            session: session.id,
            commit: session.commit,
        })?;
        Ok(session)
    }

    /// Takes note that nobody will ask for the call again, and goes on in its session if that is this run's.
    fn settle(&mut self, over: Over) -> Result<()> {
        let Over {
            ended,
            mut session,
            call,
            resumed,
        } = over;
        self.notes.add(&Note::Settled {
            instance: session.instance,
            call,
        })?;
        let alive = !matches!(ended.ending, Ending::Unknown(Doubt::Gone) | Ending::Refused(_));
        if alive && !resumed {
            session.ack_through = call.seq;
            self.session = Some(session);
        }
        Ok(())
    }

    /// Tells the server that it may forget the session. What was printed is settled for good before.
    async fn close(&mut self) {
        if let Some(session) = self.session.take()
            && self.notes.sync().is_ok()
        {
            self.client.close(session).await;
        }
    }

    /// `WORD ID STATUS RESULT`, the result escaped so that it is one line.
    fn print(&mut self, over: &Over) -> io::Result<()> {
        let (word, id) = (
            tell::word(&over.ended.ending),
            tell::id(over.session.instance, over.call),
        );
        match &over.ended.ending {
            Ending::Launched(outcome) => {
                writeln!(
                    self.out,
                    "{word} {id} {} {}",
                    outcome.exit,
                    outcome.result.escape_ascii()
                )?;
            }
            _ => writeln!(self.out, "{word} {id} - {}", tell::reason(&over.ended))?,
        }
        if self.notes.are_kept() {
            // Settled only when it has been handed on.
            self.out.flush()?;
        }
        Ok(())
    }
}

/// The next line without its end.
fn line(input: &mut impl BufRead) -> Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let limit = MAX_PAYLOAD as u64 + 2;
    input
        .take(limit)
        .read_until(b'\n', &mut line)
        .context("standard input")?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    ensure_fits(&line)?;
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
    let weight = |exit: &Exit| {
        [Exit::SUCCESS, NOT_LAUNCHED, REFUSED, UNKNOWN]
            .iter()
            .position(|e| e == exit)
    };
    if weight(&b) > weight(&a) { b } else { a }
}
