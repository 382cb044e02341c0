//! What has been found out about zones, kept for the length of a run.

use std::collections::HashMap;
use std::sync::Arc;

use super::anchors::Anchors;
use super::key::{Ds, Key};
use super::reason::Insecure;
use crate::wire::dns::Name;

/// What has been found out about zones, shared by all validations of a run.
#[derive(Debug)]
pub struct Validator {
    pub(super) anchors: Anchors,
    cuts: HashMap<Name, (Cut, i64)>,
}

/// A zone whose keys are to be trusted.
#[derive(Debug)]
pub(super) struct Zone {
    pub(super) name: Name,
    pub(super) keys: Vec<Key>,
    /// How that was found out.
    pub(super) step: String,
    /// Until when, in seconds since 1970.
    pub(super) until: i64,
}

/// What is known of a name below a zone's apex.
#[derive(Clone, Debug)]
pub(super) enum Cut {
    /// It is the apex of a signed zone.
    Zone(Arc<Zone>),
    /// It is delegated to keys that have not been looked at.
    Signed(Arc<Delegation>),
    /// It is delegated without signatures.
    Insecure(Insecure),
    /// It is a name like any other, or none with others below.
    Inside,
    /// There is no cut at it nor below.
    Absent,
}

/// A signed set of DS records.
#[derive(Debug)]
pub(super) struct Delegation {
    pub(super) ds: Vec<Ds>,
    pub(super) signed: String,
    pub(super) until: i64,
}

impl Validator {
    /// A validator that believes `anchors`.
    pub fn new(anchors: Anchors) -> Self {
        Self {
            anchors,
            cuts: HashMap::new(),
        }
    }

    pub(super) fn known(&self, name: &Name, now: i64) -> Option<Cut> {
        let (cut, until) = self.cuts.get(name)?;
        (*until > now).then(|| cut.clone())
    }

    pub(super) fn keep(&mut self, name: &Name, cut: Cut, until: i64) {
        if self.cuts.len() >= MAX_CUTS {
            self.cuts.clear();
        }
        self.cuts.insert(name.clone(), (cut, until));
    }
}

/// How many names a validator remembers; with more it begins anew.
const MAX_CUTS: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::super::testing::name;
    use super::*;

    #[test]
    fn what_is_known_is_forgotten_in_its_time_and_when_there_is_too_much_of_it() {
        let mut validator = Validator::new(Anchors::default());
        validator.keep(&name("a"), Cut::Inside, 10);
        assert!(validator.known(&name("A"), 9).is_some());
        assert!(validator.known(&name("a"), 10).is_none());
        for n in 0..MAX_CUTS {
            validator.keep(&name(&format!("n{n}")), Cut::Inside, 10);
            assert!(validator.cuts.len() <= MAX_CUTS);
        }
        assert!(validator.known(&name("a"), 9).is_none());
    }
}
