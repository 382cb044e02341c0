//! Options with a dash: letters without a value, and then perhaps one that has one.

use std::net::IpAddr;

use super::line::{Line, asked_type};
use super::{Family, Globals, UsageError, key, number};
use crate::wire::dns::{Class, Name, RecordType};

/// The letters that have no value.
const SWITCHES: &str = "46dhimnruv";
/// The letters that have one.
const VALUED: &str = "bcfkpqtxy";

/// The parts of an option: `4up5300` is the switches `46`, the letter `p` and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dash<'a> {
    pub(super) switches: &'a str,
    /// The first letter that is no switch, whether or not it is an option.
    pub(super) valued: &'a str,
    pub(super) rest: &'a str,
}

impl<'a> Dash<'a> {
    pub(super) fn split(option: &'a str) -> Self {
        let end = option.find(|c| !SWITCHES.contains(c)).unwrap_or(option.len());
        let (switches, rest) = option.split_at(end);
        let length = rest.chars().next().map_or(0, char::len_utf8);
        let (valued, rest) = rest.split_at(length);
        Self {
            switches,
            valued,
            rest,
        }
    }
}

/// What is found before any word is read for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Survey {
    pub(super) no_config: bool,
    pub(super) debug: bool,
    pub(super) family: Family,
}

/// Looks at the options with a dash alone.
pub(super) fn survey(words: &[String]) -> Result<Survey, UsageError> {
    let mut found = Survey {
        no_config: false,
        debug: false,
        family: Family::Any,
    };
    let mut words = words.iter();
    while let Some(option) = words.next().map(String::as_str) {
        let Some(option) = option.strip_prefix('-') else {
            continue;
        };
        let dash = Dash::split(option);
        for switch in dash.switches.chars() {
            found.family = match (switch, found.family) {
                ('4', Family::V6) | ('6', Family::V4) => {
                    return Err(UsageError::plain("only one of -4 and -6 allowed"));
                }
                ('4', _) => Family::V4,
                ('6', _) => Family::V6,
                (_, family) => family,
            };
            found.no_config |= switch == 'r';
            found.debug |= switch == 'd';
        }
        if dash.valued.is_empty() {
            continue;
        }
        let lacks_value = dash.rest.is_empty() && words.next().is_none();
        if !VALUED.contains(dash.valued) || lacks_value {
            return Err(UsageError::Option(format!("-{}{}", dash.valued, dash.rest)));
        }
    }
    Ok(found)
}

/// The words in a row as they may be shown: with a mask for the secret of each key.
pub(crate) fn shown(words: &[String]) -> String {
    let mut shown: Vec<String> = Vec::with_capacity(words.len());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        shown.push(word.clone());
        let Some(dash) = word.strip_prefix('-').map(Dash::split) else {
            continue;
        };
        let is_key = dash.valued == "y";
        if dash.rest.is_empty() && !dash.valued.is_empty() {
            let value = words
                .next()
                .map(|value| if is_key { key::masked(value) } else { value.clone() });
            shown.extend(value);
        } else if is_key {
            shown.pop();
            shown.push(format!("-{}y{}", dash.switches, key::masked(dash.rest)));
        }
    }
    shown.join(" ")
}

