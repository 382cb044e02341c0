//! The networks in which each property is checked.

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};

use fairloss::proto::link::Spec;

/// Checks that a property holds in every network of the matrix, or in the one that the environment names.
///
/// The property is given the network and a seed for everything else that is random in the run.
pub(crate) fn holds_everywhere(property: &str, run: impl Fn(Spec, u64) -> Result<(), String>) {
    let networks = replayed().map_or_else(matrix, |network| vec![network]);
    for network in networks {
        let seed = network.seed.expect("every network of the matrix has a seed");
        let outcome = catch_unwind(AssertUnwindSafe(|| run(network, seed)));
        let failure = match outcome {
            Ok(Ok(())) => continue,
            Ok(Err(failure)) => failure,
            Err(_) => "it panicked, see above".to_owned(),
        };
        panic!("{property}: {failure}\nreplay with FAIRLOSS_SIM='{network}'");
    }
}

/// Each mixture of four losses, three duplications, three reorderings and three damages, with 94 seeds each.
fn matrix() -> Vec<Spec> {
    let mut networks = Vec::new();
    for loss in [0, 10, 30, 50] {
        for duplication in [0, 10, 50] {
            for reordering in [0, 20, 50] {
                for damage in [0, 1, 10] {
                    for repetition in 0..94 {
                        let delay = ["0ms", "1ms", "5ms..50ms"][repetition % 3];
                        let seed = networks.len();
                        let words = format!(
                            "loss={loss}%,dup={duplication}%,reorder={reordering}%,corrupt={damage}%,\
                             delay={delay},seed={seed}"
                        );
                        networks.push(words.parse().expect("the matrix is well-formed"));
                    }
                }
            }
        }
    }
    assert!(networks.len() >= 10_000);
    networks
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test is where a run to be replayed is named"
)]
fn replayed() -> Option<Spec> {
    let words = env::var("FAIRLOSS_SIM").ok()?;
    Some(words.parse().expect("FAIRLOSS_SIM names a network"))
}
