//! What DNSSEC validation found: the chain of trust, a line a step, and the verdict.

use std::io::Write as _;

use jiff::Timestamp;
use serde_json::json;

use crate::proto::dns::validate::{Report, Verdict};
use crate::tools::dns_json::Object;
use crate::wire::dns::{Name, Question, RecordType};

/// The judgement of one answer.
#[derive(Debug)]
pub(crate) struct Judgement<'a> {
    /// What was asked.
    pub(crate) question: &'a Question,
    /// What was found.
    pub(crate) report: &'a Report,
    /// Records that were printed and are not those that were validated.
    pub(crate) other: Option<(Name, RecordType)>,
}

impl Judgement<'_> {
    /// Appends the judgement as comments; without `steps`, the verdict only.
    pub(crate) fn write(&self, steps: bool, out: &mut Vec<u8>) {
        let mut text = String::new();
        if steps {
            text.push_str(";; VALIDATION SECTION:\n");
            for step in &self.report.steps {
                text.push_str(&format!(";; {step}\n"));
            }
        }
        if let Some(note) = self.note() {
            text.push_str(&format!(";; Warning: {note}\n"));
        }
        text.push_str(&format!(";; validation: {}\n", self.report.verdict));
        if steps {
            text.push('\n');
        }
        out.extend_from_slice(text.as_bytes());
    }

    /// Appends the judgement as an item of a list.
    pub(crate) fn write_yaml(&self, out: &mut Vec<u8>) {
        let (word, reason) = self.verdict();
        // Writing to a vector cannot fail.
        let _ = writeln!(
            out,
            "- type: VALIDATION\n  name: {}",
            quoted(&self.question.name.to_string())
        );
        let _ = writeln!(out, "  rtype: {}\n  verdict: {word}", self.question.rtype);
        for (key, text) in [("reason", reason), ("warning", self.note())] {
            if let Some(text) = text {
                let _ = writeln!(out, "  {key}: {}", quoted(&text));
            }
        }
        if !self.report.steps.is_empty() {
            let _ = writeln!(out, "  steps:");
        }
        for step in &self.report.steps {
            let _ = writeln!(out, "    - {}", quoted(&step.to_string()));
        }
    }

    /// Appends the judgement as an object on a line of its own.
    pub(crate) fn write_json(&self, now: Timestamp, out: &mut Vec<u8>) {
        let (word, reason) = self.verdict();
        let steps =
            self.report.steps.iter().map(
                |step| json!({"kind": step.kind.to_string(), "subject": step.subject, "text": step.text}),
            );
        let mut object = Object::at(now);
        object.question(self.question).set("validation", word);
        if let Some(reason) = reason {
            object.set("reason", reason);
        }
        let warnings: Vec<String> = self.note().into_iter().collect();
        object
            .set("steps", steps.collect::<Vec<_>>())
            .warnings(&warnings)
            .write(out);
    }

    fn verdict(&self) -> (&'static str, Option<String>) {
        match &self.report.verdict {
            Verdict::Secure => ("secure", None),
            Verdict::Insecure(why) => ("insecure", Some(why.to_string())),
            Verdict::Bogus(why) => ("bogus", Some(why.to_string())),
            Verdict::Indeterminate(why) => ("indeterminate", Some(why.to_string())),
        }
    }

    fn note(&self) -> Option<String> {
        let sure = matches!(self.report.verdict, Verdict::Secure | Verdict::Insecure(_));
        let (name, rtype) = self.other.as_ref().filter(|_| sure)?;
        Some(format!("{name} {rtype} as shown is not what was validated"))
    }
}

/// Text in double quotes, which YAML reads as JSON does.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
