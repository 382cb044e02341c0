//! etcd: a transaction that puts a key if it is not there, from 64 at a time over one connection.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use prost::{Message, Oneof};
use tonic::Request;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic_prost::ProstCodec;

use crate::contest::{Contest, Figures};
use crate::peers::start;

/// Adds it, if it is installed.
pub(crate) fn etcd(folder: &Path, contest: &mut Contest<'_>) {
    let store = folder.join("etcd");
    let started = start("etcd", |command, port| {
        let peer = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let (client, peer) = (
            format!("http://127.0.0.1:{port}"),
            format!("http://127.0.0.1:{peer}"),
        );
        command.arg("--data-dir").arg(&store);
        command.args([
            "--listen-client-urls",
            &client,
            "--advertise-client-urls",
            &client,
        ]);
        command.args([
            "--listen-peer-urls",
            &peer,
            "--initial-advertise-peer-urls",
            &peer,
        ]);
        command.args(["--initial-cluster", &format!("default={peer}")]);
        Ok(())
    });
    let Some((server, port)) = started else { return };
    let next = Arc::new(AtomicU64::new(0));
    contest.add("etcd, transaction", move || {
        let _server = &server;
        let runtime = fairloss::net::runtime()?;
        runtime
            .block_on(load(port, Arc::clone(&next)))
            .map_err(|error| io::Error::other(error.to_string()))
    });
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
async fn load(port: u16, next: Arc<AtomicU64>) -> Result<Figures, Failure> {
    let endpoint = Endpoint::from_shared(format!("http://127.0.0.1:{port}"))?.tcp_nodelay(true);
    let channel = endpoint.connect().await?;
    // A server that was just started elects itself first.
    while put_if_absent(&channel, next.fetch_add(1, Ordering::Relaxed))
        .await
        .is_err()
    {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (channel, next) = (channel.clone(), Arc::clone(&next));
        tasks.spawn(async move {
            let mut took = Vec::new();
            while begun.elapsed() < crate::TIME {
                let asked = Instant::now();
                put_if_absent(&channel, next.fetch_add(1, Ordering::Relaxed)).await?;
                took.push(asked.elapsed());
            }
            Ok::<_, Failure>(took)
        });
    }
    let mut took = Vec::new();
    while let Some(result) = tasks.join_next().await {
        took.extend(result??);
    }
    let elapsed = begun.elapsed();
    took.sort_unstable();
    Ok(Figures {
        rate: took.len() as f64 / elapsed.as_secs_f64(),
        median: took.get(took.len() / 2).copied().unwrap_or_default(),
        cpu: None,
        again: 0,
    })
}

async fn put_if_absent(channel: &Channel, number: u64) -> Result<(), Failure> {
    let key = format!("launch/{number}").into_bytes();
    let put = PutRequest {
        key: key.clone(),
        value: vec![b'v'; 32],
    };
    // The comparison's defaults are what is wanted: equal, and the version, which is 0 for a key that is not there.
    let transaction = TxnRequest {
        compare: vec![Compare {
            key,
            with: Some(With::Version(0)),
        }],
        success: vec![RequestOp {
            request: Some(Operation::Put(put)),
        }],
    };
    let mut grpc = Grpc::new(channel.clone());
    grpc.ready().await?;
    let path = PathAndQuery::from_static("/etcdserverpb.KV/Txn");
    let codec = ProstCodec::<TxnRequest, TxnResponse>::default();
    let reply = grpc.unary(Request::new(transaction), path, codec).await?;
    if reply.into_inner().succeeded {
        Ok(())
    } else {
        Err("a key that was not there was found".into())
    }
}

#[derive(Clone, PartialEq, Message)]
struct PutRequest {
    #[prost(bytes = "vec", tag = "1")]
    key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Compare {
    #[prost(bytes = "vec", tag = "3")]
    key: Vec<u8>,
    #[prost(oneof = "With", tags = "4")]
    with: Option<With>,
}

#[derive(Clone, PartialEq, Oneof)]
enum With {
    #[prost(int64, tag = "4")]
    Version(i64),
}

#[derive(Clone, PartialEq, Message)]
struct RequestOp {
    #[prost(oneof = "Operation", tags = "2")]
    request: Option<Operation>,
}

#[derive(Clone, PartialEq, Oneof)]
enum Operation {
    #[prost(message, tag = "2")]
    Put(PutRequest),
}

#[derive(Clone, PartialEq, Message)]
struct TxnRequest {
    #[prost(message, repeated, tag = "1")]
    compare: Vec<Compare>,
    #[prost(message, repeated, tag = "2")]
    success: Vec<RequestOp>,
}

#[derive(Clone, PartialEq, Message)]
struct TxnResponse {
    #[prost(bool, tag = "2")]
    succeeded: bool,
}
