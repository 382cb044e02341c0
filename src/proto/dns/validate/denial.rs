//! What the NSEC and NSEC3 records of a reply prove.

use super::budget::Budget;
use super::nsec::{self, Nsec};
use super::nsec3::{self, Nsec3};
use super::rrset::wildcard;
use crate::wire::dns::{Name, RecordType};

/// The records of one zone that deny, each of them verified.
#[derive(Debug)]
pub(super) struct Denials {
    zone: Name,
    nsec: Vec<Nsec>,
    nsec3: Vec<Nsec3>,
    /// The zone asks for more iterations than we do.
    pub(super) iterations: Option<u16>,
}

/// What proves something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proof {
    /// The records, in short.
    pub(super) text: String,
    /// Whether they leave room for unsigned delegations, and so prove less than they seem to.
    pub(super) opt_out: bool,
}

/// What a parent says of a name that has no DS record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoDs {
    /// It is a zone of its own, unsigned.
    Delegated(Proof),
    /// It is a name of the parent's.
    Inside,
    /// It does not exist, and nothing below it.
    Absent,
}

impl Denials {
    pub(super) fn new(zone: &Name) -> Self {
        Self {
            zone: zone.clone(),
            nsec: Vec::new(),
            nsec3: Vec::new(),
            iterations: None,
        }
    }

    /// Takes in a record that has been verified.
    pub(super) fn add(&mut self, owner: &Name, rtype: RecordType, rdata: &[u8]) {
        if rtype == RecordType::NSEC {
            self.nsec.extend(Nsec::read(owner, rdata));
            return;
        }
        let Some(link) = Nsec3::read(owner, &self.zone, rdata) else {
            return;
        };
        if link.how.iterations > Budget::ITERATIONS {
            self.iterations = Some(link.how.iterations);
        } else if self.nsec3.first().is_none_or(|first| first.how == link.how) {
            // RFC 5155 section 8.2: only one set of parameters at a time.
            self.nsec3.push(link);
        }
    }

    /// That `name` does not exist, nor a wildcard that could stand for it.
    pub(super) fn no_name(&self, name: &Name, budget: &mut Budget) -> Option<Proof> {
        let (plain, hashed) = self.chains();
        if let Some(gap) = plain.gap(name) {
            let star = wildcard(&gap.encloser)?;
            let no_star = plain.gap(&star)?;
            return Some(Proof::of([gap.text(), no_star.text()]));
        }
        let gap = hashed.gap(name, budget)?;
        let star = hashed.over(&wildcard(&gap.encloser)?, budget)?;
        Some(Proof {
            opt_out: gap.opt_out(),
            ..Proof::of([gap.text(), star.text()])
        })
    }

    /// That `name` has no records of `rtype`: it lacks them, or is empty, or is made from a wildcard that lacks them.
    pub(super) fn no_data(&self, name: &Name, rtype: RecordType, budget: &mut Budget) -> Option<Proof> {
        let (plain, hashed) = self.chains();
        if let Some(link) = plain.lacks(name, rtype).or_else(|| plain.empty(name)) {
            return Some(Proof::of([link.text()]));
        }
        if let Some(gap) = plain.gap(name) {
            let star = plain.lacks(&wildcard(&gap.encloser)?, rtype)?;
            return Some(Proof::of([gap.text(), star.text()]));
        }
        if let Some(link) = hashed.lacks(name, rtype, budget) {
            return Some(Proof::of([link.text()]));
        }
        let gap = hashed.gap(name, budget)?;
        if let Some(star) = hashed.lacks(&wildcard(&gap.encloser)?, rtype, budget) {
            return Some(Proof {
                opt_out: gap.opt_out(),
                ..Proof::of([gap.text(), star.text()])
            });
        }
        // An unsigned delegation that is not listed, or an empty name above one.
        gap.opt_out().then(|| Proof {
            opt_out: true,
            ..Proof::of([gap.text()])
        })
    }

    /// That there is no name closer to the one that was asked for than the wildcard from which the answer was made:
    /// `next_closer` is the name that there would have to be.
    pub(super) fn no_closer(&self, next_closer: &Name, budget: &mut Budget) -> Option<Proof> {
        let (plain, hashed) = self.chains();
        if let Some(gap) = plain.gap(next_closer) {
            return Some(Proof::of([gap.text()]));
        }
        let over = hashed.over(next_closer, budget)?;
        Some(Proof {
            opt_out: over.opt_out(),
            ..Proof::of([over.text()])
        })
    }

    /// That `name`, which is below the zone's apex, has no DS record, and what it is.
    pub(super) fn no_ds(&self, name: &Name, budget: &mut Budget) -> Option<NoDs> {
        let (plain, hashed) = self.chains();
        let of = |types: &super::types::Types, text: String| {
            // The child says nothing of its DS: where there is an SOA record, the wrong side is speaking.
            if types.has(RecordType::DS) || types.has(RecordType::SOA) {
                return None;
            }
            let delegated = types.has(RecordType::NS);
            Some(if delegated {
                NoDs::Delegated(Proof::of([text]))
            } else {
                NoDs::Inside
            })
        };
        if let Some(link) = plain.at(name) {
            return of(link.types(), link.text());
        }
        if plain.empty(name).is_some() {
            return Some(NoDs::Inside);
        }
        if plain.gap(name).is_some() {
            return Some(NoDs::Absent);
        }
        if let Some(link) = hashed.at(name, budget) {
            return of(link.types(), link.text());
        }
        let gap = hashed.gap(name, budget)?;
        Some(match gap.opt_out() {
            true => NoDs::Delegated(Proof {
                opt_out: true,
                ..Proof::of([gap.text()])
            }),
            false => NoDs::Absent,
        })
    }

    fn chains(&self) -> (nsec::Chain<'_>, nsec3::Chain<'_>) {
        let plain = nsec::Chain {
            zone: &self.zone,
            links: &self.nsec,
        };
        (
            plain,
            nsec3::Chain {
                zone: &self.zone,
                links: &self.nsec3,
            },
        )
    }
}

impl Proof {
    /// A proof by records, each named once.
    fn of<const N: usize>(records: [String; N]) -> Self {
        let mut text = String::new();
        let mut seen: Vec<&str> = Vec::new();
        for record in records.iter().flat_map(|records| records.split(", ")) {
            if !seen.contains(&record) {
                if !text.is_empty() {
                    text.push_str(", ");
                }
                text.push_str(record);
                seen.push(record);
            }
        }
        Self { text, opt_out: false }
    }
}
