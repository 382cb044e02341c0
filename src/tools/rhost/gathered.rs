//! `--json`: a question and its answer as one object. What host says in lines on the way to the answer is gathered
//! until the answer is there, and becomes part of it.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use jiff::Timestamp;

use super::plan::Plan;
use super::report::shows;
use crate::cli::Out;
use crate::net::dns::{ExchangeError, Reply};
use crate::proto::dns::{Shelved, Transport};
use crate::tools::dns_cache::not_cached;
use crate::tools::dns_json::{Failed, Object, Parts, Trouble};
use crate::tools::dns_notes::{bad_packet, communications_error, transport_name};
use crate::wire::dns::{Message, Question};

/// What has happened on the way to an answer.
#[derive(Debug)]
pub(super) struct Gathered<'a> {
    plan: &'a Plan,
    question: &'a Question,
    failed: Vec<Failed>,
    warnings: Vec<String>,
    /// The objects that are ready to be printed.
    said: Vec<u8>,
}

impl<'a> Gathered<'a> {
    pub(super) fn new(plan: &'a Plan, question: &'a Question) -> Self {
        Self {
            plan,
            question,
            failed: Vec::new(),
            warnings: Vec::new(),
            said: Vec::new(),
        }
    }

    /// A try came to nothing.
    pub(super) fn failed(
        &mut self,
        server: SocketAddr,
        transport: Transport,
        error: &ExchangeError,
        out: &mut Out,
    ) -> io::Result<()> {
        let text = communications_error(server, error);
        if !self.plan.json {
            return writeln!(out, ";; {text}");
        }
        self.failed.push(Failed {
            server,
            transport: transport_name(transport),
            trouble: Trouble::of(error),
            text,
        });
        Ok(())
    }

    /// Something is worth a line of its own.
    pub(super) fn warn(&mut self, text: &str, out: &mut Out) -> io::Result<()> {
        if !self.plan.json {
            return writeln!(out, ";; {text}");
        }
        self.warnings.push(text.to_owned());
        Ok(())
    }

    /// The answer came.
    pub(super) fn answered(&mut self, reply: &Reply) {
        if let Ok(message) = Message::parse(&reply.message) {
            let way = (reply.peer, transport_name(reply.transport));
            self.object(&message, way, |object| {
                object.effort(reply.elapsed, reply.attempts);
            });
        }
    }

    /// The answer is one from the cache, whatever came of asking.
    pub(super) fn known(&mut self, shelved: &Shelved, reply: &Reply) {
        self.said.clear();
        if let Ok(message) = Message::parse(&reply.message) {
            let way = (shelved.server, transport_name(reply.transport));
            self.object(&message, way, |object| {
                object.cached(shelved.age(), shelved.kept.is_stale());
            });
        }
    }

    /// One of the messages of a zone transfer came.
    pub(super) fn part(&mut self, message: &Message<'_>, server: SocketAddr, elapsed: Duration) {
        let way = (server, transport_name(Transport::Tcp));
        self.object(message, way, |object| {
            object.effort(elapsed, 1);
        });
    }

    fn object(
        &mut self,
        message: &Message<'_>,
        (peer, transport): (SocketAddr, &str),
        more: impl FnOnce(&mut Object),
    ) {
        if !self.plan.json {
            return;
        }
        let mut object = Object::at(Timestamp::now());
        object.message(message, Parts::ALL, |rtype| shows(self.plan, rtype));
        let name = self.plan.server.clone();
        let name = name.unwrap_or_else(|| peer.ip().to_string());
        object.server(peer, &name, transport);
        more(&mut object);
        self.say(&mut object);
    }

    /// Prints the objects that are ready.
    pub(super) fn finish(&mut self, out: &mut Out) -> io::Result<()> {
        out.write_all(&std::mem::take(&mut self.said))
    }

    /// No server gave an answer.
    pub(super) fn no_servers(&mut self, out: &mut Out) -> io::Result<()> {
        const TEXT: &str = "no servers could be reached";
        if !self.plan.json {
            return writeln!(out, ";; {TEXT}");
        }
        self.ended(Trouble::NoServer, TEXT, None);
        Ok(())
    }

    /// One server, of those that are asked each for itself, did not answer.
    pub(super) fn silent(
        &mut self,
        server: SocketAddr,
        error: &ExchangeError,
        out: &mut Out,
    ) -> io::Result<()> {
        let text = communications_error(server, error);
        if !self.plan.json {
            return writeln!(out, ";; {text}");
        }
        self.ended(Trouble::of(error), &text, None);
        Ok(())
    }

    /// What came cannot be read.
    pub(super) fn unreadable(&mut self, flaw: &str, message: &[u8], out: &mut Out) -> io::Result<()> {
        if !self.plan.json {
            return out.write_all(bad_packet(flaw, message).as_bytes());
        }
        self.ended(Trouble::Malformed, flaw, Some(message));
        Ok(())
    }

    /// A zone transfer did not come to its end.
    pub(super) fn transfer_failed(&mut self, out: &mut Out) -> io::Result<()> {
        const TEXT: &str = "Transfer failed.";
        if !self.plan.json {
            return writeln!(out, "; {TEXT}");
        }
        self.ended(Trouble::Transfer, TEXT, None);
        Ok(())
    }

    /// The cache has no answer, and nobody else may give one.
    pub(super) fn missing(&mut self) {
        if self.plan.json {
            self.ended(Trouble::NotCached, &not_cached(self.question), None);
        }
    }

    fn ended(&mut self, trouble: Trouble, text: &str, message: Option<&[u8]>) {
        let mut object = Object::at(Timestamp::now());
        object.question(self.question).error(trouble, text);
        if let Some(message) = message {
            object.bytes(message);
        }
        self.say(&mut object);
    }

    fn say(&mut self, object: &mut Object) {
        object.failed(&self.failed).warnings(&self.warnings);
        object.write(&mut self.said);
    }
}
