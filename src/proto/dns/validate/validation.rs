//! The validation of one question, as a machine: it names what must be asked, is shown the replies, and ends with a
//! report.

use super::budget::Budget;
use super::chain::{Asked, Pass, Place, Replies, Stop, unproved};
use super::denial::Proof;
use super::reason::{Bogus, Failure, Indeterminate, Insecure, Verdict, date};
use super::report::{Report, Step, StepKind};
use super::rrset::{Reply, RrSet};
use super::validator::{Validator, Zone};
use super::verify::Verified;
use crate::proto::dns::MAX_ALIASES;
use crate::wire::dns::{Class, Message, Name, Question, Rcode, RecordType};

/// The validation of the answer to one question.
///
/// [`step`](Self::step) is called until it is [done](Next::Done); whatever it asks is answered by
/// [`reply`](Self::reply) or [`no_reply`](Self::no_reply) before the next step. Questions are to be asked with the DO
/// and CD flags set, so that the signatures come, and data come that the server itself takes for bogus.
#[derive(Debug)]
pub struct Validation {
    name: Name,
    rtype: RecordType,
    class: Class,
    replies: Replies,
    budget: Budget,
    /// The names that were aliases.
    passed: Vec<Name>,
    steps: Vec<Step>,
    judged: Vec<RrSet>,
    /// The first thing on the way that need not be signed.
    insecure: Option<Insecure>,
}

/// What a step comes to.
#[derive(Debug)]
pub enum Next {
    /// These questions are to be asked, in any order.
    Ask(Vec<Asked>),
    /// This is the end.
    Done(Report),
}

impl Validation {
    /// The validation of the answer to `question`.
    pub fn new(question: Question) -> Self {
        Self {
            name: question.name,
            rtype: question.rtype,
            class: question.class,
            replies: Replies::default(),
            budget: Budget::default(),
            passed: Vec::new(),
            steps: Vec::new(),
            judged: Vec::new(),
            insecure: None,
        }
    }

    /// Takes the reply to a question. One that was not asked for is kept nevertheless: it need not be asked then.
    pub fn reply(&mut self, (name, rtype): Asked, message: &Message<'_>) {
        self.replies.insert((name, rtype), Ok(Reply::read(message)));
    }

    /// Takes note that there is no reply to a question, and why.
    pub fn no_reply(&mut self, asked: Asked, why: String) {
        self.replies.insert(asked, Err(why));
    }

    /// Goes on as far as the replies go. `now` is the time of day, in seconds since 1970.
    pub fn step(&mut self, validator: &mut Validator, now: i64) -> Next {
        if self.class != Class::IN {
            let class = self.class;
            return self.end(Some(Verdict::Indeterminate(Indeterminate::OtherClass { class })));
        }
        loop {
            let mut steps = self.steps.clone();
            let pass = Pass {
                validator,
                replies: &self.replies,
                budget: &mut self.budget,
                now,
                steps: &mut steps,
            };
            let mut link = Link {
                pass,
                judged: Vec::new(),
                insecure: None,
            };
            let judgement = link.judge(&self.name, self.rtype);
            let (judged, insecure) = (link.judged, link.insecure);
            if let Err(Stop::Ask(questions)) = judgement {
                if self.replies.len() + questions.len() > Budget::QUESTIONS {
                    return self.end(Some(Verdict::Indeterminate(Indeterminate::TooMany)));
                }
                return Next::Ask(questions);
            }
            self.steps = steps;
            self.judged.extend(judged);
            self.insecure = self.insecure.take().or(insecure);
            match judgement {
                Ok(Some(target)) => {
                    self.passed.push(std::mem::replace(&mut self.name, target));
                    if self.passed.contains(&self.name) {
                        self.steps.push(Step {
                            kind: StepKind::Alias,
                            subject: self.name.to_string(),
                            text: "the aliases go in a circle".to_owned(),
                        });
                        return self.end(None);
                    }
                    if self.passed.len() > MAX_ALIASES {
                        return self.end(Some(Verdict::Indeterminate(Indeterminate::Aliases)));
                    }
                }
                Ok(None) | Err(Stop::Ask(_)) => return self.end(None),
                Err(Stop::Bogus(why)) => return self.end(Some(Verdict::Bogus(why))),
                Err(Stop::Indeterminate(why)) => return self.end(Some(Verdict::Indeterminate(why))),
            }
        }
    }

