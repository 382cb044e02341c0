//! The DNS without sockets: lookup (servers, tries, truncation → TCP, search list) and the cache.

mod acquaintance;
mod answer;
mod cache;
pub mod courier;
mod hosts;
mod kept;
mod lookup;
mod numeric;
mod reply;
mod resolv_conf;
mod search;
mod serial;
mod shelf;
#[cfg(test)]
mod testing;
mod trace;
mod transfer;
mod transport;
pub mod tsig;
#[cfg(feature = "dnssec")]
pub mod validate;

pub use acquaintance::Acquaintance;
pub use answer::{Answer, MAX_ALIASES, Verdict, target};
pub use cache::{Cache, Limits};
pub use courier::Courier;
pub use hosts::Hosts;
pub use kept::{Kept, Lifetimes, STALE_TTL};
pub use lookup::{End, Input, Lookup, Output, Policy};
pub use numeric::inet_aton;
pub use reply::{Accept, Mismatch};
pub use resolv_conf::{MAX_SERVERS, Nameserver, Options, ResolvConf};
pub use search::candidates;
pub use serial::{is_newer_serial, soa_serial};
pub use shelf::{Key, Shelf, Shelved};
pub use trace::{Referral, Step, Trace};
pub use transfer::{NotATransfer, Transfer};
pub use transport::{Method, Transport};
