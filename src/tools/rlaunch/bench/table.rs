//! What was measured, for a person and for a program.

use serde_json::{Map, Value, json};

use super::place::Place;
use super::{DURABLE, ECHO, SYNC};
use crate::cli::write_json_line;
use crate::net::launch::load::Measured;

/// The rows, in the order in which they came, each with its rounds.
#[derive(Default)]
pub(super) struct Table(Vec<(Row, Vec<Measured>)>);

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    name: &'static str,
    outstanding: usize,
}

impl Row {
    pub(super) fn new(name: &'static str, outstanding: usize) -> Self {
        Self { name, outstanding }
    }
}

impl Table {
    pub(super) fn add(&mut self, row: Row, measured: Measured) {
        match self.0.iter_mut().find(|(known, _)| *known == row) {
            Some((_, rounds)) => rounds.push(measured),
            None => self.0.push((row, vec![measured])),
        }
    }

    /// Appends the table as text.
    pub(super) fn put_text(&self, place: &Place, out: &mut Vec<u8>) {
        let mut lines = vec![format!(
            "store in {} ({})",
            place.parent().display(),
            place.kind()
        )];
        let mut outstanding: Vec<_> = self.0.iter().map(|(row, _)| row.outstanding).collect();
        outstanding.dedup();
        outstanding.sort_unstable_by(|a, b| b.cmp(a));
        outstanding.dedup();
        for outstanding in outstanding {
            lines.push(String::new());
            lines.push(format!(
                "{:24} {:>12} {:>12} {:>12} {:>10}",
                format!("{outstanding} outstanding"),
                "a second",
                "p50",
                "p99",
                "of echo"
            ));
            for (row, _) in self.0.iter().filter(|(row, _)| row.outstanding == outstanding) {
                lines.push(format!(
                    "{:24} {:>12.0} {:>9.0} µs {:>9.0} µs {:>10.2}",
                    row.name,
                    self.median(*row, Measured::rate),
                    self.median(*row, |measured| micros(measured, 50)),
                    self.median(*row, |measured| micros(measured, 99)),
                    self.of_echo(*row),
                ));
            }
        }
        lines.push(String::new());
        lines.push(format!(
            "one durable launch takes {:.2} times an echo and an fdatasync",
            self.durable_of_parts()
        ));
        for line in lines {
            out.extend_from_slice(line.as_bytes());
            out.push(b'\n');
        }
    }

    /// Appends the table as a JSON object.
    pub(super) fn put_json(&self, place: &Place, out: &mut Vec<u8>) {
        let rows: Vec<Value> = self.0.iter().map(|(row, _)| self.object(*row)).collect();
        let fields: [(&str, Value); 5] = [
            ("v", 1.into()),
            ("store", place.parent().display().to_string().into()),
            ("file_system", place.kind().into()),
            ("rows", rows.into()),
            ("durable_of_echo_and_fdatasync", rounded(self.durable_of_parts())),
        ];
        let object: Map<String, Value> = fields
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
        write_json_line(&object, out);
    }

    fn object(&self, row: Row) -> Value {
        json!({
            "name": row.name,
            "outstanding": row.outstanding,
            "a_second": self.median(row, Measured::rate).round(),
            "p50_us": rounded(self.median(row, |measured| micros(measured, 50))),
            "p99_us": rounded(self.median(row, |measured| micros(measured, 99))),
            "of_echo": rounded(self.of_echo(row)),
        })
    }

    /// The median over the rounds.
    fn median(&self, row: Row, of: impl Fn(&Measured) -> f64) -> f64 {
        let rounds = self.0.iter().find(|(known, _)| *known == row);
        middle(rounds.map_or(&[][..], |(_, rounds)| rounds).iter().map(of))
    }

    /// The rate as a part of the echo's, round by round.
    fn of_echo(&self, row: Row) -> f64 {
        let rounds = |row: Row| self.0.iter().find(|(known, _)| *known == row);
        let echo = Row { name: ECHO, ..row };
        match (rounds(row), rounds(echo)) {
            (Some((_, ours)), Some((_, echoes))) => {
                middle(ours.iter().zip(echoes).map(|(a, b)| a.rate() / b.rate()))
            }
            _ => 0.0,
        }
    }

    fn durable_of_parts(&self) -> f64 {
        let time = |name| self.median(Row::new(name, 1), |measured| micros(measured, 50));
        time(DURABLE) / (time(ECHO) + time(SYNC))
    }
}

fn middle(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

fn micros(measured: &Measured, percent: usize) -> f64 {
    measured.percentile(percent).as_secs_f64() * 1e6
}

fn rounded(figure: f64) -> Value {
    ((figure * 100.0).round() / 100.0).into()
}
