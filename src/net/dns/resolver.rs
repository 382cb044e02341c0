//! The stub resolver: the servers of `resolv.conf` behind a cache, each question asked once at a time.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::Rng;
use rand::rngs::StdRng;
use tokio::sync::OnceCell;

use super::exchange::RETRANSMIT;
use super::{Environment, Exchange, ExchangeError, LookupError, system};
use crate::net::{Clock, Port, drive};
use crate::proto::dns::{
    Answer, Cache, End, Hosts, Input, Limits, Lookup, MAX_ALIASES, Output, Policy, ResolvConf, Transport,
    Verdict,
};
use crate::proto::link::Rto;
use crate::wire::dns::{Flags, Message, Query, Question};

/// A cached stub resolver, to be shared by reference; needs a tokio runtime when it is asked.
///
/// * A reply is kept as long as its TTL allows ([`Cache`]).
/// * Who asks what somebody else is asking already waits for the same reply: one query goes out. If the first one
///   is cancelled, another goes on in its place.
/// * Every method can be cancelled by dropping its future, which is how a deadline is set.
#[derive(Debug)]
pub struct Resolver {
    pub(super) conf: ResolvConf,
    pub(super) hosts: Hosts,
    servers: Vec<Server>,
    clock: Clock,
    cache: Mutex<Cache>,
    flights: Mutex<HashMap<Question, Arc<Flight>>>,
    /// Where the next lookup begins, with `options rotate`.
    turn: AtomicUsize,
}

/// A query that is out, and in the end its result.
type Flight = OnceCell<Result<Vec<u8>, End>>;

#[derive(Debug)]
struct Server {
    address: SocketAddr,
    rto: Mutex<Rto>,
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
            servers: addresses.map(Server::new).collect(),
            conf,
            hosts,
            clock: Clock::start(),
            cache: Mutex::new(Cache::new(Limits::default())),
            flights: Mutex::default(),
            turn: AtomicUsize::new(0),
        }
    }

    /// The answer to `question`, from the cache or from a server, with aliases followed to where the records are.
    /// Neither the search list nor the hosts file is looked at.
    ///
    /// # Errors
    /// When there are no such records, or nobody says.
    pub async fn answer(&self, question: &Question) -> Result<Found, LookupError> {
        let mut question = question.clone();
        for _ in 0..MAX_ALIASES {
            let message = self.reply(&question).await.map_err(|end| match end {
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

    /// The reply to `question`: from the cache, from the query that is out for it already, or from a new one.
    async fn reply(&self, question: &Question) -> Result<Vec<u8>, End> {
        let kept = lock(&self.cache).get(self.clock.now(), question);
        if let Some(kept) = kept.filter(|kept| !kept.is_stale()) {
            return Ok(kept.reply(0, question));
        }
        let flight = Boarding::new(&self.flights, question);
        flight.cell.get_or_init(|| self.fly(question)).await.clone()
    }

    /// Asks the servers, and keeps what they say.
    async fn fly(&self, question: &Question) -> Result<Vec<u8>, End> {
        let options = &self.conf.options;
        let mut query = Query::new(0, question.name.clone(), question.rtype);
        query.question = Some(question.clone());
        query.flags.set(Flags::AD, options.trust_ad);
        if options.edns0 {
            query = query.with_edns();
        }
        let first = if options.rotate {
            self.turn.fetch_add(1, Ordering::Relaxed)
        } else {
            0
        };
        let random: StdRng = rand::make_rng();
        let mut lookup = Lookup::new(query, self.servers.len(), first, Policy::from(options), random);
        let mut port = Servers {
            resolver: self,
            asked: None,
        };
        match drive(&self.clock, &mut lookup, &mut port).await {
            Ok((End::Replied { .. }, message)) => {
                lock(&self.cache).insert(self.clock.now(), question, &message);
                Ok(message)
            }
            Ok((end, _)) => Err(end),
            Err(never) => match never {},
        }
    }
}

impl Server {
    fn new(address: SocketAddr) -> Self {
        Self {
            address,
            rto: Mutex::new(Rto::new(RETRANSMIT)),
        }
    }
}

/// A place in the flight for a question. Whoever leaves it after it has landed, or last, takes it off the board.
struct Boarding<'a> {
    flights: &'a Mutex<HashMap<Question, Arc<Flight>>>,
    question: &'a Question,
    cell: Arc<Flight>,
}

impl<'a> Boarding<'a> {
    fn new(flights: &'a Mutex<HashMap<Question, Arc<Flight>>>, question: &'a Question) -> Self {
        let cell = Arc::clone(lock(flights).entry(question.clone()).or_default());
        Self {
            flights,
            question,
            cell,
        }
    }
}

impl Drop for Boarding<'_> {
    fn drop(&mut self) {
        let mut flights = lock(self.flights);
        let listed = flights
            .get(self.question)
            .is_some_and(|cell| Arc::ptr_eq(cell, &self.cell));
        // The board and this place are two; new places are only given under the lock.
        let last = Arc::strong_count(&self.cell) <= 2;
        if listed && (self.cell.initialized() || last) {
            flights.remove(self.question);
        }
    }
}

/// The servers as a lookup sees them.
struct Servers<'a> {
    resolver: &'a Resolver,
    asked: Option<Asked>,
}

