//! The stub resolver: the servers of `resolv.conf` behind a cache, each question asked once at a time.
//!
//! ```text
//!   Resolver ── names, search list, hosts, aliases
//!     └─▶ Core ── the cache, in memory and on a shelf; stale answers; what is about to expire
//!           └─▶ flight ── who asks what is asked already gets the same reply
//!                 └─▶ servers ── a lookup over sockets, with what is known of each server
//! ```

mod core;
mod flight;
mod servers;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Environment, LookupError, system};
use crate::proto::dns::{Answer, End, Hosts, MAX_ALIASES, ResolvConf, Shelf, Verdict};
use crate::wire::dns::{Message, Question};

use self::core::Core;

/// A cached stub resolver, to be shared by reference; needs a tokio runtime when it is asked.
///
/// * A reply is kept as long as its TTL allows ([`Cache`](crate::proto::dns::Cache)); in its last tenth it is asked for
///   again when somebody wants it, who gets the old one meanwhile.
/// * Who asks what somebody else is asking already waits for the same reply: one query goes out. If the first one
///   is cancelled, another goes on in its place.
/// * A forger must guess the id and the port of a query, the case of its letters and its cookie.
/// * Every method can be cancelled by dropping its future, which is how a deadline is set.
#[derive(Debug)]
pub struct Resolver {
    pub(super) conf: ResolvConf,
    pub(super) hosts: Hosts,
    core: Arc<Core>,
}

/// An answer that its owner can keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What was asked: the name is the candidate of the search list that was found, or the last alias if it had to
    /// be asked for by itself.
    pub question: Question,
    /// The reply.
    pub message: Vec<u8>,
}

impl Found {
    /// The reply as an answer; `None` cannot happen to one that the resolver made.
    pub fn answer(&self) -> Option<Answer<'_>> {
        let message = Message::parse(&self.message).ok()?;
        Some(Answer::read(&message, &self.question))
    }
}

impl Resolver {
    /// The resolver that the files and the environment of this system describe.
    pub fn system(environment: &Environment) -> Self {
        Self::new(system::resolv_conf(environment), system::hosts(), DNS_PORT)
    }

    /// A resolver for the servers of `conf` at `port`, with names from `hosts`.
    pub fn new(conf: ResolvConf, hosts: Hosts, port: u16) -> Self {
        let addresses = conf
            .servers
            .iter()
            .filter_map(|server| system::server_address(server, port));
        Self {
            core: Arc::new(Core::new(addresses, conf.options.clone())),
            conf,
            hosts,
        }
    }

    /// The same with a shelf behind its cache: what is not in memory is looked for there, what is replied is put
    /// there, and so is how long the servers take to answer.
    #[must_use]
    pub fn with_shelf(mut self, shelf: Arc<dyn Shelf>) -> Self {
        self.core = Arc::new(self.core.with(|core| core.shelf = Some(shelf)));
        self
    }

    /// The same with answers whose time is over, if there is no fresh one within 1.8 seconds (RFC 8767).
    #[must_use]
    pub fn serving_stale(mut self) -> Self {
        self.core = Arc::new(self.core.with(|core| core.serves_stale = true));
        self
    }

    /// The answer to `question`, from the cache or from a server, with aliases followed to where the records are.
    /// Neither the search list nor the hosts file is looked at.
    ///
    /// # Errors
    /// When there are no such records, or nobody says.
    pub async fn answer(&self, question: &Question) -> Result<Found, LookupError> {
        let mut question = question.clone();
        for _ in 0..MAX_ALIASES {
            let message = self.core.reply(&question).await.map_err(|end| match end {
                End::Failed(rcode) => LookupError::Failed {
                    name: question.name.clone(),
                    rcode,
                },
                End::Garbled => LookupError::Garbled(question.name.clone()),
                End::Replied { .. } | End::Silent | End::Unsendable => {
                    LookupError::Silent(question.name.clone())
                }
            })?;
            let found = Found { question, message };
            let Some(answer) = found.answer() else {
                return Err(LookupError::Silent(found.question.name));
            };
            let (verdict, name) = (answer.verdict, answer.name);
            match verdict {
                Verdict::Found => return Ok(found),
                Verdict::NoName => return Err(LookupError::NoName(name)),
                Verdict::NoData => {
                    let rtype = found.question.rtype;
                    return Err(LookupError::NoData { name, rtype });
                }
                Verdict::Failed(rcode) => return Err(LookupError::Failed { name, rcode }),
                Verdict::Loop => return Err(LookupError::Loop(found.question.name)),
                Verdict::Elsewhere => {
                    question = Question {
                        name,
                        ..found.question
                    }
                }
            }
        }
        Err(LookupError::Loop(question.name))
    }
}

/// A panic elsewhere leaves nothing half done in what these locks hold.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const DNS_PORT: u16 = 53;

#[cfg(test)]
mod tests;
