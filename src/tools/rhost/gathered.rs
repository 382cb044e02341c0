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
use crate::proto::dns::Transport;
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
}

impl<'a> Gathered<'a> {
    pub(super) fn new(plan: &'a Plan, question: &'a Question) -> Self {
        Self {
            plan,
            question,
            failed: Vec::new(),
            warnings: Vec::new(),
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
    pub(super) fn answered(&self, reply: &Reply, out: &mut Out) -> io::Result<()> {
        let Ok(message) = Message::parse(&reply.message) else {
            return Ok(());
        };
        let way = (reply.peer, transport_name(reply.transport));
        self.object(&message, way, reply.elapsed, reply.attempts, out)
    }

    /// One of the messages of a zone transfer came.
    pub(super) fn part(
        &self,
        message: &Message<'_>,
        server: SocketAddr,
        elapsed: Duration,
        out: &mut Out,
    ) -> io::Result<()> {
        let way = (server, transport_name(Transport::Tcp));
        self.object(message, way, elapsed, 1, out)
    }

    fn object(
        &self,
        message: &Message<'_>,
        (peer, transport): (SocketAddr, &str),
        elapsed: Duration,
        sendings: u32,
        out: &mut Out,
    ) -> io::Result<()> {
        if !self.plan.json {
            return Ok(());
        }
        let mut object = Object::at(Timestamp::now());
        object.message(message, Parts::ALL, |rtype| shows(self.plan, rtype));
        let name = self.plan.server.clone();
        let name = name.unwrap_or_else(|| peer.ip().to_string());
        object.server(peer, &name, transport).effort(elapsed, sendings);
        self.write(&mut object, out)
    }

    /// No server gave an answer.
    pub(super) fn no_servers(&self, out: &mut Out) -> io::Result<()> {
        const TEXT: &str = "no servers could be reached";
        if !self.plan.json {
            return writeln!(out, ";; {TEXT}");
        }
        self.ended(Trouble::NoServer, TEXT, None, out)
    }

    /// One server, of those that are asked each for itself, did not answer.
    pub(super) fn silent(&self, server: SocketAddr, error: &ExchangeError, out: &mut Out) -> io::Result<()> {
        let text = communications_error(server, error);
        if !self.plan.json {
            return writeln!(out, ";; {text}");
        }
        self.ended(Trouble::of(error), &text, None, out)
    }

    /// What came cannot be read.
    pub(super) fn unreadable(&self, flaw: &str, message: &[u8], out: &mut Out) -> io::Result<()> {
        if !self.plan.json {
            return out.write_all(bad_packet(flaw, message).as_bytes());
        }
        self.ended(Trouble::Malformed, flaw, Some(message), out)
    }

    /// A zone transfer did not come to its end.
    pub(super) fn transfer_failed(&self, out: &mut Out) -> io::Result<()> {
        const TEXT: &str = "Transfer failed.";
        if !self.plan.json {
            return writeln!(out, "; {TEXT}");
        }
        self.ended(Trouble::Transfer, TEXT, None, out)
    }

    fn ended(&self, trouble: Trouble, text: &str, message: Option<&[u8]>, out: &mut Out) -> io::Result<()> {
        let mut object = Object::at(Timestamp::now());
        object.question(self.question).error(trouble, text);
        if let Some(message) = message {
            object.bytes(message);
        }
        self.write(&mut object, out)
    }

    fn write(&self, object: &mut Object, out: &mut Out) -> io::Result<()> {
        let mut line = Vec::new();
        object
            .failed(&self.failed)
            .warnings(&self.warnings)
            .write(&mut line);
        out.write_all(&line)
    }
}
