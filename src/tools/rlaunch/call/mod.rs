//! One call at a time, with its journal and all that is said of it: what `launch`, `resume` and `cancel` share.

mod journaled;
mod last_words;
mod report;

use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::{Context, Result};

use super::launch::Notes;
use super::path::Paths;
use super::plan::{Conduct, Known};
use super::{NOT_LAUNCHED, UNKNOWN, key, tell};
use crate::cli::{Exit, Failure, Out};
use crate::net::{Clock, Ended, LaunchClient, LaunchError, Progress, runtime};
use crate::proto::Instant;
use crate::proto::launch::{Doubt, Ending, Id, Session};
use crate::proto::link::Seal;
use crate::tools::signals::or_die_saying;
use crate::wire::rlaunch::CallId;

use last_words::LastWords;

pub(super) use report::{Style, exit};

/// A call as it is asked for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The session of a numbered call; the store of one with a name.
    pub(super) session: Session,
    pub(super) id: Id,
    /// What the action gets; nobody knows it of a call that is only cancelled.
    pub(super) payload: Option<Vec<u8>>,
    /// Whether the journal has it.
    pub(super) noted: bool,
}

/// Who asks for calls.
pub(super) struct Caller<'a> {
    conduct: &'a Conduct,
    clock: Clock,
    /// All the addresses at which the store may be.
    servers: Vec<SocketAddr>,
    seal: Seal,
    notes: Notes,
    client: LaunchClient,
    paths: Paths,
    out: Out,
    /// When the time to ask is over.
    deadline: Instant,
    last_words: Rc<LastWords<'a>>,
}

/// Has `work` done by a caller, to its end or to that of the process by a signal, which is told of the call that is
/// under way.
pub(super) fn run<'a>(
    conduct: &'a Conduct,
    work: impl AsyncFnOnce(&mut Caller<'a>) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let runtime = runtime().context("start the runtime")?;
    let last_words = Rc::new(LastWords::new(conduct));
    let say = Rc::clone(&last_words);
    runtime.block_on(or_die_saying(
        async {
            let mut caller = Caller::new(conduct, last_words).await?;
            let end = work(&mut caller).await;
            caller.end()?;
            end
        },
        move || say.say(),
    ))
}

impl<'a> Caller<'a> {
    async fn new(conduct: &'a Conduct, last_words: Rc<LastWords<'a>>) -> Result<Self> {
        let notes = match &conduct.journal {
            Some(folder) => Notes::open(folder)?,
            None => Notes::forgetful(),
        };
        let seal = key::seal(conduct.secret.as_deref())?;
        let (clock, servers, volume) = (Clock::start(), conduct.server.resolve().await?, conduct.volume);
        let ours = seal.clone();
        let watch = move |server: SocketAddr, progress: Progress<'_>| {
            tell::progress(volume, server, &ours, &progress);
        };
        let mut client = LaunchClient::new(clock, &servers, seal.clone(), watch).context("ask")?;
        let paths = Paths::new();
        paths.recall(&servers, &mut client, volume);
        Ok(Self {
            conduct,
            clock,
            servers,
            seal,
            notes,
            client,
            paths,
            out: Out::stdout().context("standard output")?,
            deadline: clock.now() + conduct.deadline,
            last_words,
        })
    }

    /// Has the time for the next call begin now.
    pub(super) fn renew(&mut self) {
        self.deadline = self.clock.now() + self.conduct.deadline;
    }

    /// Asks for the call until the deadline, then for its cancellation until the grace is over.
    pub(super) async fn ask(&mut self, asked: &mut Asked) -> Ended {
        let times = (self.deadline, self.deadline + self.conduct.grace);
        self.ask_within(asked, times).await
    }

    /// Asks for the cancellation of the call, until the deadline.
    pub(super) async fn cancel(&mut self, asked: &mut Asked) -> Ended {
        let times = (self.clock.now(), self.deadline);
        self.ask_within(asked, times).await
    }

    async fn ask_within(&mut self, asked: &mut Asked, (deadline, grace): (Instant, Instant)) -> Ended {
        self.last_words.begin(asked);
        let Asked {
            session, id, payload, ..
        } = asked;
        let payload = payload.as_deref().unwrap_or_default();
        let ended = match id {
            Id::Call(CallId { seq, .. }) => self.client.call(session, *seq, payload, deadline, grace).await,
            Id::Named(name) => {
                self.client
                    .call_named(session, name, payload, deadline, grace)
                    .await
            }
        };
        self.last_words.end();
        ended
    }

    /// The call that somebody has an id of, with this payload. A name is asked of the store that the server has.
    pub(super) async fn known(&mut self, known: &Known, payload: Option<Vec<u8>>) -> Result<Asked, Failure> {
        let session = match (&known.id, known.instance) {
            (Id::Call(call), Some(instance)) => Session::resumed(instance, call.session, 0, 0),
            _ => match self.client.meet(self.deadline).await {
                Ok(store) => store,
                Err(error) => {
                    let id = known.id.text(0).to_string();
                    return Err(self.unanswered(&id, error));
                }
            },
        };
        Ok(Asked {
            session,
            id: known.id.clone(),
            payload,
            noted: false,
        })
    }

    /// What is said where the server of a call, which may have been made before, never answered.
    fn unanswered(&mut self, id: &str, error: LaunchError) -> Failure {
        let ending = Ending::Unknown(Doubt::Silent);
        if let Err(error) = self.print_object(&tell::json::call(Some(id), &ending, None)) {
            return error.into();
        }
        let silence = tell::silence(error, &self.seal);
        Failure::new(UNKNOWN, silence.context(format!("unknown: {id}")))
    }

    /// What is said where no id was given out.
    fn unopened(&mut self, error: LaunchError) -> Failure {
        if let Err(error) = self.print_object(&tell::json::unnumbered()) {
            return error.into();
        }
        let silence = tell::silence(error, &self.seal);
        Failure::new(NOT_LAUNCHED, silence.context("not launched: no session"))
    }

    /// Makes the notes durable, and remembers what was measured.
    fn end(&mut self) -> Result<()> {
        self.notes.sync()?;
        self.paths.learn(&self.client, self.conduct.volume);
        Ok(())
    }
}
