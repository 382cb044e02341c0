//! From what was typed to what is to be done: a list of lookups, checked, without any I/O.

mod edns;
mod error;
mod lookup;
mod number;
mod options;
mod own;

pub(crate) use error::UsageError;
pub(crate) use lookup::{Banner, Cookie, Family, Globals, Lookup, Subnet};
pub(crate) use options::OPTIONS;
pub(crate) use own::OWN;

use std::net::IpAddr;

use super::args::Word;
use crate::wire::dns::{Class, Name, RecordType};
use lookup::Opening;
use options::Action;

/// What was typed, made into lookups. It is kept for the whole run: a line of a file of lookups can change what
/// holds for the lines after it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Planner {
    /// What holds for every lookup.
    pub(crate) globals: Globals,
    /// The file of lookups.
    pub(crate) batch: Option<String>,
    /// The settings that were typed before any name.
    default: Lookup,
    /// Which of `-4` and `-6` were typed.
    families: (bool, bool),
    /// Whether a banner has been made: only the first one has an opening.
    greeted: bool,
}

/// What one line comes to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// What is to be looked up, in order.
    pub(crate) lookups: Vec<Lookup>,
    /// What is to be said on standard error first.
    pub(crate) warnings: Vec<String>,
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

impl Planner {
    /// Reads the words of one line; `arguments` is how they look in the banner.
    ///
    /// # Errors
    /// When a word cannot be obeyed.
    pub(crate) fn line(
        &mut self,
        words: &[Word],
        arguments: &str,
        origin: Origin,
    ) -> Result<Plan, UsageError> {
        let mut line = Line {
            current: match origin {
                Origin::Batch => Some(self.default.clone()),
                Origin::Config | Origin::CommandLine => None,
            },
            named: false,
            planner: self,
            plan: Plan::default(),
            origin,
            arguments,
            guess: true,
        };
        for word in words {
            line.word(word)?;
        }
        line.finish();
        Ok(line.plan)
    }
}

/// A line being read.
struct Line<'a> {
    planner: &'a mut Planner,
    plan: Plan,
    origin: Origin,
    arguments: &'a str,
    /// The lookup to which options belong: none yet, then they are the default's.
    current: Option<Lookup>,
    /// Whether the current lookup has its name; the next name then begins another.
    named: bool,
    /// Whether a plain word may be a type or class: not after `-t` or `-c`.
    guess: bool,
}