    fn end(&mut self, verdict: Option<Verdict>) -> Next {
        let insecure = self.insecure.take();
        let verdict = verdict.unwrap_or_else(|| insecure.map_or(Verdict::Secure, Verdict::Insecure));
        let (steps, judged) = (std::mem::take(&mut self.steps), std::mem::take(&mut self.judged));
        Next::Done(Report {
            steps,
            verdict,
            judged,
        })
    }
}

/// One name on the way along the aliases.
struct Link<'a> {
    pass: Pass<'a>,
    judged: Vec<RrSet>,
    insecure: Option<Insecure>,
}

impl Link<'_> {
    /// Judges what is said of `name` and `rtype`; if it is an alias, returns for what.
    fn judge(&mut self, name: &Name, rtype: RecordType) -> Result<Option<Name>, Stop> {
        if UNSIGNED.contains(&rtype) {
            return Err(Indeterminate::Unsignable { rtype }.into());
        }
        let reply = self
            .pass
            .reply((name.clone(), rtype), std::iter::empty())?
            .clone();
        if rtype == RecordType::ANY {
            let sets: Vec<&RrSet> = reply.answer.iter().filter(|set| set.name == *name).collect();
            for set in &sets {
                self.positive(&reply, set)?;
            }
            if !sets.is_empty() {
                return Ok(None);
            }
        } else if let Some(set) = reply.answer.get(name, rtype) {
            self.positive(&reply, set)?;
            return Ok(None);
        }
        let renames =
            |set: &&RrSet| set.rtype == RecordType::DNAME && name.is_within(&set.name) && *name != set.name;
        if let Some(set) = reply.answer.iter().find(renames) {
            self.positive(&reply, set)?;
            return self.renamed(name, set);
        }
        if let Some(set) = reply.answer.get(name, RecordType::CNAME) {
            self.positive(&reply, set)?;
            let malformed = || Bogus::Malformed {
                name: name.clone(),
                rtype: RecordType::CNAME,
            };
            return Ok(Some(set.target().ok_or_else(malformed)?));
        }
        self.negative(&reply, name, rtype)?;
        Ok(None)
    }

    /// The name that a DNAME record makes of `name` (RFC 6672 section 2.2); none if that is too long.
    fn renamed(&mut self, name: &Name, set: &RrSet) -> Result<Option<Name>, Stop> {
        let malformed = || Bogus::Malformed {
            name: set.name.clone(),
            rtype: RecordType::DNAME,
        };
        let target = set.target().ok_or_else(malformed)?;
        let kept = name.label_count() - set.name.label_count();
        let mut text = Vec::new();
        for label in name.labels().take(kept) {
            text.push(u8::try_from(label.len()).unwrap_or_default());
            text.extend_from_slice(label);
        }
        text.push(0);
        let prefix = Name::read(&text, 0).ok().map(|(prefix, _)| prefix);
        let Some(renamed) = prefix.and_then(|prefix| prefix.with_suffix(&target).ok()) else {
            return Ok(None);
        };
        // The CNAME record that the server makes for those who do not know DNAME is not signed: it is judged with it.
        let data = renamed.to_lowercase().as_wire().to_vec();
        self.judged
            .push(RrSet::unsigned(name.clone(), RecordType::CNAME, data));
        Ok(Some(renamed))
    }

    /// Judges a record set of the answer.
    fn positive(&mut self, reply: &Reply, set: &RrSet) -> Result<(), Stop> {
        let mut wrong: Option<Bogus> = None;
        for signer in signers(std::iter::once(set), &set.name, set.rtype) {
            let refused = match self.pass.place_of(&signer)? {
                Place::Insecure(why) => {
                    self.judged.push(set.clone());
                    self.insecure.get_or_insert(why);
                    return Ok(());
                }
                Place::Secure(zone) if zone.name == signer => match self.pass.check(set, &zone) {
                    Ok(verified) => return self.signed(reply, set, &zone, &verified),
                    Err(bogus) => bogus,
                },
                Place::Secure(_) => Bogus::Signer {
                    name: set.name.clone(),
                    rtype: set.rtype,
                    signer,
                },
            };
            wrong.get_or_insert(refused);
        }
        let why = self.excuse(&side(&set.name, set.rtype), wrong, |zone| Bogus::Signature {
            name: set.name.clone(),
            rtype: set.rtype,
            zone: zone.clone(),
            failure: Failure::Unsigned,
        })?;
        self.judged.push(set.clone());
        self.insecure.get_or_insert(why);
        Ok(())
    }

    /// Why the records at `side` need not be signed, or else what is wrong: `wrong`, if a signature was found to be, or
    /// what is to be said if there is none.
    fn excuse(
        &mut self,
        side: &Name,
        wrong: Option<Bogus>,
        unsigned: impl FnOnce(&Name) -> Bogus,
    ) -> Result<Insecure, Stop> {
        match (self.pass.place_of(side), wrong) {
            (Ok(Place::Insecure(why)), _) => Ok(why),
            (Err(Stop::Ask(questions)), _) => Err(Stop::Ask(questions)),
            (_, Some(wrong)) => Err(wrong.into()),
            (Ok(Place::Secure(zone)), None) => Err(unsigned(&zone.name).into()),
            (Err(stop), None) => Err(stop),
        }
    }

    /// Takes note of a set that is signed; one from a wildcard must be proved to be the closest there is.
    fn signed(&mut self, reply: &Reply, set: &RrSet, zone: &Zone, verified: &Verified) -> Result<(), Stop> {
        let Verified {
            tag,
            algorithm,
            until,
            next_closer,
        } = verified;
        let algorithm = super::key::algorithm_text(*algorithm);
        let mut text = format!(
            "signed by key {tag} of {} ({algorithm}) until {}",
            zone.name,
            date(*until)
        );
        if let Some(next_closer) = next_closer {
            let (denials, _, wrong) = self.pass.denials(reply, zone);
            match denials.no_closer(next_closer, self.pass.budget) {
                Some(proof) => {
                    text.push_str(&format!(", from a wildcard (nothing closer by {})", proof.text));
                    self.opt_out(next_closer, &proof);
                }
                None if denials.iterations.is_some() => self.iterations(zone, denials.iterations),
                None => {
                    let what = format!(
                        "there is no {next_closer}, so that a wildcard may stand for {}",
                        set.name
                    );
                    return Err(unproved(what, wrong).into());
                }
            }
        }
        let kind = match set.rtype {
            RecordType::CNAME | RecordType::DNAME => StepKind::Alias,
            _ => StepKind::Answer,
        };
        self.pass.steps.push(Step {
            kind,
            subject: format!("{} {}", set.name, set.rtype),
            text,
        });
        self.judged.push(set.clone());
        Ok(())
    }

    /// Judges an answer that there is nothing.
    fn negative(&mut self, reply: &Reply, name: &Name, rtype: RecordType) -> Result<(), Stop> {
        self.pass.answered(reply, name, rtype)?;
        let denying = |set: &&RrSet| [RecordType::NSEC, RecordType::NSEC3].contains(&set.rtype);
        let mut wrong: Option<Bogus> = None;
        for signer in signers(reply.authority.iter().filter(denying), name, rtype) {
            let refused = match self.pass.place_of(&signer)? {
                Place::Insecure(why) => {
                    self.insecure.get_or_insert(why);
                    return Ok(());
                }
                Place::Secure(zone) if zone.name == signer => match self.denied(reply, name, rtype, &zone)? {
                    None => return Ok(()),
                    Some(refused) => refused,
                },
                Place::Secure(_) => Bogus::Signer {
                    name: name.clone(),
                    rtype: RecordType::NSEC,
                    signer,
                },
            };
            wrong.get_or_insert(refused);
        }
        let why = self.excuse(&side(name, rtype), wrong, |_| {
            unproved(absence(reply, name, rtype), None)
        })?;
        self.insecure.get_or_insert(why);
        Ok(())
    }

    /// Whether `zone` denies what was asked for; what is wrong if it does not.
    fn denied(
        &mut self,
        reply: &Reply,
        name: &Name,
        rtype: RecordType,
        zone: &Zone,
    ) -> Result<Option<Bogus>, Stop> {
        // The SOA record is no part of the proof, but says how long it may be kept.
        for soa in reply
            .authority
            .iter()
            .filter(|set| set.rtype == RecordType::SOA && name.is_within(&set.name))
        {
            self.pass.check(soa, zone)?;
        }
        let (denials, _, wrong) = self.pass.denials(reply, zone);
        let proof = match reply.rcode {
            Rcode::NXDOMAIN => denials.no_name(name, self.pass.budget),
            _ => denials.no_data(name, rtype, self.pass.budget),
        };
        let Some(proof) = proof else {
            if denials.iterations.is_some() {
                self.iterations(zone, denials.iterations);
                return Ok(None);
            }
            return Ok(Some(unproved(absence(reply, name, rtype), wrong)));
        };
        let (subject, what) = match reply.rcode {
            Rcode::NXDOMAIN => (name.to_string(), "no such name"),
            _ => (format!("{name} {rtype}"), "no such records"),
        };
        let text = format!("{what}, by {}", proof.text);
        self.pass.steps.push(Step {
            kind: StepKind::Denial,
            subject,
            text,
        });
        self.opt_out(name, &proof);
        Ok(None)
    }

    fn opt_out(&mut self, name: &Name, proof: &Proof) {
        if proof.opt_out {
            let (name, proof) = (name.clone(), proof.text.clone());
            self.insecure.get_or_insert(Insecure::OptOut { name, proof });
        }
    }

    fn iterations(&mut self, zone: &Zone, iterations: Option<u16>) {
        if let Some(iterations) = iterations {
            let zone = zone.name.clone();
            self.insecure
                .get_or_insert(Insecure::Iterations { zone, iterations });
        }
    }
}

