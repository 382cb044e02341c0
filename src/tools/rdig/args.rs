//! What may be typed after `rdig`: words in an order that matters.
//!
//! dig's grammar is not `getopt`'s: `+options`, `@servers`, types and names come in any order, and an option
//! belongs to the name before it. clap knows the options with a dash; what was typed is then put back into its
//! order by the positions that clap remembers. The `+options` are words to clap, because there are eighty of
//! them and start-up counts: [`OPTIONS`](super::plan::OPTIONS) has them.

use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, Error, FromArgMatches};

/// What was typed, in order.
#[derive(Debug)]
pub struct Args {
    pub(super) words: Vec<Word>,
}

/// One thing that was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A name, type, class, `@server` or `+option`.
    Plain(String),
    /// An option with a dash, by its letter, and its value.
    Valued(&'static str, String),
    /// An option with a dash that has no value.
    Switch(&'static str),
}

/// The options that have a value: letter, what the value is called, what it does.
const VALUED: [(&str, &str, &str); 7] = [
    ("b", "ADDRESS[#PORT]", "Ask from this address and port"),
    ("c", "CLASS", "Ask for records of this class [IN]"),
    (
        "f",
        "FILE",
        "Read lookups from FILE, one a line; - is standard input",
    ),
    ("p", "PORT", "Ask at this port [53]"),
    ("q", "NAME", "Ask for this name, whatever it looks like"),
    ("t", "TYPE", "Ask for records of this type [A]"),
    ("x", "ADDRESS", "Ask for the name of this address"),
];

/// The options that have none.
const SWITCHES: [(&str, &str); 5] = [
    ("4", "Ask over IPv4 only"),
    ("6", "Ask over IPv6 only"),
    ("r", "Do not read ~/.digrc"),
    ("u", "Print times in microseconds"),
    ("v", "Print the version on standard error and exit"),
];

const WORDS: &str = "words";

impl CommandFactory for Args {
    fn command() -> Command {
        let valued = VALUED.map(|(letter, value, help)| {
            argument(letter, help)
                .value_name(value)
                .action(ArgAction::Append)
                .allow_hyphen_values(true)
        });
        let switches = SWITCHES.map(|(letter, help)| argument(letter, help).action(ArgAction::Count));
        let words = Arg::new(WORDS)
            .value_name("@SERVER | NAME | TYPE | CLASS | +OPTION")
            .help("Whom to ask, for what, and how; the manual lists the +options")
            .num_args(0..)
            .action(ArgAction::Append);
        Command::new("rdig")
            .about("Ask the DNS and show the whole message")
            .version(env!("CARGO_PKG_VERSION"))
            .disable_version_flag(true)
            .arg(
                Arg::new("version")
                    .long("version")
                    .help("Print the version and exit")
                    .action(ArgAction::Version),
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

impl FromArgMatches for Args {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut placed = Vec::new();
        let mut place = |id: &'static str, word: fn(&'static str, String) -> Word| {
            let indices = matches.indices_of(id).into_iter().flatten();
            let values = matches.get_many::<String>(id).into_iter().flatten();
            placed.extend(
                indices
                    .zip(values)
                    .map(|(index, value)| (index, word(id, value.clone()))),
            );
        };
        place(WORDS, |_, value| Word::Plain(value));
        for (letter, ..) in VALUED {
            place(letter, Word::Valued);
        }
        // The order of these does not matter: each holds for the whole run.
        let switches = SWITCHES.into_iter().map(|(letter, _)| letter);
        let switches = switches
            .filter(|letter| matches.get_count(letter) > 0)
            .map(Word::Switch);
        placed.sort_by_key(|(index, _)| *index);
        let words = switches.chain(placed.into_iter().map(|(_, word)| word)).collect();
        Ok(Self { words })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args {
    /// Reads a line of a file as if it had been typed: words between blanks.
    ///
    /// # Errors
    /// clap's, when an option is unknown or lacks its value.
    pub(super) fn from_line(line: &str) -> Result<Self, Error> {
        let typed = std::iter::once("rdig").chain(line.split_ascii_whitespace());
        Self::from_arg_matches(&Self::command().try_get_matches_from(typed)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<Word> {
        Args::from_line(line).unwrap().words
    }

    fn plain(word: &str) -> Word {
        Word::Plain(word.to_owned())
    }

    #[test]
    fn the_order_of_the_words_is_kept() {
        assert_eq!(
            words("@s -t MX a +short -x 192.0.2.1 b +noshort"),
            [
                plain("@s"),
                Word::Valued("t", "MX".to_owned()),
                plain("a"),
                plain("+short"),
                Word::Valued("x", "192.0.2.1".to_owned()),
                plain("b"),
                plain("+noshort"),
            ]
        );
    }

    #[test]
    fn switches_can_be_joined_to_an_option_with_its_value() {
        assert_eq!(
            words("-4up5300 a"),
            [
                Word::Switch("4"),
                Word::Switch("u"),
                Word::Valued("p", "5300".to_owned()),
                plain("a")
            ]
        );
    }

    #[test]
    fn a_name_after_q_may_begin_with_a_dash() {
        assert_eq!(words("-q -m.test"), [Word::Valued("q", "-m.test".to_owned())]);
    }

    #[test]
    fn an_unknown_option_is_an_error() {
        assert!(Args::from_line("-Z a").is_err());
        assert!(Args::from_line("a -q").is_err());
    }
}
