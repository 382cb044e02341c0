//! Nothing but what is right is secure, whatever is changed on the way.

use proptest::prelude::{Just, Strategy, any, prop_assert, prop_oneof, proptest};

use super::super::testing::{Denial, NOW, Rec, Said, SigningKey, Zone, name};
use super::super::{Next, Validation, Verdict};
use super::{HASHED, OPT_OUT, SECURE, T, world};
use crate::wire::dns::{Class, Message, Question};
use crate::wire::rdata::key_tag;

/// Records of which nothing depends: the SOA record that comes with a denial, and the alias that a server makes of a
/// DNAME record.
fn is_idle(rec: &Rec, said: &Said) -> bool {
    let made = rec.rtype == T::CNAME && said.answer.iter().any(|other| other.rtype == T::DNAME);
    let soa = T::SOA.0.to_be_bytes();
    made || said.answer.is_empty() && (rec.rtype == T::SOA || rec.data.starts_with(&soa))
}

#[test]
fn without_any_one_record_nothing_is_secure() {
    for denial in [Denial::Nsec, HASHED] {
        let world = world(denial.clone());
        for question in SECURE {
            let (_, asked) = world.validate_with(&mut world.validator(), question, &mut |_, _| {});
            for at in &asked {
                let said = world.answer(&at.0, at.1);
                for index in 0..said.len() {
                    let removed = said.clone().remove(index);
                    if is_idle(&removed, &said) {
                        continue;
                    }
                    let mut change = |asked: &_, said: &mut Said| {
                        if asked == at {
                            said.remove(index);
                        }
                    };
                    let (report, _) = world.validate_with(&mut world.validator(), question, &mut change);
                    // Of `ANY`, a server may leave out whole sets; only what is there must be signed.
                    let partial =
                        at.1 == T::ANY && removed.rtype != T::RRSIG && report.verdict == Verdict::Secure;
                    assert!(
                        report.verdict != Verdict::Secure || partial,
                        "{question:?} by {denial:?} without {removed:?}"
                    );
                }
            }
        }
    }
}

fn denials() -> impl Strategy<Value = Denial> {
    prop_oneof![Just(Denial::Nsec), Just(HASHED)]
}

proptest! {
    #[test]
    fn no_bit_of_any_record_can_be_changed(
        denial in denials(),
        question in 0..SECURE.len(),
        picks in [any::<proptest::sample::Index>(), any::<proptest::sample::Index>(), any::<proptest::sample::Index>()],
        bit in 0..8_u32,
    ) {
        let world = world(denial);
        let question = SECURE[question];
        let (_, asked) = world.validate_with(&mut world.validator(), question, &mut |_, _| {});
        let at = picks[0].get(&asked);
        let mut changed = None;
        let mut change = |asked: &_, said: &mut Said| {
            if asked != at {
                return;
            }
            let before = said.clone();
            let rec = said.rec(picks[1].index(before.len()));
            let idle = is_idle(rec, &before);
            let byte = picks[2].index(rec.data.len());
            // The case of a letter means nothing in the names of most types.
            let letter = rec.data[byte].is_ascii_alphabetic() && bit == 5;
            rec.data[byte] ^= 1 << bit;
            changed = Some((rec.clone(), idle || letter));
        };
        let (report, _) = world.validate_with(&mut world.validator(), question, &mut change);
        let (rec, idle) = changed.unwrap();
        prop_assert!(idle || report.verdict != Verdict::Secure, "{:?} with {:?}", question, rec);
    }

    #[test]
    fn no_reply_of_one_question_is_secure_for_another(
        denial in denials(),
        question in 0..SECURE.len(),
        other in 0..SECURE.len(),
    ) {
        let world = world(denial);
        let (question, other) = (SECURE[question], SECURE[other]);
        let right = world.answer(&name(question.0), question.1);
        let wrong = world.answer(&name(other.0), other.1);
        let mut change = |asked: &_, said: &mut Said| {
            if *asked == (name(question.0), question.1) {
                *said = wrong.clone();
            }
        };
        let (report, _) = world.validate_with(&mut world.validator(), question, &mut change);
        let same = wrong.answer == right.answer && wrong.rcode == right.rcode;
        // Who asks for anything is content with each of it, and who asks for a part with all.
        let any = question.1 == T::ANY && wrong.answer.iter().any(|rec| rec.name == name(question.0));
        let all = !right.answer.is_empty() && right.answer.iter().all(|rec| wrong.answer.contains(rec));
        // A record that denies the one may by chance be the one that denies the other.
        let mut denying = right.authority.iter().filter(|rec| !is_idle(rec, &right));
        let denied = right.answer.is_empty() && right.rcode == wrong.rcode && denying.all(|rec| wrong.authority.contains(rec));
        let fits = any || all || denied;
        prop_assert!(same || fits || report.verdict != Verdict::Secure, "{:?} with {:?}", question, other);
    }

    #[test]
    fn any_bytes_are_no_answer(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        counts in [0..4_u8, 0..4_u8],
    ) {
        let mut message = vec![0, 7, 0x81, 0x80, 0, 0, 0, counts[0], 0, counts[1], 0, 0];
        message.extend(&bytes);
        let world = world(HASHED);
        let mut validator = world.validator();
        let question = Question { name: name("www.z.test"), rtype: T::A, class: Class::IN };
        let mut validation = Validation::new(question);
        let message = Message::parse(&message).unwrap();
        let report = loop {
            match validation.step(&mut validator, NOW) {
                Next::Ask(questions) => questions.into_iter().for_each(|asked| validation.reply(asked, &message)),
                Next::Done(report) => break report,
            }
        };
        prop_assert!(report.verdict != Verdict::Secure);
    }
}

