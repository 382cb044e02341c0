//! The sign of life of a server: a key that is there while somebody renews its lease.

use std::time::Duration;

use tonic::Request;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::codegen::tokio_stream;
use tonic::transport::Channel;
use tonic_prost::ProstCodec;

use super::messages::{
    LeaseGrantRequest, LeaseGrantResponse, LeaseKeepAliveRequest, LeaseKeepAliveResponse, LeaseRevokeRequest,
    LeaseRevokeResponse, PutRequest, PutResponse,
};
use super::{Etcd, Trouble};

/// A key with a lease.
pub struct Lease {
    etcd: Etcd,
    key: Vec<u8>,
    value: Vec<u8>,
    id: i64,
}

impl Lease {
    /// How long the key stays when nobody renews it.
    pub const TIME: Duration = Duration::from_secs(10);

    /// Puts the key, with a lease of its own.
    ///
    /// # Errors
    /// [`Trouble`]: then it may be there, and goes with its lease.
    pub async fn take(etcd: Etcd, key: Vec<u8>, value: Vec<u8>) -> Result<Self, Trouble> {
        let mut lease = Self {
            etcd,
            key,
            value,
            id: 0,
        };
        lease.grant().await?;
        Ok(lease)
    }

    /// Renews the lease for as long as this is polled; a lease that has ended is replaced.
    pub async fn keep(&mut self) {
        let mut pause = Self::TIME / 4;
        loop {
            tokio::time::sleep(pause).await;
            let renewed = match self.renew().await {
                // Put again each time: a late copy of an earlier try may have hung the key on an older lease.
                Ok(true) => self.put().await,
                Ok(false) => self.grant().await,
                Err(trouble) => Err(trouble),
            };
            pause = if renewed.is_ok() { Self::TIME / 4 } else { AGAIN };
        }
    }

    /// Ends the lease, and with it the key: this server has nothing more to do.
    pub async fn give_back(self) {
        let request = LeaseRevokeRequest { id: self.id };
        // If it fails, the lease ends by itself.
        let _ = self
            .etcd
            .call::<_, LeaseRevokeResponse>("/etcdserverpb.Lease/LeaseRevoke", request)
            .await;
    }

    async fn grant(&mut self) -> Result<(), Trouble> {
        let request = LeaseGrantRequest {
            ttl: Self::TIME.as_secs().cast_signed(),
        };
        let granted: LeaseGrantResponse = self.etcd.call("/etcdserverpb.Lease/LeaseGrant", request).await?;
        self.id = granted.id;
        self.put().await
    }

    /// Puts the key; if it is there, it has been there all the time.
    async fn put(&self) -> Result<(), Trouble> {
        let put = PutRequest {
            key: self.key.clone(),
            value: self.value.clone(),
            lease: self.id,
            ignore_value: false,
        };
        let _: PutResponse = self.etcd.call("/etcdserverpb.KV/Put", put).await?;
        Ok(())
    }

    /// Renews the lease once; false when there is none any more.
    async fn renew(&self) -> Result<bool, Trouble> {
        let request = LeaseKeepAliveRequest { id: self.id };
        let renewed = async |mut grpc: Grpc<Channel>| {
            let path = PathAndQuery::from_static("/etcdserverpb.Lease/LeaseKeepAlive");
            let codec = ProstCodec::<LeaseKeepAliveRequest, LeaseKeepAliveResponse>::default();
            grpc.ready()
                .await
                .map_err(|error| tonic::Status::from_error(error.into()))?;
            let once = Request::new(tokio_stream::once(request));
            let mut answers = grpc.streaming(once, path, codec).await?.into_inner();
            Ok(answers.message().await?.is_some_and(|answer| answer.ttl > 0))
        };
        self.etcd.attempt(renewed).await
    }
}

/// How soon what failed is tried again.
const AGAIN: Duration = Duration::from_millis(200);
