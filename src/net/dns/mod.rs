//! The DNS over sockets: one exchange with one server.

mod error;
mod exchange;
mod stream;

pub use error::ExchangeError;
pub use exchange::{Exchange, Notice, Reply};
pub use stream::Stream;
