//! Runs an exploration, and tells what it has found.

use std::collections::{BTreeMap, BTreeSet};

use std::time::{Duration, Instant};

use stateright::{Checker, HasDiscoveries, Model, Path};

use super::case::Case;
use super::fault::Fault;
use super::graph::Graph;
use super::properties::SETTLES;
use super::state::State;
use super::world::{Action, World};

/// What an exploration came to.
pub(crate) struct Findings {
    pub(crate) states: usize,
    pub(crate) depth: usize,
    pub(crate) took: Duration,
    /// There were more states than are looked at.
    pub(crate) cut_short: bool,
    /// The properties that do not hold, and the shortest way to where they do not.
    pub(crate) broken: BTreeMap<&'static str, String>,
}

/// Explores every state of the case; where a property is to catch something, until it does.
#[expect(
    clippy::disallowed_methods,
    reason = "how long it took is told, and decides nothing"
)]
pub(crate) fn explore(case: Case, fault: Option<Fault>, catch: Option<&'static str>) -> Findings {
    let until = match catch {
        Some(property) => HasDiscoveries::AnyOf(BTreeSet::from([property])),
        None => HasDiscoveries::AnyFailures,
    };
    let began = Instant::now();
    let run = |world: World| {
        world
            .checker()
            .finish_when(until.clone())
            .target_state_count(MOST)
            .spawn_bfs()
            .join()
    };
    let mut checker = run(World::new(case, fault));
    // Only who has seen every state can tell from which of them the end cannot be reached.
    let is_whole = match catch {
        Some(property) => property == SETTLES,
        None => checker.discoveries().is_empty(),
    };
    if is_whole {
        let trapped = checker.model().graph.trapped();
        if !trapped.is_empty() {
            checker = run(World::new(case, fault).knowing(Graph::knowing(trapped)));
        }
    }
    Findings {
        states: checker.unique_state_count(),
        depth: checker.max_depth(),
        took: began.elapsed(),
        cut_short: checker.state_count() >= MOST,
        broken: checker
            .discoveries()
            .into_iter()
            .map(|(name, path)| (name, story(path)))
            .collect(),
    }
}

/// Tells whoever runs the tests with `--nocapture`.
#[expect(
    clippy::disallowed_macros,
    reason = "the figures of a run are for the one who runs it"
)]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}

/// A path in words: what happened, and what came of it.
fn story(path: Path<State, Action>) -> String {
    let mut lines = Vec::new();
    for (number, pair) in path.into_vec().windows(2).enumerate() {
        let [(before, Some(action)), (after, _)] = pair else {
            continue;
        };
        lines.push(format!("{:3}. {action:?}", number + 1));
        let sent = after.net.iter().filter(|message| !before.net.contains(message));
        lines.extend(sent.map(|message| format!("       sent {message:?}")));
        let new = after
            .disk
            .records
            .iter()
            .filter(|(index, _)| *index > before.disk.last);
        lines.extend(new.map(|(index, record)| format!("       written {index}: {record:?}")));
        if before.history.launches != after.history.launches {
            lines.push(format!("       launches {:?}", after.history.launches));
        }
        if before.history.told != after.history.told {
            lines.push(format!("       told {:?}", after.history.told));
        }
    }
    lines.join("\n")
}

/// No exploration is to take more memory than a machine has: one that comes to this is too large.
const MOST: usize = 20_000_000;