#[test]
fn a_wildcard_does_not_stand_for_a_name_that_exists() {
    for denial in [Denial::Nsec, HASHED] {
        let world = world(denial);
        // The answer for x.wild, in which the proof is a true one, under the name of one that has other records.
        let wild = world.answer(&name("x.wild.z.test"), T::TXT);
        let star = world.answer(&name("x.wild.z.test"), T::A);
        let verdict = world.tampered(("in.wild.z.test", T::A), ("in.wild.z.test", T::A), |said| {
            said.answer = star.answer.clone();
            for rec in &mut said.answer {
                rec.name = name("in.wild.z.test");
            }
            said.authority = [star.authority.clone(), wild.authority.clone()].concat();
        });
        assert!(
            verdict.starts_with("bogus: nothing proves that there is no in.wild.z.test."),
            "{verdict}"
        );
    }
}

#[test]
fn a_parents_word_counts_for_its_side_only() {
    let world = world(Denial::Nsec);
    // The NSEC record at the cut, from the parent, has neither A nor SOA: it denies no A of the child.
    let zone = world
        .zones
        .iter()
        .find(|zone| zone.name == name("z.test"))
        .unwrap();
    let cut = zone.link(&name("child.z.test"), true).unwrap();
    let verdict = world.tampered(("child.z.test", T::A), ("child.z.test", T::A), |said| {
        *said = Said {
            authority: cut.clone(),
            ..Said::default()
        };
    });
    assert!(verdict.starts_with("bogus: "), "{verdict}");
    // It denies no name below the cut either (RFC 6840 section 4.1).
    let verdict = world.tampered(("www.child.z.test", T::A), ("www.child.z.test", T::A), |said| {
        *said = Said {
            rcode: 3,
            authority: cut.clone(),
            ..Said::default()
        };
        said.authority.extend(zone.nth_link(0));
    });
    assert!(verdict.starts_with("bogus: "), "{verdict}");
    // And the child's word does not deny its DS record.
    let child = world
        .zones
        .iter()
        .find(|zone| zone.name == name("child.z.test"))
        .unwrap();
    let apex = child.link(&name("child.z.test"), true).unwrap();
    let verdict = world.tampered(("www.child.z.test", T::A), ("child.z.test", T::DS), |said| {
        *said = Said {
            authority: apex.clone(),
            ..Said::default()
        };
    });
    assert!(
        verdict.starts_with("bogus: nothing proves that there is no DS for child.z.test."),
        "{verdict}"
    );
}

#[test]
fn a_signed_delegation_cannot_be_made_insecure() {
    for denial in [Denial::Nsec, HASHED, OPT_OUT] {
        let world = world(denial);
        let zone = world
            .zones
            .iter()
            .find(|zone| zone.name == name("z.test"))
            .unwrap();
        let all: Vec<Rec> = (0..zone.names().len())
            .flat_map(|index| zone.nth_link(index))
            .collect();
        for rcode in [0, 3] {
            let verdict = world.tampered(("www.child.z.test", T::A), ("child.z.test", T::DS), |said| {
                *said = Said {
                    rcode,
                    authority: all.clone(),
                    ..Said::default()
                };
            });
            assert!(verdict.starts_with("bogus: nothing proves"), "{verdict}");
        }
    }
}

