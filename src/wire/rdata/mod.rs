//! What is inside a record, as text in master file form (RFC 1035 section 5): laid out as dig lays it out.
//!
//! One file per family of types. A type that nobody knows, or data that is not what its type says, is written
//! in the generic form of RFC 3597.

mod address;
mod algorithm;
mod certificate;
mod cursor;
mod dnssec;
mod host_key;
mod line;
mod location;
mod name;
mod network;
mod period;
mod service;
mod text;
mod transaction;
mod type_map;
mod unknown;
mod words;
mod writer;

use thiserror::Error;

use super::Truncated;
use super::dns::{Class, NameError, Rdata, RecordType};
use cursor::Cursor;
use writer::Writer;

pub use algorithm::{algorithm_name, key_tag};
pub use line::{Layout, Ttl};
pub use period::{period, short_period};

/// How the data is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Long data in brackets over several lines, each begun with four tabs.
    pub multiline: bool,
    /// Comments that explain keys and times.
    pub comments: bool,
    /// How long a word of base64 or hex is, in characters; 0 for as long as the data. Of no effect with
    /// `multiline`, which has words of its own.
    pub word: usize,
    /// Print keys, signatures and digests; without, a note takes their place.
    pub crypto: bool,
    /// All eight groups of IPv6 addresses with all their digits.
    pub expand_aaaa: bool,
    /// The generic form for every type.
    pub unknown: bool,
    /// For YAML, where text must not end with a colon: `2001:db8::0`.
    pub yaml: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            multiline: false,
            comments: false,
            word: 56,
            crypto: true,
            expand_aaaa: false,
            unknown: false,
            yaml: false,
        }
    }
}

/// The data is not what its type says.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Malformed {
    /// It ends too early.
    #[error("unexpected end of input")]
    Truncated,
    /// It goes on after its end.
    #[error("extra input data")]
    Extra,
    /// A name in it is wrong.
    #[error(transparent)]
    Name(NameError),
    /// A field has a value that it must not have.
    #[error("format error")]
    Value,
}

impl From<Truncated> for Malformed {
    fn from(_: Truncated) -> Self {
        Self::Truncated
    }
}

impl From<NameError> for Malformed {
    fn from(error: NameError) -> Self {
        match error {
            NameError::Truncated => Self::Truncated,
            error => Self::Name(error),
        }
    }
}

/// Appends the data of a record to `out`; in the generic form if it is not what its type says.
pub fn write(rtype: RecordType, class: Class, rdata: Rdata<'_>, style: &Style, out: &mut Vec<u8>) {
    if try_write(rtype, class, rdata, style, out).is_err() {
        unknown::write(rdata.bytes(), &mut Writer::new(style, out));
    }
}

/// Appends the data of a record to `out`, as long as it is what its type says.
///
/// # Errors
/// What is wrong with the data; nothing is appended then.
pub fn try_write(
    rtype: RecordType,
    class: Class,
    rdata: Rdata<'_>,
    style: &Style,
    out: &mut Vec<u8>,
) -> Result<(), Malformed> {
    let before = out.len();
    let mut cursor = Cursor::new(rdata);
    let mut writer = Writer::new(style, out);
    let result = match form(rtype, class) {
        None => {
            unknown::write(rdata.bytes(), &mut writer);
            return Ok(());
        }
        Some(form) if style.unknown => unknown::write_expanded(form, rdata, &mut writer),
        Some(form) => form(&mut cursor, &mut writer).and_then(|()| cursor.end()),
    };
    if result.is_err() {
        out.truncate(before);
    }
    result
}

/// Writes the data of one type.
type Form = fn(&mut Cursor<'_>, &mut Writer<'_>) -> Result<(), Malformed>;

