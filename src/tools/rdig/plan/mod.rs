//! From what was typed to what is to be done: a list of lookups, checked, without any I/O.

mod carrier;
mod dash;
mod edns;
mod error;
mod key;
mod line;
mod lookup;
mod number;
mod options;
mod own;
mod settings;
mod usage;
mod validation;

pub(crate) use carrier::Carrier;
pub(crate) use dash::shown;
pub(crate) use error::UsageError;
pub(crate) use key::{algorithm, unknown_algorithm};
pub(crate) use lookup::{Ask, Banner, Cookie, Family, Follow, Globals, Lookup, Signing, Subnet};
pub(crate) use options::OPTIONS;
pub(crate) use own::OWN;
pub(crate) use usage::{HELP, USAGE};
#[cfg(feature = "dnssec")]
pub(crate) use validation::Validation;

use line::Line;

/// What was typed, made into lookups. It is kept for the whole run: a line of a file of lookups can change what
/// holds for the lines after it.
#[derive(Clone, Debug)]
pub(crate) struct Planner {
    /// What holds for every lookup.
    pub(crate) globals: Globals,
    /// The file of lookups.
    pub(crate) batch: Option<String>,
    /// Whether `~/.digrc` is read.
    pub(crate) config: bool,
    /// The settings that were typed before any name.
    default: Lookup,
    /// Whether a banner has been made: only the first one has an opening.
    greeted: bool,
}

/// What one line comes to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// What is to be said and done first, in this order.
    pub(crate) steps: Vec<Step>,
    /// What ends the run behind these steps, with no lookup.
    pub(crate) end: Option<End>,
    /// What is to be looked up, in order.
    pub(crate) lookups: Vec<Lookup>,
}

/// What is done while a line is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Say this on standard error; most of it ends its line.
    Warn(String),
    /// Say this line on standard output.
    Say(String),
    /// Find the addresses of this server: one that has none ends the run.
    Find(String),
}

/// What ends the run before anything is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The list of options was asked for.
    Help,
    /// The version was asked for.
    Version,
    /// Something that was typed cannot be obeyed.
    Error(UsageError),
}

/// Where a line comes from: that decides what can be on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// `~/.digrc`: settings only.
    Config,
    /// What was typed.
    CommandLine,
    /// A file of lookups: each line begins with the settings of the command line.
    Batch,
}

impl Default for Planner {
    fn default() -> Self {
        Self {
            globals: Globals::default(),
            batch: None,
            config: true,
            default: Lookup::default(),
            greeted: false,
        }
    }
}

impl Planner {
    /// Looks for what must be known before `~/.digrc` and the first word are read.
    ///
    /// # Errors
    /// When an option with a dash does not exist or lacks its value, or both of `-4` and `-6` were typed: these
    /// come before all that is wrong with other words.
    pub(crate) fn survey(&mut self, words: &[String]) -> Result<(), UsageError> {
        let found = dash::survey(words)?;
        self.config = !found.no_config;
        self.globals.family = found.family;
        self.globals.debug = found.debug;
        Ok(())
    }

    /// Reads the words of one line, up to the first that is wrong.
    pub(crate) fn line(&mut self, words: &[String], origin: Origin) -> Plan {
        Line::new(self, origin, words).read()
    }
}

#[cfg(test)]
mod tests {
    use super::super::args::words;
    use super::*;
    use crate::cli::Exit;
    use crate::wire::dns::{Flags, RecordType};

    fn plan(line: &str) -> (Planner, Plan) {
        let mut planner = Planner::default();
        let plan = planner.line(&words(line), Origin::CommandLine);
        assert_eq!(plan.end, None, "{line}");
        (planner, plan)
    }

    fn questions(line: &str) -> Vec<String> {
        let lookups = plan(line).1.lookups;
        let question = |l: &Lookup| format!("{} {} {}", l.name, l.class, l.rtype);
        lookups.iter().map(question).collect()
    }

    fn error(line: &str) -> UsageError {
        match Planner::default().line(&words(line), Origin::CommandLine).end {
            Some(End::Error(error)) => error,
            end => panic!("{line}: {end:?}"),
        }
    }

    #[test]
    fn name_type_and_class_come_in_any_order() {
        for line in [
            "a.test MX CH",
            "CH MX a.test",
            "MX a.test CH",
            "-t mx -c ch a.test",
        ] {
            assert_eq!(questions(line), ["a.test CH MX"], "{line}");
        }
    }

    #[test]
    fn an_option_belongs_to_the_name_before_it() {
        let lookups = plan("+nostats x +noanswer y +noquestion").1.lookups;
        let shown = |l: &Lookup| (l.show.stats, l.show.answer, l.show.question);
        assert_eq!(shown(&lookups[0]), (false, false, true));
        assert_eq!(shown(&lookups[1]), (false, true, false));
    }

