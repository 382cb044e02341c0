//! Why a name was not found.

use thiserror::Error;

use crate::wire::dns::{Name, NameError, Rcode, RecordType};

/// Why a name was not found.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LookupError {
    /// What was typed is not a name.
    #[error("{text}: not a name: {problem}")]
    BadName {
        /// What was typed.
        text: String,
        /// What is wrong with it.
        problem: NameError,
    },
    /// There is no such name.
    #[error("{}: no such name", bare(.0))]
    NoName(Name),
    /// The name has no such records.
    #[error("{}: no {rtype} record", bare(name))]
    NoData {
        /// The name.
        name: Name,
        /// The type.
        rtype: RecordType,
    },
    /// The name has no address of a family that is wanted.
    #[error("{0}: no address")]
    NoAddress(String),
    /// The servers replied that they cannot answer.
    #[error("{}: the servers cannot answer: {rcode}", bare(name))]
    Failed {
        /// The name.
        name: Name,
        /// What the last one said.
        rcode: Rcode,
    },
    /// What the servers replied cannot be read.
    #[error("{}: the reply of the name server makes no sense", bare(.0))]
    Garbled(Name),
    /// No server replied.
    #[error("{}: no name server replied", bare(.0))]
    Silent(Name),
    /// The name is an alias for an alias, and so on without end.
    #[error("{}: its aliases do not end", bare(.0))]
    Loop(Name),
}

/// A name without its final dot, as people write names.
pub(super) fn bare(name: &Name) -> String {
    let mut text = name.to_string();
    if text.len() > 1 {
        text.pop();
    }
    text
}
