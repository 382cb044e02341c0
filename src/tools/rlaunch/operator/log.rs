//! `rlaunch log`: what the journal of a store says, record by record.
//!
//! It only reads, and takes no lock: a server may be at work beside it.

use std::io::Write as _;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use super::ROLE;
use super::record::fields;
use crate::cli::{Exit, Out, write_json_line};
use crate::proto::launch::Record;
use crate::store::{Reading, Tail};
use crate::tools::rlaunch::plan;
use crate::tools::rlaunch::tell::say;

/// Prints every record.
pub(in crate::tools::rlaunch) fn log(plan: &plan::Log) -> Result<Exit> {
    let mut out = Out::stdout()?;
    let printed = print(plan, &mut out);
    out.flush()?;
    printed.with_context(|| plan.store.display().to_string())?;
    Ok(Exit::SUCCESS)
}

fn print(plan: &plan::Log, out: &mut Out) -> Result<()> {
    let mut reading = Reading::open(&plan.store, ROLE)?;
    let instance = reading.header().id;
    let mut line = Vec::new();
    loop {
        let offset = reading.offset();
        let Some((index, body)) = reading.record()? else {
            break;
        };
        let Some(record) = Record::decode(body) else {
            bail!("journal: a record that has no meaning here at byte {offset}");
        };
        let (kind, fields) = fields(&record, instance);
        line.clear();
        if plan.json {
            let head: [(&str, Value); 3] = [("v", 1.into()), ("index", index.into()), ("kind", kind.into())];
            let head = head.map(|(key, value)| (key.to_owned(), value));
            write_json_line(&head.into_iter().chain(fields).collect(), &mut line);
        } else {
            put_text(index, kind, &fields, &mut line);
        }
        out.write_all(&line)?;
    }
    if reading.tail()? == Tail::Torn {
        let offset = reading.offset();
        say(format_args!(
            "{}: journal: the record at byte {offset} is cut short: it is just being written, or a crash came between",
            plan.store.display()
        ));
    }
    Ok(())
}

/// Appends a record as a line for a person: its index, its kind, and what it says.
fn put_text(index: u64, kind: &str, fields: &Map<String, Value>, line: &mut Vec<u8>) {
    line.extend_from_slice(format!("{index} {kind}").as_bytes());
    for (key, value) in fields {
        line.extend_from_slice(format!(" {key}=").as_bytes());
        match value {
            Value::String(text) => line.extend_from_slice(word(text).as_bytes()),
            other => line.extend_from_slice(other.to_string().as_bytes()),
        }
    }
    line.push(b'\n');
}

/// The text as one word: in quotes if it is none by itself.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_graphic() && c != '"' && c != '\\';
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        let escaped: String = text.chars().flat_map(char::escape_debug).collect();
        format!("\"{escaped}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_one_plain_word_stands_in_quotes() {
        assert_eq!(word("invoice-42"), "invoice-42");
        assert_eq!(word(""), "\"\"");
        assert_eq!(word("a b"), "\"a b\"");
        assert_eq!(word("\u{1b}[2J\""), r#""\u{1b}[2J\"""#);
    }
}
