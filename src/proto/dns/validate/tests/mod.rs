//! The whole validator over zones that the tests sign: what is right is secure, what need not be signed is insecure.

mod tampering;

use super::testing::{DAY, Denial, NOW, Rec, Said, SigningKey, World, name};
use super::{Next, Validation, Verdict};
use crate::wire::dns::{Class, Question, RecordType};
use crate::wire::rdata::key_tag;

use RecordType as T;

const HASHED: Denial = Denial::Nsec3 {
    iterations: 3,
    opt_out: false,
};
const OPT_OUT: Denial = Denial::Nsec3 {
    iterations: 0,
    opt_out: true,
};

fn world(denial: Denial) -> World {
    World::new(denial, SigningKey::ed25519(3))
}

/// Questions of which the answer is secure whichever way the zone denies.
const SECURE: [(&str, RecordType); 17] = [
    (".", T::SOA),
    ("test", T::DNSKEY),
    ("test", T::DS),
    ("z.test", T::NS),
    ("z.test", T::DS),
    ("www.z.test", T::A),
    ("z.test", T::ANY),
    ("www.z.test", T::TXT),
    ("nowhere.z.test", T::A),
    ("x.y.wild.z.test", T::A),
    ("x.wild.z.test", T::TXT),
    ("empty.z.test", T::A),
    ("alias.z.test", T::A),
    ("broken.z.test", T::A),
    ("www.subtree.z.test", T::A),
    ("x.many.z.test", T::A),
    ("www.child.z.test", T::A),
];

#[test]
fn what_is_signed_is_secure() {
    for denial in [Denial::Nsec, HASHED] {
        for key in [SigningKey::ed25519(3), SigningKey::p256()] {
            let world = World::new(denial.clone(), key);
            for asked in SECURE {
                let report = world.validate(asked);
                assert_eq!(
                    report.verdict,
                    Verdict::Secure,
                    "{asked:?} by {denial:?}: {}",
                    report.verdict
                );
                assert!(report.steps.len() >= 2);
            }
        }
    }
}

#[test]
fn the_chain_is_told_from_the_anchor_down() {
    let report = world(Denial::Nsec).validate(("x.wild.z.test", T::A));
    let steps: Vec<String> = report
        .steps
        .iter()
        .map(|step| format!("{} {}", step.kind, step.subject))
        .collect();
    assert_eq!(
        steps,
        ["zone .", "zone test.", "zone z.test.", "answer x.wild.z.test. A"]
    );
    assert!(
        report.steps[0].text.starts_with("trust anchor DS "),
        "{}",
        report.steps[0]
    );
    assert!(
        report.steps[2].text.contains(" of test.; DNSKEY "),
        "{}",
        report.steps[2]
    );
    let wildcard = &report.steps[3].text;
    let wanted = "until 2027-01-16 08:00:00 UTC, from a wildcard (nothing closer by NSEC in.wild.z.test. -> www.z.test.)";
    assert!(wildcard.ends_with(wanted), "{wildcard}");
}

#[test]
fn an_unsigned_delegation_is_insecure_with_its_proof() {
    let of = |denial, asked| world(denial).validate((asked, T::A)).verdict.to_string();
    assert_eq!(
        of(Denial::Nsec, "www.unsigned.z.test"),
        "insecure: no DS for unsigned.z.test. (proved by NSEC unsigned.z.test. -> *.wild.z.test.)"
    );
    assert!(
        of(HASHED, "www.unsigned.z.test")
            .starts_with("insecure: no DS for unsigned.z.test. (proved by NSEC3 ")
    );
    let opt_out = of(OPT_OUT, "www.unsigned.z.test");
    assert!(
        opt_out.starts_with("insecure: unsigned.z.test. may be an unsigned delegation"),
        "{opt_out}"
    );
    // What opt-out leaves open is not secure either, but what it names is (RFC 5155 section 9.2).
    assert!(of(OPT_OUT, "nowhere.z.test").starts_with("insecure: nowhere.z.test. may be"));
    assert_eq!(of(OPT_OUT, "www.z.test"), "secure");
    assert_eq!(of(OPT_OUT, "www.child.z.test"), "secure");
}

#[test]
fn a_zone_of_unknown_algorithms_or_too_many_iterations_is_insecure() {
    for (at, new, why) in [
        (2, 16, "DS 7 (ED448, SHA-256)"),
        (3, 9, "DS 7 (ED25519, digest 9)"),
    ] {
        let mut world = world(Denial::Nsec);
        let mut ds = vec![0, 7, 15, 2, 1, 2, 3];
        ds[at] = new;
        world
            .zone("test")
            .records
            .insert((name("z.test"), T::DS.0), vec![ds]);
        assert_eq!(
            world.validate(("www.z.test", T::A)).verdict.to_string(),
            format!(
                "insecure: no DS for z.test. with an algorithm and a digest that are supported here ({why})"
            )
        );
    }
    let world = world(Denial::Nsec3 {
        iterations: 151,
        opt_out: false,
    });
    assert_eq!(world.validate(("www.z.test", T::A)).verdict, Verdict::Secure);
    for asked in ["nowhere.z.test", "x.wild.z.test", "www.unsigned.z.test"] {
        assert_eq!(
            world.validate((asked, T::A)).verdict.to_string(),
            "insecure: the NSEC3 records of z.test. ask for 151 iterations, more than 150"
        );
    }
}

