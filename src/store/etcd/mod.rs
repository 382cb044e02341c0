//! The shared store of a cluster: etcd v3, over gRPC, with hand-written messages.
//!
//! A transaction is sent once. If its answer does not come in time, or the connection fails, it is not known whether
//! it took place: that is said, the next endpoint is used from then on, and the cluster's machine asks again.

mod lease;
mod messages;
mod translate;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use prost::Message;
use thiserror::Error;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_prost::ProstCodec;

use crate::proto::launch::cluster::kv::{Answer, Shared, Transaction};

pub use lease::Lease;

/// A client of an etcd cluster. Clones share their connections.
#[derive(Clone)]
pub struct Etcd {
    shared: Arc<Connections>,
}

struct Connections {
    endpoints: Vec<(String, Channel)>,
    /// Which of them is asked.
    current: AtomicUsize,
    /// How many have failed since one answered.
    failures: AtomicUsize,
    tell: Box<dyn Fn(&News) + Send + Sync>,
}

/// What the operator of a server wants to know of its store.
#[derive(Debug)]
pub enum News {
    /// It has stopped answering.
    Lost(Trouble),
    /// It answers again.
    Found {
        /// Which endpoint does.
        endpoint: String,
    },
}

/// Why there is no answer.
#[derive(Clone, Debug, Error)]
pub enum Trouble {
    /// Not in time.
    #[error("{endpoint}: no answer within {} seconds", PATIENCE.as_secs())]
    Silent {
        /// Who was asked.
        endpoint: String,
    },
    /// The connection failed, or etcd did.
    #[error("{endpoint}: {text}")]
    Failed {
        /// Who was asked.
        endpoint: String,
        /// In what words.
        text: String,
    },
}

/// What cannot be an endpoint.
#[derive(Debug, Error)]
#[error("{0}: not a host and port")]
pub struct BadEndpoint(pub String);

impl Etcd {
    /// A client of the members at `endpoints`, each `host:port`; at least one. Connects when it is used first. Needs a
    /// tokio runtime. `tell` hears when the store is lost and found.
    ///
    /// # Errors
    /// [`BadEndpoint`].
    pub fn new(
        endpoints: &[String],
        tell: impl Fn(&News) + Send + Sync + 'static,
    ) -> Result<Self, BadEndpoint> {
        let connect = |name: &String| {
            let endpoint = Endpoint::from_shared(format!("http://{name}"));
            let endpoint = endpoint.map_err(|_| BadEndpoint(name.clone()))?;
            let channel = endpoint
                .connect_timeout(PATIENCE)
                .tcp_nodelay(true)
                .http2_keep_alive_interval(PATIENCE)
                .keep_alive_timeout(PATIENCE)
                .connect_lazy();
            Ok((name.clone(), channel))
        };
        let endpoints = endpoints.iter().map(connect).collect::<Result<Vec<_>, _>>()?;
        if endpoints.is_empty() {
            return Err(BadEndpoint(String::new()));
        }
        let shared = Connections {
            endpoints,
            current: AtomicUsize::new(0),
            failures: AtomicUsize::new(0),
            tell: Box::new(tell),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Asks once.
    async fn call<Q, A>(&self, path: &'static str, request: Q) -> Result<A, Trouble>
    where
        Q: Message + 'static,
        A: Message + Default + 'static,
    {
        self.attempt(async |mut grpc: Grpc<Channel>| {
            let (path, codec) = (PathAndQuery::from_static(path), ProstCodec::<Q, A>::default());
            grpc.ready()
                .await
                .map_err(|error| Status::from_error(error.into()))?;
            let reply = grpc.unary(Request::new(request), path, codec).await?;
            Ok(reply.into_inner())
        })
        .await
    }

    /// Has something asked of the endpoint that is current, within bounds. After a failure it is the next one's turn.
    async fn attempt<A>(
        &self,
        ask: impl AsyncFnOnce(Grpc<Channel>) -> Result<A, Status>,
    ) -> Result<A, Trouble> {
        let Connections {
            endpoints, current, ..
        } = &*self.shared;
        let at = current.load(Ordering::Relaxed);
        let Some((name, channel)) = endpoints.get(at % endpoints.len()) else {
            return Err(Trouble::Silent {
                endpoint: String::new(),
            });
        };
        let asked = tokio::time::timeout(PATIENCE, ask(Grpc::new(channel.clone()))).await;
        let trouble = match asked {
            Ok(Ok(answer)) => {
                self.succeeded(name);
                return Ok(answer);
            }
            Ok(Err(status)) => Trouble::Failed {
                endpoint: name.clone(),
                text: words(&status),
            },
            Err(_) => Trouble::Silent {
                endpoint: name.clone(),
            },
        };
        // Of many questions that fail at once, one moves on.
        let next = at.wrapping_add(1);
        let _ = current.compare_exchange(at, next, Ordering::Relaxed, Ordering::Relaxed);
        if self.shared.failures.fetch_add(1, Ordering::Relaxed) == 0 {
            (self.shared.tell)(&News::Lost(trouble.clone()));
        }
        Err(trouble)
    }

    fn succeeded(&self, endpoint: &str) {
        if self.shared.failures.swap(0, Ordering::Relaxed) > 0 {
            let endpoint = endpoint.to_owned();
            (self.shared.tell)(&News::Found { endpoint });
        }
    }
}

impl Shared for Etcd {
    async fn transact(&self, transaction: Transaction) -> Option<Answer> {
        let request = translate::transaction(transaction);
        let response = self
            .call::<_, messages::TxnResponse>("/etcdserverpb.KV/Txn", request)
            .await;
        translate::answer(response.ok()?)
    }
}

/// What gRPC says of a failure, with the cause that it wraps.
fn words(status: &Status) -> String {
    let mut text = status.message().to_owned();
    let mut cause = std::error::Error::source(status);
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    text
}

/// How long an answer may take: longer than a healthy cluster needs to choose a new leader.
const PATIENCE: Duration = Duration::from_secs(3);
