//! The `+options` that dig does not have.

use super::lookup::{Ask, Globals, Lookup};
use super::options::Action;
use super::validation;

/// Every option of ours with its full name.
#[rustfmt::skip]
pub(crate) const OWN: &[(&str, Action)] = &[
    ("compare", Action::Lookup(|l, on| l.exchange.ask = if on { Ask::Compare } else { Ask::InTurn })),
    ("explain", Action::Lookup(|l, on| l.show.explain = on)),
    ("json", Action::Both(json)),
    ("race", Action::Lookup(|l, on| l.exchange.ask = if on { Ask::Race } else { Ask::InTurn })),
    ("rcode-exit", Action::Run(|g, on| g.rcode_exit = on)),
    ("trust-anchor", Action::Optional(validation::trust_anchor)),
    ("validate", Action::Optional(validation::validate)),
];

fn json(globals: &mut Globals, _: &mut Lookup, on: bool) {
    globals.json = on;
    if on {
        globals.yaml = false;
        globals.cmd = false;
    }
}
