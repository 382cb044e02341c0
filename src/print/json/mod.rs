//! The marked text of a packet → one line of JSON.
//!
//! The fields come from the text itself: what a printer writes with [`put!`](super::text::put) that is no literal
//! is a value, and the words before it are its name; a [`Named`](super::text::Named) value brings its own. Each
//! protocol is an object. A name that comes again makes a list; so do lines that begin with words.
//!
//! The names are a stable interface: manual page, "JSON".

mod fields;
mod lines;
mod marked;
mod names;
#[cfg(test)]
mod tests;
mod tree;

use super::packet::{Packet, Timestamp};
use super::text::{Put, Zeros};
use fields::Fields;

/// Writes packets as lines of JSON; it keeps its memory from one packet to the next.
#[derive(Default)]
pub(super) struct Json {
    fields: Fields,
    /// Where [`second`](Self::second) is what the clock says.
    known_second: Option<i64>,
    second: Vec<u8>,
}

impl Json {
    /// Appends the line of a packet with this marked text.
    pub(super) fn line(&mut self, packet: &Packet<'_>, marked: &[u8], out: &mut Vec<u8>) {
        self.fields.read(marked);
        ("{\"number\":", packet.number, ",\"time\":").put(out);
        self.time(packet.time, out);
        ",\"epoch\":".put(out);
        epoch(packet.time, out);
        if let Some(interface) = packet.interface {
            ",\"interface\":".put(out);
            tree::put_words(interface, out);
        }
        ",\"link\":\"".put(out);
        match packet.link.name() {
            Some(name) => name.put(out),
            None => packet.link.0.put(out),
        }
        (
            "\",\"caplen\":",
            packet.bytes.len(),
            ",\"length\":",
            packet.wire_len,
        )
            .put(out);
        self.fields.put(out);
        "}\n".put(out);
    }

    /// RFC 3339, in UTC. The text of the second is kept.
    fn time(&mut self, time: Timestamp, out: &mut Vec<u8>) {
        // A damaged file may say more than a second.
        let secs = time.secs.saturating_add(time.nanos.div_euclid(SECOND));
        if self.known_second != Some(secs) {
            self.known_second = Some(secs);
            self.second.clear();
            if let Ok(second) = jiff::Timestamp::from_second(secs) {
                let text = second.strftime("\"%Y-%m-%dT%H:%M:%S").to_string();
                self.second.extend_from_slice(text.as_bytes());
            }
        }
        if self.second.is_empty() {
            return "null".put(out);
        }
        out.extend_from_slice(&self.second);
        let nanos = time.nanos.rem_euclid(SECOND).unsigned_abs();
        (".", Zeros(nanos, 9), "Z\"").put(out);
    }
}

/// In nanoseconds.
const SECOND: i64 = 1_000_000_000;

/// Seconds since 1970 with nine digits after the point.
fn epoch(time: Timestamp, out: &mut Vec<u8>) {
    let nanos = i128::from(time.secs) * 1_000_000_000 + i128::from(time.nanos);
    if nanos < 0 {
        "-".put(out);
    }
    let nanos = nanos.unsigned_abs();
    let fraction = u64::try_from(nanos % 1_000_000_000).unwrap_or_default();
    (nanos / 1_000_000_000, ".", Zeros(fraction, 9)).put(out);
}
