//! `+cache`: answers from the cache of earlier runs, and what is kept there.

use std::time::Duration;

use jiff::Timestamp;

use super::super::question::{Learned, query};
use super::super::render::{Cached, Envelope};
use super::super::servers::Server;
use super::super::status;
use super::inquiry::{Inquiry, Sent, Try, Way};
use super::output_failure;
use super::verdict::Next;
use super::walk::Keep;
use crate::cli::{Exit, Failure};
use crate::net::dns;
use crate::proto::dns::{Accept, Key, Shelf, Shelved};
use crate::tools::dns_cache::{self, CLIENT_RESPONSE, Use, find, not_cached};
use crate::tools::dns_json::Trouble;
use crate::wire::dns::{Name, Query, Question, Rcode};

impl Inquiry<'_> {
    /// Finds out about one name: from the cache, if it may be used, or from the servers.
    pub(super) async fn ask(&mut self, name: &Name, shown: bool) -> Result<Option<Rcode>, Failure> {
        let wanted = self.lookup.exchange.cache;
        self.way = Way::of(self.lookup);
        self.cache_key = self.key_of(name);
        let known = match (&self.cache_key, self.context.cache()) {
            (Some(key), Some(cache)) => find(cache, key, wanted == Use::Stale),
            _ => None,
        };
        match known {
            Some(known) if !known.kept.is_stale() => self.give(&known, name, shown).map(Some),
            None if wanted == Use::Only => self.is_missing(name),
            None => self.ask_servers(name, shown).await,
            Some(stale) => {
                // RFC 8767 section 5: whoever can have a stale answer need not wait long for a fresh one.
                let servers = self.servers.clone();
                let fresh =
                    tokio::time::timeout(CLIENT_RESPONSE, Box::pin(self.ask_servers(name, shown))).await;
                self.servers = servers;
                match fresh {
                    Ok(Ok(None)) | Err(_) => self.give(&stale, name, shown).map(Some),
                    Ok(answered) => answered,
                }
            }
        }
    }

    /// Keeps the reply that ends the lookup, if it is one to be kept: what is shown is not always beyond doubt.
    pub(super) fn keep_in_cache(&self, sent: &Sent<'_>, reply: &dns::Reply) {
        if Accept::Strict.judge(&sent.query, &reply.message).is_err() {
            return;
        }
        if let (Some(key), Some(cache), None) = (&self.cache_key, self.context.cache(), self.way.cached) {
            cache.put(key, reply.peer, &reply.message);
        }
    }

    /// Under what the reply about `name` is kept, if the cache is wanted and has such replies: none that are signed, and
    /// none of the steps of a walk.
    fn key_of(&self, name: &Name) -> Option<Key> {
        if self.lookup.exchange.cache == Use::No {
            return None;
        }
        self.context.cache_wanted.set(true);
        if self.globals.signing.key.is_some() || self.keep != Keep::No {
            return None;
        }
        let servers: Vec<_> = self.servers.iter().map(|server| server.address).collect();
        Key::new(&servers, &self.question(name))
    }

    fn question(&self, name: &Name) -> Query {
        let learned = Learned::default();
        query(
            self.lookup,
            name,
            rand::random(),
            self.context.client_cookie,
            &learned,
        )
    }

    /// Prints an answer from the cache.
    fn give(&mut self, shelved: &Shelved, name: &Name, shown: bool) -> Result<Rcode, Failure> {
        let query = self.question(name);
        let Some(key) = self.cache_key.clone() else {
            return Ok(Rcode::NOERROR);
        };
        let cached = Cached {
            age: shelved.age(),
            stale: shelved.kept.is_stale(),
        };
        self.way.cached = Some(cached);
        self.exit = Exit::SUCCESS;
        let server = Server {
            address: shelved.server,
            name: shelved.server.ip().to_string(),
        };
        let attempt = Try {
            name,
            server: &server,
            is_last: true,
            shown,
        };
        let now = Timestamp::now();
        let mut sent = Sent {
            attempt,
            cookie: None,
            verifier: None,
            query: query.to_bytes().map_err(anyhow::Error::new)?,
            envelope: Envelope {
                sent: now,
                received: now,
                server: shelved.server,
                transport: self.way.transport_name(),
                cached: Some(cached),
            },
        };
        let reply = dns_cache::reply(shelved, query.id, &key);
        self.note_reply(attempt, &reply.message, Duration::ZERO, Vec::new());
        self.story.cached = Some(cached);
        match self.judge(&reply, &mut sent).map_err(output_failure)? {
            Next::Done(rcode) => Ok(rcode),
            Next::Again | Next::Pass => Ok(Rcode::NOERROR),
        }
    }

    /// Says that the cache has no answer, although only it may give one.
    fn is_missing(&mut self, name: &Name) -> Result<Option<Rcode>, Failure> {
        let question = Question {
            name: name.clone(),
            rtype: self.lookup.rtype,
            class: self.lookup.class,
        };
        let said = self.error(Trouble::NotCached, &not_cached(&question));
        said.map_err(output_failure)?;
        self.exit = status::NOT_CACHED;
        Ok(None)
    }
}
