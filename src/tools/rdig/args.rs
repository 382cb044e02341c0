//! What may be typed after `rdig`: words in an order that matters.
//!
//! dig's grammar is not `getopt`'s: options, `@servers`, types and names come in any order, an option belongs to
//! the name before it, and the first thing that is wrong ends the reading. So the plan reads the words one after
//! the other, and clap is told only what there is: for the completions and the manual.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;

use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, Error, FromArgMatches};

use super::plan::shown;

/// What was typed, in order.
pub struct Args {
    pub(super) words: Vec<String>,
}

impl std::fmt::Debug for Args {
    /// Without the secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Args").field(&shown(&self.words)).finish()
    }
}

/// The options that have a value: letter, what the value is called, what it does.
const VALUED: [(&str, &str, &str); 9] = [
    ("b", "ADDRESS[#PORT]", "Ask from this address and port"),
    ("c", "CLASS", "Ask for records of this class [IN]"),
    (
        "f",
        "FILE",
        "Read lookups from FILE, one a line; - is standard input",
    ),
    ("k", "FILE", "Sign with the TSIG key in FILE"),
    ("p", "PORT", "Ask at this port [53]"),
    ("q", "NAME", "Ask for this name, whatever it looks like"),
    ("t", "TYPE", "Ask for records of this type [A]"),
    ("x", "ADDRESS", "Ask for the name of this address"),
    ("y", "[HMAC:]NAME:SECRET", "Sign with this TSIG key"),
];

/// The options that have none.
const SWITCHES: [(&str, &str); 10] = [
    ("4", "Ask over IPv4 only"),
    ("6", "Ask over IPv6 only"),
    ("d", "Tell on standard error what is done"),
    ("h", "Print the options that dig has and exit"),
    ("i", "Obsolete, and of no effect: the domain IP6.INT is no more"),
    ("m", "Of no effect: there is no memory to debug"),
    ("n", "Obsolete, and of no effect: nibbles are the only form"),
    ("r", "Do not read ~/.digrc"),
    ("u", "Print times in microseconds"),
    ("v", "Print the version on standard error and exit"),
];

const WORDS: &str = "words";

impl CommandFactory for Args {
    fn command() -> Command {
        let valued = VALUED
            .map(|(letter, value, help)| argument(letter, help).value_name(value).action(ArgAction::Append));
        let switches = SWITCHES.map(|(letter, help)| argument(letter, help).action(ArgAction::Count));
        let words = Arg::new(WORDS)
            .value_name("@SERVER | NAME | TYPE | CLASS | +OPTION")
            .help("Whom to ask, for what, and how; the manual lists the +options")
            .num_args(0..)
            .value_parser(clap::value_parser!(OsString))
            .action(ArgAction::Append);
        Command::new("rdig")
            .about("Ask the DNS and show the whole message")
            .version(env!("CARGO_PKG_VERSION"))
            .disable_version_flag(true)
            .disable_help_flag(true)
            .arg(
                Arg::new("version")
                    .long("version")
                    .help("Print the version and exit")
                    .action(ArgAction::Version),
            )
            .arg(
                Arg::new("help")
                    .long("help")
                    .help("Print help and exit")
                    .action(ArgAction::Help),
            )
            .args(valued)
            .args(switches)
            .arg(words)
    }

    fn command_for_update() -> Command {
        Self::command()
    }
}

fn argument(letter: &'static str, help: &'static str) -> Arg {
    let argument = Arg::new(letter).help(help);
    letter.chars().fold(argument, Arg::short)
}

/// Has clap take everything for a word, but for the two long options that all five tools have.
pub(super) fn rewrite(mut argv: Vec<OsString>) -> Vec<OsString> {
    let long = argv
        .get(1)
        .is_some_and(|word| word == "--help" || word == "--version");
    if !long && !argv.is_empty() {
        argv.insert(1, OsString::from("--"));
    }
    argv
}

impl FromArgMatches for Args {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let words = matches.get_many::<OsString>(WORDS).into_iter().flatten();
        Ok(Self {
            words: words.map(text).collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The word as text: bytes that are none become escapes, which mean the same bytes in a name.
fn text(word: &OsString) -> String {
    let mut text = String::new();
    for chunk in word.as_bytes().utf8_chunks() {
        text += chunk.valid();
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\{byte:03}");
        }
    }
    text
}

/// The words of a line of a file.
pub(super) fn words(line: &str) -> Vec<String> {
    line.split_ascii_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    fn typed(words: &[&str]) -> Vec<String> {
        let argv = ["rdig"].iter().chain(words).map(OsString::from).collect();
        let matches = Args::command().try_get_matches_from(rewrite(argv)).unwrap();
        Args::from_arg_matches(&matches).unwrap().words
    }

    #[test]
    fn every_word_is_kept_as_it_is_and_where_it_is() {
        let words = [
            "@s",
            "-t",
            "MX",
            "a",
            "+short",
            "-x192.0.2.1",
            "-Z",
            "--",
            "-h",
            "--help",
        ];
        assert_eq!(typed(&words), words);
        assert_eq!(typed(&[]), [""; 0]);
    }

    #[test]
    fn bytes_that_are_no_text_become_escapes() {
        assert_eq!(
            text(&OsString::from_vec(b"a\xff\xc3\xa9.test".to_vec())),
            "a\\255é.test"
        );
    }
}
