//! A condition as a decision graph: each test leads to one of two further tests, and in the end to yes or no.

use rustc_hash::FxHashMap;

use super::FilterError;
use super::cond::{Compare, Cond, Test};
use super::value::{Value, Values};

/// A node of the graph. Nodes that a block leads to always have smaller numbers than the block itself.
pub(super) type Id = usize;

/// The packet is not wanted.
pub(super) const REJECT: Id = 0;
/// The packet is wanted.
pub(super) const ACCEPT: Id = 1;

/// One step of the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Block {
    Test {
        test: Test,
        yes: Id,
        no: Id,
    },
    /// Puts a value into a word of the scratch memory and goes on.
    Set {
        slot: u8,
        value: Value,
        next: Id,
    },
}

#[derive(Debug)]
pub(super) struct Graph {
    /// The blocks, by number less [`FIRST`].
    blocks: Vec<Block>,
    root: Id,
}

impl Graph {
    pub(super) fn new(condition: &Cond) -> Result<Self, FilterError> {
        let mut builder = Builder::default();
        let root = builder.lower(condition, ACCEPT, REJECT)?;
        Ok(Self {
            blocks: builder.blocks,
            root,
        })
    }

    pub(super) fn root(&self) -> Id {
        self.root
    }

    pub(super) fn block(&self, id: Id) -> Option<Block> {
        id.checked_sub(FIRST)
            .and_then(|index| self.blocks.get(index))
            .copied()
    }

    pub(super) fn rejects_all(&self) -> bool {
        self.root == REJECT
    }

    /// Leads each way past the tests whose answer is known on it, until nothing changes: `tcp and port 80` asks
    /// for the Ethernet type once.
    pub(super) fn thread(&mut self, values: &Values) {
        for _ in 0..MAX_ROUNDS {
            if !self.thread_once(values) {
                return;
            }
            self.merge();
        }
    }

    /// Makes one of blocks that have become equal: what follows `arp host` and `rarp host`.
    fn merge(&mut self) {
        let mut first: FxHashMap<Block, Id> = FxHashMap::default();
        let mut same = vec![REJECT, ACCEPT];
        for (index, block) in self.blocks.iter_mut().enumerate() {
            let one = |id: Id| same.get(id).copied().unwrap_or(id);
            *block = match *block {
                Block::Test { test, yes, no } => Block::Test {
                    test,
                    yes: one(yes),
                    no: one(no),
                },
                Block::Set { slot, value, next } => Block::Set {
                    slot,
                    value,
                    next: one(next),
                },
            };
            let id = *first.entry(*block).or_insert(FIRST + index);
            same.push(id);
        }
        self.root = same.get(self.root).copied().unwrap_or(self.root);
    }

    fn thread_once(&mut self, values: &Values) -> bool {
        // What is known at the beginning of each block, whichever way it was reached.
        let mut known: FxHashMap<Id, Facts> = FxHashMap::default();
        let mut changed = false;
        let root = self.follow(self.root, &Facts::default(), values);
        changed |= root != self.root;
        self.root = root;
        known.insert(root, Facts::default());
        // A block's number is larger than those of all that it leads to, so all ways into a block have been
        // followed when its turn comes.
        for id in (FIRST..FIRST + self.blocks.len()).rev() {
            let Some(facts) = known.remove(&id) else {
                continue;
            };
            let Some(block) = self.block(id) else {
                continue;
            };
            let threaded = match block {
                Block::Test { test, yes, no } => {
                    let mut way = |to, answer| {
                        let mut facts = facts.clone();
                        facts.learn(test, answer, values);
                        let to = self.follow(to, &facts, values);
                        join(&mut known, to, facts);
                        to
                    };
                    Block::Test {
                        test,
                        yes: way(yes, true),
                        no: way(no, false),
                    }
                }
                Block::Set { slot, value, next } => {
                    let next = self.follow(next, &facts, values);
                    join(&mut known, next, facts);
                    Block::Set { slot, value, next }
                }
            };
            if threaded != block {
                changed = true;
                if let Some(place) = self.blocks.get_mut(id - FIRST) {
                    *place = threaded;
                }
            }
        }
        changed
    }

    /// Where the way to `to` really leads, with these facts.
    fn follow(&self, mut to: Id, facts: &Facts, values: &Values) -> Id {
        while let Some(Block::Test { test, yes, no }) = self.block(to) {
            to = match facts.answer(test, values) {
                Some(true) => yes,
                Some(false) => no,
                None if yes == no => yes,
                None => break,
            };
        }
        to
    }
}

