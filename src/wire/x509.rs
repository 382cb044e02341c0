//! What a certificate says of itself (RFC 5280 section 4.1): for people to read, not to trust.

use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::Reader;

/// What a certificate says of itself. Nothing in it has been verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Whom it is for, as `CN=www.example.com, O=Example`.
    pub subject: String,
    /// Who says so.
    pub issuer: String,
    /// From when, in UTC.
    pub not_before: String,
    /// Until when, in UTC.
    pub not_after: String,
    /// The host names and addresses that it is for.
    pub names: Vec<String>,
    /// Whether it names its subject as its issuer.
    pub is_self_issued: bool,
}

impl Certificate {
    /// Reads a certificate in DER; `None` if it is none.
    pub fn parse(der: &[u8]) -> Option<Self> {
        let (_, mut certificate) = element(&mut Reader::new(der))?;
        let (_, mut fields) = element(&mut certificate)?;
        let (tag, _) = element(&mut fields)?;
        if tag == EXPLICIT_VERSION {
            element(&mut fields)?; // the serial number
        }
        element(&mut fields)?; // the algorithm
        let (_, issuer) = element(&mut fields)?;
        let (_, mut validity) = element(&mut fields)?;
        let (_, subject) = element(&mut fields)?;
        let mut parsed = Self {
            is_self_issued: issuer.rest() == subject.rest(),
            subject: distinguished_name(subject)?,
            issuer: distinguished_name(issuer)?,
            not_before: moment(element(&mut validity)?)?,
            not_after: moment(element(&mut validity)?)?,
            names: Vec::new(),
        };
        while let Some((tag, mut field)) = element(&mut fields) {
            if tag == EXPLICIT_EXTENSIONS {
                let (_, extensions) = element(&mut field)?;
                parsed.names = alternative_names(extensions).unwrap_or_default();
            }
        }
        Some(parsed)
    }
}

/// The next element of DER: its tag, and what is in it.
fn element<'a>(reader: &mut Reader<'a>) -> Option<(u8, Reader<'a>)> {
    let tag = reader.u8().ok()?;
    let length = match reader.u8().ok()? {
        0x81 => usize::from(reader.u8().ok()?),
        0x82 => usize::from(reader.u16().ok()?),
        0x83 => usize::from(reader.u8().ok()?) << 16 | usize::from(reader.u16().ok()?),
        short @ 0..=0x7f => usize::from(short),
        _ => return None,
    };
    Some((tag, reader.sub(length).ok()?))
}

/// A name as `CN=www.example.com, O=Example`, with the escapes of RFC 4514, in the order of the certificate.
fn distinguished_name(mut name: Reader<'_>) -> Option<String> {
    let mut text = String::new();
    while !name.is_empty() {
        let (_, mut set) = element(&mut name)?;
        while !set.is_empty() {
            let (_, mut pair) = element(&mut set)?;
            let (_, kind) = element(&mut pair)?;
            let value = element(&mut pair)?;
            if !text.is_empty() {
                text.push_str(", ");
            }
            text.push_str(&attribute(kind.rest()));
            text.push('=');
            push_value(&mut text, value);
        }
    }
    Some(text)
}

/// The short name of an attribute, or its number.
fn attribute(kind: &[u8]) -> String {
    let known = match kind {
        [0x55, 4, 3] => "CN",
        [0x55, 4, 5] => "serialNumber",
        [0x55, 4, 6] => "C",
        [0x55, 4, 7] => "L",
        [0x55, 4, 8] => "ST",
        [0x55, 4, 10] => "O",
        [0x55, 4, 11] => "OU",
        DOMAIN_COMPONENT => "DC",
        EMAIL => "emailAddress",
        other => return dotted(other),
    };
    known.to_owned()
}

fn dotted(identifier: &[u8]) -> String {
    let mut text = String::new();
    let mut number = 0_u64;
    for byte in identifier {
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            continue;
        }
        if text.is_empty() {
            let first = (number / 40).min(2);
            let _ = write!(text, "{first}.{}", number - first * 40);
        } else {
            let _ = write!(text, ".{number}");
        }
        number = 0;
    }
    text
}

fn push_value(text: &mut String, (tag, value): (u8, Reader<'_>)) {
    let bytes = value.rest();
    let value = match tag {
        BMP_STRING => {
            let units = bytes
                .chunks_exact(2)
                .map(|unit| unit.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte)));
            char::decode_utf16(units)
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        UTF8_STRING | PRINTABLE_STRING | TELETEX_STRING | IA5_STRING => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        _ => {
            text.push('#');
            for byte in bytes {
                let _ = write!(text, "{byte:02x}");
            }
            return;
        }
    };
    for c in value.chars() {
        if matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';') {
            text.push('\\');
        }
        text.push(c);
    }
}