struct Asked {
    server: usize,
    transport: Transport,
    timeout: Duration,
    query: Vec<u8>,
}

/// What came of asking a server.
enum Came {
    Reply(Vec<u8>),
    TimedOut,
    Unreachable,
}

impl<R: Rng> Port<Lookup<R>> for Servers<'_> {
    type Event = Came;
    type End = (End, Vec<u8>);
    type Error = Infallible;

    async fn perform(&mut self, output: Output, bytes: &[u8]) -> Result<ControlFlow<Self::End>, Infallible> {
        Ok(match output {
            Output::Done(end) => ControlFlow::Break((end, bytes.to_vec())),
            Output::Ask {
                server,
                transport,
                timeout,
            } => {
                self.asked = Some(Asked {
                    server,
                    transport,
                    timeout,
                    query: bytes.to_vec(),
                });
                ControlFlow::Continue(())
            }
        })
    }

    async fn next(&mut self) -> Result<Came, Infallible> {
        let Some(asked) = &self.asked else {
            return std::future::pending().await;
        };
        let Some(server) = self.resolver.servers.get(asked.server) else {
            return Ok(Came::Unreachable);
        };
        let exchange = Exchange {
            transport: asked.transport,
            rto: *lock(&server.rto),
            ..Exchange::new(&asked.query, server.address, asked.timeout)
        };
        Ok(match exchange.run(&self.resolver.clock, &mut |_| {}).await {
            Ok(reply) => {
                if let Some(rtt) = reply.rtt {
                    lock(&server.rto).sample(rtt);
                }
                Came::Reply(reply.message)
            }
            Err(ExchangeError::TimedOut { .. }) => Came::TimedOut,
            Err(_) => Came::Unreachable,
        })
    }

    fn input<'a>(&'a self, event: &'a Came) -> Input<'a> {
        match event {
            Came::Reply(message) => Input::Reply(message),
            Came::TimedOut => Input::TimedOut,
            Came::Unreachable => Input::Unreachable,
        }
    }
}

/// A panic elsewhere leaves nothing half done in what these locks hold.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const DNS_PORT: u16 = 53;

#[cfg(test)]
mod tests {
    use super::super::testing::{Reply, TestServer, a_record, run};
    use super::*;
    use crate::net::UdpRelay;
    use crate::wire::dns::{Class, RecordType};

    fn question(name: &str) -> Question {
        Question {
            name: name.parse().unwrap(),
            rtype: RecordType::A,
            class: Class::IN,
        }
    }

    #[test]
    fn concurrent_askers_of_one_question_share_one_query() {
        run(async {
            let server = TestServer::start(|_| Reply::records(&[a_record("www.test.", 60)])).await;
            let resolver = server.resolver("");
            let (lower, upper) = (question("www.test."), question("WWW.test."));
            let (first, second) = tokio::join!(resolver.answer(&lower), resolver.answer(&upper));
            assert_eq!(first.unwrap().message, second.unwrap().message);
            assert_eq!(server.queries(), 1);
            assert!(lock(&resolver.flights).is_empty());
        });
    }

