//! What the operator of a store asks of it, or of the server that has it open.

mod log;
mod offline;
mod operate;
mod record;
mod request;
mod socket;
mod status;

pub(super) use log::log;
pub(super) use operate::operate;
pub(super) use request::{Request, prune, resolve};
pub(super) use socket::Site;
pub(super) use status::Status;

/// Whose journal is that of a server.
const ROLE: [u8; 4] = *b"ids ";
