//! Calls that are noted before they are asked for.

use anyhow::Result;

use super::{Asked, Caller};
use crate::cli::Failure;
use crate::proto::launch::{Id, Name, Named, Note, Pending};
use crate::tools::rlaunch::tell;
use crate::wire::rlaunch::CallId;

impl Caller<'_> {
    /// The call with this payload, or with this name, that an earlier run left unsettled.
    pub(in crate::tools::rlaunch) fn left(&self, name: Option<&Name>, payload: &[u8]) -> Option<Asked> {
        let mut unsettled = self.unsettled();
        unsettled.find(|asked| match (&asked.id, name) {
            (Id::Named(noted), Some(name)) => noted == name,
            (Id::Call(_), None) => asked.payload.as_deref() == Some(payload),
            _ => false,
        })
    }

    /// Goes on with a call that was left, with the payload that is given now: the server knows whether it is the same.
    pub(in crate::tools::rlaunch) fn resumed(&self, left: Asked, payload: Vec<u8>) -> Asked {
        tell::say(format_args!("resuming {}", left.text()));
        Asked {
            payload: Some(payload),
            ..left
        }
    }

    /// All that an earlier run left unsettled.
    pub(in crate::tools::rlaunch) fn unsettled(&self) -> impl Iterator<Item = Asked> + '_ {
        let numbered = self.notes.calls().unsettled(&self.servers).map(Asked::from);
        let named = self.notes.calls().unsettled_named(&self.servers).map(Asked::from);
        numbered.chain(named)
    }

    /// Whether the journal is that of a run of many lines, which wants them all in their order.
    pub(in crate::tools::rlaunch) fn is_of_lines(&self) -> bool {
        self.notes.calls().batch().is_some()
    }

    /// A new call of a session of its own, noted.
    pub(in crate::tools::rlaunch) async fn begin(&mut self, payload: Vec<u8>) -> Result<Asked, Failure> {
        let session = match self.client.open(self.deadline).await {
            Ok(session) => session,
            Err(error) => return Err(self.unopened(error)),
        };
        let call = CallId {
            session: session.id,
            seq: 1,
        };
        self.notes.add(&Note::Opened {
            server: self.client.server(),
            instance: session.instance,
            session: session.id,
            commit: session.commit,
        })?;
        self.note(&Note::Begun {
            instance: session.instance,
            call,
            payload: payload.clone(),
        })?;
        Ok(Asked {
            session,
            id: call.into(),
            payload: Some(payload),
            noted: true,
        })
    }

    /// A call with a name, noted with the store that it is asked of.
    pub(in crate::tools::rlaunch) async fn begin_named(
        &mut self,
        name: Name,
        payload: Vec<u8>,
    ) -> Result<Asked, Failure> {
        let session = match self.client.meet(self.deadline).await {
            Ok(store) => store,
            Err(error) => return Err(self.unanswered(name.as_str(), error)),
        };
        self.note(&Note::BegunNamed {
            server: self.client.server(),
            instance: session.instance,
            commit: session.commit,
            name: name.clone(),
            payload: payload.clone(),
        })?;
        Ok(Asked {
            session,
            id: name.into(),
            payload: Some(payload),
            noted: true,
        })
    }

    /// What is noted before anything is asked for is durable before that.
    fn note(&mut self, note: &Note) -> Result<()> {
        self.notes.add(note)?;
        self.notes.sync()
    }

    /// Takes note that nobody will ask for the call again.
    pub(super) fn settle(&mut self, asked: &Asked) -> Result<()> {
        let instance = asked.session.instance;
        self.notes.add(&match &asked.id {
            Id::Call(call) => Note::Settled {
                instance,
                call: *call,
            },
            Id::Named(name) => Note::SettledNamed {
                instance,
                name: name.clone(),
            },
        })
    }

    /// Tells the server that it may forget the session, all of which is settled.
    pub(in crate::tools::rlaunch) async fn close(&mut self, asked: Asked) {
        if let Id::Call(call) = asked.id {
            let mut session = asked.session;
            session.ack_through = call.seq;
            self.client.close(session).await;
        }
    }
}

impl From<Pending> for Asked {
    fn from(pending: Pending) -> Self {
        let call = CallId {
            session: pending.session.id,
            seq: pending.seq,
        };
        Self {
            session: pending.session,
            id: call.into(),
            payload: Some(pending.payload),
            noted: true,
        }
    }
}

impl From<Named> for Asked {
    fn from(named: Named) -> Self {
        Self {
            session: named.session,
            id: named.name.into(),
            payload: Some(named.payload),
            noted: true,
        }
    }
}
