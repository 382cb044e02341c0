//! The cluster's rules, one a test, and thousands of histories with everything that can go wrong.

mod histories;
mod rules;
mod store;
mod world;

use super::kv::Operation;
use super::*;
use crate::proto::launch::Identity;

const IDENTITY: Identity = Identity {
    instance: 77,
    secret: [7; 32],
};
const PREFIX: &str = "/t";

/// A store in which the cluster has been founded.
fn founded() -> store::Store {
    let mut store = store::Store::default();
    let founding = Founding::new(PREFIX, IDENTITY);
    let answer = store.transact(&founding.transaction());
    assert_eq!(founding.identity(&answer).map(|found| found.instance), Some(77));
    store
}

/// Renews the sign of life of a server, as the one who runs it does.
fn enliven(store: &mut store::Store, life: u64) {
    let (key, value) = Founding::new(PREFIX, IDENTITY).sign_of_life(life, "");
    store.transact(&kv::Transaction {
        compares: vec![kv::Compare::absent(key.clone())],
        then: vec![Operation::Put(key, value)],
        ..kv::Transaction::default()
    });
}

/// Lets the lease of a server end.
fn expire(store: &mut store::Store, life: u64) {
    let (key, _) = Founding::new(PREFIX, IDENTITY).sign_of_life(life, "");
    store.transact(&kv::Transaction {
        then: vec![Operation::Delete(kv::Span::key(key))],
        ..kv::Transaction::default()
    });
}
