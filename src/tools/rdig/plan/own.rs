//! The `+options` that dig does not have.

use std::num::NonZeroU32;

use super::UsageError;
use super::lookup::{Ask, Globals, Lookup};
use super::number::number;
use super::options::Action;
use super::{carrier, validation};
use crate::cli::Exit;
use crate::tools::dns_cache::Use;

/// Every option of ours with its full name.
#[rustfmt::skip]
pub(crate) const OWN: &[(&str, Action)] = &[
    ("cache", Action::Optional(cache)),
    ("compare", Action::Lookup(|l, on| l.exchange.ask = if on { Ask::Compare } else { Ask::InTurn })),
    ("explain", Action::Lookup(|l, on| l.show.explain = on)),
    ("inflight", Action::Value(in_flight)),
    ("json", Action::Both(json)),
    ("quic", Action::Optional(carrier::quic)),
    ("race", Action::Lookup(|l, on| l.exchange.ask = if on { Ask::Race } else { Ask::InTurn })),
    ("rate", Action::Optional(rate)),
    ("rcode-exit", Action::Run(|g, on| g.rcode_exit = on)),
    ("summary", Action::Run(|g, on| g.summary = Some(on))),
    ("trust-anchor", Action::Optional(validation::trust_anchor)),
    ("validate", Action::Optional(validation::validate)),
];

fn cache(_: &mut Globals, lookup: &mut Lookup, on: bool, value: Option<&str>) -> Result<(), UsageError> {
    lookup.exchange.cache = match value {
        _ if !on => Use::No,
        None => Use::Yes,
        Some(value) => value.parse().map_err(|why| UsageError::Value {
            what: "cache",
            problem: Some(format!("invalid cache '{value}': {why}")),
            exit: Exit::FAILURE,
        })?,
    };
    Ok(())
}

fn json(globals: &mut Globals, _: &mut Lookup, on: bool) {
    globals.json = on;
    if on {
        globals.yaml = false;
        globals.cmd = false;
    }
}

fn in_flight(globals: &mut Globals, _: &mut Lookup, value: &str) -> Result<(), UsageError> {
    let most = number(value, MOST_IN_FLIGHT, "inflight")?;
    globals.in_flight = NonZeroU32::new(most);
    if globals.in_flight.is_none() {
        return Err(UsageError::plain("+inflight must be at least 1"));
    }
    Ok(())
}

/// `+rate=0` and `+norate` take the limit away.
fn rate(globals: &mut Globals, _: &mut Lookup, on: bool, value: Option<&str>) -> Result<(), UsageError> {
    globals.rate = match value {
        _ if !on => None,
        None => return Err(UsageError::Form),
        Some(value) => NonZeroU32::new(number(value, MOST_A_SECOND, "rate")?),
    };
    Ok(())
}

/// More than this many ids are never in use at once.
const MOST_IN_FLIGHT: u32 = 16_384;
/// A microsecond between two queries.
const MOST_A_SECOND: u32 = 1_000_000;
