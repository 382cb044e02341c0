//! Trust anchors: the keys that are believed without a signature above them.

use data_encoding::{BASE64, HEXUPPER_PERMISSIVE};
use thiserror::Error;

use super::key::{Ds, Key};
use super::words::{Word, bind_words, zone_words};
use crate::wire::dns::{Name, NameError};

/// The trust anchors of some zones; by default the root's.
#[derive(Clone, Debug)]
pub struct Anchors {
    anchors: Vec<Anchor>,
}

/// What is believed of one zone: digests of its keys, and keys.
#[derive(Clone, Debug)]
pub(super) struct Anchor {
    pub(super) zone: Name,
    pub(super) ds: Vec<Ds>,
    pub(super) keys: Vec<Key>,
}

/// A file of trust anchors that cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AnchorError {
    /// Something in it makes no sense.
    #[error("line {line}: {problem}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: Problem,
    },
    /// There is no anchor in it.
    #[error("there is no DS or DNSKEY record in it")]
    Empty,
}

/// What is wrong with a line.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Problem {
    /// The owner is not a name.
    #[error("'{0}' is not a name ({1})")]
    Name(String, NameError),
    /// The record is of another type.
    #[error("'{0}' is neither DS nor DNSKEY")]
    Type(String),
    /// A field is missing or not what it should be.
    #[error("{0} expected")]
    Expected(&'static str),
}

impl Anchors {
    /// Reads a file: DS and DNSKEY records in master file form, as `dig` prints them and unbound keeps them, or a
    /// `trust-anchors`, `trusted-keys` or `managed-keys` statement of BIND's, as `delv -a` reads it.
    ///
    /// # Errors
    /// What is wrong with it, and in which line.
    pub fn parse(text: &str) -> Result<Self, AnchorError> {
        let mut anchors = Self { anchors: Vec::new() };
        match bind_words(text) {
            Some(words) => anchors.read_statements(&words)?,
            None => anchors.read_records(text)?,
        }
        if anchors.anchors.is_empty() {
            return Err(AnchorError::Empty);
        }
        Ok(anchors)
    }

    /// The anchor nearest to `name`, at it or above.
    pub(super) fn above(&self, name: &Name) -> Option<&Anchor> {
        let above = self.anchors.iter().filter(|anchor| name.is_within(&anchor.zone));
        above.max_by_key(|anchor| anchor.zone.label_count())
    }

    fn read_records(&mut self, text: &str) -> Result<(), AnchorError> {
        let mut owner = None;
        for words in zone_words(text) {
            let line = words.first().map_or(0, |word| word.line);
            let at_line = |problem| AnchorError::Line { line, problem };
            let mut words = words.as_slice();
            if let [first, rest @ ..] = words
                && first.starts_line
            {
                if first.text.starts_with('$') {
                    continue;
                }
                owner = Some(name(&first.text).map_err(at_line)?);
                words = rest;
            }
            let zone = owner
                .clone()
                .ok_or_else(|| at_line(Problem::Expected("a name")))?;
            let is_frame = |word: &Word| {
                word.text.bytes().all(|byte| byte.is_ascii_digit()) || word.text.eq_ignore_ascii_case("IN")
            };
            while let [first, rest @ ..] = words
                && is_frame(first)
            {
                words = rest;
            }
            let (rtype, data) = words
                .split_first()
                .ok_or_else(|| at_line(Problem::Expected("DS or DNSKEY")))?;
            let is_ds = match rtype.text.to_ascii_uppercase().as_str() {
                "DS" => true,
                "DNSKEY" => false,
                _ => return Err(at_line(Problem::Type(rtype.text.escape_default().to_string()))),
            };
            self.add(zone, is_ds, data).map_err(at_line)?;
        }
        Ok(())
    }

