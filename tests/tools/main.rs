//! The five binaries as a person runs them: on loopback, without root, peers or network unless a test says
//! loudly that it skips.

mod dns_cache;
mod rdig;
mod rdump;
mod rhost;
mod rlaunch;
mod rnc;
mod support;
mod usage;
