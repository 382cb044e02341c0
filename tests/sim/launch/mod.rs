//! Once-only calls in a bad world: the machines and the journals that the tools run, in virtual time, over a network
//! that loses, repeats, reorders and damages, on disks that fail at any call, with deaths of everybody.
//!
//! A seed makes one world: its weather, its clients and all that happens. `FAIRLOSS_SEED=N` replays one;
//! `FAIRLOSS_SIM_REQUESTS=N` says how many requests to make in all.

#![expect(
    clippy::cast_possible_truncation,
    reason = "the numbers of a small world are small"
)]

mod action;
mod client;
mod figures;
mod host;
mod oracle;
mod weather;
mod world;

#[path = "../../../src/store/faulty.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    reason = "the store's own tests count the calls; and what is in memory fits into it"
)]
mod faulty;

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

// The names by which the disk of the store's own tests, which is this one, knows them.
use fairloss::store::{Disk, File, Source};

use figures::Figures;
use world::World;

#[test]
fn launch_is_at_most_once_and_says_what_is_true() {
    if let Some(seed) = number("FAIRLOSS_SEED") {
        report(run(seed));
        return;
    }
    let wanted = number("FAIRLOSS_SIM_REQUESTS").unwrap_or(DEFAULT);
    #[expect(clippy::disallowed_methods, reason = "how long a run took is not part of it")]
    let began = Instant::now();
    let figures = runs(wanted);
    report(format_args!("{figures} in {:.1?}", began.elapsed()));
    figures.check_coverage();
}

#[test]
fn launch_a_seed_makes_one_history() {
    assert_eq!(run(11).to_string(), run(11).to_string());
    assert_ne!(run(11).to_string(), run(12).to_string());
}

/// Runs worlds, from seed 0 on, until they have made so many requests.
fn runs(wanted: u64) -> Figures {
    let threads = if wanted < MANY { 1 } else { 2 };
    let (next, made) = (AtomicU64::new(0), AtomicU64::new(0));
    let work = || {
        let mut figures = Figures::default();
        while made.load(Ordering::Relaxed) < wanted {
            let world = run(next.fetch_add(1, Ordering::Relaxed));
            made.fetch_add(world.requests, Ordering::Relaxed);
            figures += world;
        }
        figures
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut all = Figures::default();
        for worker in workers {
            match worker.join() {
                Ok(figures) => all += figures,
                Err(panic) => panic_any(panic),
            }
        }
        all
    })
}

/// Runs the world of a seed; says how to do it again if a property fails.
fn run(seed: u64) -> Figures {
    let outcome = catch_unwind(AssertUnwindSafe(|| World::new(seed).run()));
    outcome.unwrap_or_else(|_| {
        panic!("seed {seed} failed: replay with FAIRLOSS_SEED={seed} cargo test --test sim launch")
    })
}

#[expect(
    clippy::disallowed_macros,
    reason = "a test has nowhere else to say what it did"
)]
fn report(figures: impl std::fmt::Display) {
    println!("{figures}");
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test is where a run to be replayed is named"
)]
fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// How many requests are made if nothing else is said: some seconds without optimisation.
const DEFAULT: u64 = 4000;
/// From so many on, two threads share the work.
const MANY: u64 = 100_000;
