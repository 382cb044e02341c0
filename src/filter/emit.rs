//! A decision graph → instructions.

use rustc_hash::FxHashMap;

use super::FilterError;
use super::cond::{Compare, Test};
use super::graph::{ACCEPT, Block, Graph, Id, REJECT};
use super::insn::{Insn, code};
use super::op::Op;
use super::program::{MEMORY, Program};
use super::value::{Node, Size, Value, Values};

/// The instructions that decide `graph`; a wanted packet is cut to `snaplen` bytes.
pub(super) fn emit(graph: &Graph, values: &Values, snaplen: u32) -> Result<Vec<Insn>, FilterError> {
    let order = order(graph);
    let bodies = bodies(graph, values, &order)?;
    layout(graph, &order, &bodies, snaplen)
}

/// All blocks that are reached, each before those that it leads to.
fn order(graph: &Graph) -> Vec<Id> {
    let mut order = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    // A block is put down when all behind it has been; `false` is the way in, `true` the way out.
    let mut stack = vec![(graph.root(), false)];
    while let Some((id, done)) = stack.pop() {
        if done {
            order.push(id);
            continue;
        }
        let Some(block) = graph.block(id) else {
            continue;
        };
        if !seen.insert(id) {
            continue;
        }
        stack.push((id, true));
        let (yes, no) = ways(block);
        // The last one pushed is walked first and ends up furthest from the block.
        stack.push((yes, false));
        stack.push((no, false));
    }
    order.reverse();
    order
}

fn ways(block: Block) -> (Id, Id) {
    match block {
        Block::Test { yes, no, .. } => (yes, no),
        Block::Set { next, .. } => (next, next),
    }
}

/// The instructions of each block up to its jump, and the jump.
fn bodies(graph: &Graph, values: &Values, order: &[Id]) -> Result<FxHashMap<Id, Body>, FilterError> {
    let mut entries: FxHashMap<Id, Registers> = FxHashMap::default();
    let mut bodies = FxHashMap::default();
    let mut total = 0;
    for id in order {
        let Some(block) = graph.block(*id) else {
            continue;
        };
        let registers = entries.get(id).copied().unwrap_or_default();
        let mut writer = Writer {
            values,
            insns: Vec::new(),
            registers,
            free: 0,
        };
        let jump = match block {
            Block::Test { test, .. } => Some(writer.test(test)?),
            Block::Set { slot, value, .. } => {
                writer.load_a(value)?;
                writer.push(code::ST, u32::from(slot))?;
                None
            }
        };
        total += writer.insns.len() + 1;
        if total > Program::MAX / 2 {
            return Err(too_long());
        }
        for way in [ways(block).0, ways(block).1] {
            let entry = entries.entry(way).or_insert(writer.registers);
            *entry = entry.common(writer.registers);
        }
        bodies.insert(
            *id,
            Body {
                insns: writer.insns,
                jump,
            },
        );
    }
    Ok(bodies)
}

struct Body {
    insns: Vec<Insn>,
    /// The code and the constant of the jump at the end; without one, the next block follows.
    jump: Option<(u16, u32)>,
}

/// Puts the blocks one after another. Jumps only know how far to go forward, so it is done from the end.
fn layout(
    graph: &Graph,
    order: &[Id],
    bodies: &FxHashMap<Id, Body>,
    snaplen: u32,
) -> Result<Vec<Insn>, FilterError> {
    let used = |end: Id| {
        graph.root() == end
            || order
                .iter()
                .filter_map(|id| graph.block(*id))
                .any(|block| [ways(block).0, ways(block).1].contains(&end))
    };
    let mut backwards = Vec::new();
    // How many instructions stand after the beginning of each block, itself included.
    let mut places: FxHashMap<Id, usize> = FxHashMap::default();
    for (end, wanted) in [(REJECT, 0), (ACCEPT, snaplen)] {
        if used(end) {
            backwards.push(Insn::ret(wanted));
            places.insert(end, backwards.len());
        }
    }
    for id in order.iter().rev() {
        let (Some(block), Some(body)) = (graph.block(*id), bodies.get(id)) else {
            continue;
        };
        let (yes, no) = ways(block);
        let place = |id: Id| places.get(&id).copied().unwrap_or_default();
        match body.jump {
            None => {
                let distance = backwards.len() - place(yes);
                if distance > 0 {
                    backwards.push(Insn::new(code::JA, distance.try_into().unwrap_or(u32::MAX)));
                }
            }
            Some((code, k)) => {
                // A test can pass over at most 255 instructions; further away goes by a plain jump behind it.
                let mut near = |to: Id| {
                    let distance = backwards.len() - place(to);
                    if distance > usize::from(u8::MAX) - 1 {
                        backwards.push(Insn::new(code::JA, distance.try_into().unwrap_or(u32::MAX)));
                        return backwards.len();
                    }
                    place(to)
                };
                let (no, yes) = (near(no), near(yes));
                let offset = |place: usize| u8::try_from(backwards.len() - place).unwrap_or(u8::MAX);
                let (jt, jf) = (offset(yes), offset(no));
                backwards.push(Insn { code, jt, jf, k });
            }
        }
        backwards.extend(body.insns.iter().rev());
        places.insert(*id, backwards.len());
        if backwards.len() > Program::MAX {
            return Err(too_long());
        }
    }
    backwards.reverse();
    Ok(backwards)
}

