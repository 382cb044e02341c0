//! `+compare`: every server's answer is awaited, and who differs is said.

use serde_json::{Value, json};

use super::super::super::status;
use super::super::inquiry::Inquiry;
use super::super::output_failure;
use super::comparison::{Comparison, Standing};
use super::statement::Statement;
use super::{Part, label};
use crate::cli::{Exit, Failure};

impl Inquiry<'_> {
    /// Asks all servers, prints the answer of the first of those who say what most say, and how the others stand to
    /// it.
    pub(in super::super) async fn compare(&mut self) -> Result<(), Failure> {
        let mut running = self.parts();
        let mut parts: Vec<Option<Part>> = self.servers.iter().map(|_| None).collect();
        while let Some((place, part)) = running.next().await {
            if let Some(slot) = parts.get_mut(place) {
                *slot = Some(part?);
            }
        }
        drop(running);
        let parts: Vec<Part> = parts.into_iter().flatten().collect();
        let said: Vec<Result<Statement, String>> = parts
            .iter()
            .map(|part| part.reply().map(|message| Statement::of(&message)))
            .collect();
        let comparison = Comparison::of(&said);
        let printed = parts.get(comparison.reference.unwrap_or(0));
        self.rcode = printed.and_then(|part| part.rcode);
        self.exit = match printed {
            Some(part) if comparison.reference.is_none() || comparison.is_unanimous() => part.exit,
            Some(_) => status::DIFFERENT,
            None => Exit::FAILURE,
        };
        self.print(&parts, printed, &comparison).map_err(output_failure)
    }

    fn print(
        &mut self,
        parts: &[Part],
        printed: Option<&Part>,
        comparison: &Comparison,
    ) -> std::io::Result<()> {
        if self.globals.json {
            for part in parts {
                self.out.write_all(&part.text)?;
            }
            let value = self.comparison_object(comparison);
            return self.say_object("compare", value, printed.map(|part| &part.story));
        }
        if let Some(part) = printed {
            self.out.write_all(&part.text)?;
        }
        let lines = self.comparison_lines(comparison);
        self.say_lines(&lines)
    }

    fn comparison_lines(&self, comparison: &Comparison) -> Vec<String> {
        let [agree, differ, silent] = comparison.counts();
        let mut counts = Vec::new();
        for (count, one, many) in [
            (agree, "agrees", "agree"),
            (differ, "differs", "differ"),
            (silent, "does not answer", "do not answer"),
        ] {
            if count > 0 {
                counts.push(format!("{count} {}", if count == 1 { one } else { many }));
            }
        }
        let head = format!(
            "COMPARED {} servers: {}",
            comparison.standings.len(),
            counts.join(", ")
        );
        let mut lines = vec![head];
        for (place, (server, standing)) in self.servers.iter().zip(&comparison.standings).enumerate() {
            let said = match standing {
                Standing::Agrees(_) if comparison.reference == Some(place) => {
                    "its answer is the one above".to_owned()
                }
                Standing::Agrees(details) if details.is_empty() => "agrees".to_owned(),
                Standing::Agrees(details) => format!("agrees, but for: {}", details.join("; ")),
                Standing::Differs(details) => format!("differs: {}", details.join("; ")),
                Standing::Silent(reason) => format!("does not answer: {reason}"),
            };
            lines.push(format!("  {}: {said}", label(server)));
        }
        lines
    }

    fn comparison_object(&self, comparison: &Comparison) -> Value {
        let servers: Vec<Value> = self
            .servers
            .iter()
            .zip(&comparison.standings)
            .map(|(server, standing)| {
                let (word, details) = match standing {
                    Standing::Agrees(details) => ("agrees", details.clone()),
                    Standing::Differs(details) => ("differs", details.clone()),
                    Standing::Silent(reason) => ("silent", vec![reason.clone()]),
                };
                json!({
                    "server": server.address.ip().to_string(),
                    "serverPort": server.address.port(),
                    "standing": word,
                    "details": details,
                })
            })
            .collect();
        json!({"unanimous": comparison.is_unanimous(), "servers": servers})
    }
}
