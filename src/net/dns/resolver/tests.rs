//! The resolver against servers on loopback.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::UdpSocket;

use super::super::testing::{Reply, TestServer, a_record, run};
use super::*;
use crate::net::UdpRelay;
use crate::proto::dns::{Kept, Key, Lifetimes, STALE_TTL, Shelved};
use crate::proto::link::Estimate;
use crate::wire::dns::{Class, Flags, Query, RecordType};

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
        assert!(lock(&resolver.core.flights).is_empty());
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
            assert_eq!(lock(&resolver.core.flights).len(), 1);
        }
        assert!(lock(&resolver.core.flights).is_empty());
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

/// A shelf in memory, which counts.
#[derive(Debug, Default)]
struct TestShelf {
    replies: Mutex<Vec<(Key, Shelved)>>,
    estimates: Mutex<Vec<(SocketAddr, Estimate)>>,
}

impl Shelf for TestShelf {
    fn get(&self, key: &Key) -> Option<Shelved> {
        let replies = lock(&self.replies);
        let (_, shelved) = replies.iter().rev().find(|(other, _)| other == key)?;
        Some(shelved.clone())
    }

    fn put(&self, key: &Key, server: SocketAddr, message: &[u8]) {
        if let Some((message, lifetime)) = Lifetimes::default().keep(&key.question, message) {
            let kept = Kept {
                message,
                age: Duration::ZERO,
                lifetime,
            };
            let authentic_data = key.authentic_data;
            let shelved = Shelved {
                kept,
                server,
                authentic_data,
            };
            lock(&self.replies).push((key.clone(), shelved));
        }
    }

    fn estimate(&self, server: SocketAddr) -> Option<Estimate> {
        let estimates = lock(&self.estimates);
        estimates
            .iter()
            .rev()
            .find(|(known, _)| *known == server)
            .map(|(_, estimate)| *estimate)
    }

    fn learn(&self, server: SocketAddr, estimate: Estimate) {
        lock(&self.estimates).push((server, estimate));
    }
}

impl TestShelf {
    /// Makes everything on it older.
    fn age(&self, by: Duration) {
        for (_, shelved) in lock(&self.replies).iter_mut() {
            shelved.kept.age += by;
        }
    }
}

#[test]
fn a_second_resolver_finds_on_the_shelf_what_the_first_one_was_told() {
    run(async {
        let server = TestServer::start(|_| Reply::records(&[a_record("www.test.", 60)])).await;
        let shelf = Arc::new(TestShelf::default());
        let resolver = || {
            server
                .resolver("")
                .with_shelf(Arc::clone(&shelf) as Arc<dyn Shelf>)
        };
        resolver().answer(&question("www.test.")).await.unwrap();
        shelf.age(Duration::from_secs(20));
        let found = resolver().answer(&question("www.test.")).await.unwrap();
        assert_eq!(found.answer().unwrap().records[0].ttl, 40);
        assert_eq!(server.queries(), 1);
        assert!(shelf.estimate(server.address()).is_some());
    });
}

#[test]
fn a_stale_answer_is_given_only_if_it_is_wanted_and_nobody_answers() {
    run(async {
        let server = TestServer::start(|_| Reply::records(&[a_record("www.test.", 60)])).await;
        let shelf = Arc::new(TestShelf::default());
        let resolver = |lines: &str| {
            server
                .resolver(lines)
                .with_shelf(Arc::clone(&shelf) as Arc<dyn Shelf>)
        };
        resolver("").answer(&question("www.test.")).await.unwrap();
        shelf.age(Duration::from_secs(60));
        // A server that answers is asked, although there is something.
        let fresh = resolver("")
            .serving_stale()
            .answer(&question("www.test."))
            .await
            .unwrap();
        assert_eq!(
            (fresh.answer().unwrap().records[0].ttl, server.queries()),
            (60, 2)
        );
        shelf.age(Duration::from_secs(60));
        let closed = UdpSocket::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap();
        let nobody = || Resolver::new(ResolvConf::default(), Hosts::default(), closed.port());
        let moved = Arc::new(TestShelf::default());
        for (key, shelved) in lock(&shelf.replies).iter() {
            let mut query = Query::new(0, key.question.name.clone(), key.question.rtype);
            query.question = Some(key.question.clone());
            let key = Key::new(&[closed], &query).unwrap();
            lock(&moved.replies).push((key, shelved.clone()));
        }
        let nobody = || nobody().with_shelf(Arc::clone(&moved) as Arc<dyn Shelf>);
        assert!(nobody().answer(&question("www.test.")).await.is_err());
        let stale = nobody()
            .serving_stale()
            .answer(&question("www.test."))
            .await
            .unwrap();
        assert_eq!(stale.answer().unwrap().records[0].ttl, STALE_TTL);
    });
}

#[test]
fn what_is_about_to_expire_is_asked_for_again_when_somebody_wants_it() {
    run(async {
        let server = TestServer::start(|_| Reply::records(&[a_record("www.test.", 60)])).await;
        let shelf = Arc::new(TestShelf::default());
        let resolver = || {
            server
                .resolver("")
                .with_shelf(Arc::clone(&shelf) as Arc<dyn Shelf>)
        };
        resolver().answer(&question("www.test.")).await.unwrap();
        shelf.age(Duration::from_secs(50));
        let early = resolver();
        early.answer(&question("www.test.")).await.unwrap();
        shelf.age(Duration::from_secs(6));
        let late = resolver();
        let found = late.answer(&question("www.test.")).await.unwrap();
        assert_eq!(
            found.answer().unwrap().records[0].ttl,
            4,
            "nobody waits for the refresh"
        );
        // Whoever now asks for another name is answered after it: one server, one socket after the other.
        while lock(&shelf.replies).len() < 2 {
            tokio::task::yield_now().await;
        }
        let found = late.answer(&question("www.test.")).await.unwrap();
        assert_eq!(
            (found.answer().unwrap().records[0].ttl, server.queries()),
            (60, 2)
        );
    });
}

#[test]
fn a_server_that_does_not_repeat_the_case_is_asked_once_more_and_remembered() {
    run(async {
        let server = TestServer::start(|asked| {
            Reply::records(&[a_record(&asked.name.to_string(), 60)]).in_lower_case()
        })
        .await;
        let resolver = server.resolver("");
        // Long enough for a case of its own.
        let name = |n: u32| question(&format!("a-rather-long-name-{n}.test."));
        resolver.answer(&name(1)).await.unwrap();
        assert_eq!(server.queries(), 2);
        resolver.answer(&name(2)).await.unwrap();
        assert_eq!(server.queries(), 3);
    });
}

#[test]
fn the_options_of_resolv_conf_are_obeyed() {
    run(async {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let server = TestServer::start_seeing(
            move |query, tcp| {
                let header = *Message::parse(query).unwrap().header();
                lock(&log).push((header.flags.contains(Flags::AD), tcp));
            },
            |_| Reply::records(&[a_record("www.test.", 60)]),
        )
        .await;
        for (options, expected) in [
            ("", (false, false)),
            ("options trust-ad\n", (true, false)),
            ("options use-vc\n", (false, true)),
        ] {
            server
                .resolver(options)
                .answer(&question("www.test."))
                .await
                .unwrap();
            assert_eq!(lock(&seen).pop(), Some(expected), "{options}");
        }
    });
}
