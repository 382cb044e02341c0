//! `+explain`: a lookup told in words, a line for each thing worth knowing. Pure functions of what happened.

mod answer;
mod failure;
mod way;

use jiff::Zoned;

use answer::Source;

use super::plan::Lookup;
use super::story::{Came, Story, Tried};
use crate::wire::dns::{Message, Question};

/// What happened in `lookup`, and what its answer means, when it is `now`.
pub(super) fn explain(story: &Story, lookup: &Lookup, now: &Zoned) -> Vec<String> {
    let mut lines = Vec::new();
    way::names(story, &mut lines);
    way::servers(story, &mut lines);
    way::turns(story, &mut lines);
    way::transport(story, lookup, &mut lines);
    way::sendings(story, &mut lines);
    if let Some(Tried {
        name,
        came: Came::Reply { message, .. },
        ..
    }) = story.tries.last()
        && let Ok(message) = Message::parse(message)
    {
        let question = Question {
            name: name.clone(),
            rtype: lookup.rtype,
            class: lookup.class,
        };
        let from = match story.cached {
            Some(_) => Source::Cache,
            None => Source::Server,
        };
        answer::answer(&message, &question, from, now, &mut lines);
        failure::extended(&message, &mut lines);
    }
    lines
}

/// A list as people say it: `a, b and c`.
fn and(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// `1 record`, `2 records`.
fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

#[cfg(test)]
mod tests;
