//! What a validation found, step by step.

use std::fmt;

use super::reason::Verdict;
use super::rrset::{RrSet, Sets};
use crate::wire::dns::{Message, Name, Rcode, RecordType, Section};

/// The chain of trust of one question, and what it comes to.
#[derive(Clone, Debug)]
pub struct Report {
    /// The steps, from the anchor down.
    pub steps: Vec<Step>,
    /// What it comes to.
    pub verdict: Verdict,
    /// The record sets of the answer that were judged.
    pub(super) judged: Vec<RrSet>,
}

/// One step of a chain of trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What kind of step it is.
    pub kind: StepKind,
    /// What it is about: a zone, or a name and type.
    pub subject: String,
    /// What was found.
    pub text: String,
}

/// The kinds of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A zone's keys are to be trusted.
    Zone,
    /// A record set is signed.
    Answer,
    /// It is proved that something does not exist.
    Denial,
    /// An alias leads on.
    Alias,
}

impl Report {
    /// The first record set in the answer of `message` that is not among those that were judged, or the first of these
    /// if the answer has none: then what was shown is not what was validated.
    pub fn misses(&self, message: &Message<'_>) -> Option<(Name, RecordType)> {
        let shown = Sets::read(message, Section::Answer);
        let other = shown
            .iter()
            .find(|set| !self.judged.iter().any(|judged| judged.same_records(set)));
        let denied =
            [Rcode::NOERROR, Rcode::NXDOMAIN].contains(&message.rcode()) && shown.iter().next().is_none();
        let missing = self.judged.first().filter(|_| denied);
        other.or(missing).map(|set| (set.name.clone(), set.rtype))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.kind, self.subject, self.text)
    }
}

impl fmt::Display for StepKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Zone => "zone",
            Self::Answer => "answer",
            Self::Denial => "denial",
            Self::Alias => "alias",
        })
    }
}
