//! `+race`: the first good answer is printed; the others are not waited for.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::inquiry::Inquiry;
use super::super::output_failure;
use super::{Part, Parts, label};
use crate::cli::Failure;
use crate::tools::dns_json::seconds;
use crate::tools::rdig::story::span;
use crate::wire::dns::{Flags, Message, Rcode, RecordType, Section};

/// How a race went.
#[derive(Debug, Default)]
struct Race {
    /// Who won, by place; nobody if there was no good answer.
    winner: Option<usize>,
    /// Who came in, in this order.
    arrivals: Vec<(usize, Part)>,
}

impl Inquiry<'_> {
    /// Asks all servers at once and prints the first good answer; if there is none, the first of any kind.
    pub(in super::super) async fn race(&mut self) -> Result<(), Failure> {
        let mut running = self.parts();
        let mut race = Race::default();
        while let Some((place, part)) = running.next().await {
            let part = part?;
            let is_good = part.reply().is_ok_and(|message| fault(&message).is_none());
            race.arrivals.push((place, part));
            if is_good {
                race.winner = Some(place);
                break;
            }
        }
        if self.lookup.show.explain {
            race.await_stragglers(&mut running).await?;
        }
        drop(running);
        let Some((_, printed)) = race.printed() else {
            return Ok(());
        };
        self.rcode = printed.rcode;
        self.exit = printed.exit;
        let story = printed.story.clone();
        self.out.write_all(&printed.text).map_err(output_failure)?;
        if self.globals.json {
            if self.lookup.show.stats {
                let value = self.race_object(&race);
                self.say_object("race", value, Some(&story))
                    .map_err(output_failure)?;
            }
            return Ok(());
        }
        if self.lookup.show.explain || (self.lookup.show.stats && !self.globals.short) {
            let lines = self.race_lines(&race);
            self.say_lines(&lines).map_err(output_failure)?;
        }
        Ok(())
    }

    fn race_lines(&self, race: &Race) -> Vec<String> {
        let count = self.servers.len();
        let head = match race.printed() {
            Some((place, part)) if race.winner.is_some() => {
                let server = self.servers.get(place).map(label).unwrap_or_default();
                format!(
                    "RACE of {count} servers: {server} won after {}",
                    span(part.elapsed)
                )
            }
            _ => format!("RACE of {count} servers: no good answer"),
        };
        let mut lines = vec![head];
        for (place, server) in self.servers.iter().enumerate() {
            if race.winner != Some(place) {
                lines.push(format!("  {}: {}", label(server), race.fate(place)));
            }
        }
        lines
    }

    fn race_object(&self, race: &Race) -> Value {
        let servers: Vec<Value> = self
            .servers
            .iter()
            .enumerate()
            .map(|(place, server)| {
                let elapsed = race.part(place).map(|part| seconds(part.elapsed));
                json!({
                    "server": server.address.ip().to_string(),
                    "serverPort": server.address.port(),
                    "won": race.winner == Some(place),
                    "elapsedSeconds": elapsed,
                    "fate": race.fate(place),
                })
            })
            .collect();
        json!({"servers": servers})
    }
}

impl Race {
    /// Waits for those who are behind the winner, for as long again as it took and a little more.
    async fn await_stragglers(&mut self, running: &mut Parts<'_>) -> Result<(), Failure> {
        let Some(won) = self.winner.and_then(|winner| self.part(winner)) else {
            return Ok(());
        };
        let patience = won.elapsed + PATIENCE;
        let others = async {
            while let Some((place, part)) = running.next().await {
                self.arrivals.push((place, part?));
            }
            Ok(())
        };
        tokio::time::timeout(patience, others).await.unwrap_or(Ok(()))
    }

    /// What is printed: the winner's, or else what came first, a reply before a failure.
    fn printed(&self) -> Option<(usize, &Part)> {
        let winner = self
            .arrivals
            .iter()
            .find(|(place, _)| Some(*place) == self.winner);
        let reply = self.arrivals.iter().find(|(_, part)| part.reply().is_ok());
        let printed = winner.or(reply).or_else(|| self.arrivals.first());
        printed.map(|(place, part)| (*place, part))
    }

    fn part(&self, place: usize) -> Option<&Part> {
        let found = self.arrivals.iter().find(|(other, _)| *other == place);
        found.map(|(_, part)| part)
    }

    /// What became of a server, in words.
    fn fate(&self, place: usize) -> String {
        let Some(part) = self.part(place) else {
            return "had not answered by then".to_owned();
        };
        let won = self.winner.and_then(|winner| self.part(winner));
        match (part.reply(), won) {
            (Err(reason), _) => format!("no answer: {reason}"),
            (Ok(message), won) => match (fault(&message), won) {
                (Some(fault), _) => format!("{fault} after {}", span(part.elapsed)),
                (None, Some(won)) if self.winner != Some(place) => {
                    format!("{} later", span(part.elapsed.saturating_sub(won.elapsed)))
                }
                (None, _) => format!("answered after {}", span(part.elapsed)),
            },
        }
    }
}

/// How much longer than the winner took the others are waited for, if somebody wants to know.
const PATIENCE: Duration = Duration::from_millis(100);

/// Why a reply is not good enough to win: the server would not or could not answer, or sends a client who asked for
/// recursion to other servers.
fn fault(message: &Message<'_>) -> Option<String> {
    let flags = message.header().flags;
    match message.rcode() {
        Rcode::NOERROR => {
            let says_nothing = message.header().answers == 0 && !flags.contains(Flags::AA);
            let has = |rtype| {
                message
                    .section(Section::Authority)
                    .any(|record| record.rtype == rtype)
            };
            let refers = says_nothing && has(RecordType::NS) && !has(RecordType::SOA);
            (refers && flags.contains(Flags::RD)).then(|| "a referral".to_owned())
        }
        Rcode::NXDOMAIN => None,
        rcode => Some(rcode.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(flags: [u8; 2], authority: Option<RecordType>) -> Option<String> {
        let mut bytes = vec![0, 7, flags[0], flags[1], 0, 0, 0, 0];
        bytes.extend_from_slice(&[0, u8::from(authority.is_some()), 0, 0]);
        if let Some(rtype) = authority {
            bytes.push(0);
            bytes.extend_from_slice(&rtype.0.to_be_bytes());
            bytes.extend_from_slice(&[0, 1, 0, 0, 0, 60, 0, 1, 0]);
        }
        fault(&Message::parse(&bytes).unwrap())
    }

    #[test]
    fn an_answer_or_a_denial_is_good() {
        assert_eq!(reply([0x84, 0], None), None);
        assert_eq!(reply([0x81, 0x83], None), None);
        assert_eq!(reply([0x81, 0x80], Some(RecordType::SOA)), None);
    }

    #[test]
    fn a_failure_a_refusal_and_a_referral_are_not() {
        assert_eq!(reply([0x81, 0x82], None).as_deref(), Some("SERVFAIL"));
        assert_eq!(reply([0x81, 0x85], None).as_deref(), Some("REFUSED"));
        assert_eq!(
            reply([0x81, 0], Some(RecordType::NS)).as_deref(),
            Some("a referral")
        );
    }

    #[test]
    fn a_referral_is_good_for_who_asked_without_recursion() {
        assert_eq!(reply([0x80, 0], Some(RecordType::NS)), None);
    }
}
