//! The five tools. Each room: `args` (exactly what was typed) → `plan` (typed, checked, no I/O) → `run`.

pub mod rdig;
pub mod rdump;
pub mod rhost;
pub mod rlaunch;
pub mod rnc;