fn too_long() -> FilterError {
    FilterError::whole("the filter needs a program that is too long")
}

/// Which values the two registers are known to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Registers {
    a: Option<Value>,
    x: Option<Value>,
}

impl Registers {
    fn common(self, other: Self) -> Self {
        Self {
            a: self.a.filter(|a| other.a == Some(*a)),
            x: self.x.filter(|x| other.x == Some(*x)),
        }
    }
}

/// Writes the instructions that calculate values.
struct Writer<'a> {
    values: &'a Values,
    insns: Vec<Insn>,
    registers: Registers,
    /// The words of scratch memory in use by this calculation, from the bottom.
    free: u8,
}

impl Writer<'_> {
    fn test(&mut self, test: Test) -> Result<(u16, u32), FilterError> {
        let jump = match test.op {
            Compare::Equal => code::JEQ,
            Compare::Greater => code::JGT,
            Compare::AtLeast => code::JGE,
            Compare::Bits => code::JSET,
        };
        if let Some(k) = self.values.as_const(test.right) {
            self.load_a(test.left)?;
            return Ok((jump, k));
        }
        self.both(test.left, test.right)?;
        Ok((jump | code::X, 0))
    }

    /// `left` in the accumulator and `right` in the index register.
    fn both(&mut self, left: Value, right: Value) -> Result<(), FilterError> {
        if self.in_one_step(right) {
            self.load_a(left)?;
            return self.load_x(right);
        }
        self.load_a(right)?;
        if usize::from(self.free) >= MEMORY - RESERVED {
            return Err(FilterError::whole(
                "too many registers needed to evaluate expression",
            ));
        }
        let slot = u32::from(self.free);
        self.free += 1;
        self.push(code::ST, slot)?;
        self.load_a(left)?;
        self.push(code::LDX_MEM, slot)?;
        self.free -= 1;
        self.registers.x = Some(right);
        Ok(())
    }

    /// Whether the index register can be loaded without the accumulator.
    fn in_one_step(&self, value: Value) -> bool {
        let node = self.values.node(value);
        matches!(
            node,
            Node::HeaderLen(_) | Node::Slot { .. } | Node::Const(_) | Node::Len
        )
    }

    fn load_x(&mut self, value: Value) -> Result<(), FilterError> {
        if self.registers.x == Some(value) {
            return Ok(());
        }
        match self.values.node(value) {
            Node::HeaderLen(offset) => self.push(code::LDX_MSH, offset)?,
            Node::Slot { slot, .. } => self.push(code::LDX_MEM, u32::from(slot))?,
            Node::Const(number) => self.push(code::LDX_IMM, number)?,
            Node::Len => self.push(code::LDX_LEN, 0)?,
            _ => {
                self.load_a(value)?;
                self.push(code::TAX, 0)?;
            }
        }
        self.registers.x = Some(value);
        Ok(())
    }

    fn load_a(&mut self, value: Value) -> Result<(), FilterError> {
        if self.registers.a == Some(value) {
            return Ok(());
        }
        match self.values.node(value) {
            Node::Const(number) => self.push(code::LD_IMM, number)?,
            Node::Len => self.push(code::LD_LEN, 0)?,
            Node::Slot { slot, .. } => self.push(code::LD_MEM, u32::from(slot))?,
            Node::HeaderLen(_) => {
                self.load_x(value)?;
                self.push(code::TXA, 0)?;
            }
            Node::Load {
                size,
                base: None,
                offset,
            } => {
                let code = match size {
                    Size::Byte => code::LD_B_ABS,
                    Size::Half => code::LD_H_ABS,
                    Size::Word => code::LD_W_ABS,
                };
                self.push(code, offset)?;
            }
            Node::Load {
                size,
                base: Some(base),
                offset,
            } => {
                self.load_x(base)?;
                let code = match size {
                    Size::Byte => code::LD_B_IND,
                    Size::Half => code::LD_H_IND,
                    Size::Word => code::LD_W_IND,
                };
                self.push(code, offset)?;
            }
            Node::Neg(inner) => {
                self.load_a(inner)?;
                self.push(code::NEG, 0)?;
            }
            Node::Binary(op, left, right) => self.binary(op, left, right)?,
        }
        self.registers.a = Some(value);
        Ok(())
    }

    fn binary(&mut self, op: Op, left: Value, right: Value) -> Result<(), FilterError> {
        let operation = code::ALU | op.code();
        if let Some(k) = self.values.as_const(right) {
            self.load_a(left)?;
            return self.push(operation, k);
        }
        self.both(left, right)?;
        self.push(operation | code::X, 0)
    }

    fn push(&mut self, code: u16, k: u32) -> Result<(), FilterError> {
        // Values share their parts, programs do not: a short filter can ask for an endless calculation.
        if self.insns.len() == MAX_BODY {
            return Err(too_long());
        }
        self.insns.push(Insn::new(code, k));
        Ok(())
    }
}

/// The words of scratch memory that calculations leave to [`Block::Set`].
pub(super) const RESERVED: usize = 8;

const MAX_BODY: usize = 4096;
