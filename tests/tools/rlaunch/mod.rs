//! `rlaunch` as a person runs it.

mod kill;
mod server;

mod everyday;
mod fence;