#[test]
fn a_digest_with_sha_1_does_not_help_where_a_better_one_fails() {
    let mut world = world(Denial::Nsec);
    let key = SigningKey::ed25519(3);
    let mut wrong = key.ds(&name("z.test"), 2);
    wrong[9] ^= 1;
    let weak = key.ds(&name("z.test"), 1);
    let place = (name("z.test"), T::DS.0);
    world
        .zone("test")
        .records
        .insert(place.clone(), vec![weak.clone()]);
    assert_eq!(world.validate(("www.z.test", T::A)).verdict, Verdict::Secure);
    world.zone("test").records.insert(place, vec![weak, wrong]);
    let verdict = world.validate(("www.z.test", T::A)).verdict.to_string();
    assert!(
        verdict.starts_with("bogus: no DNSKEY of z.test. is the one that its DS names (DS "),
        "{verdict}"
    );
}

#[test]
fn a_signer_must_be_the_zone_and_its_key_one_of_the_zone() {
    let world = world(Denial::Nsec);
    let (www, tag) = (name("www.z.test"), key_tag(&SigningKey::ed25519(9).dnskey()));
    let a = vec![vec![192, 0, 2, 66]];
    let forged = |zone: &str| {
        let zone = Zone::new(zone, Some(SigningKey::ed25519(9)), Denial::Nsec);
        zone.signed(&www, T::A, a.clone(), &www)
    };
    let verdict = |said: Vec<Rec>| {
        world.tampered(("www.z.test", T::A), ("www.z.test", T::A), |now| {
            *now = Said {
                answer: said.clone(),
                ..Said::default()
            };
        })
    };
    assert_eq!(
        verdict(forged("z.test")),
        format!(
            "bogus: RRSIG of www.z.test. A by key {tag} (ED25519): there is no such DNSKEY of z.test. to trust"
        )
    );
    assert_eq!(
        verdict(forged("www.z.test")),
        "bogus: www.z.test. A is signed by www.z.test., which is not the zone that it is in"
    );
    // A zone beside it has no say at all.
    assert_eq!(
        verdict(forged("other.test")),
        "bogus: no RRSIG of www.z.test. A by z.test., which is signed"
    );
    assert_eq!(
        verdict(forged("z.test")[..1].to_vec()),
        "bogus: no RRSIG of www.z.test. A by z.test., which is signed"
    );
}

#[test]
fn a_key_that_nobody_vouches_for_is_bogus() {
    let mut world = world(Denial::Nsec);
    world.zone("z.test").key = Some(SigningKey::ed25519(9));
    let dnskey = SigningKey::ed25519(9).dnskey();
    world
        .zone("z.test")
        .records
        .insert((name("z.test"), T::DNSKEY.0), vec![dnskey]);
    let verdict = world.validate(("www.z.test", T::A)).verdict.to_string();
    assert!(
        verdict.starts_with("bogus: no DNSKEY of z.test. is the one that its DS names"),
        "{verdict}"
    );
    let verdict = world.tampered(("www.z.test", T::A), ("z.test", T::DNSKEY), |said| {
        *said = Said::default()
    });
    assert_eq!(
        verdict,
        "bogus: z.test. has no DNSKEY, though its DS names one (does the server pass on DNSSEC records?)"
    );
}

#[test]
fn keys_and_signatures_beyond_count_end_the_validation() {
    // KeyTrap: many keys with one tag, and many signatures that could be by each of them.
    let mut world = world(Denial::Nsec);
    let key = SigningKey::ed25519(3).dnskey();
    let twins: Vec<Vec<u8>> = (1..200_u8)
        .map(|n| {
            // Two bytes of the sum that the tag is are exchanged.
            let mut twin = key.clone();
            twin[4] = twin[4].wrapping_add(n);
            twin[6] = twin[6].wrapping_sub(n);
            twin
        })
        .filter(|twin| key_tag(twin) == key_tag(&key))
        .collect();
    assert!(twins.len() > 20);
    let mut keys = twins;
    keys.insert(0, key);
    world
        .zone("z.test")
        .records
        .insert((name("z.test"), T::DNSKEY.0), keys);
    let www = (name("www.z.test"), T::A);
    let mut steps = 0;
    let mut change = |asked: &_, said: &mut Said| {
        steps += 1;
        if *asked == www {
            let good = said.answer.pop().unwrap();
            for n in 0..200_u8 {
                let mut bad = good.clone();
                *bad.data.last_mut().unwrap() ^= n.max(1);
                said.answer.push(bad);
            }
        }
    };
    let (report, _) = world.validate_with(&mut world.validator(), ("www.z.test", T::A), &mut change);
    let verdict = report.verdict.to_string();
    assert!(verdict.starts_with("bogus: "), "{verdict}");
    assert!(steps < 20);
}
