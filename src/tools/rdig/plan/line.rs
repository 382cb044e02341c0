//! One line, word by word: servers, options, types, classes and names in any order.

use super::dash::{Dash, shown};
use super::lookup::Opening;
use super::number;
use super::options::{self, Action};
use super::settings::{show_answer_alone, split};
use super::{Banner, End, Lookup, Origin, Plan, Planner, Step, UsageError};
use crate::wire::dns::{Class, RecordType};

/// A line being read.
pub(super) struct Line<'a> {
    pub(super) planner: &'a mut Planner,
    plan: Plan,
    origin: Origin,
    words: &'a [String],
    /// The lookup to which options belong: none yet, then they are the default's.
    current: Option<Lookup>,
    /// Whether the current lookup has its name; the next name then begins another.
    named: bool,
    /// Whether a plain word may be a type or class: not after `-t` or `-c`.
    pub(super) guess: bool,
}

impl<'a> Line<'a> {
    pub(super) fn new(planner: &'a mut Planner, origin: Origin, words: &'a [String]) -> Self {
        Self {
            current: match origin {
                Origin::Batch => Some(planner.default.clone()),
                Origin::Config | Origin::CommandLine => None,
            },
            named: false,
            planner,
            plan: Plan::default(),
            origin,
            words,
            guess: true,
        }
    }

    /// Reads the words until one ends the reading.
    pub(super) fn read(mut self) -> Plan {
        let mut words = self.words.iter().map(String::as_str).peekable();
        while let Some(word) = words.next() {
            let end = match word.as_bytes() {
                // dig takes the rest of the line for a comment.
                [b'%', ..] => break,
                [b'-', ..] => {
                    let used = self.dash(word.get(1..).unwrap_or_default(), words.peek().copied());
                    used.map(|used| {
                        if used {
                            words.next();
                        }
                    })
                }
                [b'@', ..] => {
                    self.server(word.get(1..).unwrap_or_default());
                    Ok(())
                }
                [b'+', ..] => self.plus(word.get(1..).unwrap_or_default()).map_err(End::Error),
                _ => self.plain(word).map_err(End::Error),
            };
            if let Err(end) = end {
                return self.end(end);
            }
        }
        self.finish();
        self.plan
    }

    /// Ends the reading; an error is preceded by what dig prints of it on standard output.
    fn end(mut self, end: End) -> Plan {
        if let End::Error(error) = &end
            && let Some(problem) = error.problem()
        {
            self.plan.steps.push(Step::Say(problem.to_owned()));
        }
        self.plan.lookups.clear();
        self.plan.end = Some(end);
        self.plan
    }

    /// The lookup that options change: the last one named, or the default.
    pub(super) fn settings(&mut self) -> &mut Lookup {
        self.current.as_mut().unwrap_or(&mut self.planner.default)
    }

    /// Says a line on standard error.
    pub(super) fn warn(&mut self, warning: &str) {
        self.plan.steps.push(Step::Warn(format!("{warning}\n")));
    }

    fn server(&mut self, name: &str) {
        self.plan.steps.push(Step::Find(name.to_owned()));
        self.settings().servers.push(name.to_owned());
    }

    /// An option with a dash; says whether `next` was its value.
    fn dash(&mut self, option: &str, next: Option<&str>) -> Result<bool, End> {
        let Dash {
            switches,
            valued,
            rest,
        } = Dash::split(option);
        for switch in switches.chars() {
            match switch {
                'h' => return Err(End::Help),
                'v' => return Err(End::Version),
                'u' => self.settings().show.microseconds = true,
                // The others hold for the whole run, or do nothing.
                _ => {}
            }
        }
        let invalid = || End::Error(UsageError::Option(format!("-{valued}{rest}")));
        let Some(letter) = valued.chars().next() else {
            return if switches.is_empty() {
                Err(invalid())
            } else {
                Ok(false)
            };
        };
        let value = if rest.is_empty() { next } else { Some(rest) };
        let value = value.ok_or_else(invalid)?;
        if !self.valued(letter, value).map_err(End::Error)? {
            return Err(invalid());
        }
        Ok(rest.is_empty())
    }