    #[test]
    fn when_the_first_asker_leaves_the_next_goes_on() {
        run(async {
            let server = TestServer::start(|_| Reply::records(&[a_record("www.test.", 60)])).await;
            let resolver = server.resolver("");
            let asked = question("www.test.");
            {
                let mut leaves = Box::pin(resolver.answer(&asked));
                let polled =
                    std::future::poll_fn(|context| std::task::Poll::Ready(leaves.as_mut().poll(context)));
                assert!(polled.await.is_pending());
                assert_eq!(lock(&resolver.flights).len(), 1);
            }
            assert!(lock(&resolver.flights).is_empty());
            assert!(resolver.answer(&asked).await.is_ok());
        });
    }

    #[test]
    fn a_reply_is_asked_for_once_while_its_ttl_lasts() {
        run(async {
            let server = TestServer::start(|_| Reply::records(&[a_record("www.test.", 60)])).await;
            let resolver = server.resolver("");
            for _ in 0..3 {
                resolver.answer(&question("www.test.")).await.unwrap();
            }
            assert_eq!(server.queries(), 1);
        });
    }

    #[test]
    fn a_denial_is_asked_for_once_while_its_soa_lets_it_last() {
        run(async {
            let server = TestServer::start(|_| Reply::denial(3)).await;
            let resolver = server.resolver("");
            for _ in 0..3 {
                let error = resolver.answer(&question("no.test.")).await.unwrap_err();
                assert!(matches!(error, LookupError::NoName(_)));
            }
            assert_eq!(server.queries(), 1);
        });
    }

    #[test]
    fn a_truncated_reply_is_fetched_over_tcp() {
        run(async {
            let server = TestServer::start(|_| Reply::truncated(&[a_record("www.test.", 60)])).await;
            let found = server.resolver("").answer(&question("www.test.")).await.unwrap();
            assert_eq!(found.answer().unwrap().records.len(), 1);
            assert_eq!(server.queries(), 2);
        });
    }

    #[test]
    fn an_alias_that_leads_elsewhere_is_asked_for() {
        run(async {
            let server = TestServer::start(|asked| match asked.name.to_string().as_str() {
                "alias.test." => Reply::records(&[("alias.test.", 5, 60, b"\x03www\x04test\0".to_vec())]),
                name => Reply::records(&[a_record(name, 60)]),
            })
            .await;
            let found = server
                .resolver("")
                .answer(&question("alias.test."))
                .await
                .unwrap();
            assert_eq!(found.question.name.to_string(), "www.test.");
            assert_eq!(server.queries(), 2);
        });
    }

    #[test]
    fn aliases_that_lead_elsewhere_for_ever_end() {
        run(async {
            let server = TestServer::start(|asked| {
                let mut target = vec![1, b'x'];
                target.extend_from_slice(asked.name.as_wire());
                Reply::records(&[(&asked.name.to_string(), 5, 60, target)])
            })
            .await;
            let error = server
                .resolver("")
                .answer(&question("a.test."))
                .await
                .unwrap_err();
            assert!(matches!(error, LookupError::Loop(_)));
        });
    }

    #[test]
    fn a_link_that_loses_repeats_and_reorders_does_not_keep_a_name_from_its_address() {
        run(async {
            let server =
                TestServer::start(|asked| Reply::records(&[a_record(&asked.name.to_string(), 60)])).await;
            let upstream = server.address();
            let start = move || {
                let spec = "loss=25%,dup=10%,reorder=20%,seed=5".parse().unwrap();
                UdpRelay::start("127.0.0.1:0".parse().unwrap(), upstream, spec).unwrap()
            };
            let relay = tokio::task::spawn_blocking(start).await.unwrap();
            let conf = ResolvConf::parse("nameserver 127.0.0.1\noptions attempts:5\n", None, None);
            let resolver = Arc::new(Resolver::new(conf, Hosts::default(), relay.address().port()));
            let lookups: Vec<_> = (0..24)
                .map(|n| {
                    let resolver = Arc::clone(&resolver);
                    tokio::spawn(async move { resolver.answer(&question(&format!("n{n}.test."))).await })
                })
                .collect();
            for (n, lookup) in lookups.into_iter().enumerate() {
                let found = lookup.await.unwrap().unwrap();
                let answer = found.answer().unwrap();
                assert_eq!(answer.name.to_string(), format!("n{n}.test."));
                assert_eq!(answer.records[0].rdata.bytes(), [192, 0, 2, 1]);
            }
            assert!(relay.tally().up.lost + relay.tally().down.lost > 0);
        });
    }
}
