//! Replies to questions: from the cache, from the shelf behind it, from a flight that is out, or from a new one.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::StdRng;

use super::flight::{Board, Boarding};
use super::lock;
use super::servers::{Server, Servers};
use crate::net::{Clock, drive};
use crate::proto::dns::{Cache, End, Kept, Key, Limits, Lookup, Options, Policy, Shelf};
use crate::wire::dns::{Flags, Query, Question};

/// What the askers of a resolver share.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) servers: Vec<Server>,
    pub(super) clock: Clock,
    options: Options,
    cache: Mutex<Cache>,
    pub(super) flights: Board,
    /// Where the next lookup begins, with `options rotate`.
    turn: AtomicUsize,
    /// What is behind the cache.
    pub(super) shelf: Option<Arc<dyn Shelf>>,
    /// Whether an answer whose time is over is better than none.
    pub(super) serves_stale: bool,
}

impl Core {
    pub(super) fn new(addresses: impl Iterator<Item = SocketAddr>, options: Options) -> Self {
        Self {
            servers: addresses.map(Server::new).collect(),
            clock: Clock::start(),
            options,
            cache: Mutex::new(Cache::new(Limits::default())),
            flights: Board::default(),
            turn: AtomicUsize::new(0),
            shelf: None,
            serves_stale: false,
        }
    }

    /// The same servers with other settings; nothing has been learnt yet.
    pub(super) fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let addresses = self.servers.iter().map(|server| server.address);
        let mut core = Self {
            shelf: self.shelf.clone(),
            serves_stale: self.serves_stale,
            ..Self::new(addresses, self.options.clone())
        };
        change(&mut core);
        core
    }

    /// The reply to `question`.
    pub(super) async fn reply(self: &Arc<Self>, question: &Question) -> Result<Vec<u8>, End> {
        match self.known(question) {
            None => self.fetch(question).await,
            Some(kept) if !kept.is_stale() => {
                if kept.is_due() {
                    // Whoever asks next should not have to wait.
                    self.refresh(question);
                }
                Ok(kept.reply(0, question))
            }
            Some(_) if !self.serves_stale => self.fetch(question).await,
            Some(stale) => {
                // A refresh that comes too late for this asker is in time for the next one.
                let refresh = self.refresh(question);
                match tokio::time::timeout(CLIENT_RESPONSE, refresh).await {
                    Ok(Ok(Ok(reply))) => Ok(reply),
                    _ => Ok(stale.reply(0, question)),
                }
            }
        }
    }

    /// What is known already, stale or not.
    fn known(&self, question: &Question) -> Option<Kept> {
        let now = self.clock.now();
        let kept = lock(&self.cache).get(now, question);
        if kept.as_ref().is_some_and(|kept| !kept.is_stale()) {
            return kept;
        }
        let Some((shelf, key)) = self.shelf.as_ref().zip(self.key(question)) else {
            return kept;
        };
        let Some(shelved) = shelf.get(&key) else {
            return kept;
        };
        lock(&self.cache).insert_shelved(now, question, &shelved.kept);
        Some(shelved.kept)
    }

    /// Asks again, without anybody having to wait for it.
    fn refresh(self: &Arc<Self>, question: &Question) -> tokio::task::JoinHandle<Result<Vec<u8>, End>> {
        let (core, question) = (Arc::clone(self), question.clone());
        tokio::spawn(async move { core.fetch(&question).await })
    }

    /// Boards the flight for `question`, which is begun if there is none.
    async fn fetch(&self, question: &Question) -> Result<Vec<u8>, End> {
        let flight = Boarding::new(&self.flights, question);
        flight.cell.get_or_init(|| self.fly(question)).await.clone()
    }

    /// Asks the servers, and keeps what they say.
    async fn fly(&self, question: &Question) -> Result<Vec<u8>, End> {
        let first = if self.options.rotate {
            self.turn.fetch_add(1, Ordering::Relaxed)
        } else {
            0
        };
        let random: StdRng = rand::make_rng();
        let known = self.servers.iter().map(|server| lock(&server.known).clone());
        let policy = Policy::from(&self.options);
        let mut lookup = Lookup::new(self.query(question), known.collect(), first, policy, random);
        let end = drive(&self.clock, &mut lookup, &mut Servers::new(self)).await;
        for (server, known) in self.servers.iter().zip(lookup.known()) {
            lock(&server.known).clone_from(known);
        }
        match end {
            Ok((End::Replied { server }, message)) => {
                lock(&self.cache).insert(self.clock.now(), question, &message);
                if let (Some(shelf), Some(key), Some(server)) =
                    (&self.shelf, self.key(question), self.servers.get(server))
                {
                    shelf.put(&key, server.address, &message);
                }
                Ok(message)
            }
            Ok((end, _)) => Err(end),
            Err(never) => match never {},
        }
    }

    fn query(&self, question: &Question) -> Query {
        let mut query = Query::new(0, question.name.clone(), question.rtype);
        query.question = Some(question.clone());
        query.flags.set(Flags::AD, self.options.trust_ad);
        query
    }

    fn key(&self, question: &Question) -> Option<Key> {
        let servers: Vec<SocketAddr> = self.servers.iter().map(|server| server.address).collect();
        Key::new(&servers, &self.query(question))
    }
}

/// How long whoever can have a stale answer waits for a fresh one (RFC 8767 section 5).
const CLIENT_RESPONSE: Duration = Duration::from_millis(1800);
