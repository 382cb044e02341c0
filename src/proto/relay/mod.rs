//! nc's data rules without the data: when a connection ends, what is said at its ends, and how the bytes are
//! changed on their way. The bytes themselves move in `net`, mostly without ever being seen.

mod access;
mod broker;
mod crlf;
mod filter;
mod hex_dump;
pub mod proxy;
mod session;
mod telnet;

pub use access::Access;
pub use broker::{Broker, BrokerInput, BrokerOutput, MemberId, Pending};
pub use crlf::Crlf;
pub use filter::Filter;
pub use hex_dump::{HexDump, Voice};
pub use session::{Direction, End, Input, Output, Rules, Session};
pub use telnet::Telnet;
