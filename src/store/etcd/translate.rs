//! The cluster's transactions in etcd's words, and its answers in the cluster's.

use super::messages as etcd;
use crate::proto::launch::cluster::kv::{
    Answer, Compare, Entry, Found, Operation, Relation, Span, Target, Transaction,
};

pub(super) fn transaction(transaction: Transaction) -> etcd::TxnRequest {
    let operations = |list: Vec<Operation>| list.into_iter().map(operation).collect();
    etcd::TxnRequest {
        compare: transaction.compares.into_iter().map(compare).collect(),
        success: operations(transaction.then),
        failure: operations(transaction.otherwise),
    }
}

/// An answer without a revision is none.
pub(super) fn answer(response: etcd::TxnResponse) -> Option<Answer> {
    Some(Answer {
        revision: u64::try_from(response.header?.revision).ok()?,
        held: response.succeeded,
        found: response.responses.into_iter().map(found).collect(),
    })
}

fn compare(compare: Compare) -> etcd::Compare {
    let result = match compare.relation {
        Relation::Equal => etcd::CompareResult::Equal,
        Relation::Greater => etcd::CompareResult::Greater,
        Relation::Less => etcd::CompareResult::Less,
    };
    let (target, with) = match compare.target {
        Target::Created(revision) => (
            etcd::CompareTarget::Create,
            etcd::CompareWith::CreateRevision(signed(revision)),
        ),
        Target::Modified(revision) => (
            etcd::CompareTarget::Mod,
            etcd::CompareWith::ModRevision(signed(revision)),
        ),
        Target::Value(value) => (etcd::CompareTarget::Value, etcd::CompareWith::Value(value)),
    };
    etcd::Compare {
        result: result.into(),
        target: target.into(),
        key: compare.key,
        with: Some(with),
    }
}

fn operation(operation: Operation) -> etcd::RequestOp {
    let request = match operation {
        Operation::Put(key, value) => etcd::Request::Put(etcd::PutRequest {
            key,
            value,
            ..etcd::PutRequest::default()
        }),
        Operation::Touch(key) => etcd::Request::Put(etcd::PutRequest {
            key,
            ignore_value: true,
            ..etcd::PutRequest::default()
        }),
        Operation::Delete(Span { first, end }) => etcd::Request::DeleteRange(etcd::DeleteRangeRequest {
            key: first,
            range_end: end.unwrap_or_default(),
        }),
        Operation::Get(Span { first, end }, most) => etcd::Request::Range(etcd::RangeRequest {
            key: first,
            range_end: end.unwrap_or_default(),
            limit: signed(most),
            sort_order: etcd::SortOrder::Ascend.into(),
            sort_target: etcd::SortTarget::Mod.into(),
            count_only: false,
        }),
        Operation::Count(Span { first, end }) => etcd::Request::Range(etcd::RangeRequest {
            key: first,
            range_end: end.unwrap_or_default(),
            limit: 0,
            sort_order: etcd::SortOrder::None.into(),
            sort_target: etcd::SortTarget::Key.into(),
            count_only: true,
        }),
        Operation::Within(inner) => etcd::Request::Txn(transaction(inner)),
    };
    etcd::RequestOp {
        request: Some(request),
    }
}

fn found(response: etcd::ResponseOp) -> Found {
    let Some(etcd::Response::Range(range)) = response.response else {
        return Found::default();
    };
    let entry = |kv: etcd::KeyValue| Entry {
        key: kv.key,
        value: kv.value,
        created: unsigned(kv.create_revision),
        modified: unsigned(kv.mod_revision),
    };
    Found {
        count: unsigned(range.count),
        entries: range.kvs.into_iter().map(entry).collect(),
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
