//! From which states the end can still be reached: a question about paths, which no property of single states asks.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

/// Which states follow which, and which are ends.
#[derive(Default)]
pub(crate) struct Graph {
    edges: Mutex<Vec<(u64, u64)>>,
    ends: Mutex<HashSet<u64>>,
    /// What an earlier exploration has found to be cut off from every end.
    trapped: HashSet<u64>,
}

impl Graph {
    pub(crate) fn knowing(trapped: HashSet<u64>) -> Self {
        Self {
            trapped,
            ..Self::default()
        }
    }

    pub(crate) fn is_trapped(&self, state: u64) -> bool {
        self.trapped.contains(&state)
    }

    pub(crate) fn edge(&self, from: u64, to: u64) {
        if from != to {
            self.edges.lock().expect("no thread panics").push((from, to));
        }
    }

    pub(crate) fn end(&self, state: u64) {
        self.ends.lock().expect("no thread panics").insert(state);
    }

    /// The states from which no end can be reached.
    pub(crate) fn trapped(&self) -> HashSet<u64> {
        let edges = self.edges.lock().expect("no thread panics");
        let ends = self.ends.lock().expect("no thread panics");
        let mut before: HashMap<u64, Vec<u64>> = HashMap::new();
        for (from, to) in edges.iter() {
            before.entry(*to).or_default().push(*from);
        }
        let (mut reaches, mut next) = (ends.clone(), ends.iter().copied().collect::<Vec<_>>());
        while let Some(state) = next.pop() {
            for earlier in before.get(&state).into_iter().flatten() {
                if reaches.insert(*earlier) {
                    next.push(*earlier);
                }
            }
        }
        let all = edges.iter().flat_map(|(from, to)| [*from, *to]);
        all.filter(|state| !reaches.contains(state)).collect()
    }
}
