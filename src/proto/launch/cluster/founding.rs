//! How servers come to be one: the first of them writes the identity into the shared store, the others read it.

use super::keys::Keys;
use super::kv::{Answer, Compare, Operation, Transaction};
use crate::proto::launch::Identity;
use crate::wire::{Reader, Writer};

/// A server's way into a cluster: [`transaction`](Self::transaction) is asked until it is answered; whichever
/// identity stands there then is that of all.
#[derive(Clone, Debug)]
pub struct Founding {
    keys: Keys,
    fresh: Vec<u8>,
}

impl Founding {
    /// The way into the cluster below `prefix`; if nobody is there yet, `fresh` becomes its identity.
    pub fn new(prefix: &str, fresh: Identity) -> Self {
        Self {
            keys: Keys::new(prefix),
            fresh: encoded(&fresh),
        }
    }

    /// What to ask.
    pub fn transaction(&self) -> Transaction {
        let key = self.keys.identity();
        Transaction {
            compares: vec![Compare::absent(key.clone())],
            then: vec![Operation::Put(key.clone(), self.fresh.clone())],
            otherwise: vec![Operation::get(key)],
        }
    }

    /// The identity, from the answer; `None` if what stands there is none.
    pub fn identity(&self, answer: &Answer) -> Option<Identity> {
        if answer.held {
            decoded(&self.fresh)
        } else {
            decoded(&answer.entry(0)?.value)
        }
    }

    /// The key that tells, while its lease lasts, that this life of a server goes on; and its value.
    pub fn sign_of_life(&self, life: u64, value: &str) -> (Vec<u8>, Vec<u8>) {
        (self.keys.alive(life), value.as_bytes().to_vec())
    }
}

/// The identity as it stands in the store.
pub(super) fn encoded(identity: &Identity) -> Vec<u8> {
    let mut out = Vec::new();
    Writer::new(&mut out)
        .u8(VERSION)
        .u64_le(identity.instance)
        .bytes(&identity.secret);
    out
}

fn decoded(bytes: &[u8]) -> Option<Identity> {
    let mut r = Reader::new(bytes);
    if r.u8().ok()? != VERSION {
        return None;
    }
    let identity = Identity {
        instance: r.u64_le().ok()?,
        secret: r.array().ok()?,
    };
    r.is_empty().then_some(identity)
}

const VERSION: u8 = 1;
