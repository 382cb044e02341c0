//! Thousands of histories: whatever happens, no call is launched twice, and what was told stays true.

use super::world::{Faults, World, payload};
use super::*;
use crate::proto::launch::Id;

const ALL: Faults = Faults {
    kills: true,
    expiries: true,
    lost_answers: true,
    probe: false,
};

/// What the histories of a test came to, so that a test that tests nothing is noticed.
#[derive(Debug, Default)]
struct Tally {
    launched: u32,
    ruled_out: u32,
    in_doubt: u32,
    kills: u32,
}

fn histories(seeds: std::ops::Range<u64>, faults: Faults) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let mut world = World::new(seed, 3, 3, 6, faults);
        for _ in 0..1500 {
            world.step();
        }
        assert!(world.settle(), "seed {seed}: not every call was settled");
        check(seed, &world, &mut tally);
    }
    tally
}

fn check(seed: u64, world: &World, tally: &mut Tally) {
    tally.kills += world.kills;
    for (id, count) in &world.launches {
        assert_eq!(*count, 1, "seed {seed}: {id:?} was launched {count} times");
    }
    for (id, told) in &world.told {
        let Id::Call(call) = id else { continue };
        let said = |status| told.iter().any(|(known, _)| *known == status);
        let launched = world.launches.contains_key(id);
        if said(Status::Launched) {
            tally.launched += 1;
            assert!(launched, "seed {seed}: {id:?} was told to be launched");
            let result = payload(*call);
            let mut results = told.iter().filter(|(status, _)| *status == Status::Launched);
            assert!(results.all(|(_, told)| *told == result), "seed {seed}: {id:?}");
        }
        if said(Status::NotLaunched) {
            tally.ruled_out += 1;
            assert!(
                !launched,
                "seed {seed}: {id:?} was told not to be launched, and was"
            );
        }
        tally.in_doubt += u32::from(said(Status::InDoubt));
    }
    assert_eq!(
        world.store.count("/t/calls/"),
        0,
        "seed {seed}: what is closed leaves nothing"
    );
}

#[test]
fn no_history_launches_a_call_twice_or_makes_an_answer_untrue() {
    let tally = histories(0..MANY, ALL);
    assert!(
        tally.launched > 1000 && tally.ruled_out > 100 && tally.in_doubt > 10,
        "{tally:?}"
    );
    assert!(tally.kills > 100, "{tally:?}");
}

#[test]
fn with_a_truthful_probe_nothing_stays_in_doubt_and_no_answer_is_untrue() {
    let tally = histories(0..MANY, Faults { probe: true, ..ALL });
    assert!(tally.launched > 1000 && tally.ruled_out > 100, "{tally:?}");
}

#[test]
fn without_kills_and_with_leases_that_last_nothing_is_in_doubt() {
    let faults = Faults {
        kills: false,
        expiries: false,
        ..ALL
    };
    let tally = histories(0..MANY / 2, faults);
    assert_eq!(tally.in_doubt, 0, "{tally:?}");
}

/// How many histories a test goes through; `FAIRLOSS_HISTORIES` in the environment of the compiler makes it more.
const MANY: u64 = match option_env!("FAIRLOSS_HISTORIES") {
    Some(_) => 20_000,
    None => 400,
};
