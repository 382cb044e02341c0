//! How a store and its server stand.

use std::io::Write as _;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::proto::launch::{Counters, Id};
use crate::store::fence::Orphan;

/// What is known of a store.
#[derive(Debug)]
pub(in crate::tools::rlaunch) struct Status {
    /// The process that serves it, if one does.
    pub(in crate::tools::rlaunch) pid: Option<u32>,
    pub(in crate::tools::rlaunch) instance: u64,
    pub(in crate::tools::rlaunch) counters: Counters,
    /// The calls in doubt, and for how long this server has known them to be.
    pub(in crate::tools::rlaunch) doubts: Vec<(Id, Option<Duration>)>,
    pub(in crate::tools::rlaunch) orphans: Vec<Orphan>,
    /// How long the journal is.
    pub(in crate::tools::rlaunch) journal: Option<u64>,
}

impl Status {
    /// The status as a JSON object.
    pub(in crate::tools::rlaunch) fn object(&self) -> Map<String, Value> {
        let doubts = self.doubts.iter().map(|(id, age)| {
            let id = id.text(self.instance).to_string();
            match age {
                Some(age) => json!({ "id": id, "age": age.as_secs_f64() }),
                None => json!({ "id": id }),
            }
        });
        let orphans = self
            .orphans
            .iter()
            .map(|orphan| json!({ "pid": orphan.pid, "command": orphan.command }));
        let mut object = Map::new();
        let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
        put("v", 1.into());
        put("running", self.pid.is_some().into());
        if let Some(pid) = self.pid {
            put("pid", pid.into());
        }
        put("instance", format!("{:016x}", self.instance).into());
        if let Some(bytes) = self.journal {
            put("journal_bytes", bytes.into());
        }
        let counters = self.counters.named();
        let counters: Map<_, _> = counters
            .into_iter()
            .map(|(name, count)| (name.to_owned(), count.into()))
            .collect();
        put("counters", counters.into());
        put("doubts", doubts.collect());
        put("orphans", orphans.collect());
        object
    }
}

/// Appends the status that `object` is as lines for a person.
pub(in crate::tools::rlaunch) fn put_text(object: &Map<String, Value>, out: &mut Vec<u8>) {
    let field = |key: &str| object.get(key);
    // Writing to a vector cannot fail.
    let _ = match field("pid").and_then(Value::as_u64) {
        Some(pid) => writeln!(out, "running: process {pid}"),
        None => writeln!(out, "running: no"),
    };
    if let Some(instance) = field("instance").and_then(Value::as_str) {
        let _ = writeln!(out, "instance: {instance}");
    }
    if let Some(bytes) = field("journal_bytes").and_then(Value::as_u64) {
        let _ = writeln!(out, "journal: {bytes} bytes");
    }
    if let Some(counters) = field("counters").and_then(Value::as_object) {
        put_counters(counters, out);
    }
    for doubt in field("doubts").and_then(Value::as_array).into_iter().flatten() {
        let id = doubt.get("id").and_then(Value::as_str).unwrap_or_default();
        let id: String = id.chars().flat_map(visible).collect();
        let _ = match doubt.get("age").and_then(Value::as_f64) {
            Some(age) => writeln!(out, "in doubt for {age:.0} s: {id}"),
            None => writeln!(out, "in doubt: {id}"),
        };
    }
    for orphan in field("orphans").and_then(Value::as_array).into_iter().flatten() {
        let pid = orphan.get("pid").and_then(Value::as_u64).unwrap_or_default();
        let command = orphan.get("command").and_then(Value::as_str).unwrap_or_default();
        let command: String = command.chars().flat_map(visible).collect();
        let _ = writeln!(out, "still at work since before: process {pid} ({command})");
    }
}

fn put_counters(counters: &Map<String, Value>, out: &mut Vec<u8>) {
    for (name, count) in counters {
        let _ = writeln!(out, "{}: {count}", name.replace('_', " "));
    }
}

/// A character as it may meet a terminal.
fn visible(character: char) -> impl Iterator<Item = char> {
    let (plain, escaped) = if character.is_control() {
        (None, Some(character.escape_default()))
    } else {
        (Some(character), None)
    };
    plain.into_iter().chain(escaped.into_iter().flatten())
}
