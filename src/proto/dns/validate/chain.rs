//! The chain of trust: from an anchor down to the zone that a name is in (RFC 4035 section 5).

use std::collections::HashMap;
use std::sync::Arc;

use super::anchors::Anchor;
use super::budget::Budget;
use super::denial::{Denials, NoDs};
use super::key::{Ds, Key, algorithm_text, digest_text, usable};
use super::reason::{Bogus, Failure, Indeterminate, Insecure, date};
use super::report::{Step, StepKind};
use super::rrset::{Reply, RrSet, ancestor};
use super::validator::{Cut, Delegation, Validator, Zone};
use super::verify::{Verified, verify};
use crate::wire::dns::{Name, Rcode, RecordType};

/// A name and a type to ask for.
pub type Asked = (Name, RecordType);

/// The replies so far; a failure in words where there was none.
pub(super) type Replies = HashMap<Asked, Result<Reply, String>>;

/// One look at the replies, as far as they go.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    pub(super) validator: &'a mut Validator,
    pub(super) replies: &'a Replies,
    pub(super) budget: &'a mut Budget,
    /// In seconds since 1970.
    pub(super) now: i64,
    pub(super) steps: &'a mut Vec<Step>,
}

/// Where a name is.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// In a zone that is signed.
    Secure(Arc<Zone>),
    /// Below a cut where the signatures end.
    Insecure(Insecure),
}

/// What stops a look at the replies.
#[derive(Debug)]
pub(super) enum Stop {
    Ask(Vec<Asked>),
    Bogus(Bogus),
    Indeterminate(Indeterminate),
}