    #[test]
    fn a_type_after_a_name_belongs_to_it() {
        assert_eq!(questions("x A y AAAA z"), ["x IN A", "y IN AAAA", "z IN A"]);
        assert_eq!(questions("MX x y TXT"), ["x IN MX", "y IN TXT"]);
    }

    #[test]
    fn after_t_a_word_is_a_name() {
        assert_eq!(questions("-t MX A"), ["A IN MX"]);
        assert_eq!(questions("-q MX"), ["MX IN A"]);
    }

    #[test]
    fn nothing_asks_for_the_root() {
        assert_eq!(questions(""), [". IN NS"]);
        assert_eq!(questions("@s +short"), [". IN NS"]);
    }

    #[test]
    fn an_address_is_asked_for_by_its_reverse_name() {
        assert_eq!(questions("-x 192.0.2.1"), ["1.2.0.192.in-addr.arpa. IN PTR"]);
        assert_eq!(questions("-x 10.1"), ["1.10.in-addr.arpa. IN PTR"]);
        assert_eq!(questions("-t ANY -x 10.1"), ["1.10.in-addr.arpa. IN ANY"]);
    }

    #[test]
    fn short_holds_for_every_lookup() {
        assert!(plan("x +short y").0.globals.short);
        assert!(!plan("x +short y +noshort").0.globals.short);
    }

    #[test]
    fn the_banner_says_what_was_typed_before_the_first_name() {
        let banner = plan("@s x @t +short").1.lookups[0].banner.clone().unwrap();
        let opening = banner.opening.unwrap();
        assert_eq!((opening.server.as_deref(), opening.short), (Some("s"), false));
        assert!(plan("+nocmd x").1.lookups[0].banner.is_none());
        assert!(plan("x y").1.lookups[1].banner.is_none());
    }

    #[test]
    fn a_second_type_is_warned_of() {
        let warnings = |line: &str| plan(line).1.steps;
        let warning = |text: &str| [Step::Warn(format!(";; Warning, {text}\n"))];
        assert_eq!(warnings("MX A x"), warning("extra type option"));
        assert_eq!(warnings("-t FOO x"), warning("ignoring invalid type FOO"));
        assert_eq!(warnings("ixfr x"), warning("ixfr requires a serial number"));
    }

    #[test]
    fn what_is_wrong_first_ends_the_reading() {
        let mut planner = Planner::default();
        let plan = planner.line(&words("@s MX A x +edns=300 +nosuch @t -h"), Origin::CommandLine);
        let [Step::Find(server), Step::Warn(_), Step::Say(problem)] = &plan.steps[..] else {
            panic!("{:?}", plan.steps);
        };
        assert_eq!(
            (server.as_str(), problem.as_str()),
            ("s", "invalid edns '300': out of range")
        );
        assert!(matches!(
            plan.end,
            Some(End::Error(UsageError::Value { what: "edns", .. }))
        ));
        assert!(plan.lookups.is_empty());
    }

    #[test]
    fn what_is_behind_a_percent_sign_is_not_read() {
        assert_eq!(questions("x %y -Z +nosuch"), ["x IN A"]);
    }

    #[test]
    fn a_transfer_shows_records_only_unless_asked_before() {
        let show = plan("x AXFR").1.lookups[0].show;
        assert!(!show.question && !show.comments);
        let lookup = &plan("+comments ixfr=7 x").1.lookups[0];
        assert!(lookup.show.comments && lookup.exchange.tcp);
        assert_eq!(lookup.serial, Some(7));
    }

    #[test]
    fn what_cannot_be_obeyed_is_an_error() {
        assert_eq!(error("+nosuch a"), UsageError::Option("+nosuch".to_owned()));
        assert_eq!(error("+padding a"), UsageError::Option("+padding".to_owned()));
        assert_eq!(error("+time=x a").to_string(), "Couldn't parse timeout");
        assert_eq!(error("+time=x a").exit(), crate::tools::rdig::EXIT_BAD_VALUE);
        assert_eq!(error("-p x a").exit(), Exit::FAILURE);
        assert_eq!(error("-b 1.2 a").to_string(), "invalid address 1.2");
    }

    #[test]
    fn a_line_of_a_file_begins_with_the_settings_of_the_command_line() {
        let (mut planner, _) = plan("-f x +nostats @s");
        let mut line = |text: &str| planner.line(&words(text), Origin::Batch).lookups;
        let lookups = line("@t MX x y +noanswer");
        assert_eq!(lookups[0].servers, ["s", "t"]);
        assert_eq!(lookups[0].rtype, RecordType::MX);
        assert_eq!((lookups[1].rtype, lookups[1].servers.len()), (RecordType::A, 1));
        assert!(!lookups[1].show.stats && !lookups[1].show.answer);
        let flags = line("")[0].query.flags;
        assert!(flags.contains(Flags::RD));
        assert_eq!(line("")[0].name, ".");
    }
}
