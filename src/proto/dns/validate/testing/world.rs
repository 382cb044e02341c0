//! A resolver over the zones of a test.

use super::super::{Anchors, Asked, Next, Report, Validation, Validator};
use super::message::{Rec, Said};
use super::name;
use super::zone::{Denial, NOW, SigningKey, Zone};
use crate::wire::dns::{Class, Name, Question, RecordType};

/// All zones that there are; the first is the root.
pub(in super::super) struct World {
    pub(in super::super) zones: Vec<Zone>,
}

impl World {
    /// The root, `test`, and below it `denial.test`, which denies as is wished and has everything that can be asked
    /// for, `other.test`, and `unsigned.denial.test`.
    pub(in super::super) fn new(denial: Denial, key: SigningKey) -> Self {
        let unsigned = Zone::new("unsigned.z.test", None, Denial::Nsec).with_a("www.unsigned.z.test");
        let child =
            Zone::new("child.z.test", Some(SigningKey::ed25519(5)), Denial::Nsec).with_a("www.child.z.test");
        let mut zone = Zone::new("z.test", Some(key), denial)
            .with_a("www.z.test")
            .with_a("*.wild.z.test")
            .with_a("in.wild.z.test")
            .with_a("a.b.empty.z.test")
            .with_name("alias.z.test", RecordType::CNAME, "www.other.test")
            .with_name("broken.z.test", RecordType::CNAME, "nowhere.other.test")
            .with_name("subtree.z.test", RecordType::DNAME, "other.test")
            .with_name("*.many.z.test", RecordType::CNAME, "www.z.test");
        zone.delegate(&unsigned);
        zone.delegate(&child);
        let other =
            Zone::new("other.test", Some(SigningKey::ed25519(4)), Denial::Nsec).with_a("www.other.test");
        let mut test = Zone::new("test", Some(SigningKey::ed25519(2)), Denial::Nsec);
        test.delegate(&zone);
        test.delegate(&other);
        let mut root = Zone::new(".", Some(SigningKey::ed25519(1)), Denial::Nsec);
        root.delegate(&test);
        Self {
            zones: vec![root, test, zone, other, child, unsigned],
        }
    }

    pub(in super::super) fn zone(&mut self, name: &str) -> &mut Zone {
        let name: Name = name.parse().unwrap();
        self.zones.iter_mut().find(|zone| zone.name == name).unwrap()
    }

    /// A validator that trusts the root.
    pub(in super::super) fn validator(&self) -> Validator {
        let key = self.zones[0].key.as_ref().unwrap();
        let ds = data_encoding::HEXUPPER.encode(&key.ds(&Name::root(), 2)[4..]);
        let tag = crate::wire::rdata::key_tag(&key.dnskey());
        Validator::new(Anchors::parse(&format!(". DS {tag} {} 2 {ds}", key.algorithm())).unwrap())
    }

    /// Validates a question over replies that `tamper` may change; also what was asked, in order.
    pub(in super::super) fn validate_with(
        &self,
        validator: &mut Validator,
        asked: (&str, RecordType),
        tamper: &mut dyn FnMut(&Asked, &mut Said),
    ) -> (Report, Vec<Asked>) {
        let mut validation = Validation::new(Question {
            name: name(asked.0),
            rtype: asked.1,
            class: Class::IN,
        });
        let mut asked = Vec::new();
        loop {
            match validation.step(validator, NOW) {
                Next::Done(report) => return (report, asked),
                Next::Ask(questions) => {
                    assert!(!questions.is_empty());
                    for question in questions {
                        assert!(!asked.contains(&question), "{question:?} is asked for again");
                        let mut said = self.answer(&question.0, question.1);
                        tamper(&question, &mut said);
                        said.show(|message| validation.reply(question.clone(), message));
                        asked.push(question);
                    }
                }
            }
        }
    }

    pub(in super::super) fn validate(&self, asked: (&str, RecordType)) -> Report {
        self.validate_with(&mut self.validator(), asked, &mut |_, _| {}).0
    }

