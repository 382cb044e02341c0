//! The lecture's action: a missile is launched, and the effect is a count in the store.
//!
//! Because the effect lies where the id set lies, intent, effect and outcome are one record: it is there or it is
//! not, and no crash leaves a doubt.

use super::{Outcome, Record};

/// How many missiles have been launched.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Missiles(u64);

impl Missiles {
    /// What the next launch comes to: the new count, and what its client is told.
    pub(super) fn next(self) -> (u64, Outcome) {
        let number = self.0 + 1;
        let outcome = Outcome {
            result: format!("missile {number} launched").into_bytes(),
            ..Outcome::default()
        };
        (number, outcome)
    }

    pub(super) fn apply(&mut self, record: &Record) {
        if let Record::Performed { missiles, .. } | Record::Missiles { launched: missiles } = record {
            self.0 = *missiles;
        }
    }

    pub(super) fn count(self) -> u64 {
        self.0
    }

    pub(super) fn snapshot(self) -> Option<Record> {
        (self.0 > 0).then_some(Record::Missiles { launched: self.0 })
    }
}
