//! The guarantees of the ladder as properties, each checked in virtual time over more than ten thousand seeded
//! networks: every mixture of loss, duplication, reordering and damage, up to half of the datagrams lost.
//!
//! A property that fails names the network that broke it. To run that one alone:
//! `FAIRLOSS_SIM='loss=0.5,…,seed=123' cargo test --test sim NAME`.
#![expect(
    clippy::indexing_slicing,
    reason = "a property that panics has failed, and says in which network"
)]

mod ask;
mod fair_loss;
mod fifo;
mod launch;
mod matrix;
mod pair;
mod perfect;
mod road;
mod stubborn;
mod transport;