/// A `UTCTime` or a `GeneralizedTime` as `2026-11-20 13:05:00 UTC`.
fn moment((tag, time): (u8, Reader<'_>)) -> Option<String> {
    let digits = time.rest().strip_suffix(b"Z")?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = std::str::from_utf8(digits).ok()?;
    let (century, digits) = match (tag, digits.len()) {
        // RFC 5280 section 4.1.2.5.1: two digits are of the years 1950 to 2049.
        (UTC_TIME, 12) if digits.starts_with(['5', '6', '7', '8', '9']) => ("19", digits),
        (UTC_TIME, 12) => ("20", digits),
        (GENERALIZED_TIME, 14) => digits.split_at_checked(2)?,
        _ => return None,
    };
    let pairs: Vec<&str> = (0..12)
        .step_by(2)
        .filter_map(|at| digits.get(at..at + 2))
        .collect();
    let [year, month, day, hour, minute, second] = pairs.as_slice() else {
        return None;
    };
    Some(format!(
        "{century}{year}-{month}-{day} {hour}:{minute}:{second} UTC"
    ))
}

/// The names and addresses in the extension `subjectAltName`.
fn alternative_names(mut extensions: Reader<'_>) -> Option<Vec<String>> {
    while !extensions.is_empty() {
        let (_, mut extension) = element(&mut extensions)?;
        let (_, kind) = element(&mut extension)?;
        if kind.rest() != SUBJECT_ALT_NAME {
            continue;
        }
        let (mut tag, mut value) = element(&mut extension)?;
        if tag == BOOLEAN {
            (tag, value) = element(&mut extension)?; // after "critical"
        }
        let (_, mut names) = (tag, element(&mut value)?.1);
        let mut known = Vec::new();
        while let Some((tag, name)) = element(&mut names) {
            match (tag, name.rest()) {
                (DNS_NAME, name) => known.push(String::from_utf8_lossy(name).into_owned()),
                (IP_ADDRESS, address) => {
                    if let Ok(v4) = <[u8; 4]>::try_from(address) {
                        known.push(Ipv4Addr::from(v4).to_string());
                    } else if let Ok(v6) = <[u8; 16]>::try_from(address) {
                        known.push(Ipv6Addr::from(v6).to_string());
                    }
                }
                _ => {}
            }
        }
        return Some(known);
    }
    None
}

const EXPLICIT_VERSION: u8 = 0xa0;
const EXPLICIT_EXTENSIONS: u8 = 0xa3;
const BOOLEAN: u8 = 0x01;
const UTF8_STRING: u8 = 0x0c;
const PRINTABLE_STRING: u8 = 0x13;
const TELETEX_STRING: u8 = 0x14;
const IA5_STRING: u8 = 0x16;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const BMP_STRING: u8 = 0x1e;
/// Context tags of a `GeneralName`.
const DNS_NAME: u8 = 0x82;
const IP_ADDRESS: u8 = 0x87;
/// 2.5.29.17.
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
/// 0.9.2342.19200300.100.1.25.
const DOMAIN_COMPONENT: &[u8] = &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25];
/// 1.2.840.113549.1.9.1.
const EMAIL: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];

#[cfg(test)]
#[cfg(feature = "tls")]
mod tests {
    use rcgen::{CertificateParams, DnType, Issuer, KeyPair, date_time_ymd};

    use super::*;

    fn params(common: &str, names: &[&str]) -> CertificateParams {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, common);
        params.not_before = date_time_ymd(1998, 7, 6);
        params.not_after = date_time_ymd(2051, 2, 3);
        params
    }

    #[test]
    fn a_certificate_is_told_in_words() {
        let (authority, key) = (params("An, authority", &[]), KeyPair::generate().unwrap());
        let issuer = Issuer::new(authority, key);
        let mut leaf = params("www", &["www.example", "192.0.2.1", "2001:db8::1"]);
        leaf.distinguished_name.push(DnType::OrganizationName, "Ex<ample");
        let leaf = leaf.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap();
        assert_eq!(
            Certificate::parse(leaf.der()).unwrap(),
            Certificate {
                subject: "CN=www, O=Ex\\<ample".to_owned(),
                issuer: "CN=An\\, authority".to_owned(),
                not_before: "1998-07-06 00:00:00 UTC".to_owned(),
                not_after: "2051-02-03 00:00:00 UTC".to_owned(),
                names: ["www.example", "192.0.2.1", "2001:db8::1"]
                    .map(str::to_owned)
                    .to_vec(),
                is_self_issued: false,
            }
        );
    }

    #[test]
    fn a_certificate_of_its_own_making_is_told_from_one_that_another_signed() {
        let (authority, key) = (params("authority", &[]), KeyPair::generate().unwrap());
        let root = authority.self_signed(&key).unwrap();
        let leaf = params("leaf", &["ns.test"])
            .signed_by(&KeyPair::generate().unwrap(), &Issuer::new(authority, key))
            .unwrap();
        assert!(Certificate::parse(root.der()).unwrap().is_self_issued);
        assert!(!Certificate::parse(leaf.der()).unwrap().is_self_issued);
    }

    #[test]
    fn a_certificate_cut_anywhere_says_nothing() {
        let key = KeyPair::generate().unwrap();
        let whole = params("leaf", &["ns.test"]).self_signed(&key).unwrap();
        for end in 0..whole.der().len() {
            assert_eq!(Certificate::parse(&whole.der()[..end]), None, "{end}");
        }
    }

    #[test]
    fn no_damage_to_a_certificate_is_too_much() {
        let key = KeyPair::generate().unwrap();
        let whole = params("leaf", &["ns.test", "192.0.2.1"])
            .self_signed(&key)
            .unwrap();
        for at in 0..whole.der().len() {
            for value in [0, 0x7f, 0x80, 0x83, 0xff] {
                let mut damaged = whole.der().to_vec();
                damaged[at] = value;
                let _ = Certificate::parse(&damaged);
            }
        }
    }

    #[test]
    fn numbers_of_attributes_are_read_in_their_base() {
        assert_eq!(dotted(EMAIL), "1.2.840.113549.1.9.1");
        assert_eq!(dotted(DOMAIN_COMPONENT), "0.9.2342.19200300.100.1.25");
        assert_eq!(dotted(&[0xff; 40]), "");
    }
}