impl Pass<'_> {
    /// The zone that `target` is in, or the place above it where the signatures end.
    pub(super) fn place_of(&mut self, target: &Name) -> Result<Place, Stop> {
        let anchor = self.validator.anchors.above(target).cloned();
        let anchor = anchor.ok_or_else(|| Indeterminate::NoAnchor { name: target.clone() })?;
        let mut zone = self.anchored(&anchor, target)?;
        self.show(&zone);
        for labels in zone.name.label_count() + 1..=target.label_count() {
            let Some(name) = ancestor(target, labels) else {
                break;
            };
            match self.cut(&zone, &name, target)? {
                Cut::Zone(below) => {
                    self.show(&below);
                    zone = below;
                }
                Cut::Inside | Cut::Signed(_) => {}
                Cut::Absent => break,
                Cut::Insecure(why) => return Ok(Place::Insecure(why)),
            }
        }
        Ok(Place::Secure(zone))
    }

    /// Checks that `set` is signed by `zone`.
    pub(super) fn check(&mut self, set: &RrSet, zone: &Zone) -> Result<Verified, Bogus> {
        let keys: Vec<&Key> = zone.keys.iter().collect();
        self.check_with(set, &zone.name, &keys)
    }

    fn check_with(&mut self, set: &RrSet, zone: &Name, keys: &[&Key]) -> Result<Verified, Bogus> {
        verify(set, zone, keys, self.now, self.budget).map_err(|failure| Bogus::Signature {
            name: set.name.clone(),
            rtype: set.rtype,
            zone: zone.clone(),
            failure,
        })
    }

    /// The records of `zone` in a reply that deny something, as far as they are signed; also until when, and what is
    /// wrong with the first that is not.
    pub(super) fn denials(&mut self, reply: &Reply, zone: &Zone) -> (Denials, i64, Option<Bogus>) {
        let mut denials = Denials::new(&zone.name);
        let mut until = zone.until;
        let mut wrong = None;
        let denying = |set: &&RrSet| [RecordType::NSEC, RecordType::NSEC3].contains(&set.rtype);
        for set in reply.authority.iter().filter(denying) {
            match self.check(set, zone) {
                // One made from a wildcard says nothing: it would deny whatever one likes.
                Ok(verified) if verified.next_closer.is_none() => {
                    until = until.min(verified.until).min(self.now + i64::from(set.ttl));
                    for data in &set.records {
                        denials.add(&set.name, set.rtype, data);
                    }
                }
                Ok(_) => {}
                Err(bogus) => {
                    wrong.get_or_insert(bogus);
                }
            }
        }
        (denials, until, wrong)
    }

    /// The reply to a question; all of `more` is asked for with it, as far as it has not been.
    pub(super) fn reply(&self, asked: Asked, more: impl Iterator<Item = Asked>) -> Result<&Reply, Stop> {
        match self.replies.get(&asked) {
            Some(Ok(reply)) => Ok(reply),
            Some(Err(why)) => {
                let (name, rtype) = asked;
                Err(Indeterminate::NoAnswer {
                    name,
                    rtype,
                    why: why.clone(),
                }
                .into())
            }
            None => {
                let mut questions = vec![asked];
                for other in more {
                    if !self.replies.contains_key(&other) && !questions.contains(&other) {
                        questions.push(other);
                    }
                }
                questions.truncate(MAX_AT_ONCE);
                Err(Stop::Ask(questions))
            }
        }
    }

    fn show(&mut self, zone: &Zone) {
        let step = Step {
            kind: StepKind::Zone,
            subject: zone.name.to_string(),
            text: zone.step.clone(),
        };
        if !self.steps.contains(&step) {
            self.steps.push(step);
        }
    }

    /// The zone of an anchor.
    fn anchored(&mut self, anchor: &Anchor, target: &Name) -> Result<Arc<Zone>, Stop> {
        if let Some(Cut::Zone(zone)) = self.validator.known(&anchor.zone, self.now) {
            return Ok(zone);
        }
        let vouched: Vec<&Ds> = usable(&anchor.ds);
        if vouched.is_empty()
            && !anchor
                .keys
                .iter()
                .any(|key| super::crypto::supports(key.algorithm))
        {
            return Err(Indeterminate::UnsupportedAnchor {
                zone: anchor.zone.clone(),
            }
            .into());
        }
        let zone = self.keys(&anchor.zone, target, &vouched, &anchor.keys, "the trust anchor")?;
        Ok(self.enter(zone, |key| format!("trust anchor {key}")))
    }

    /// What is at `name`, which is below `zone` and has no cut between.
    fn cut(&mut self, zone: &Arc<Zone>, name: &Name, target: &Name) -> Result<Cut, Stop> {
        let cut = match self.validator.known(name, self.now) {
            Some(cut) => cut,
            None => {
                let (cut, until) = self.delegation(zone, name, target)?;
                self.validator.keep(name, cut.clone(), until.max(self.now + 1));
                cut
            }
        };
        let Cut::Signed(delegation) = &cut else {
            return Ok(cut);
        };
        let vouched = usable(&delegation.ds);
        if vouched.is_empty() {
            let present = delegation.ds.iter().map(ds_text).collect::<Vec<_>>().join(", ");
            return Ok(Cut::Insecure(Insecure::Unsupported {
                zone: name.clone(),
                present,
            }));
        }
        let mut below = self.keys(name, target, &vouched, &[], "its DS")?;
        below.zone.until = below.zone.until.min(delegation.until);
        Ok(Cut::Zone(
            self.enter(below, |ds| format!("{ds} {}", delegation.signed)),
        ))
    }

    /// What the parent says of `name`; also until when.
    fn delegation(&mut self, zone: &Zone, name: &Name, target: &Name) -> Result<(Cut, i64), Stop> {
        let path = (name.label_count() + 1..=target.label_count())
            .filter_map(|labels| ancestor(target, labels))
            .filter(|below| self.validator.known(below, self.now).is_none())
            .map(|below| (below, RecordType::DS));
        let reply = self.reply((name.clone(), RecordType::DS), path)?.clone();
        if let Some(set) = reply.answer.get(name, RecordType::DS) {
            let verified = self.check(set, zone)?;
            if verified.next_closer.is_some() {
                return Err(Bogus::Malformed {
                    name: name.clone(),
                    rtype: RecordType::DS,
                }
                .into());
            }
            let ds: Option<Vec<Ds>> = set.records.iter().map(|data| Ds::read(data)).collect();
            let ds = ds.ok_or_else(|| Bogus::Malformed {
                name: name.clone(),
                rtype: RecordType::DS,
            })?;
            let until = verified.until.min(zone.until).min(self.now + i64::from(set.ttl));
            let signed = format!("signed by key {} of {}", verified.tag, zone.name);
            return Ok((Cut::Signed(Arc::new(Delegation { ds, signed, until })), until));
        }
        // A name with an alias is no delegation, and what is below one that renames its subtree is none either.
        let alias = reply.answer.get(name, RecordType::CNAME);
        if let Some(set) = alias.filter(|set| !set.signatures.is_empty()) {
            let verified = self.check(set, zone)?;
            return Ok((Cut::Inside, verified.until.min(self.now + i64::from(set.ttl))));
        }
        let renames =
            |set: &&RrSet| set.rtype == RecordType::DNAME && name.is_within(&set.name) && *name != set.name;
        if let Some(set) = reply.answer.iter().find(renames) {
            let verified = self.check(set, zone)?;
            return Ok((Cut::Absent, verified.until.min(self.now + i64::from(set.ttl))));
        }
        self.answered(&reply, name, RecordType::DS)?;
        let (denials, until, wrong) = self.denials(&reply, zone);
        let cut = match denials.no_ds(name, self.budget) {
            Some(NoDs::Inside) => Cut::Inside,
            Some(NoDs::Absent) => Cut::Absent,
            Some(NoDs::Delegated(proof)) => {
                let (name, proof, opt_out) = (name.clone(), proof.text, proof.opt_out);
                Cut::Insecure(match opt_out {
                    true => Insecure::OptOut { name, proof },
                    false => Insecure::NoDs { zone: name, proof },
                })
            }
            None => match denials.iterations {
                Some(iterations) => Cut::Insecure(Insecure::Iterations {
                    zone: zone.name.clone(),
                    iterations,
                }),
                None => return Err(unproved(format!("there is no DS for {name}"), wrong).into()),
            },
        };
        Ok((cut, until))
    }

    /// A reply that denies must be one of a server that knows.
    pub(super) fn answered(
        &self,
        reply: &Reply,
        name: &Name,
        rtype: RecordType,
    ) -> Result<(), Indeterminate> {
        let name = name.clone();
        if ![Rcode::NOERROR, Rcode::NXDOMAIN].contains(&reply.rcode) {
            return Err(Indeterminate::Refused {
                name,
                rtype,
                rcode: reply.rcode,
            });
        }
        let has = |rtype| reply.authority.iter().any(|set| set.rtype == rtype);
        if reply.rcode == Rcode::NOERROR && has(RecordType::NS) && !has(RecordType::SOA) {
            return Err(Indeterminate::Referral { name, rtype });
        }
        Ok(())
    }

    /// The keys of a zone, of which one that `ds` or `anchors` vouch for must sign them all.
    fn keys(
        &mut self,
        name: &Name,
        target: &Name,
        ds: &[&Ds],
        anchors: &[Key],
        by: &'static str,
    ) -> Result<Entered, Stop> {
        // What will be asked for next: who of those on the way is signed, and the keys of those who are known to be.
        let path = (name.label_count() + 1..=target.label_count())
            .filter_map(|labels| ancestor(target, labels))
            .filter(|below| self.validator.known(below, self.now).is_none())
            .filter_map(|below| match self.replies.get(&(below.clone(), RecordType::DS)) {
                None => Some((below, RecordType::DS)),
                Some(Ok(reply)) if reply.answer.get(&below, RecordType::DS).is_some() => {
                    Some((below, RecordType::DNSKEY))
                }
                Some(_) => None,
            });
        let reply = self.reply((name.clone(), RecordType::DNSKEY), path)?.clone();
        let Some(set) = reply.answer.get(name, RecordType::DNSKEY) else {
            self.answered(&reply, name, RecordType::DNSKEY)?;
            return Err(Bogus::NoKeys {
                zone: name.clone(),
                by,
            }
            .into());
        };
        let keys: Vec<Key> = set
            .records
            .iter()
            .filter_map(|data| Key::read(data))
            .filter(Key::may_sign)
            .collect();
        let mut entries = Vec::new();
        let mut named = Vec::new();
        for key in &keys {
            let how = match ds.iter().find(|ds| ds.is_of(key, name)) {
                Some(ds) => ds_text(ds),
                None if anchors.iter().any(|anchor| anchor.is(key)) => {
                    format!("DNSKEY {} ({})", key.tag, algorithm_text(key.algorithm))
                }
                None => continue,
            };
            entries.push(key);
            named.push(how);
        }
        if entries.is_empty() {
            let mut wanted: Vec<String> = ds.iter().map(|ds| ds_text(ds)).collect();
            wanted.extend(
                anchors
                    .iter()
                    .map(|key| format!("DNSKEY {} ({})", key.tag, algorithm_text(key.algorithm))),
            );
            return Err(Bogus::OtherKeys {
                zone: name.clone(),
                by,
                wanted: wanted.join(", "),
            }
            .into());
        }
        let verified = self.check_with(set, name, &entries)?;
        let place = entries
            .iter()
            .position(|key| key.tag == verified.tag && key.algorithm == verified.algorithm);
        let vouched = place
            .and_then(|place| named.get(place))
            .cloned()
            .unwrap_or_default();
        let step = format!(
            "DNSKEY {} signs the keys until {}",
            verified.tag,
            date(verified.until)
        );
        let until = verified.until.min(self.now + i64::from(set.ttl));
        Ok(Entered {
            zone: Zone {
                name: name.clone(),
                keys,
                step,
                until,
            },
            vouched,
        })
    }

    /// Remembers a zone, with the words of who vouches for it.
    fn enter(&mut self, entered: Entered, by: impl FnOnce(&str) -> String) -> Arc<Zone> {
        let Entered { mut zone, vouched } = entered;
        zone.step = format!("{}; {}", by(&vouched), zone.step);
        let zone = Arc::new(zone);
        let until = zone.until.max(self.now + 1);
        self.validator
            .keep(&zone.name, Cut::Zone(Arc::clone(&zone)), until);
        zone
    }
}

/// A zone whose keys hold, and the record that vouches for the one that signs.
struct Entered {
    zone: Zone,
    vouched: String,
}

/// How many questions are asked side by side.
const MAX_AT_ONCE: usize = 8;

/// That something is not proved; `wrong` is a record that would, and why it does not count.
pub(super) fn unproved(what: String, wrong: Option<Bogus>) -> Bogus {
    match wrong {
        // An expired or forged proof is more worth telling than that there is none.
        Some(Bogus::Signature {
            failure: Failure::Unsigned,
            ..
        }) => Bogus::Unproved { what, detail: None },
        wrong => Bogus::Unproved {
            what,
            detail: wrong.map(|wrong| wrong.to_string()),
        },
    }
}

fn ds_text(ds: &Ds) -> String {
    format!(
        "DS {} ({}, {})",
        ds.tag,
        algorithm_text(ds.algorithm),
        digest_text(ds.kind)
    )
}

impl From<Bogus> for Stop {
    fn from(bogus: Bogus) -> Self {
        Self::Bogus(bogus)
    }
}

impl From<Indeterminate> for Stop {
    fn from(indeterminate: Indeterminate) -> Self {
        Self::Indeterminate(indeterminate)
    }
}