/// The form of a type, if it has one of its own.
fn form(rtype: RecordType, class: Class) -> Option<Form> {
    let form: Form = match (rtype, class) {
        (RecordType::A, Class::IN | Class::HS) => address::a,
        (RecordType::A, Class::CH) => address::chaos,
        (RecordType::AAAA, Class::IN) => address::aaaa,
        (RecordType::A6, Class::IN) => address::a6,
        (RecordType::APL, Class::IN) => address::apl,
        (RecordType::WKS, Class::IN) => address::wks,
        (RecordType::NSAP, Class::IN) => network::nsap,
        (RecordType::ATMA, Class::IN) => network::atma,
        (RecordType::EID | RecordType::NIMLOC, Class::IN) => network::hex_words,
        (RecordType::EUI48, _) => network::eui48,
        (RecordType::EUI64, _) => network::eui64,
        (RecordType::NID | RecordType::L64, _) => network::locator64,
        (RecordType::L32, _) => network::locator32,
        (
            RecordType::NS
            | RecordType::CNAME
            | RecordType::PTR
            | RecordType::MB
            | RecordType::MD
            | RecordType::MF
            | RecordType::MG
            | RecordType::MR
            | RecordType::DNAME,
            _,
        )
        | (RecordType::NSAP_PTR, Class::IN) => name::one,
        (RecordType::SOA, _) => name::soa,
        (RecordType::MX | RecordType::AFSDB | RecordType::RT | RecordType::LP, _)
        | (RecordType::KX, Class::IN) => name::preference,
        (RecordType::MINFO | RecordType::RP | RecordType::TALINK, _) => name::two,
        (RecordType::PX, Class::IN) => name::px,
        (RecordType::SRV, Class::IN) => name::srv,
        (RecordType::NAPTR, _) => name::naptr,
        (
            RecordType::TXT | RecordType::SPF | RecordType::NINFO | RecordType::AVC | RecordType::RESINFO,
            _,
        ) => text::strings,
        (RecordType::HINFO, _) => text::two,
        (RecordType::X25, _) => text::one,
        (RecordType::ISDN, _) => text::isdn,
        (RecordType::GPOS, _) => text::three,
        (RecordType::URI, _) => text::uri,
        (RecordType::CAA, _) => text::caa,
        (RecordType::DOA, _) => text::doa,
        (RecordType::LOC, _) => location::loc,
        (RecordType::DNSKEY | RecordType::CDNSKEY, _) => dnssec::dnskey,
        (RecordType::KEY | RecordType::RKEY, _) => dnssec::key,
        (RecordType::RRSIG | RecordType::SIG, _) => dnssec::rrsig,
        (RecordType::DS | RecordType::CDS | RecordType::DLV | RecordType::TA, _) => dnssec::ds,
        (RecordType::NSEC, _) => dnssec::nsec,
        (RecordType::NXT, _) => dnssec::nxt,
        (RecordType::NSEC3, _) => dnssec::nsec3,
        (RecordType::NSEC3PARAM, _) => dnssec::nsec3param,
        (RecordType::CSYNC, _) => dnssec::csync,
        (RecordType::ZONEMD, _) => dnssec::zonemd,
        (RecordType::CERT, _) => certificate::cert,
        (RecordType::SSHFP, _) => certificate::sshfp,
        (RecordType::TLSA | RecordType::SMIMEA, _) => certificate::tlsa,
        (RecordType::OPENPGPKEY, _) => certificate::openpgpkey,
        (RecordType::DHCID, Class::IN) => certificate::dhcid,
        (RecordType::SINK, _) => certificate::sink,
        (RecordType::IPSECKEY, _) => host_key::ipseckey,
        (RecordType::AMTRELAY, _) => host_key::amtrelay,
        (RecordType::HIP, _) => host_key::hip,
        (RecordType::SVCB | RecordType::HTTPS, Class::IN) => service::svcb,
        (RecordType::TSIG, Class::ANY) => transaction::tsig,
        (RecordType::TKEY, _) => transaction::tkey,
        _ => return None,
    };
    Some(form)
}
