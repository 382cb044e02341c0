//! The transport layer.

pub(crate) mod dccp;
mod mptcp;
pub(crate) mod pgm;
pub(crate) mod sctp;
pub(crate) mod tcp;
mod tcp_options;
mod tcp_signature;
pub(crate) mod udp;
pub(crate) mod udp_lite;
