//! DNS messages (RFC 1035): queries are built, replies are walked.
//!
//! A reply is not decoded as a whole. [`Message::parse`] looks at the header only; questions and records are
//! then read one at a time, so that a record that makes no sense does not hide the others. What is inside a
//! record is read by [`crate::wire::rdata`] when it is printed.

mod class;
mod edns;
mod extended_error;
mod header;
mod idna;
mod labels;
mod message;
mod name;
mod opcode;
mod option_value;
mod query;
mod rcode;
mod record_type;
mod registry;
mod reverse;
mod tsig;

pub use class::Class;
pub use edns::{Edns, EdnsOption, EdnsOptions, option_code};
pub use extended_error::ExtendedError;
pub use header::{Flags, Header};
pub use idna::idna_flaw;
pub use labels::Labels;
pub use message::{Message, MessageError, Question, Rdata, Record, RecordError, Section};
pub use name::{Name, NameError, TypedName};
pub use opcode::Opcode;
pub use option_value::OptionValue;
pub use query::{BuildError, Query, QueryEdns};
pub use rcode::Rcode;
pub use record_type::RecordType;
pub use registry::UnknownMnemonic;
pub use tsig::{MalformedTsig, Tsig};
