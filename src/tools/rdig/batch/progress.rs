//! How far a file of lookups has come, for the person before the terminal.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};

use super::summary::Summary;

/// A line at the foot of the terminal; nothing if standard error is none, or if the answers go to one.
#[derive(Debug)]
pub(super) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// For a file of `size` bytes, if that is known.
    pub(super) fn new(size: Option<u64>, output_is_terminal: bool) -> Self {
        if output_is_terminal || !stderr().is_terminal() {
            return Self { bar: None };
        }
        let (bar, template) = match size {
            Some(size) => (
                ProgressBar::new(size),
                "{bar:40} {percent:>3} %  {msg}  {eta} left",
            ),
            None => (ProgressBar::new_spinner(), "{spinner} {msg}  {elapsed}"),
        };
        // The template is a constant, which the test below reads.
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self {
            bar: Some(bar.with_style(style)),
        }
    }

    /// `position` bytes were read.
    pub(super) fn show(&self, position: u64, summary: &Summary) {
        if let Some(bar) = &self.bar {
            bar.set_position(position);
            let total = summary.total();
            if total.is_multiple_of(EVERY) {
                bar.set_message(format!("{total} lookups"));
            }
        }
    }

    /// Takes the line away.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// How often the count is written anew.
const EVERY: u64 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_well_formed() {
        for template in [
            "{bar:40} {percent:>3} %  {msg}  {eta} left",
            "{spinner} {msg}  {elapsed}",
        ] {
            assert!(ProgressStyle::with_template(template).is_ok());
        }
    }
}