    /// Reads `NAME [initial-key|static-key|initial-ds|static-ds] NUMBER NUMBER NUMBER "DATA";`, within
    /// `STATEMENT { … };`.
    fn read_statements(&mut self, words: &[Word]) -> Result<(), AnchorError> {
        for entry in words.split(|word| [";", "{", "}"].contains(&word.text.as_str())) {
            let Some((owner, data)) = entry.split_first() else {
                continue;
            };
            if data.is_empty() && STATEMENTS.contains(&owner.text.as_str()) {
                continue;
            }
            let at_line = |problem| AnchorError::Line {
                line: owner.line,
                problem,
            };
            let zone = name(&owner.text).map_err(at_line)?;
            let (is_ds, data) = match data.split_first() {
                Some((kind, rest)) if ["initial-key", "static-key"].contains(&kind.text.as_str()) => {
                    (false, rest)
                }
                Some((kind, rest)) if ["initial-ds", "static-ds"].contains(&kind.text.as_str()) => {
                    (true, rest)
                }
                _ => (false, data),
            };
            self.add(zone, is_ds, data).map_err(at_line)?;
        }
        Ok(())
    }

    fn add(&mut self, zone: Name, is_ds: bool, words: &[Word]) -> Result<(), Problem> {
        let [first, second, third, data @ ..] = words else {
            return Err(Problem::Expected("three numbers and the key or digest"));
        };
        let mut rdata = number::<u16>(first)?.to_be_bytes().to_vec();
        rdata.extend([number::<u8>(second)?, number::<u8>(third)?]);
        let text: String = data.iter().map(|word| word.text.as_str()).collect();
        let (bytes, expected) = if is_ds {
            (HEXUPPER_PERMISSIVE.decode(text.as_bytes()), "a digest in hex")
        } else {
            (BASE64.decode(text.as_bytes()), "a key in base64")
        };
        rdata.extend(
            bytes
                .ok()
                .filter(|bytes| !bytes.is_empty())
                .ok_or(Problem::Expected(expected))?,
        );
        let place = self.anchors.iter().position(|anchor| anchor.zone == zone);
        let place = place.unwrap_or_else(|| {
            self.anchors.push(Anchor {
                zone,
                ds: Vec::new(),
                keys: Vec::new(),
            });
            self.anchors.len() - 1
        });
        if let Some(anchor) = self.anchors.get_mut(place) {
            if is_ds {
                anchor.ds.extend(Ds::read(&rdata));
            } else {
                anchor.keys.extend(Key::read(&rdata));
            }
        }
        Ok(())
    }
}

impl Default for Anchors {
    /// The keys of the root of the DNS, as IANA publishes them (<https://data.iana.org/root-anchors/root-anchors.xml>):
    /// those of 2017 and 2024.
    fn default() -> Self {
        Self::parse(ROOT).unwrap_or(Self { anchors: Vec::new() })
    }
}

const ROOT: &str = "\
. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
. IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
";

const STATEMENTS: [&str; 3] = ["trust-anchors", "trusted-keys", "managed-keys"];

fn name(text: &str) -> Result<Name, Problem> {
    if text == "@" {
        return Ok(Name::root());
    }
    Name::from_text(text).map_err(|error| Problem::Name(text.escape_default().to_string(), error))
}

