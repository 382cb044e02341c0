//! What must hold in every state.

use fairloss::proto::launch::{Effect, Ids, OnDoubt};
use stateright::Property;

use super::history::Told;
use super::state::State;
use super::world::World;

pub(crate) const ONCE: &str = "P1 an action takes effect at most once";
pub(crate) const LAUNCHED: &str = "P2 what is said to be launched was launched once, with that result";
pub(crate) const NOT_LAUNCHED: &str = "P3 what is said not to be launched never is";
pub(crate) const SETTLES: &str = "P4 the end can be reached from everywhere";
pub(crate) const KNOWN: &str =
    "P5 nothing is refused or unknown but what was forgotten or is in doubt and cannot be probed";
pub(crate) const SAME: &str = "P6 a call has one answer";
pub(crate) const BOUNDED: &str = "P7 no more is kept than sessions times window";
pub(crate) const NOT_AMPLIFIED: &str = "P8 who has not proved its address gets no more than it sent";
pub(crate) const ROLLED_BACK: &str = "P9 for who has seen more than the store holds nothing is done";

pub(crate) fn all() -> Vec<Property<World>> {
    vec![
        Property::always(ONCE, once),
        Property::always(LAUNCHED, launched),
        Property::always(NOT_LAUNCHED, not_launched),
        Property::always(SETTLES, settles),
        Property::always(KNOWN, known),
        Property::always(SAME, |world: &World, state: &State| {
            may_forget(world) || !state.history.contradiction
        }),
        Property::always(BOUNDED, bounded),
        Property::always(NOT_AMPLIFIED, |_, state: &State| !state.history.amplified),
        Property::always(ROLLED_BACK, |_, state: &State| !state.history.rollback_ignored),
    ]
}

/// A store that was rolled back may have forgotten what nobody can remind it of.
fn may_forget(world: &World) -> bool {
    world.case.may.rollbacks > 0
}

fn once(world: &World, state: &State) -> bool {
    may_forget(world) || state.history.operations().all(|(launches, _)| launches <= 1)
}

fn launched(world: &World, state: &State) -> bool {
    let holds = |(launches, told): (u8, &std::collections::BTreeSet<Told>)| {
        let results: Vec<_> = told
            .iter()
            .filter_map(|told| match told {
                Told::Launched(result) => Some(result),
                _ => None,
            })
            .collect();
        results.is_empty() || (launches == 1 && results.len() == 1)
    };
    let own = world.case.effect == Effect::Missile || results_are_their_own(state);
    may_forget(world) || state.history.operations().all(holds) && own
}

/// The result that is handed on is that of this operation, and not of another.
fn results_are_their_own(state: &State) -> bool {
    let told = state.history.told.iter().enumerate();
    let mut all = told.flat_map(|(client, told)| {
        let of_client = told.iter().enumerate();
        of_client.flat_map(move |(number, told)| told.iter().map(move |told| (client, number, told)))
    });
    all.all(|(client, number, told)| match told {
        // An operator knows that it was launched, and not what it answered.
        Told::Launched(result) if result.is_empty() => state.spent.resolved > 0,
        Told::Launched(result) => super::client::operation(result) == (client, number),
        _ => true,
    })
}

fn not_launched(world: &World, state: &State) -> bool {
    let holds = |(launches, told): (u8, &std::collections::BTreeSet<Told>)| {
        launches == 0 || !told.contains(&Told::NotLaunched)
    };
    may_forget(world) || state.history.operations().all(holds)
}

/// Notes the ends while every state is looked at; which states are cut off from them is known afterwards.
fn settles(world: &World, state: &State) -> bool {
    if state.is_settled() {
        world.graph.end(state.key);
    }
    !world.graph.is_trapped(state.key)
}

fn known(world: &World, state: &State) -> bool {
    let case = world.case;
    let forgets = case.may.rollbacks > 0 || case.may.losses > 0 || case.evicts();
    let may_doubt = case.effect == Effect::Outside && case.on_doubt != OnDoubt::Probe;
    let died = state.spent.lost > 0 || state.spent.kills > 0 || state.spent.power_cuts > 0;
    let fine = |told: &Told| match told {
        Told::Launched(_) | Told::NotLaunched => true,
        Told::InDoubt => may_doubt && died,
        Told::Gone | Told::Refused(_) => false,
    };
    forgets || state.history.operations().all(|(_, told)| told.iter().all(fine))
}

fn bounded(world: &World, state: &State) -> bool {
    let mut ids = Ids::new(false);
    for (index, record) in &state.disk.records {
        ids.apply(*index, record);
    }
    let calls = ids.calls() as u64;
    ids.sessions() <= world.case.sessions && calls <= world.case.sessions as u64 * world.case.window
}
