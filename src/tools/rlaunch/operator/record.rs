//! A record of the journal as fields with names.

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Map, Value};

use crate::proto::launch::{By, Id, Outcome, Record};
use crate::wire::rlaunch::Fingerprint;

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
            fields.id(instance, &Id::Call(*through));
            "acknowledged"
        }
        Record::Intent { id, ack, fingerprint } => {
            fields.id(instance, id);
            fields.put("ack", *ack);
            fields.fingerprint(fingerprint);
            "intent"
        }
        Record::Outcome { id, outcome } => {
            fields.id(instance, id);
            fields.outcome(outcome);
            "outcome"
        }
        Record::Tombstone { id } => {
            fields.id(instance, id);
            "tombstone"
        }
        Record::Performed {
            id,
            ack,
            fingerprint,
            missiles,
            outcome,
        } => {
            fields.id(instance, id);
            fields.put("ack", *ack);
            fields.fingerprint(fingerprint);
            fields.put("missiles", *missiles);
            fields.outcome(outcome);
            "performed"
        }
        Record::Resolved { id, by, outcome } => {
            fields.id(instance, id);
            let by = match by {
                By::Operator => "operator",
                By::Probe => "probe",
            };
            fields.put("by", by);
            fields.put("launched", outcome.is_some());
            if let Some(outcome) = outcome {
                fields.outcome(outcome);
            }
            "resolved"
        }
        Record::Pruned { name } => {
            fields.put("id", name.as_str());
            "pruned"
        }
        Record::Missiles { launched } => {
            fields.put("missiles", *launched);
            "missiles"
        }
        Record::RolledBack { seen } => {
            fields.put("seen", *seen);
            "rolled-back"
        }
        Record::Reborn { instance } => {
            fields.put("instance", format!("{instance:016x}"));
            "reborn"
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

    fn id(&mut self, instance: u64, id: &Id) {
        self.put("id", id.text(instance).to_string());
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
