//! Why a validation ended as it did, in words.

use thiserror::Error;

use super::budget::Budget;
use super::key::algorithm_text;
use crate::proto::dns::MAX_ALIASES;
use crate::wire::dns::{Class, Name, Rcode, RecordType};

/// What a validation comes to (RFC 4033 section 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Signed from the anchor down.
    Secure,
    /// Proved to be outside what is signed.
    Insecure(Insecure),
    /// What should be signed is not, or is signed wrongly.
    Bogus(Bogus),
    /// It could not be found out.
    Indeterminate(Indeterminate),
}

/// Why there need be no signatures.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Insecure {
    /// The parent delegates the zone and signs that there is no DS record.
    #[error("no DS for {zone} (proved by {proof})")]
    NoDs {
        /// The zone.
        zone: Name,
        /// The records that prove it.
        proof: String,
    },
    /// The name is in a part of the zone where unsigned delegations are not listed (RFC 5155 section 6).
    #[error("{name} may be an unsigned delegation, or below one (opt-out: {proof})")]
    OptOut {
        /// The name.
        name: Name,
        /// The records that prove it.
        proof: String,
    },
    /// The zone is signed in ways only that we cannot check (RFC 4035 section 5.2).
    #[error("no DS for {zone} with an algorithm and a digest that are supported here ({present})")]
    Unsupported {
        /// The zone.
        zone: Name,
        /// What there is instead.
        present: String,
    },
    /// The zone's NSEC3 records ask for more work than is reasonable (RFC 9276 section 3.2).
    #[error(
        "the NSEC3 records of {zone} ask for {iterations} iterations, more than {}",
        Budget::ITERATIONS
    )]
    Iterations {
        /// The zone.
        zone: Name,
        /// How many it asks for.
        iterations: u16,
    },
}

/// What is wrong.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Bogus {
    /// A record set is not signed as it must be.
    #[error("{}", failure.of(name, *rtype, zone))]
    Signature {
        /// The owner of the set.
        name: Name,
        /// Its type.
        rtype: RecordType,
        /// The zone that must have signed it.
        zone: Name,
        /// What is wrong.
        failure: Failure,
    },
    /// The signer of a record set is not the zone that it is in.
    #[error("{name} {rtype} is signed by {signer}, which is not the zone that it is in")]
    Signer {
        /// The owner of the set.
        name: Name,
        /// Its type.
        rtype: RecordType,
        /// Who signed.
        signer: Name,
    },
    /// There are no keys, though there should be: a server that does not pass on what belongs to DNSSEC looks the same.
    #[error("{zone} has no DNSKEY, though {by} names one (does the server pass on DNSSEC records?)")]
    NoKeys {
        /// The zone.
        zone: Name,
        /// DS or trust anchor.
        by: &'static str,
    },
    /// No key is the one that the parent or the anchor vouches for.
    #[error("no DNSKEY of {zone} is the one that {by} names ({wanted})")]
    OtherKeys {
        /// The zone.
        zone: Name,
        /// DS or trust anchor.
        by: &'static str,
        /// The tags and algorithms looked for.
        wanted: String,
    },
    /// That something does not exist is not proved.
    #[error("nothing proves that {what}{}", detail.as_ref().map_or_else(String::new, |detail| format!(" ({detail})")))]
    Unproved {
        /// What should not exist.
        what: String,
        /// A record that would prove it, and what is wrong with it.
        detail: Option<String>,
    },
    /// A record's data is not what its type says.
    #[error("{name} {rtype} cannot be read")]
    Malformed {
        /// The owner of the record.
        name: Name,
        /// Its type.
        rtype: RecordType,
    },
}

/// Why nothing can be said.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Indeterminate {
    /// No anchor is above the name.
    #[error("there is no trust anchor at or above {name}")]
    NoAnchor {
        /// The name.
        name: Name,
    },
    /// An anchor is of algorithms only that we do not know.
    #[error("no trust anchor for {zone} is of an algorithm that is supported here")]
    UnsupportedAnchor {
        /// The anchor's zone.
        zone: Name,
    },
    /// There was no reply.
    #[error("no answer to {name} {rtype}: {why}")]
    NoAnswer {
        /// The name asked for.
        name: Name,
        /// The type asked for.
        rtype: RecordType,
        /// What was wrong.
        why: String,
    },
    /// The server would not or could not say.
    #[error("the server answers {name} {rtype} with {rcode}{}", advice(*rcode))]
    Refused {
        /// The name asked for.
        name: Name,
        /// The type asked for.
        rtype: RecordType,
        /// What it said.
        rcode: Rcode,
    },
    /// The reply only says whom to ask.
    #[error(
        "the server answers {name} {rtype} with a referral; a resolver, or a server of the whole chain, must be asked"
    )]
    Referral {
        /// The name asked for.
        name: Name,
        /// The type asked for.
        rtype: RecordType,
    },
    /// Records of the type are never signed.
    #[error("{rtype} records are not signed")]
    Unsignable {
        /// The type.
        rtype: RecordType,
    },
    /// There is no chain of trust in other classes.
    #[error("class {class} has no trust anchor")]
    OtherClass {
        /// The class.
        class: Class,
    },
    /// The aliases do not come to an end.
    #[error("there are more than {MAX_ALIASES} aliases in a row")]
    Aliases,
    /// The chain is longer than any honest one.
    #[error("more than {} questions would have to be asked", Budget::QUESTIONS)]
    TooMany,
}

