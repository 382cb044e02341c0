//! **fairloss**: five small network tools over one library.
//!
//! The name is the lowest rung of the ladder on which the library stands: a *fair-loss link* may lose,
//! repeat, reorder and damage what is sent, but not for ever. Every tool is one way up from there.
//!
//! The house has four floors; imports point down only, and rooms on one floor do not import each other
//! (`tests/layering.rs` holds both rules).
//!
//! ```text
//!   bin ─▶ tools ─▶ cli               4  what a person types and reads
//!            │
//!     net   store   capture           3  sockets, files, the clock, the kernel
//!            │
//!    proto  filter  print             2  thinking without doing
//!            │
//!           wire                      1  bytes ⇄ values
//! ```
//!
//! `ARCHITECTURE.md` walks a packet, a lookup and a launch through them.

pub mod wire;

pub mod filter;
pub mod print;
pub mod proto;

pub mod capture;
pub mod net;
pub mod store;

pub mod cli;
pub mod tools;
