//! `+trace` and `+nssearch`: one reply leads to the servers that are asked next.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use rand::seq::SliceRandom as _;

use super::super::plan::{Follow, Lookup};
use super::super::render::{Footer, Signature, Size};
use super::super::servers::Server;
use super::super::status;
use super::inquiry::{Inquiry, Job};
use super::output_failure;
use crate::cli::{Exit, Failure};
use crate::net::dns::Seal;
use crate::proto::dns::{Referral, Step, Trace};
use crate::tools::dns_json::Trouble;
use crate::tools::dns_notes::bare;
use crate::wire::dns::{Flags, Message, Name, Question};

/// What becomes of a reply that does not end the lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// It is not kept: it is the answer.
    No,
    /// It is printed; what stands below it is printed later.
    Shown,
    /// It is not printed.
    Silent,
}

/// A reply on the way, and what will be said of it.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) message: Vec<u8>,
    pub(super) elapsed: Duration,
    pub(super) peer: SocketAddr,
    pub(super) server: String,
    pub(super) transport: &'static str,
    pub(super) seal: Option<Seal>,
}

impl Inquiry<'_> {
    /// Walks to the answer, or to the servers of a zone.
    pub(super) async fn walk(&mut self, name: &Name) -> Result<(), Failure> {
        let sought = Question {
            name: name.clone(),
            rtype: self.lookup.rtype,
            class: self.lookup.class,
        };
        let sweeps = self.lookup.follow == Follow::Servers;
        let mut trace = if sweeps {
            Trace::to_servers(sought)
        } else {
            Trace::to_answer(sought)
        };
        loop {
            let question = trace.question();
            let lookup = self.lookup_of(&question, trace.is_below_start());
            let keep = if sweeps { Keep::Silent } else { Keep::Shown };
            let Some(kept) = self.ask_on_the_way(&lookup, &question.name, keep).await? else {
                return Ok(());
            };
            let Ok(message) = Message::parse(&kept.message) else {
                return Ok(());
            };
            let step = trace.take(&message);
            if let Step::Refer(referral) = &step {
                self.servers = self.referred_to(referral).await?;
            }
            self.finish(&self.footer(&kept)).map_err(output_failure)?;
            match step {
                Step::TooLong => {
                    return Err(Failure::new(Exit::FAILURE, anyhow::anyhow!("too many lookups")));
                }
                Step::Refer(_) if !self.servers.is_empty() => {}
                Step::Refer(_) | Step::Done => return Ok(()),
            }
            // No server is asked first more often than the others.
            self.servers.shuffle(&mut rand::rng());
            if sweeps {
                let question = trace.question();
                let lookup = self.lookup_of(&question, true);
                return self.sweep(&lookup, &question.name).await;
            }
        }
    }

    /// The lookup for a question on the way: servers that should know are asked without recursion.
    fn lookup_of(&self, question: &Question, should_know: bool) -> Lookup {
        let mut lookup = self.lookup.clone();
        lookup.rtype = question.rtype;
        if should_know {
            lookup.query.flags.set(Flags::RD, false);
        }
        lookup
    }

    /// Asks for one reply on the way; `None` if there was none.
    async fn ask_on_the_way(
        &mut self,
        lookup: &Lookup,
        name: &Name,
        keep: Keep,
    ) -> Result<Option<Kept>, Failure> {
        let job = Job {
            lookup,
            globals: self.globals,
            servers: std::mem::take(&mut self.servers),
            banner: self.banner,
        };
        let mut step = Inquiry::new(self.context, job, &mut *self.out);
        step.story = std::mem::take(&mut self.story);
        step.keep = keep;
        step.ask(name, true).await?;
        let printed = step.banner.is_none();
        let Inquiry {
            story, exit, kept, ..
        } = step;
        (self.story, self.exit) = (story, exit);
        if printed {
            self.banner = None;
        }
        Ok(kept)
    }

    /// The servers of a referral, and what is to be said of it and of those that have no address.
    async fn referred_to(&mut self, referral: &Referral) -> Result<Vec<Server>, Failure> {
        self.tell_of(referral).map_err(output_failure)?;
        let mut servers = Vec::new();
        let mut lost = None;
        for name in &referral.servers {
            let name = name.to_string();
            match self.context.servers.find(bare(&name), self.globals).await {
                Ok(found) => servers.extend(found),
                Err(error) => {
                    self.lost_server(&error).map_err(output_failure)?;
                    lost.get_or_insert(name);
                }
            }
        }
        match lost {
            // The words are dig's: it has reached the end of its list.
            Some(name) if servers.is_empty() => Err(Failure::new(
                Exit::FAILURE,
                anyhow::anyhow!("couldn't get address for '{}': no more", bare(&name)),
            )),
            _ => Ok(servers),
        }
    }

    fn tell_of(&mut self, referral: &Referral) -> io::Result<()> {
        if referral.horizontal {
            self.warn("BAD (HORIZONTAL) REFERRAL")?;
        }
        if referral.upward {
            self.warn("BAD REFERRAL")?;
        }
        Ok(())
    }

    /// The footer of a reply on the way.
    fn footer<'k>(&self, kept: &'k Kept) -> Footer<'k> {
        Footer {
            elapsed: kept.elapsed,
            microseconds: self.lookup.show.microseconds,
            peer: kept.peer,
            server: &kept.server,
            transport: kept.transport,
            cached: None,
            seal: kept.seal.as_ref(),
            size: Size::Message(kept.message.len()),
            // It has been told of, and only the footer of an answer says it again.
            signature: Signature::None,
        }
    }

    /// Says that no server of a zone has answered.
    pub(super) fn no_name_servers(&mut self) -> Result<(), Failure> {
        self.error(Trouble::NoServer, "NS servers could not be reached")
            .map_err(output_failure)?;
        self.exit = status::NO_SERVER;
        Ok(())
    }
}