#[test]
fn signatures_out_of_their_time_are_bogus_with_the_date() {
    let now = u32::try_from(NOW).unwrap();
    let verdict = |times| {
        let mut world = world(Denial::Nsec);
        world.zone("z.test").times = times;
        world.validate(("www.z.test", T::A)).verdict.to_string()
    };
    let tag = key_tag(&SigningKey::ed25519(3).dnskey());
    assert_eq!(
        verdict((now - 2 * DAY, now - DAY)),
        format!("bogus: RRSIG of z.test. DNSKEY by key {tag} expired on 2027-01-14 08:00:00 UTC")
    );
    assert_eq!(
        verdict((now + DAY, now + 2 * DAY)),
        format!("bogus: RRSIG of z.test. DNSKEY by key {tag} is not valid before 2027-01-16 08:00:00 UTC")
    );
}

#[test]
fn aliases_without_end_end() {
    let mut world = world(Denial::Nsec);
    for n in 0..40 {
        let target = name(&format!("a{}.z.test", n + 1)).as_wire().to_vec();
        world
            .zone("z.test")
            .put(&name(&format!("a{n}.z.test")), T::CNAME, target);
    }
    let verdict = world.validate(("a0.z.test", T::A)).verdict.to_string();
    assert_eq!(verdict, "indeterminate: there are more than 16 aliases in a row");
    let circle = world.zone("z.test");
    circle.put(
        &name("circle.z.test"),
        T::CNAME,
        name("circle.z.test").as_wire().to_vec(),
    );
    let report = world.validate(("circle.z.test", T::A));
    assert_eq!(report.verdict, Verdict::Secure);
    assert_eq!(report.steps.last().unwrap().text, "the aliases go in a circle");
}

#[test]
fn what_cannot_be_found_out_is_indeterminate() {
    let world = world(Denial::Nsec);
    let www = ("www.z.test", T::A);
    let refused = world.tampered(www, (".", T::DNSKEY), |said| {
        *said = Said {
            rcode: 5,
            ..Said::default()
        }
    });
    assert_eq!(
        refused,
        "indeterminate: the server answers . DNSKEY with REFUSED; a resolver, or a server of the whole chain, must be asked"
    );
    let failed = world.tampered(www, www, |said| {
        *said = Said {
            rcode: 2,
            ..Said::default()
        }
    });
    assert_eq!(
        failed,
        "indeterminate: the server answers www.z.test. A with SERVFAIL"
    );
    let ns = Rec {
        name: name("test"),
        rtype: T::NS,
        data: vec![0],
    };
    let referral = Said {
        authority: vec![ns],
        ..Said::default()
    };
    let referred = world.tampered(www, www, |said| *said = referral.clone());
    assert!(
        referred.starts_with("indeterminate: the server answers www.z.test. A with a referral"),
        "{referred}"
    );
    let unsigned = world.validate(("www.z.test", T::RRSIG)).verdict.to_string();
    assert_eq!(unsigned, "indeterminate: RRSIG records are not signed");
}

#[test]
fn a_chain_is_asked_for_in_three_rounds() {
    let world = world(Denial::Nsec);
    let mut validator = world.validator();
    let mut validation = Validation::new(Question {
        name: name("www.z.test"),
        rtype: T::A,
        class: Class::IN,
    });
    let mut rounds = Vec::new();
    while let Next::Ask(questions) = validation.step(&mut validator, NOW) {
        rounds.push(questions.len());
        for asked in questions {
            let said = world.answer(&asked.0, asked.1);
            said.show(|message| validation.reply(asked, message));
        }
    }
    assert_eq!(rounds, [1, 3, 2]);
}

#[test]
fn a_zone_that_is_known_is_not_asked_for_again() {
    let world = world(Denial::Nsec);
    let mut validator = world.validator();
    let (first, asked) = world.validate_with(&mut validator, ("www.z.test", T::A), &mut |_, _| {});
    assert_eq!((first.verdict, asked.len()), (Verdict::Secure, 6));
    let (second, asked) = world.validate_with(&mut validator, ("nowhere.z.test", T::A), &mut |_, _| {});
    assert_eq!((second.verdict, asked.len()), (Verdict::Secure, 1));
    assert_eq!(second.steps.len(), 4);
}

#[test]
fn records_that_were_not_validated_are_found() {
    let world = world(Denial::Nsec);
    for asked in [
        ("www.z.test", T::A),
        ("www.subtree.z.test", T::A),
        ("nowhere.z.test", T::A),
    ] {
        let report = world.validate(asked);
        let mut said = world.answer(&name(asked.0), asked.1);
        assert_eq!(said.show(|message| report.misses(message)), None);
        let nothing = Said {
            rcode: 3,
            ..Said::default()
        };
        let hidden = nothing.show(|message| report.misses(message));
        assert_eq!(hidden.is_some(), !said.answer.is_empty(), "{asked:?}");
        said.answer.push(Rec {
            name: name(asked.0),
            rtype: T::A,
            data: vec![192, 0, 2, 66],
        });
        assert_eq!(
            said.show(|message| report.misses(message)),
            Some((name(asked.0), T::A))
        );
    }
}
