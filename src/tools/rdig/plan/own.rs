//! The `+options` that dig does not have.

use super::lookup::{Globals, Lookup};
use super::options::Action;
use super::validation;

/// Every option of ours with its full name.
#[rustfmt::skip]
pub(crate) const OWN: &[(&str, Action)] = &[
    ("json", Action::Both(json)),
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
