//! The machines as they are: no property is broken in any state.

use std::env;

use fairloss::proto::launch::{Effect, OnDoubt};

use super::case::{Case, Mishaps};
use super::explore::{explore, say};

/// What takes seconds without optimisation.
const SMALL: [Case; 8] = [
    Case {
        name: "what is in doubt is probed",
        on_doubt: OnDoubt::Probe,
        may: Mishaps {
            kills: 2,
            lost: 1,
            deadlines: 1,
            ..Mishaps::NONE
        },
        ..Case::CALM
    },
    Case {
        name: "an operator says what became of what is in doubt",
        may: Mishaps {
            kills: 2,
            resolved: 1,
            ..Mishaps::NONE
        },
        ..Case::CALM
    },
    Case {
        name: "the effect is the record",
        effect: Effect::Missile,
        operations: 2,
        may: Mishaps {
            power_cuts: 1,
            kills: 1,
            deadlines: 1,
            ..Mishaps::NONE
        },
        ..Case::CALM
    },
    Case {
        name: "the server is killed twice, or not",
        may: Mishaps {
            kills: 2,
            ..Mishaps::NONE
        },
        ..Case::CALM
    },
    Case {
        name: "power is lost",
        may: Mishaps {
            power_cuts: 1,
            deadlines: 1,
            ..Mishaps::NONE
        },
        ..Case::CALM
    },
    Case {
        name: "the store is lost",
        may: Mishaps {
            losses: 1,
            ..Mishaps::NONE
        },
        ..Case::CALM
    },
    Case {
        name: "two operations, kills on both sides",
        operations: 2,
        may: Mishaps {
            kills: 1,
            client_kills: 1,
            ..Mishaps::NONE
        },
        ..Case::CALM
    },
    Case {
        name: "two clients, one session",
        clients: 2,
        sessions: 1,
        ..Case::CALM
    },
];

/// What takes minutes with it.
const LARGE: [Case; 9] = [
    Case {
        name: "one client, two operations, probes, kills on both sides",
        operations: 2,
        on_doubt: OnDoubt::Probe,
        may: Mishaps {
            kills: 2,
            client_kills: 1,
            ..Mishaps::NONE
        },
        ..Case::CALM
    },
    Case {
        name: "one client, two operations, power is lost",
        operations: 2,
        may: Mishaps {
            power_cuts: 1,
            client_kills: 1,
            ..Mishaps::NONE
        },
        ..Case::CALM
    },
    Case {
        name: "an older copy of the store is put back",
        may: Mishaps {
            rollbacks: 1,
            ..Mishaps::NONE
        },
        ..Case::CALM
    },
    Case {
        name: "one client, two operations, kills on both sides and a deadline",
        operations: 2,
        may: Mishaps {
            kills: 1,
            client_kills: 1,
            deadlines: 1,
            ..Mishaps::NONE
        },
        ..Case::CALM
    },
    Case {
        name: "one client, two operations side by side, two kills, one that cannot begin",
        operations: 2,
        pipelined: true,
        may: Mishaps {
            kills: 2,
            not_begun: 1,
            ..Mishaps::NONE
        },
        ..Case::CALM
    },
    Case {
        name: "one client, two operations, snapshots",
        operations: 2,
        may: Mishaps {
            kills: 1,
            snapshots: 1,
            client_kills: 1,
            ..Mishaps::NONE
        },
        ..Case::CALM
    },
    Case {
        name: "two clients, a kill and a deadline",
        clients: 2,
        may: Mishaps {
            kills: 1,
            deadlines: 1,
            ..Mishaps::NONE
        },
        ..Case::CALM
    },
    Case {
        name: "two clients, a hello that arrives twice",
        clients: 2,
        may: Mishaps {
            hellos: 1,
            ..Mishaps::NONE
        },
        ..Case::CALM
    },
    Case {
        name: "two clients, one session, a kill",
        clients: 2,
        sessions: 1,
        may: Mishaps {
            kills: 1,
            ..Mishaps::NONE
        },
        ..Case::CALM
    },
];

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test is where the size of a run is named"
)]
fn no_property_is_broken_in_any_state() {
    let full = env::var("FAIRLOSS_MODEL").is_ok_and(|what| what == "full");
    let cases = SMALL.iter().chain(LARGE.iter().filter(|_| full));
    for case in cases {
        let findings = explore(*case, None, None);
        say(&format!(
            "{}: {} states, {} steps deep, {:.1?}",
            case.name, findings.states, findings.depth, findings.took
        ));
        if let Some((property, story)) = findings.broken.first_key_value() {
            panic!("{}: {property}\n{story}", case.name);
        }
        assert!(!findings.cut_short, "{}: too large", case.name);
    }
}
