//! One call after another, each noted before it is asked for.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;

use super::notes::Notes;
use crate::cli::Failure;
use crate::net::{Clock, Ended, LaunchClient};
use crate::proto::Instant;
use crate::proto::launch::{Doubt, Ending, Note, Pending, Session};
use crate::proto::link::Seal;
use crate::tools::rlaunch::{NOT_LAUNCHED, tell};
use crate::wire::rlaunch::CallId;

/// What the lanes of a run share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) clock: Clock,
    pub(super) server: SocketAddr,
    pub(super) seal: Seal,
    pub(super) notes: Rc<RefCell<Notes>>,
    /// What an earlier run left unsettled.
    pub(super) unsettled: Rc<RefCell<Vec<Pending>>>,
    pub(super) deadline: Duration,
    pub(super) grace: Duration,
}

/// A client with a session of its own: one call at a time.
pub(super) struct Lane {
    shared: Shared,
    client: LaunchClient,
    session: Option<Session>,
    /// The last call that was begun in the session.
    last: u64,
    /// The last call of the session that is settled, and with it all before.
    settled: Rc<Cell<u64>>,
}

/// A call that is over.
pub(super) struct Over {
    pub(super) ended: Ended,
    pub(super) instance: u64,
    pub(super) call: CallId,
    settled: Rc<Cell<u64>>,
}

impl Lane {
    pub(super) fn new(shared: Shared, client: LaunchClient) -> Self {
        let settled = Rc::default();
        Self {
            shared,
            client,
            session: None,
            last: 0,
            settled,
        }
    }

    /// Makes the call with this payload: the one that an earlier run left unsettled, or a new one.
    pub(super) async fn call(&mut self, payload: &[u8]) -> Result<Over, Failure> {
        let deadline = self.shared.clock.now() + self.shared.deadline;
        let resumed = self.shared.resumable(payload);
        let is_resumed = resumed.is_some();
        let (mut session, seq) = match resumed {
            Some(pending) => (pending.session, pending.seq),
            None => {
                let mut session = match self.session.take() {
                    Some(session) => session,
                    None => self.open(deadline).await?,
                };
                session.ack_through = self.settled.get();
                self.last += 1;
                (session, self.last)
            }
        };
        let (instance, call) = (
            session.instance,
            CallId {
                session: session.id,
                seq,
            },
        );
        if is_resumed {
            tell::say(format_args!("resuming {}", tell::id(instance, call)));
        } else {
            let mut notes = self.shared.notes.borrow_mut();
            notes.add(&Note::Begun {
                instance,
                call,
                payload: payload.to_vec(),
            })?;
            notes.sync()?;
        }
        let grace = deadline + self.shared.grace;
        let ended = self
            .client
            .call(&mut session, seq, payload, deadline, grace)
            .await;
        let is_over = matches!(ended.ending, Ending::Unknown(Doubt::Gone) | Ending::Refused(_));
        let settled = if is_resumed {
            Rc::default()
        } else {
            Rc::clone(&self.settled)
        };
        if !is_resumed && !is_over {
            self.session = Some(session);
        }
        Ok(Over {
            ended,
            instance,
            call,
            settled,
        })
    }

    async fn open(&mut self, deadline: Instant) -> Result<Session, Failure> {
        let session = self.client.open(deadline).await.map_err(|error| {
            let silence = tell::silence(error, &self.shared.seal);
            Failure::new(NOT_LAUNCHED, silence.context("not launched: no session"))
        })?;
        (self.last, self.settled) = (0, Rc::default());
        self.shared.notes.borrow_mut().add(&Note::Opened {
            server: self.shared.server,
            instance: session.instance,
            session: session.id,
            commit: session.commit,
        })?;
        Ok(session)
    }

    /// Tells the server that it may forget the session, if all of it is settled.
    pub(super) async fn close(mut self) -> LaunchClient {
        if let Some(mut session) = self.session.take()
            && self.settled.get() == self.last
        {
            session.ack_through = self.last;
            self.client.close(session).await;
        }
        self.client
    }
}

impl Shared {
    /// Takes note that nobody will ask for the call again.
    pub(super) fn settle(&self, over: &Over) -> Result<()> {
        let Over { instance, call, .. } = *over;
        self.notes.borrow_mut().add(&Note::Settled { instance, call })?;
        // Settled in the order of the calls, so that everything before it is.
        over.settled.set(call.seq);
        Ok(())
    }

    fn resumable(&self, payload: &[u8]) -> Option<Pending> {
        let mut unsettled = self.unsettled.borrow_mut();
        let found = unsettled.iter().position(|pending| pending.payload == payload)?;
        Some(unsettled.remove(found))
    }
}
