//! The transport layer.

pub(crate) mod tcp;
mod tcp_options;
pub(crate) mod udp;
