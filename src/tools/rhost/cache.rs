//! `--cache-list` and `--cache-flush`: the cache itself.

use std::io::{self, Write};

use crate::cli::Out;
use crate::store::dns_cache::{DnsCache, Listed};
use crate::tools::dns_notes::endpoint;
use crate::wire::dns::{Message, Name};

/// Lists what is kept about `name`, or everything: sorted by name, with what is left of each answer's time and how
/// old it is in seconds.
pub(super) fn list(cache: &DnsCache, name: Option<&Name>, out: &mut Out) -> io::Result<()> {
    let mut listed = cache.list();
    listed.retain(|one| name.is_none_or(|name| one.question.name == *name));
    let rows: Vec<[String; 8]> = listed.iter().map(row).collect();
    if !rows.is_empty() {
        columns(&rows, out)?;
    }
    let bytes: usize = listed.iter().map(|one| one.message.len()).sum();
    let place = match cache.path() {
        Some(path) => format!(" in {}", path.display()),
        None => String::new(),
    };
    writeln!(out, ";; {}, {bytes} bytes{place}", replies(listed.len()))
}

/// Forgets what is kept about `name`, or everything.
pub(super) fn flush(cache: &DnsCache, name: Option<&Name>, out: &mut Out) -> io::Result<()> {
    let flushed = cache.flush(name);
    writeln!(out, ";; {} forgotten", replies(flushed))
}

fn replies(count: usize) -> String {
    format!("{count} {}", if count == 1 { "reply" } else { "replies" })
}

fn row(one: &Listed) -> [String; 8] {
    let rcode = Message::parse(&one.message).map(|message| message.rcode().to_string());
    let left = one.lifetime.checked_sub(one.age).filter(|left| !left.is_zero());
    [
        one.question.name.to_string(),
        one.question.class.to_string(),
        one.question.rtype.to_string(),
        left.map_or_else(|| "stale".to_owned(), |left| left.as_secs().to_string()),
        one.age.as_secs().to_string(),
        rcode.unwrap_or_default(),
        one.message.len().to_string(),
        endpoint(one.server),
    ]
}

const TITLES: [&str; 8] = [
    ";name", "class", "type", "left", "age", "status", "bytes", "server",
];

/// The columns that are numbers stand to the right.
const NUMBERS: [bool; 8] = [false, false, false, true, true, false, true, false];

fn columns(rows: &[[String; 8]], out: &mut Out) -> io::Result<()> {
    let titles = TITLES.map(str::to_owned);
    let lines = || std::iter::once(&titles).chain(rows);
    let mut widths = [0; 8];
    for line in lines() {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.len().max(*width);
        }
    }
    for line in lines() {
        let mut text = String::new();
        for ((cell, width), number) in line.iter().zip(widths).zip(NUMBERS) {
            let cell = if number {
                format!("{cell:>width$}  ")
            } else {
                format!("{cell:<width$}  ")
            };
            text.push_str(&cell);
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}