fn number<N: std::str::FromStr>(word: &Word) -> Result<N, Problem> {
    word.text.parse().map_err(|_| Problem::Expected("a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> Vec<(String, Vec<u16>, Vec<u16>)> {
        let anchors = Anchors::parse(text).unwrap().anchors;
        let tags = |anchor: &Anchor| {
            let ds = anchor.ds.iter().map(|ds| ds.tag).collect();
            (
                anchor.zone.to_string(),
                ds,
                anchor.keys.iter().map(|key| key.tag).collect(),
            )
        };
        anchors.iter().map(tags).collect()
    }

    const KEY: &str = "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=";

    #[test]
    fn the_root_is_anchored_by_both_keys_of_iana() {
        let anchors = Anchors::default();
        let root = anchors
            .above(&Name::from_text("www.example.com").unwrap())
            .unwrap();
        assert_eq!(
            root.ds.iter().map(|ds| ds.tag).collect::<Vec<_>>(),
            [20326, 38696]
        );
        assert!(root.ds.iter().all(Ds::is_supported));
    }

    #[test]
    fn the_keys_of_the_root_are_those_that_the_built_in_anchors_name() {
        let root = &Anchors::default().anchors[0];
        for (tag, public) in [
            (
                20326,
                "AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWXgnLh4+B5xQlNVz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF0jLHwVN8efS3rCj/EWgvIWgb9tarpVUDK/b58Da+sqqls3eNbuv7pr+eoZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLYA4/ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qihylGa8subX2Nn6UwNR1AkUTV74bU=",
            ),
            (
                38696,
                "AwEAAa96jeuknZlaeSrvyAJj6ZHv28hhOKkx3rLGXVaC6rXTsDc449/cidltpkyGwCJNnOAlFNKF2jBosZBU5eeHspaQWOmOElZsjICMQMC3aeHbGiShvZsx4wMYSjH8e7Vrhbu6irwCzVBApESjbUdpWWmEnhathWu1jo+siFUiRAAxm9qyJNg/wOZqqzL/dL/q8PkcRU5oUKEpUge71M3ej2/7CPqpdVwuMoTvoB+ZOT4YeGyxMvHmbrxlFzGOHOijtzN+u1TQNatX2XBuzZNQ1K+s2CXkPIZo7s6JgZyvaBevYtxPvYLw4z9mR7K2vaF18UYH9Z9GNUUeayffKC73PYc=",
            ),
        ] {
            let file = Anchors::parse(&format!(". DNSKEY 257 3 8 {public}")).unwrap();
            let key = &file.anchors[0].keys[0];
            assert!(
                root.ds
                    .iter()
                    .any(|ds| ds.tag == tag && ds.is_of(key, &Name::root())),
                "{tag}"
            );
        }
    }

    #[test]
    fn records_are_read_as_dig_prints_them_and_as_files_hold_them() {
        let (first, second) = KEY.split_at(20);
        let text = format!(
            "; a comment\n\n$TTL 3600\n.\t3600 IN\tDS 1 8 2 ABCD ef01 ; more\n  IN 5 DS (2 13\n 4 0102)\nExample.com. DNSKEY 257 3 15 {first} {second}\n"
        );
        assert_eq!(
            tags(&text),
            [
                (".".to_owned(), vec![1, 2], vec![]),
                ("Example.com.".to_owned(), vec![], vec![3613])
            ]
        );
    }

    #[test]
    fn statements_of_bind_are_read() {
        let text = format!(
            "# one\ntrust-anchors {{\n \".\" static-ds 7 13 2 \"AB CD\"; // two\n example.com. initial-key 257 3 15 \"{KEY}\"; /* three\n */ }};\ntrusted-keys {{ \"test.\" 257 3 15 \"{KEY}\"; }};"
        );
        assert_eq!(
            tags(&text),
            [
                (".".to_owned(), vec![7], vec![]),
                ("example.com.".to_owned(), vec![], vec![3613]),
                ("test.".to_owned(), vec![], vec![3613]),
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let error = |text: &str| Anchors::parse(text).unwrap_err().to_string();
        assert_eq!(error(""), "there is no DS or DNSKEY record in it");
        assert_eq!(
            error("\n. IN A 192.0.2.1\n"),
            "line 2: 'A' is neither DS nor DNSKEY"
        );
        assert_eq!(
            error("a..b DS 1 8 2 AB"),
            "line 1: 'a..b' is not a name (empty label)"
        );
        assert_eq!(error(". DS 1 8 2 XY"), "line 1: a digest in hex expected");
        assert_eq!(error(". DS 1 8 2"), "line 1: a digest in hex expected");
        assert_eq!(error(". DS 70000 8 2 AB"), "line 1: a number expected");
        assert_eq!(
            error(". DS 1"),
            "line 1: three numbers and the key or digest expected"
        );
        assert_eq!(
            error("trust-anchors {\n. static-ds 1 8 2 \"XY\"; };"),
            "line 2: a digest in hex expected"
        );
        assert_eq!(error(" DS 1 8 2 AB"), "line 1: a name expected");
    }

    #[test]
    fn the_nearest_anchor_counts() {
        let anchors = Anchors::parse(". DS 1 8 2 AB\ntest. DS 2 8 2 AB").unwrap();
        let tag = |name: &str| anchors.above(&Name::from_text(name).unwrap()).unwrap().ds[0].tag;
        assert_eq!((tag("a.test"), tag("test"), tag("atest")), (2, 2, 1));
        let anchors = Anchors::parse("test. DS 2 8 2 AB").unwrap();
        assert!(anchors.above(&Name::root()).is_none());
    }
}
