//! The independent checker: what the action did, held against what the clients were told. It knows nothing of the
//! protocol, and takes the word of nobody but the action's own log.

use std::collections::{HashMap, HashSet};
use std::fmt;

/// Every call has a payload of its own; what is launched is named by its payload.
#[derive(Default)]
pub(in crate::rlaunch) struct Verdict {
    /// Calls that the clients were told are launched.
    pub(in crate::rlaunch) launched: usize,
    /// … are not launched, for ever.
    pub(in crate::rlaunch) not_launched: usize,
    /// … may be either.
    pub(in crate::rlaunch) unknown: usize,
    /// Those of the unknown that were performed.
    pub(in crate::rlaunch) unknown_performed: usize,
    /// Calls without any answer.
    pub(in crate::rlaunch) unanswered: usize,
    /// Actions performed beyond the first, over all calls.
    pub(in crate::rlaunch) double: usize,
    /// Calls said to be launched that were never performed.
    pub(in crate::rlaunch) lost: usize,
    /// Calls said to be ruled out that were performed.
    pub(in crate::rlaunch) broken_promises: usize,
    /// Answers with the result of another call, or two different answers to one.
    pub(in crate::rlaunch) wrong_answers: usize,
    /// Actions performed that nobody had asked for.
    pub(in crate::rlaunch) invented: usize,
}

impl Verdict {
    /// `asked`: for each client its payloads in order. `log`: what the action wrote, each entry ended by `;` and
    /// its last word the payload. `told`: for each client its lines `WORD ID STATUS RESULT`, in the order of the
    /// calls; a client that was killed may have said a line twice.
    pub(in crate::rlaunch) fn new(asked: &[Vec<String>], log: &str, told: &[String]) -> Self {
        let mut performed: HashMap<&str, usize> = HashMap::new();
        for payload in log
            .split(';')
            .filter_map(|entry| entry.split_whitespace().next_back())
        {
            *performed.entry(payload).or_default() += 1;
        }
        let mut verdict = Self {
            double: performed.values().map(|count| count - 1).sum(),
            ..Self::default()
        };
        for (asked, told) in asked.iter().zip(told) {
            verdict.client(asked, told, &mut performed);
        }
        verdict.invented = performed.len();
        verdict
    }

    /// Whether nothing happened that must not.
    pub(in crate::rlaunch) fn is_clean(&self) -> bool {
        self.double + self.lost + self.broken_promises + self.wrong_answers + self.invented == 0
    }

    fn client(&mut self, asked: &[String], told: &str, performed: &mut HashMap<&str, usize>) {
        let mut said: HashMap<&str, &str> = HashMap::new();
        let mut seen = HashSet::new();
        let mut lines = Vec::new();
        for line in told.lines() {
            let id = line.split(' ').nth(1).unwrap_or("");
            if seen.insert(id) {
                lines.push(line);
                said.insert(id, line);
            } else if said.get(id) != Some(&line) {
                self.wrong_answers += 1;
            }
        }
        self.unanswered += asked.len().saturating_sub(lines.len());
        for (asked, line) in asked
            .iter()
            .zip(lines.iter().map(Some).chain(std::iter::repeat(None)))
        {
            let count = performed.remove(asked.trim_end_matches(';')).unwrap_or(0);
            match line
                .map(|line| line.splitn(4, ' ').collect::<Vec<_>>())
                .as_deref()
            {
                Some(["launched", _, "0", result]) => {
                    self.launched += 1;
                    self.lost += usize::from(count == 0);
                    self.wrong_answers += usize::from(result != asked);
                }
                Some(["not-launched", ..]) => {
                    self.not_launched += 1;
                    self.broken_promises += usize::from(count > 0);
                }
                Some(["unknown", ..]) => {
                    self.unknown += 1;
                    self.unknown_performed += usize::from(count > 0);
                }
                Some(_) => self.wrong_answers += 1,
                None => {}
            }
        }
        self.wrong_answers += lines.len().saturating_sub(asked.len());
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} launched, {} not launched, {} unknown ({} of them performed), {} unanswered; {} double, {} lost, \
             {} broken promises, {} wrong answers, {} never asked for",
            self.launched,
            self.not_launched,
            self.unknown,
            self.unknown_performed,
            self.unanswered,
            self.double,
            self.lost,
            self.broken_promises,
            self.wrong_answers,
            self.invented
        )
    }
}

mod tests {
    use super::*;

    const TOLD: &str = "launched i-1 0 a;\nnot-launched i-2 - ruled out\nunknown i-3 - died\n";

    fn verdict(log: &str, told: &str) -> Verdict {
        let asked = ["a;", "b;", "c;"].map(str::to_owned).to_vec();
        Verdict::new(&[asked], log, &[told.to_owned()])
    }

    #[test]
    fn a_true_history_is_clean() {
        let clean = verdict("i-1 a;c;", TOLD);
        assert!(clean.is_clean(), "{clean}");
        assert_eq!(
            (
                clean.launched,
                clean.not_launched,
                clean.unknown,
                clean.unknown_performed
            ),
            (1, 1, 1, 1)
        );
        assert!(verdict("a;", TOLD).is_clean());
        assert!(
            verdict("a;", &TOLD.repeat(2)).is_clean(),
            "a killed client repeats itself"
        );
    }

    #[test]
    fn every_kind_of_untruth_is_found() {
        assert_eq!(verdict("a;\na;", TOLD).double, 1);
        assert_eq!(verdict("c;", TOLD).lost, 1);
        assert_eq!(verdict("a;b;", TOLD).broken_promises, 1);
        assert_eq!(verdict("a;x;", TOLD).invented, 1);
        assert_eq!(verdict("a;", &TOLD.replace("0 a;", "0 b;")).wrong_answers, 1);
        assert_eq!(
            verdict("a;", &(TOLD.to_owned() + "launched i-2 0 b;\n")).wrong_answers,
            1
        );
        assert_eq!(verdict("a;", "launched i-1 0 a;\n").unanswered, 2);
    }
}