/// What tests have shown on the way to a block.
#[derive(Clone, Debug, Default)]
struct Facts {
    equal: FxHashMap<Value, u32>,
    answers: FxHashMap<Test, bool>,
}

impl Facts {
    fn learn(&mut self, test: Test, answer: bool, values: &Values) {
        if let (Compare::Equal, true, Some(number)) = (test.op, answer, values.as_const(test.right)) {
            self.equal.insert(test.left, number);
        }
        self.answers.insert(test, answer);
    }

    fn answer(&self, test: Test, values: &Values) -> Option<bool> {
        let known = |value| values.as_const(value).or_else(|| self.equal.get(&value).copied());
        if test.left == test.right {
            return Some(matches!(test.op, Compare::Equal | Compare::AtLeast));
        }
        match (known(test.left), known(test.right)) {
            (Some(left), Some(right)) => Some(test.op.holds(left, right)),
            _ => self.answers.get(&test).copied(),
        }
    }

    fn intersect(&mut self, other: &Self) {
        self.equal
            .retain(|value, number| other.equal.get(value) == Some(number));
        self.answers
            .retain(|test, answer| other.answers.get(test) == Some(answer));
    }
}

fn join(known: &mut FxHashMap<Id, Facts>, to: Id, facts: Facts) {
    if to < FIRST {
        return;
    }
    match known.get_mut(&to) {
        Some(before) => before.intersect(&facts),
        None => {
            known.insert(to, facts);
        }
    }
}

#[derive(Default)]
struct Builder {
    blocks: Vec<Block>,
    index: FxHashMap<Block, Id>,
}

impl Builder {
    /// The block that decides `condition` and goes on to `yes` or `no`.
    fn lower(&mut self, condition: &Cond, yes: Id, no: Id) -> Result<Id, FilterError> {
        match condition {
            Cond::Known(true) => Ok(yes),
            Cond::Known(false) => Ok(no),
            Cond::Not(inner) => self.lower(inner, no, yes),
            Cond::And(first, second) => {
                let second = self.lower(second, yes, no)?;
                self.lower(first, second, no)
            }
            Cond::Or(first, second) => {
                let second = self.lower(second, yes, no)?;
                self.lower(first, yes, second)
            }
            Cond::Test(test) => self.intern(Block::Test { test: *test, yes, no }),
            Cond::Set(slot, value) => self.intern(Block::Set {
                slot: *slot,
                value: *value,
                next: yes,
            }),
        }
    }

    fn intern(&mut self, block: Block) -> Result<Id, FilterError> {
        if let Some(id) = self.index.get(&block) {
            return Ok(*id);
        }
        if self.blocks.len() == MAX_BLOCKS {
            return Err(FilterError::whole(format!(
                "the filter needs more than {MAX_BLOCKS} tests"
            )));
        }
        self.blocks.push(block);
        let id = FIRST + self.blocks.len() - 1;
        self.index.insert(block, id);
        Ok(id)
    }
}

/// The number of the first block.
const FIRST: Id = 2;

const MAX_BLOCKS: usize = 20_000;

/// Each round looks a step further; few filters need three.
const MAX_ROUNDS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::value::Size;

    fn is(values: &mut Values, offset: u32, number: u32) -> Cond {
        let left = values.load(Size::Byte, None, offset);
        let right = values.constant(number);
        Cond::test(left, Compare::Equal, right)
    }

    #[test]
    fn a_contradiction_rejects_everything() {
        let mut values = Values::default();
        let condition = is(&mut values, 9, 6).and(is(&mut values, 9, 17));
        let mut graph = Graph::new(&condition).unwrap();
        assert!(!graph.rejects_all());
        graph.thread(&values);
        assert!(graph.rejects_all());
    }

    #[test]
    fn a_test_is_not_repeated() {
        let mut values = Values::default();
        let (a, b, c) = (
            is(&mut values, 0, 1),
            is(&mut values, 1, 1),
            is(&mut values, 2, 1),
        );
        let condition = a.clone().and(b).or(a.and(c));
        let mut graph = Graph::new(&condition).unwrap();
        graph.thread(&values);
        let Some(Block::Test { no, .. }) = graph.block(graph.root()) else {
            panic!("no test")
        };
        assert_eq!(no, REJECT);
    }
}
