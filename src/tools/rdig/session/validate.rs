//! `+validate`: asks for the chain of trust of what was answered, and prints it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::task::Poll;

use anyhow::Context as _;
use jiff::Timestamp;

use super::super::plan::{Follow, Validation as Settings};
use super::super::render::{Envelope, Judgement};
use super::super::servers::Server;
use super::super::status;
use super::inquiry::{Inquiry, Sent, Try, unix_time};
use super::output_failure;
use crate::cli::{Exit, Failure};
use crate::net::dns::Reply;
use crate::proto::dns::Transport;
use crate::proto::dns::validate::{Anchors, Asked, Next, Report, Validation, Validator, Verdict};
use crate::tools::dns_cache::Use;
use crate::wire::dns::{Edns, Flags, Message, Name, Query, Question};

/// What has been found out of zones in this run, by the file of the anchors.
#[derive(Debug, Default)]
pub(super) struct Validators(RefCell<HashMap<Option<String>, Validator>>);

/// The last reply to a lookup.
#[derive(Debug)]
pub(super) struct Answered {
    name: Name,
    server: Server,
    message: Vec<u8>,
    /// Whether it was asked for with the DO and CD flags.
    signed: bool,
}

impl Validators {
    /// Reads the anchors, unless that has been done.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no anchors.
    fn load(&self, settings: &Settings) -> Result<(), Failure> {
        let mut validators = self.0.borrow_mut();
        if validators.contains_key(&settings.anchors) {
            return Ok(());
        }
        let anchors = match &settings.anchors {
            None => Anchors::default(),
            Some(file) => {
                let text = fs::read_to_string(file).with_context(|| format!("trust anchors: {file}"))?;
                Anchors::parse(&text).with_context(|| format!("trust anchors: {file}"))?
            }
        };
        validators.insert(settings.anchors.clone(), Validator::new(anchors));
        Ok(())
    }

    fn step(&self, settings: &Settings, validation: &mut Validation) -> Option<Next> {
        let mut validators = self.0.borrow_mut();
        let validator = validators.get_mut(&settings.anchors)?;
        Some(validation.step(validator, Timestamp::now().as_second()))
    }
}

