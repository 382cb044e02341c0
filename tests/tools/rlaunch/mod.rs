//! `rlaunch` as a person runs it.

mod proof;
mod server;

mod bench;
mod coproc;
mod everyday;
mod fence;
mod json;
mod key;
mod lines;
mod names;
mod operator;
mod resume;
