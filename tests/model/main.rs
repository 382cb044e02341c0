//! An exhaustive check of once-only calls: every state that the machines of `proto::launch` can come to, whatever
//! the network, crashes, disks and clients do within the bounds of a case.
//!
//! The machines are the ones that the tools run, driven by hand; the world around them is small: the network is the
//! set of all datagrams ever sent, the disk a list of records with a durable prefix, time stands still.
//!
//! `FAIRLOSS_MODEL=full cargo test --release --test model -- --nocapture` explores the large cases, and
//! `FAIRLOSS_MODEL=show` prints the shortest way in which each mutant goes wrong.
#![expect(
    clippy::indexing_slicing,
    reason = "an exploration that panics has failed, and says in which case"
)]

mod attacks;
mod case;
mod client;
mod disk;
mod explore;
mod fault;
mod graph;
mod history;
mod mutants;
mod net;
mod properties;
mod site;
mod sound;
mod state;
mod world;