impl Line<'_> {
    /// An option with its value; says whether there is one of that letter.
    pub(super) fn valued(&mut self, letter: char, value: &str) -> Result<bool, UsageError> {
        match letter {
            'b' => self.planner.globals.source(value)?,
            'c' => {
                self.guess = false;
                match Class::typed(value) {
                    Ok(class) => self.class(class),
                    Err(_) => self.warn(&format!(";; Warning, ignoring invalid class {value}")),
                }
            }
            'f' => self.planner.batch = Some(value.to_owned()),
            'k' => {
                let signing = &mut self.planner.globals.signing;
                signing.file = Some(value.to_owned());
                signing.changed = true;
            }
            'p' => {
                self.planner.globals.port = number::port(value)?;
                self.planner.globals.port_typed = true;
            }
            'q' => self.name(value),
            't' => {
                self.guess = false;
                match asked_type(value)? {
                    Some((RecordType::IXFR, None)) | None => {
                        self.warn(&format!(";; Warning, ignoring invalid type {value}"));
                    }
                    Some((rtype, serial)) => self.rtype(rtype, serial),
                }
            }
            'x' => self.reverse(value),
            'y' => self.key(value)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn key(&mut self, value: &str) -> Result<(), UsageError> {
        let text = key::typed(value)?;
        let algorithm = key::algorithm(&text.algorithm)?;
        if algorithm.is_none() {
            self.warn(&key::unknown_algorithm(&text.algorithm));
        }
        let signing = &mut self.planner.globals.signing;
        signing.typed = Some((text, algorithm));
        signing.wanted = true;
        signing.changed = true;
        Ok(())
    }

    fn reverse(&mut self, address: &str) {
        self.name(&reverse(address));
        let lookup = self.settings();
        if !lookup.typed.rtype {
            lookup.rtype = RecordType::PTR;
        }
        if !lookup.typed.class {
            lookup.class = Class::IN;
        }
    }
}

impl Globals {
    /// `-b`: an address, or an address, `#` and a port.
    fn source(&mut self, text: &str) -> Result<(), UsageError> {
        let (address, port) = match text.split_once('#') {
            None => (text, 0),
            Some((address, port)) => (address, number::port(port)?),
        };
        let address: IpAddr = address
            .parse()
            .ok()
            .filter(|address| self.family.includes(*address))
            .ok_or_else(|| UsageError::plain(format!("invalid address {text}")))?;
        self.family = if address.is_ipv4() { Family::V4 } else { Family::V6 };
        self.source = Some((address, port));
        Ok(())
    }
}

/// The name to look up for an address: of text that is none, the parts between its dots in reverse.
fn reverse(text: &str) -> String {
    match text.parse() {
        Ok(address) => Name::reverse(address).to_string(),
        Err(_) => {
            let parts: String = text.split('.').rev().map(|part| format!("{part}.")).collect();
            format!("{parts}in-addr.arpa.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Survey, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        survey(&words).map_err(|error| error.to_string())
    }

    #[test]
    fn switches_can_be_joined_to_an_option_with_its_value() {
        let dash = Dash::split("4up5300");
        assert_eq!((dash.switches, dash.valued, dash.rest), ("4u", "p", "5300"));
        assert_eq!(Dash::split("").valued, "");
        assert_eq!(Dash::split("é1").valued, "é");
    }

    #[test]
    fn a_value_is_not_taken_for_an_option() {
        assert_eq!(of("-q -Z").map(|found| found.family), Ok(Family::Any));
        assert_eq!(of("-4 -q -6").map(|found| found.family), Ok(Family::V4));
        assert_eq!(of("-4 -6").unwrap_err(), "only one of -4 and -6 allowed");
    }

    #[test]
    fn a_secret_is_not_shown_however_it_was_typed() {
        let shown = |line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            shown(&words)
        };
        assert_eq!(shown("@s -y k:c2VjcmV0 a"), "@s -y k:*** a");
        assert_eq!(shown("-yhmac-sha1:k:c2VjcmV0 a"), "-yhmac-sha1:k:*** a");
        assert_eq!(shown("-4uy k:c2VjcmV0 -yj:YWJj"), "-4uy k:*** -yj:***");
        assert_eq!(shown("-q -y k:c2VjcmV0 -y"), "-q -y k:c2VjcmV0 -y");
    }

    #[test]
    fn an_option_that_there_is_not_is_found_first() {
        assert_eq!(of("+bad @bad -4Zx").unwrap_err(), "Invalid option: -Zx");
        assert_eq!(of("a -q").unwrap_err(), "Invalid option: -q");
        assert_eq!(
            of("-dr"),
            Ok(Survey {
                no_config: true,
                debug: true,
                family: Family::Any
            })
        );
    }
}