/// Why no signature of a record set was accepted, in the order in which a signature is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is none by the zone.
    Unsigned,
    /// Its algorithm is not known.
    Algorithm {
        /// The key.
        tag: u16,
        /// The algorithm.
        algorithm: u8,
    },
    /// It counts more labels than the name has, or fewer than the zone.
    Labels {
        /// The key.
        tag: u16,
    },
    /// No key of the zone has its tag and algorithm.
    NoKey {
        /// The key.
        tag: u16,
        /// The algorithm.
        algorithm: u8,
    },
    /// Its time has not come.
    NotYet {
        /// The key.
        tag: u16,
        /// When it begins, in seconds since 1970.
        since: i64,
    },
    /// Its time is over.
    Expired {
        /// The key.
        tag: u16,
        /// When it ended, in seconds since 1970.
        until: i64,
    },
    /// The key is not one of its algorithm.
    BadKey {
        /// The key.
        tag: u16,
        /// The algorithm.
        algorithm: u8,
    },
    /// It is not the key's signature of these records.
    Mismatch {
        /// The key.
        tag: u16,
        /// The algorithm.
        algorithm: u8,
    },
    /// Too many signatures had to be tried.
    Budget,
}

impl Failure {
    /// How far the signature came: of several the one that came furthest is worth telling of.
    pub(super) fn progress(&self) -> u8 {
        match self {
            Self::Unsigned => 0,
            Self::Algorithm { .. } => 1,
            Self::Labels { .. } => 2,
            Self::NoKey { .. } => 3,
            Self::BadKey { .. } => 4,
            Self::NotYet { .. } => 5,
            Self::Expired { .. } => 6,
            Self::Mismatch { .. } => 7,
            Self::Budget => 8,
        }
    }

    /// The sentence about the signatures of `name`'s `rtype` records.
    pub(super) fn of(&self, name: &Name, rtype: RecordType, zone: &Name) -> String {
        let named = |tag: &u16| format!("RRSIG of {name} {rtype} by key {tag}");
        let with = |tag: &u16, algorithm: &u8| format!("{} ({})", named(tag), algorithm_text(*algorithm));
        match self {
            Self::Unsigned => format!("no RRSIG of {name} {rtype} by {zone}, which is signed"),
            Self::Algorithm { tag, algorithm } => {
                format!(
                    "{} is of an algorithm that is not supported here",
                    with(tag, algorithm)
                )
            }
            Self::Labels { tag } => format!("{} does not fit the name", named(tag)),
            Self::NoKey { tag, algorithm } => {
                format!(
                    "{}: there is no such DNSKEY of {zone} to trust",
                    with(tag, algorithm)
                )
            }
            Self::BadKey { tag, algorithm } => {
                format!("{}: that DNSKEY cannot be used", with(tag, algorithm))
            }
            Self::NotYet { tag, since } => format!("{} is not valid before {}", named(tag), date(*since)),
            Self::Expired { tag, until } => format!("{} expired on {}", named(tag), date(*until)),
            Self::Mismatch { tag, algorithm } => format!("{} does not verify", with(tag, algorithm)),
            Self::Budget => format!("too many signatures would have to be tried for {name} {rtype}"),
        }
    }
}

/// What to do about a server that refuses; one that fails, though it is told not to check, may know no better.
fn advice(rcode: Rcode) -> &'static str {
    match rcode {
        Rcode::REFUSED | NOTAUTH => "; a resolver, or a server of the whole chain, must be asked",
        _ => "",
    }
}

/// The server is not authoritative (RFC 2136 section 2.2, and more widely).
const NOTAUTH: Rcode = Rcode(9);

/// A moment, in seconds since 1970, for people.
pub(super) fn date(seconds: i64) -> String {
    match jiff::Timestamp::from_second(seconds) {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => format!("second {seconds}"),
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Secure => f.write_str("secure"),
            Self::Insecure(why) => write!(f, "insecure: {why}"),
            Self::Bogus(why) => write!(f, "bogus: {why}"),
            Self::Indeterminate(why) => write!(f, "indeterminate: {why}"),
        }
    }
}
