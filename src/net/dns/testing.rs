//! A name server on loopback, for the tests of this room.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};

use super::Resolver;
use crate::proto::dns::{Hosts, ResolvConf};
use crate::wire::Writer;
use crate::wire::dns::{Message, Name, Question};

/// Owner, type, TTL and data.
pub(super) type TestRecord<'a> = (&'a str, u16, u32, Vec<u8>);

/// What the server says to a question.
pub(super) struct Reply {
    rcode: u8,
    truncated: bool,
    folds_case: bool,
    answers: Vec<u8>,
    count: u16,
    authority: Vec<u8>,
}

impl Reply {
    pub(super) fn records(records: &[TestRecord<'_>]) -> Self {
        let mut answers = Vec::new();
        for record in records {
            write_record(record, &mut answers);
        }
        Self {
            rcode: 0,
            truncated: false,
            folds_case: false,
            answers,
            count: records.len().try_into().unwrap(),
            authority: Vec::new(),
        }
    }

    /// Truncated over UDP, whole over TCP.
    pub(super) fn truncated(records: &[TestRecord<'_>]) -> Self {
        Self {
            truncated: true,
            ..Self::records(records)
        }
    }

    /// No records, and an SOA record that says so for a minute.
    pub(super) fn denial(rcode: u8) -> Self {
        let mut soa = vec![0; 2];
        Writer::new(&mut soa).u32(1).u32(1).u32(1).u32(1).u32(60);
        let mut authority = Vec::new();
        write_record(&("test.", 6, 60, soa), &mut authority);
        Self {
            rcode,
            authority,
            ..Self::records(&[])
        }
    }

    /// The same in the case of the name as the server likes it.
    pub(super) fn in_lower_case(mut self) -> Self {
        self.folds_case = true;
        self
    }

    fn bytes(&self, query: &[u8], tcp: bool) -> Vec<u8> {
        let truncated = self.truncated && !tcp;
        let mut bytes = query.get(..2).unwrap().to_vec();
        Writer::new(&mut bytes)
            .u8(if truncated { 0x83 } else { 0x81 })
            .u8(0x80 | self.rcode)
            .u16(1)
            .u16(if truncated { 0 } else { self.count })
            .u16(u16::from(!self.authority.is_empty()))
            .u16(0)
            .bytes(&if self.folds_case {
                question(query).to_ascii_lowercase()
            } else {
                question(query).to_vec()
            })
            .bytes(if truncated { &[] } else { &self.answers })
            .bytes(&self.authority);
        bytes
    }
}

/// An A record of 192.0.2.1.
pub(super) fn a_record(owner: &str, ttl: u32) -> TestRecord<'_> {
    (owner, 1, ttl, vec![192, 0, 2, 1])
}

/// A server that answers until the runtime ends.
pub(super) struct TestServer {
    address: SocketAddr,
    queries: Arc<AtomicUsize>,
}

impl TestServer {
    pub(super) async fn start(zone: impl Fn(&Question) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_seeing(|_, _| {}, zone).await
    }

    /// The same, and shows each query to `see`, and whether it came over TCP.
    pub(super) async fn start_seeing(
        see: impl Fn(&[u8], bool) + Send + Sync + 'static,
        zone: impl Fn(&Question) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()).await {
                break (udp, tcp);
            }
        };
        let address = udp.local_addr().unwrap();
        let queries = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&queries);
        let answer = Arc::new(move |query: &[u8], tcp: bool| {
            count.fetch_add(1, Ordering::Relaxed);
            see(query, tcp);
            let mut question = Message::parse(query)
                .unwrap()
                .questions()
                .next()
                .unwrap()
                .unwrap();
            // Who asks draws the case.
            question.name = question.name.with_case(|| false);
            zone(&question).bytes(query, tcp)
        });
        let over_udp = Arc::clone(&answer);
        tokio::spawn(async move {
            let mut buffer = [0; 1024];
            while let Ok((length, client)) = udp.recv_from(&mut buffer).await {
                let _ = udp.send_to(&over_udp(&buffer[..length], false), client).await;
            }
        });
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = tcp.accept().await {
                let length = stream.read_u16().await.unwrap();
                let mut query = vec![0; length.into()];
                stream.read_exact(&mut query).await.unwrap();
                let reply = answer(&query, true);
                // In two pieces, to be put together again.
                let mut framed = u16::try_from(reply.len()).unwrap().to_be_bytes().to_vec();
                framed.extend_from_slice(&reply);
                let (start, end) = framed.split_at(7);
                stream.write_all(start).await.unwrap();
                tokio::task::yield_now().await;
                stream.write_all(end).await.unwrap();
            }
        });
        Self { address, queries }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many queries have come.
    pub(super) fn queries(&self) -> usize {
        self.queries.load(Ordering::Relaxed)
    }

    /// A resolver that asks this server, with more lines of `resolv.conf`.
    pub(super) fn resolver(&self, lines: &str) -> Resolver {
        let conf = ResolvConf::parse(&format!("nameserver 127.0.0.1\n{lines}"), None, None);
        Resolver::new(conf, Hosts::default(), self.address.port())
    }
}

/// Runs a test that needs a runtime.
pub(super) fn run<F: Future>(test: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(test)
}

/// The bytes of a query's question.
fn question(query: &[u8]) -> &[u8] {
    let (_, end) = Name::read(query, 12).unwrap();
    query.get(12..end + 4).unwrap()
}

fn write_record((owner, rtype, ttl, data): &TestRecord<'_>, out: &mut Vec<u8>) {
    let owner: Name = owner.parse().unwrap();
    Writer::new(out)
        .bytes(owner.as_wire())
        .u16(*rtype)
        .u16(1)
        .u32(*ttl)
        .u16(data.len().try_into().unwrap())
        .bytes(data);
}