impl Line<'_> {
    fn word(&mut self, word: &Word) -> Result<(), UsageError> {
        match word {
            Word::Plain(text) => match text.as_bytes() {
                [b'@', ..] => {
                    let server = text.get(1..).unwrap_or_default().to_owned();
                    self.settings().servers.push(server);
                    Ok(())
                }
                [b'+', ..] => self.plus(text.get(1..).unwrap_or_default()),
                _ => self.plain(text),
            },
            Word::Valued(letter, value) => self.dash(letter, value),
            Word::Switch(letter) => self.switch(letter),
        }
    }

    /// The lookup that options change: the last one named, or the default.
    fn settings(&mut self) -> &mut Lookup {
        self.current.as_mut().unwrap_or(&mut self.planner.default)
    }

    fn plus(&mut self, option: &str) -> Result<(), UsageError> {
        let (name, value) = match option.split_once('=') {
            None => (option, None),
            Some((name, value)) => (name, Some(value).filter(|value| !value.is_empty())),
        };
        if name.is_empty() {
            self.plan.warnings.push(format!(";; Invalid option {option}"));
            return Ok(());
        }
        let invalid = || UsageError::Option(name.to_owned());
        let (bare, on) = match name.get(..2) {
            Some(no) if no.eq_ignore_ascii_case("no") => (name.get(2..).unwrap_or_default(), false),
            _ => (name, true),
        };
        if options::DEPRECATED.contains(&bare) {
            self.warn(format!(";; +{bare} option is deprecated"));
            return Ok(());
        }
        let action = options::find(bare).ok_or_else(invalid)?;
        let is_default = self.current.is_none();
        let globals = &mut self.planner.globals;
        let lookup = self.current.as_mut().unwrap_or(&mut self.planner.default);
        match action {
            Action::Lookup(set) => set(lookup, on),
            Action::Run(set) => set(globals, on),
            Action::Both(set) => set(globals, lookup, on),
            Action::Value(set) if on => set(globals, lookup, value.ok_or_else(invalid)?)?,
            Action::Value(_) => return Err(invalid()),
            Action::Optional(set) => set(globals, lookup, on, value)?,
        }
        if is_default {
            match bare.get(..2) {
                Some("qu") => globals.plus_question = on,
                Some("co") if lookup.show.comments == on => globals.plus_comments = on,
                _ => {}
            }
        }
        Ok(())
    }

    fn switch(&mut self, letter: &str) -> Result<(), UsageError> {
        match letter {
            "4" => self.planner.families.0 = true,
            "6" => self.planner.families.1 = true,
            "u" => self.settings().show.microseconds = true,
            _ => {}
        }
        self.planner.globals.family = match self.planner.families {
            (true, true) => return Err(UsageError::plain("only one of -4 and -6 allowed")),
            (true, false) => Family::V4,
            (false, true) => Family::V6,
            (false, false) => self.planner.globals.family,
        };
        Ok(())
    }

    fn dash(&mut self, letter: &str, value: &str) -> Result<(), UsageError> {
        match letter {
            "b" => self.planner.globals.source(value)?,
            "c" => {
                self.guess = false;
                match value.parse() {
                    Ok(class) => self.class(class),
                    Err(_) => self.warn(format!(";; Warning, ignoring invalid class {value}")),
                }
            }
            "f" => self.planner.batch = Some(value.to_owned()),
            "p" => self.planner.globals.port = number::port(value)?,
            "q" => self.name(value),
            "t" => {
                self.guess = false;
                match asked_type(value)? {
                    Some((RecordType::IXFR, None)) | None => {
                        self.warn(format!(";; Warning, ignoring invalid type {value}"));
                    }
                    Some((rtype, serial)) => self.rtype(rtype, serial),
                }
            }
            _ => {
                self.name(&reverse(value));
                let lookup = self.settings();
                if !lookup.typed.rtype {
                    lookup.rtype = RecordType::PTR;
                }
                if !lookup.typed.class {
                    lookup.class = Class::IN;
                }
            }
        }
        Ok(())
    }

    fn plain(&mut self, text: &str) -> Result<(), UsageError> {
        if self.guess {
            match asked_type(text)? {
                Some((RecordType::IXFR, None)) => {
                    self.warn(";; Warning, ixfr requires a serial number".to_owned());
                    return Ok(());
                }
                Some((rtype, serial)) => {
                    self.rtype(rtype, serial);
                    return Ok(());
                }
                None => {}
            }
            if let Ok(class) = text.parse() {
                self.class(class);
                return Ok(());
            }
        }
        self.name(text);
        Ok(())
    }

    fn rtype(&mut self, rtype: RecordType, serial: Option<u32>) {
        if self.settings().typed.rtype {
            self.warn(";; Warning, extra type option".to_owned());
        }
        let globals = self.planner.globals.clone();
        let is_config = self.origin == Origin::Config;
        let lookup = self.settings();
        lookup.rtype = rtype;
        lookup.serial = serial;
        lookup.typed.rtype = !is_config;
        if lookup.is_transfer() {
            lookup.show.question = globals.plus_question;
            lookup.show.comments = globals.plus_comments;
        }
        // These are too long for UDP more often than not.
        if [RecordType::IXFR, RecordType::ANY].contains(&rtype) && !lookup.typed.transport {
            lookup.exchange.tcp = true;
        }
    }

    fn class(&mut self, class: Class) {
        if self.settings().typed.class {
            self.warn(";; Warning, extra class option".to_owned());
        }
        let lookup = self.settings();
        lookup.class = class;
        lookup.typed.class = true;
    }

    /// Begins another lookup, or gives the one at hand its name.
    fn name(&mut self, name: &str) {
        if self.origin == Origin::Config {
            return;
        }
        if self.named || self.current.is_none() {
            self.plan.lookups.extend(self.current.take());
            self.current = Some(self.planner.default.clone());
        }
        let is_first = !self.named;
        self.named = true;
        let banner = is_first.then(|| self.banner()).flatten();
        let lookup = self.settings();
        lookup.name = name.to_owned();
        lookup.banner = banner;
    }

    /// The banner with what is in force now: options that come later do not change it.
    fn banner(&mut self) -> Option<Banner> {
        let globals = &self.planner.globals;
        if !globals.cmd {
            return None;
        }
        let opening = (!self.planner.greeted).then(|| Opening {
            server: self.settings_ref().servers.last().cloned(),
            short: globals.short,
            cmd: globals.cmd,
        });
        self.planner.greeted = true;
        Some(Banner {
            arguments: self.arguments.to_owned(),
            opening,
        })
    }

    fn settings_ref(&self) -> &Lookup {
        self.current.as_ref().unwrap_or(&self.planner.default)
    }

    /// Without a name, the root's servers are asked for.
    fn finish(&mut self) {
        if self.origin == Origin::Config {
            return;
        }
        let is_batch = self.origin == Origin::CommandLine && self.planner.batch.is_some();
        if !self.named && !is_batch {
            self.name(".");
            let lookup = self.settings();
            lookup.rtype = RecordType::NS;
        }
        if self.named {
            self.plan.lookups.extend(self.current.take());
        }
    }

    fn warn(&mut self, warning: String) {
        self.plan.warnings.push(warning);
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

/// A type, with the serial number of `ixfr=…`; `None` if the text is none.
fn asked_type(text: &str) -> Result<Option<(RecordType, Option<u32>)>, UsageError> {
    if let Some((start, serial)) = text.split_once('=')
        && start.eq_ignore_ascii_case("ixfr")
    {
        return Ok(Some((RecordType::IXFR, Some(number::serial(serial)?))));
    }
    Ok(text.parse().ok().map(|rtype| (rtype, None)))
}

/// The name to look up for an address: of text that is none, the parts between its dots in reverse.
fn reverse(text: &str) -> String {
    match text.parse() {
        Ok(address) => Name::reverse(address).to_string(),
        Err(_) => {
            let parts: Vec<&str> = text.split('.').rev().filter(|part| !part.is_empty()).collect();
            format!("{}.in-addr.arpa.", parts.join("."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::args::Args;
    use super::*;
    use crate::cli::Exit;
    use crate::wire::dns::Flags;

    fn plan(line: &str) -> (Planner, Plan) {
        let mut planner = Planner::default();
        let words = Args::from_line(line).unwrap().words;
        let plan = planner.line(&words, line, Origin::CommandLine).unwrap();
        (planner, plan)
    }

    fn questions(line: &str) -> Vec<String> {
        let lookups = plan(line).1.lookups;
        let question = |l: &Lookup| format!("{} {} {}", l.name, l.class, l.rtype);
        lookups.iter().map(question).collect()
    }

    fn error(line: &str) -> UsageError {
        let words = Args::from_line(line).unwrap().words;
        Planner::default()
            .line(&words, line, Origin::CommandLine)
            .unwrap_err()
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
        assert_eq!(plan("MX A x").1.warnings, [";; Warning, extra type option"]);
        assert_eq!(
            plan("-t FOO x").1.warnings,
            [";; Warning, ignoring invalid type FOO"]
        );
        assert_eq!(
            plan("ixfr x").1.warnings,
            [";; Warning, ixfr requires a serial number"]
        );
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
        assert_eq!(error("+nosuch a"), UsageError::Option("nosuch".to_owned()));
        assert_eq!(error("+padding a"), UsageError::Option("padding".to_owned()));
        assert_eq!(error("-4 -6 a").to_string(), "only one of -4 and -6 allowed");
        assert_eq!(error("+time=x a").to_string(), "Couldn't parse timeout");
        assert_eq!(error("+time=x a").exit(), crate::tools::rdig::EXIT_BAD_VALUE);
        assert_eq!(error("-p x a").exit(), Exit::FAILURE);
        assert_eq!(error("-b 1.2 a").to_string(), "invalid address 1.2");
    }

    #[test]
    fn a_line_of_a_file_begins_with_the_settings_of_the_command_line() {
        let (mut planner, _) = plan("-f x +nostats @s");
        let mut line = |text: &str| {
            let words = Args::from_line(text).unwrap().words;
            planner.line(&words, text, Origin::Batch).unwrap().lookups
        };
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
