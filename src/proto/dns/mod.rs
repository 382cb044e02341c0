//! The DNS without sockets: lookup (servers, tries, truncation → TCP, search list) and the cache.

mod hosts;
mod resolv_conf;
mod search;

pub use hosts::Hosts;
pub use resolv_conf::{MAX_SERVERS, Nameserver, Options, ResolvConf};
pub use search::candidates;
