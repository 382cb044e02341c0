//! What the operator of a store asks of it.

mod log;
mod record;

pub(super) use log::log;

/// Whose journal is that of a server.
const ROLE: [u8; 4] = *b"ids ";