    fn plus(&mut self, option: &str) -> Result<(), UsageError> {
        // As `strtok` does: the first word between equals signs, and the rest behind it.
        let text = option.trim_start_matches('=');
        let (name, value) = match text.split_once('=') {
            None => (text, None),
            Some((name, value)) => (name, Some(value).filter(|value| !value.is_empty())),
        };
        if name.is_empty() {
            self.plan
                .steps
                .push(Step::Say(format!(";; Invalid option {option}")));
            return Ok(());
        }
        let invalid = || UsageError::Option(format!("+{name}"));
        let (bare, on) = match name.get(..2) {
            Some(no) if no.eq_ignore_ascii_case("no") => (name.get(2..).unwrap_or_default(), false),
            _ => (name, true),
        };
        let action = options::find(bare).ok_or_else(invalid)?;
        if let Action::Prefixes = action {
            self.prefixes(on);
            return Ok(());
        }
        let is_default = self.current.is_none();
        let globals = &mut self.planner.globals;
        let lookup = self.current.as_mut().unwrap_or(&mut self.planner.default);
        let steps = &mut self.plan.steps;
        let done = match action {
            Action::Lookup(set) => {
                set(lookup, on);
                Ok(())
            }
            Action::Run(set) => {
                set(globals, on);
                Ok(())
            }
            Action::Both(set) => {
                set(globals, lookup, on);
                Ok(())
            }
            Action::Transport(set) => {
                if self.origin == Origin::CommandLine {
                    set(lookup, on);
                }
                Ok(())
            }
            Action::Value(set) => match value {
                Some(value) if on => set(globals, lookup, value),
                _ => Err(UsageError::Form),
            },
            Action::Clearable(_) if on && value.is_none() => Err(UsageError::Form),
            Action::Clearable(set) => set(lookup, value.filter(|_| on)),
            Action::Optional(set) => set(globals, lookup, on, value),
            // Seen to above: it is more than a setting.
            Action::Prefixes => Ok(()),
            Action::Split => {
                let (warning, done) = match split(globals, on, value) {
                    Ok(warning) => (warning, Ok(())),
                    Err((warning, error)) => (warning, Err(error)),
                };
                steps.extend(warning.map(Step::Warn));
                done
            }
            Action::Obsolete(note) => {
                steps.push(Step::Warn(note.to_owned()));
                Ok(())
            }
        };
        done.map_err(|error| match error {
            UsageError::Form => invalid(),
            UsageError::Said(line) => {
                steps.push(Step::Warn(format!("{line}\n")));
                invalid()
            }
            error => error,
        })?;
        if is_default {
            match bare.get(..2) {
                Some("qu") => globals.plus_question = on,
                Some("co") if bare.get(2..3) == Some("m") => globals.plus_comments = on,
                _ => {}
            }
        }
        Ok(())
    }

    /// `+dns64prefix`: a lookup of the name that has no IPv6 address but what a network makes of its IPv4 addresses
    /// (RFC 7050).
    fn prefixes(&mut self, on: bool) {
        if on {
            self.name("ipv4only.arpa");
            self.planner.globals.cmd = false;
            let lookup = self.settings();
            lookup.banner = None;
            lookup.rtype = RecordType::AAAA;
            lookup.typed.rtype = true;
            show_answer_alone(lookup);
        }
        self.settings().show.prefixes = on;
    }

    fn plain(&mut self, text: &str) -> Result<(), UsageError> {
        if self.guess {
            match asked_type(text)? {
                Some((RecordType::IXFR, None)) => {
                    self.warn(";; Warning, ixfr requires a serial number");
                    return Ok(());
                }
                Some((rtype, serial)) => {
                    self.rtype(rtype, serial);
                    return Ok(());
                }
                None => {}
            }
            if let Ok(class) = Class::typed(text) {
                self.class(class);
                return Ok(());
            }
        }
        self.name(text);
        Ok(())
    }

    pub(super) fn rtype(&mut self, rtype: RecordType, serial: Option<u32>) {
        if self.settings().typed.rtype {
            self.warn(";; Warning, extra type option");
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

    pub(super) fn class(&mut self, class: Class) {
        if self.settings().typed.class {
            self.warn(";; Warning, extra class option");
        }
        let lookup = self.settings();
        lookup.class = class;
        lookup.typed.class = true;
    }

    /// Begins another lookup, or gives the one at hand its name.
    pub(super) fn name(&mut self, name: &str) {
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
            arguments: shown(self.words),
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
}

/// A type, with the serial number of `ixfr=…`; `None` if the text is none.
pub(super) fn asked_type(text: &str) -> Result<Option<(RecordType, Option<u32>)>, UsageError> {
    if let Some((start, serial)) = text.split_once('=')
        && start.eq_ignore_ascii_case("ixfr")
    {
        return Ok(Some((RecordType::IXFR, Some(number::serial(serial)?))));
    }
    Ok(text.parse().ok().map(|rtype| (rtype, None)))
}