/// What a negative reply claims.
fn absence(reply: &Reply, name: &Name, rtype: RecordType) -> String {
    match reply.rcode {
        Rcode::NXDOMAIN => format!("there is no {name}"),
        _ => format!("{name} has no {rtype}"),
    }
}

/// Those who signed `sets` and may be the zone of `name`, the nearest first. DS records are the parent's.
fn signers<'a>(sets: impl Iterator<Item = &'a RrSet>, name: &Name, rtype: RecordType) -> Vec<Name> {
    let mut signers: Vec<Name> = Vec::new();
    let side = side(name, rtype);
    for signature in sets.flat_map(|set| &set.signatures) {
        if side.is_within(&signature.signer) && !signers.contains(&signature.signer) {
            signers.push(signature.signer.clone());
        }
    }
    signers.sort_by_key(|signer| std::cmp::Reverse(signer.label_count()));
    signers.truncate(MAX_SIGNERS);
    signers
}

/// How many zones that claim to have signed a set are looked into.
const MAX_SIGNERS: usize = 3;

/// The name in whose zone the records are: for DS records the parent's side of the cut.
fn side(name: &Name, rtype: RecordType) -> Name {
    match rtype {
        RecordType::DS => name.parent().unwrap_or_else(Name::root),
        _ => name.clone(),
    }
}

/// Types that are no data of a zone, or are not signed (RFC 4035 section 2.2).
const UNSIGNED: [RecordType; 6] = [
    RecordType::RRSIG,
    RecordType::SIG,
    RecordType::OPT,
    RecordType::TSIG,
    RecordType::AXFR,
    RecordType::IXFR,
];
