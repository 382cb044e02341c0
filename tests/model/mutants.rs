//! Every mutant is caught, by the property that it is named with.

use std::env;

use fairloss::proto::launch::OnDoubt;

use super::case::{Case, Mishaps};
use super::explore::{explore, say};
use super::fault::Fault;
use super::properties::{KNOWN, LAUNCHED, NOT_LAUNCHED, ONCE, ROLLED_BACK, SAME, SETTLES};

/// Each mistake, the least world in which it matters, and what must notice it.
const MUTANTS: [(Fault, Case, &str); 24] = [
    (Fault::FireBeforeIntent, with(POWER_CUT), ONCE),
    (Fault::LyingSync, with(POWER_CUT), ONCE),
    (Fault::EvictWithoutFloor, crowded(KILL), ONCE),
    (Fault::SnapshotForgetsClosed, with(SNAPSHOT), ONCE),
    (Fault::SnapshotForgetsAcknowledged, twice(SNAPSHOT), ONCE),
    (Fault::ReservedNotWritten, two(CANCEL_AND_KILL), LAUNCHED),
    (Fault::TombstoneNotWritten, with(CANCEL_AND_KILL), NOT_LAUNCHED),
    (Fault::RerunInDoubt, with(KILL), ONCE),
    (Fault::ToldBeforeWritten, with(KILL), SAME),
    (Fault::RollbackUnchecked, with(ROLLBACK), ROLLED_BACK),
    (Fault::LossUnderTheSameName, with(LOSS), ONCE),
    (Fault::NoFence, probed(KILL), NOT_LAUNCHED),
    (Fault::NoFence, with(KILL_AND_RESOLVE), NOT_LAUNCHED),
    (Fault::LostIsNotBegun, with(LOST), NOT_LAUNCHED),
    (Fault::FailedIsNotBegun, with(Mishaps::NONE), NOT_LAUNCHED),
    (Fault::CancelWhileRunning, with(CANCEL), NOT_LAUNCHED),
    (Fault::OutcomeOfAnother, two(Mishaps::NONE), LAUNCHED),
    (
        Fault::SessionWithoutNonce,
        twice(CANCEL_AND_CLIENT_KILL),
        LAUNCHED,
    ),
    (Fault::AnswerToAnother, twice(Mishaps::NONE), LAUNCHED),
    (Fault::SendBeforeJournal, with(CLIENT_KILL), ONCE),
    (Fault::AckWithGaps, PIPELINED, KNOWN),
    (Fault::SettledBeforeHandedOn, with(CLIENT_KILL), SETTLES),
    (Fault::DeadlineIsNo, with(CANCEL), NOT_LAUNCHED),
    (Fault::GoneAgain, crowded(Mishaps::NONE), ONCE),
];

/// One client, one operation.
const fn with(may: Mishaps) -> Case {
    Case { may, ..Case::CALM }
}

/// One client, one operation, and what is in doubt is probed.
const fn probed(may: Mishaps) -> Case {
    Case {
        on_doubt: OnDoubt::Probe,
        ..with(may)
    }
}

/// One client, two operations.
const fn twice(may: Mishaps) -> Case {
    Case {
        operations: 2,
        may,
        ..Case::CALM
    }
}

/// Two clients, one operation each.
const fn two(may: Mishaps) -> Case {
    Case {
        clients: 2,
        may,
        ..Case::CALM
    }
}

/// Two clients, and room for the session of one.
const fn crowded(may: Mishaps) -> Case {
    Case {
        sessions: 1,
        ..two(may)
    }
}

const PIPELINED: Case = Case {
    operations: 3,
    pipelined: true,
    ..Case::CALM
};
const KILL: Mishaps = Mishaps {
    kills: 1,
    ..Mishaps::NONE
};
const KILL_AND_RESOLVE: Mishaps = Mishaps { resolved: 1, ..KILL };
const LOST: Mishaps = Mishaps {
    lost: 1,
    ..Mishaps::NONE
};
const POWER_CUT: Mishaps = Mishaps {
    power_cuts: 1,
    ..Mishaps::NONE
};
const SNAPSHOT: Mishaps = Mishaps { snapshots: 1, ..KILL };
const CANCEL: Mishaps = Mishaps {
    deadlines: 1,
    ..Mishaps::NONE
};
const CANCEL_AND_KILL: Mishaps = Mishaps { deadlines: 1, ..KILL };
const CLIENT_KILL: Mishaps = Mishaps {
    client_kills: 1,
    ..Mishaps::NONE
};
const CANCEL_AND_CLIENT_KILL: Mishaps = Mishaps {
    deadlines: 1,
    ..CLIENT_KILL
};
const ROLLBACK: Mishaps = Mishaps {
    rollbacks: 1,
    ..Mishaps::NONE
};
const LOSS: Mishaps = Mishaps {
    losses: 1,
    ..Mishaps::NONE
};

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test is where what is to be shown is named"
)]
fn every_mutant_is_caught_by_the_property_that_it_breaks() {
    let show = env::var("FAIRLOSS_MODEL").is_ok_and(|what| what == "show");
    let mut missed = Vec::new();
    for (fault, case, property) in MUTANTS {
        let findings = explore(case, Some(fault), Some(property));
        let Some(story) = findings.broken.get(property) else {
            missed.push((fault, property, findings.broken));
            continue;
        };
        say(&format!(
            "{fault:?}: {property}: {} states, {:.1?}",
            findings.states, findings.took
        ));
        if show {
            say(&format!("{story}\n"));
        }
    }
    assert!(missed.is_empty(), "not caught: {missed:#?}");
}

#[test]
fn to_rerun_what_is_in_doubt_is_at_least_once_and_no_more() {
    let case = Case {
        on_doubt: OnDoubt::Rerun,
        ..with(KILL)
    };
    let findings = explore(case, None, Some(ONCE));
    assert!(findings.broken.contains_key(ONCE), "{:?}", findings.broken.keys());
}
