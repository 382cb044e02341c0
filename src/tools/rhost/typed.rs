//! What was typed, in host's grammar: options first, in the way of `getopt`, then a name and a server.
//!
//! clap's grammar is another: it would take an option behind a name for one, where host takes it for the server. So
//! the words are put into an order in which clap cannot go wrong, and what `getopt` has against them is found first.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// What is printed below a usage error, in host's words: scripts and people look for them.
pub(super) const USAGE: &str = include_str!("usage.txt");

/// The letters that have no value, and those that have one.
const SWITCHES: &[u8] = b"46aACdilnrsTUvVw";
const VALUED: &[u8] = b"cmNpRtW";
/// Of those, the ones that are numbers.
const NUMBERS: &[u8] = b"NpRW";

/// Under this long option, what `getopt` has against the words.
pub(super) const FLAW: &str = "usage-error";

/// The words in an order for clap: options, long options, `--`, and at most a name and a server.
pub(super) fn rewrite(argv: Vec<OsString>) -> Vec<OsString> {
    let mut words = argv.into_iter();
    let program: Vec<OsString> = words.by_ref().take(1).collect();
    let (long, rest): (Vec<OsString>, Vec<OsString>) =
        words.partition(|word| word.len() > 2 && word.as_bytes().starts_with(b"--"));
    let (short, names) = match options(rest) {
        Ok(sorted) => sorted,
        Err(flaw) => {
            let flaw = OsString::from(format!("--{FLAW}={flaw}"));
            return program.into_iter().chain([flaw]).collect();
        }
    };
    let end = OsString::from("--");
    let sorted = program.into_iter().chain(short).chain(long).chain([end]);
    // host does not look at more.
    sorted.chain(names.into_iter().take(2)).collect()
}

/// The options, each a word of its own, and what comes behind them.
fn options(words: Vec<OsString>) -> Result<(Vec<OsString>, Vec<OsString>), String> {
    let mut options = Vec::new();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next_if(|word| word.len() > 1 && word.as_bytes().starts_with(b"-")) {
        if word == "--" {
            break;
        }
        let mut letters = word.as_bytes().get(1..).unwrap_or_default();
        while let Some((&letter, rest)) = letters.split_first() {
            letters = rest;
            if SWITCHES.contains(&letter) {
                options.push(option(letter, OsStr::new("")));
            } else if VALUED.contains(&letter) {
                let value = match rest {
                    [] => words
                        .next()
                        .ok_or_else(|| format!("option requires an argument -- {}", char::from(letter)))?,
                    _ => OsStr::from_bytes(rest).to_owned(),
                };
                letters = &[];
                let number = NUMBERS.contains(&letter).then(|| OsString::from(number(&value)));
                options.push(option(letter, number.as_deref().unwrap_or(&value)));
            } else {
                return Err(format!("illegal option -- {}", char::from(letter)));
            }
        }
    }
    Ok((options, words.collect()))
}

fn option(letter: u8, value: &OsStr) -> OsString {
    let mut word = OsString::from(format!("-{}", char::from(letter)));
    word.push(value);
    word
}

/// The number at the beginning of the text, as C's `atoi` finds it: 0 if there is none.
fn number(text: &OsStr) -> String {
    let text = text.to_string_lossy();
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let digits = digits.get(..end).unwrap_or_default();
    format!("{sign}{}", if digits.is_empty() { "0" } else { digits })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(line: &str) -> String {
        let argv = std::iter::once("rhost").chain(line.split_whitespace());
        let words = rewrite(argv.map(OsString::from).collect());
        let words: Vec<String> = words
            .iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        words.join(" ")
    }

    #[test]
    fn options_come_first_and_names_last() {
        assert_eq!(rewritten("-vt MX a s"), "rhost -v -tMX -- a s");
        assert_eq!(rewritten("-tMX a --json s x"), "rhost -tMX --json -- a s");
        assert_eq!(rewritten("a -v"), "rhost -- a -v");
        assert_eq!(rewritten("-- -v"), "rhost -- -v");
    }

    #[test]
    fn what_getopt_does_not_know_is_told() {
        assert_eq!(rewritten("-vZ a"), "rhost --usage-error=illegal option -- Z");
        assert_eq!(
            rewritten("-v -t"),
            "rhost --usage-error=option requires an argument -- t"
        );
    }

    #[test]
    fn a_number_is_what_begins_like_one() {
        let number = |text: &str| number(OsStr::new(text));
        assert_eq!(
            (number("7x"), number("x"), number("-1"), number("")),
            ("7".into(), "0".into(), "-1".into(), "0".into())
        );
    }
}
