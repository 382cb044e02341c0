//! How far it has come: one line at the foot of the terminal that is standard error.

use std::sync::OnceLock;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The line of this process.
static SHOWN: OnceLock<ProgressBar> = OnceLock::new();

/// Shows the line, for so many bytes if their number is known.
pub(super) fn show(total: Option<u64>) -> &'static ProgressBar {
    SHOWN.get_or_init(|| {
        let (bar, template) = match total {
            Some(total) => (ProgressBar::new(total), KNOWN),
            None => (ProgressBar::new_spinner(), UNKNOWN),
        };
        bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(A_SECOND));
        // The templates are constants, which the test below reads.
        bar.with_style(
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
        )
    })
}

/// The line, if there is one.
pub(super) fn shown() -> Option<&'static ProgressBar> {
    SHOWN.get()
}

/// Takes the line away until something was said, if there is one.
pub(super) fn aside(say: impl FnOnce()) {
    match SHOWN.get() {
        Some(bar) => bar.suspend(say),
        None => say(),
    }
}

/// Takes the line away for good.
pub(super) fn clear() {
    if let Some(bar) = SHOWN.get() {
        bar.finish_and_clear();
    }
}

/// How often it is drawn at most.
const A_SECOND: u8 = 10;

const KNOWN: &str = "{wide_bar} {percent:>3} %  {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left  {msg}";
const UNKNOWN: &str = "{spinner} {bytes}  {bytes_per_sec}  {elapsed}";

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
