//! How a file of lookups went, in one line.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::proto::Instant;
use crate::tools::rdig::render::rcode_name;
use crate::wire::dns::Rcode;

/// Counts the lookups by what they came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    answered: BTreeMap<Rcode, u64>,
    unanswered: u64,
}

impl Summary {
    /// A lookup ended with this response code, or without an answer.
    pub(super) fn count(&mut self, rcode: Option<Rcode>) {
        match rcode {
            Some(rcode) => *self.answered.entry(rcode).or_default() += 1,
            None => self.unanswered += 1,
        }
    }

    /// How many lookups there were.
    pub(super) fn total(&self) -> u64 {
        self.answered.values().sum::<u64>() + self.unanswered
    }

    /// The line: `;; 1000 lookups in 1.25 s: NOERROR 990, NXDOMAIN 9, no answer 1; 1429 queries sent, 429 of them
    /// again`. `now` is the time since the run began; `sent` how many queries went over UDP, and how many of them
    /// were repetitions.
    pub(super) fn line(&self, now: Instant, sent: Option<(u64, u64)>) -> String {
        let total = self.total();
        let mut line = format!(
            ";; {total} lookup{} in {:.2} s",
            if total == 1 { "" } else { "s" },
            now.since_origin().as_secs_f64()
        );
        let mut before = ": ";
        for (rcode, count) in &self.answered {
            // Writing to a string cannot fail.
            let _ = write!(line, "{before}{} {count}", rcode_name(*rcode));
            before = ", ";
        }
        if self.unanswered > 0 {
            let _ = write!(line, "{before}no answer {}", self.unanswered);
        }
        if let Some((sent, again)) = sent {
            let _ = write!(line, "; {sent} queries sent");
            if again > 0 {
                let _ = write!(line, ", {again} of them again");
            }
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_line_counts_by_status_and_leaves_out_what_did_not_happen() {
        let mut summary = Summary::default();
        let now = Instant::ZERO + Duration::from_millis(1250);
        assert_eq!(summary.line(now, None), ";; 0 lookups in 1.25 s");
        for rcode in [Rcode::NXDOMAIN, Rcode::NOERROR, Rcode::NOERROR, Rcode(99)] {
            summary.count(Some(rcode));
        }
        summary.count(None);
        assert_eq!(
            summary.line(now, Some((9, 4))),
            ";; 5 lookups in 1.25 s: NOERROR 2, NXDOMAIN 1, ?99 1, no answer 1; 9 queries sent, 4 of them again"
        );
    }
}