impl Inquiry<'_> {
    /// Makes sure, before anything is asked, that there will be anchors to validate by.
    pub(super) fn prepare_validation(&self) -> Result<(), Failure> {
        match &self.lookup.validation {
            Some(settings) => self.context.validators.load(settings),
            None => Ok(()),
        }
    }

    /// Says, if validation is wanted, where it is not done.
    pub(super) fn refuse_to_validate(&mut self) -> io::Result<()> {
        let many = self.lookup.is_transfer() || self.lookup.follow != Follow::Nothing;
        if self.lookup.validation.is_none() || !many {
            return Ok(());
        }
        self.warn("Warning: zone transfers, +trace and +nssearch are not validated")
    }

    /// Forgets the reply to another name.
    pub(super) fn forget(&mut self) {
        self.answered = None;
    }

    /// Keeps a reply, if the last one is to be validated.
    pub(super) fn remember(&mut self, reply: &Reply, sent: &Sent<'_>) {
        if self.lookup.validation.is_some() {
            self.answered = Some(Answered {
                name: sent.attempt.name.clone(),
                server: sent.attempt.server.clone(),
                message: reply.message.clone(),
                signed: asks_for_all(&sent.query),
            });
        }
    }

    /// Validates the last reply, if that is wanted, and prints the chain of trust.
    pub(super) async fn validate(&mut self) -> Result<(), Failure> {
        let (Some(settings), Some(answered)) = (self.lookup.validation.clone(), self.answered.take()) else {
            return Ok(());
        };
        let question = Question {
            name: answered.name.clone(),
            rtype: self.lookup.rtype,
            class: self.lookup.class,
        };
        let Some(report) = self.report(&settings, &answered, &question).await else {
            return Ok(());
        };
        if self.globals.rcode_exit {
            let exit = match report.verdict {
                Verdict::Secure | Verdict::Insecure(_) => Exit::SUCCESS,
                Verdict::Bogus(_) => status::BOGUS,
                Verdict::Indeterminate(_) => status::INDETERMINATE,
            };
            self.exit = status::after(self.exit, exit);
        }
        let shown = Message::parse(&answered.message).ok();
        let judgement = Judgement {
            question: &question,
            report: &report,
            other: shown.and_then(|shown| report.misses(&shown)),
        };
        let mut text = Vec::new();
        if self.globals.json {
            judgement.write_json(Timestamp::now(), &mut text);
        } else if self.globals.yaml {
            judgement.write_yaml(&mut text);
        } else {
            judgement.write(self.lookup.show.comments, &mut text);
        }
        self.out.write_all(&text).map_err(output_failure)
    }

    async fn report(
        &mut self,
        settings: &Settings,
        answered: &Answered,
        question: &Question,
    ) -> Option<Report> {
        let mut validation = Validation::new(question.clone());
        if answered.signed
            && let Ok(message) = Message::parse(&answered.message)
        {
            validation.reply((question.name.clone(), question.rtype), &message);
        }
        let transport = self.way.transport;
        loop {
            match self.context.validators.step(settings, &mut validation)? {
                Next::Done(report) => return Some(report),
                Next::Ask(questions) => {
                    let replies = self.fetch(&answered.server, &questions).await;
                    self.way.transport = transport;
                    for (asked, reply) in questions.into_iter().zip(replies) {
                        match &reply {
                            Ok(bytes) => match Message::parse(bytes) {
                                Ok(message) => validation.reply(asked, &message),
                                Err(error) => validation.no_reply(asked, error.to_string()),
                            },
                            Err(why) => validation.no_reply(asked, why.clone()),
                        }
                    }
                }
            }
        }
    }

    /// Asks all questions side by side, and again over TCP those of which the answer was truncated.
    async fn fetch(&mut self, server: &Server, questions: &[Asked]) -> Vec<Result<Vec<u8>, String>> {
        let all = questions
            .iter()
            .map(|asked| self.ask_one(server, asked))
            .collect();
        let mut replies = together(all).await;
        let truncated = |reply: &Result<Vec<u8>, String>| {
            let message = reply.as_ref().ok().and_then(|bytes| Message::parse(bytes).ok());
            message.is_some_and(|message| message.header().flags.contains(Flags::TC))
        };
        if self.way.transport == Transport::Udp {
            self.way.transport = Transport::Tcp;
            for (reply, asked) in replies.iter_mut().zip(questions) {
                if truncated(reply) {
                    *reply = self.ask_one(server, asked).await;
                }
            }
        }
        replies
    }

    async fn ask_one(&self, server: &Server, (name, rtype): &Asked) -> Result<Vec<u8>, String> {
        if self.lookup.exchange.cache == Use::Only {
            return Err("only the cache may be asked".to_owned());
        }
        let mut query = Query::new(rand::random(), name.clone(), *rtype).with_edns();
        query
            .flags
            .set(Flags::RD, self.lookup.query.flags.contains(Flags::RD));
        query.flags.set(Flags::CD, true);
        if let Some(edns) = &mut query.edns {
            edns.flags = Edns::DO;
        }
        let mut query = query.to_bytes().map_err(|error| error.to_string())?;
        let key = self.globals.signing.key.as_ref();
        let mut sent = Sent {
            attempt: Try {
                name,
                server,
                is_last: true,
                shown: false,
            },
            verifier: key.map(|key| key.sign(&mut query, unix_time())),
            query,
            cookie: None,
            envelope: Envelope {
                sent: Timestamp::now(),
                received: Timestamp::now(),
                server: server.address,
                transport: self.way.transport_name(),
                cached: None,
            },
        };
        let reply = self.exchange(&sent).await.result;
        let message = reply.map_err(|problem| problem.text)?.message;
        if let Some(verifier) = &mut sent.verifier {
            verifier
                .verify(&message, unix_time())
                .map_err(|why| why.to_string())?;
        }
        Ok(message)
    }
}

/// Whether a query asks for signatures, whatever the server thinks of them.
fn asks_for_all(query: &[u8]) -> bool {
    let Ok(query) = Message::parse(query) else {
        return false;
    };
    let wants_signatures = query.edns().is_some_and(|edns| edns.flags & Edns::DO != 0);
    wants_signatures && query.header().flags.contains(Flags::CD)
}

/// What all of `futures` come to, each of them under way at once.
async fn together<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures
        .into_iter()
        .map(|future| (Box::pin(future), None))
        .collect();
    std::future::poll_fn(|context| {
        let mut all = Poll::Ready(());
        for (future, output) in &mut running {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(value) => *output = Some(value),
                    Poll::Pending => all = Poll::Pending,
                }
            }
        }
        all
    })
    .await;
    running.into_iter().filter_map(|(_, output)| output).collect()
}
