//! How far a run of many calls has come, for the person before the terminal.

use std::fmt::Display;
use std::io::{IsTerminal, stderr, stdin};

use indicatif::{ProgressBar, ProgressStyle};

use crate::tools::left::left;
use crate::tools::rlaunch::tell;

/// A line at the foot of the terminal; nothing if standard error is none, or if the results go to one.
#[derive(Debug)]
pub(super) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Nothing is done yet.
    pub(super) fn new(is_wanted: bool) -> Self {
        if !is_wanted || !stderr().is_terminal() {
            return Self { bar: None };
        }
        let (bar, template) = match left(stdin()) {
            Some(size) => (ProgressBar::new(size), KNOWN),
            None => (ProgressBar::new_spinner(), UNKNOWN),
        };
        // The templates are constants, which the test below reads.
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self {
            bar: Some(bar.with_style(style)),
        }
    }

    /// A line of `bytes` is done: so many are now, of which so many were not launched.
    pub(super) fn advance(&self, bytes: usize, done: u64, not_launched: u64) {
        let Some(bar) = &self.bar else { return };
        bar.inc(bytes as u64 + 1);
        if done.is_multiple_of(EVERY) || not_launched > 0 {
            bar.set_message(match not_launched {
                0 => format!("{done} launched"),
                _ => format!("{} launched, {not_launched} not", done - not_launched),
            });
        }
    }

    /// A line of `bytes` was done before.
    pub(super) fn skip(&self, bytes: usize) {
        if let Some(bar) = &self.bar {
            bar.inc(bytes as u64 + 1);
        }
    }

    /// Prints a message above the line.
    pub(super) fn say(&self, what: impl Display) {
        match &self.bar {
            Some(bar) => bar.suspend(|| tell::say(what)),
            None => tell::say(what),
        }
    }

    /// Takes the line away.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

const KNOWN: &str = "{bar:40} {percent:>3} %  {msg}  {eta} left";
const UNKNOWN: &str = "{spinner} {msg}  {elapsed}";
/// How often the count is written anew.
const EVERY: u64 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_well_formed() {
        for template in [KNOWN, UNKNOWN] {
            assert!(ProgressStyle::with_template(template).is_ok());
        }
    }
}
