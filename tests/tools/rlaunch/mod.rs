//! `rlaunch` as a person runs it.

mod orphan;
mod proof;
mod server;

mod attack;
mod bench;
mod coproc;
#[cfg(feature = "etcd")]
mod etcd;
mod everyday;
mod fence;
mod json;
mod key;
mod limits;
mod lines;
mod names;
mod operator;
mod path;
mod places;
mod probe;
mod resume;