    /// Validates with one reply changed.
    pub(in super::super) fn tampered(
        &self,
        asked: (&str, RecordType),
        at: (&str, RecordType),
        tamper: impl Fn(&mut Said),
    ) -> String {
        let at = (name(at.0), at.1);
        let mut seen = false;
        let mut change = |asked: &Asked, said: &mut Said| {
            if *asked == at {
                seen = true;
                tamper(said);
            }
        };
        let report = self.validate_with(&mut self.validator(), asked, &mut change).0;
        assert!(seen, "{at:?} was not asked for");
        report.verdict.to_string()
    }

    /// What a resolver says, without following aliases.
    pub(in super::super) fn answer(&self, name: &Name, rtype: RecordType) -> Said {
        let above = if rtype == RecordType::DS {
            name.parent().unwrap_or_else(Name::root)
        } else {
            name.clone()
        };
        let zones = self.zones.iter().filter(|zone| above.is_within(&zone.name));
        let zone = zones.max_by_key(|zone| zone.name.label_count()).unwrap();
        let rename = |owner: &Name| zone.records.contains_key(&(owner.clone(), RecordType::DNAME.0));
        let mut above = name.parent();
        while let Some(owner) = above {
            if rename(&owner) {
                return renamed(zone, &owner, name);
            }
            above = owner.parent();
        }
        let exists = zone.names().contains(name);
        let source = if exists {
            Some(name.clone())
        } else {
            zone.wildcard_for(name)
        };
        let mut said = Said::default();
        if rtype == RecordType::ANY {
            let all = zone.records.keys().filter(|(owner, _)| owner == name);
            said.answer = all
                .flat_map(|(_, rtype)| zone.set(name, RecordType(*rtype), name))
                .collect();
        }
        for wanted in [rtype, RecordType::CNAME] {
            let set = source
                .as_ref()
                .map(|source| zone.set(source, wanted, name))
                .unwrap_or_default();
            if said.answer.is_empty() {
                said.answer = set;
            }
        }
        if said.answer.is_empty() {
            said.authority = zone.set(&zone.name, RecordType::SOA, &zone.name);
            said.rcode = if source.is_none() { 3 } else { 0 };
        }
        if zone.key.is_none() || (exists && !said.answer.is_empty()) {
            return said;
        }
        for link in denial(zone, name, source.as_ref(), said.answer.is_empty()) {
            if !said.authority.contains(&link) {
                said.authority.push(link);
            }
        }
        said
    }
}

fn renamed(zone: &Zone, owner: &Name, asked: &Name) -> Said {
    let mut answer = zone.set(owner, RecordType::DNAME, owner);
    let target = Name::read(&answer[0].data, 0).unwrap().0.to_string();
    let prefix = asked
        .to_string()
        .strip_suffix(&owner.to_string())
        .unwrap()
        .to_owned();
    let data = name(&format!("{prefix}{target}")).as_wire().to_vec();
    answer.push(Rec {
        name: asked.clone(),
        rtype: RecordType::CNAME,
        data,
    });
    Said {
        answer,
        ..Said::default()
    }
}

/// The records that show that `name` is not there, or lacks what was asked for if it is `source` itself.
fn denial(zone: &Zone, asked: &Name, source: Option<&Name>, negative: bool) -> Vec<Rec> {
    if source == Some(asked) {
        if let Some(link) = zone.link(asked, true) {
            return link;
        }
        if let Denial::Nsec = zone.denial {
            return zone.link(asked, false).unwrap();
        }
    }
    let encloser = match source {
        // An unsigned delegation that is not listed.
        Some(source) if source == asked => asked.parent().unwrap(),
        _ => zone.encloser(asked),
    };
    let next_closer = super::super::rrset::ancestor(asked, encloser.label_count() + 1).unwrap();
    let star = super::super::rrset::wildcard(&encloser).unwrap();
    let mut links = Vec::new();
    let hashed = !matches!(zone.denial, Denial::Nsec);
    if hashed && negative {
        links.extend(zone.link(&encloser, true).unwrap());
    }
    links.extend(zone.link(&next_closer, false).unwrap());
    if negative && source != Some(asked) {
        links.extend(zone.link(&star, source.is_some()).unwrap());
    }
    links
}
