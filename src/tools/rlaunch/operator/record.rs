//! A record of the journal as fields with names.

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Map, Value};

use crate::proto::launch::{Outcome, Record};
use crate::wire::rlaunch::{CallId, Fingerprint};

/// What kind of record it is, and what it says of which call. `instance` is the id of the store.
pub(super) fn fields(record: &Record, instance: u64) -> (&'static str, Map<String, Value>) {
    let mut fields = Fields(Map::new());
    let kind = match record {
        Record::Reserved { next } => {
            fields.put("next", *next);
            "reserved"
        }
        Record::Closed { first, last } => {
            fields.put("first", *first);
            fields.put("last", *last);
            "closed"
        }
        Record::Acknowledged { through } => {
            fields.id(instance, *through);
            "acknowledged"
        }
        Record::Intent {
            call,
            ack,
            fingerprint,
        } => {
            fields.id(instance, *call);
            fields.put("ack", *ack);
            fields.fingerprint(fingerprint);
            "intent"
        }
        Record::Outcome { call, outcome } => {
            fields.id(instance, *call);
            fields.outcome(outcome);
            "outcome"
        }
        Record::Tombstone { call } => {
            fields.id(instance, *call);
            "tombstone"
        }
        Record::Pair { key, value } => {
            fields.bytes("key", key);
            fields.bytes("value", value);
            "pair"
        }
    };
    (kind, fields.0)
}

struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key.to_owned(), value.into());
    }

    fn id(&mut self, instance: u64, call: CallId) {
        self.put("id", format!("{instance:016x}-{}-{}", call.session, call.seq));
    }

    fn fingerprint(&mut self, fingerprint: &Fingerprint) {
        self.put("fingerprint", HEXLOWER.encode(fingerprint));
    }

    fn outcome(&mut self, outcome: &Outcome) {
        self.put("exit", outcome.exit);
        self.put("truncated", outcome.truncated);
        self.bytes("result", &outcome.result);
    }

    /// As text; bytes that are none also as what they are.
    fn bytes(&mut self, key: &str, bytes: &[u8]) {
        self.put(key, String::from_utf8_lossy(bytes));
        if std::str::from_utf8(bytes).is_err() {
            self.put(&format!("{key}_base64"), BASE64.encode(bytes));
        }
    }
}
