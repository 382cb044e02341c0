//! The transport layer.

mod mptcp;
pub(crate) mod tcp;
mod tcp_options;
pub(crate) mod udp;
