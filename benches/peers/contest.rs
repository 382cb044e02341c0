//! Two ways to do one thing, measured in turn.

use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// A comparison of ours with theirs: rounds of one run each, interleaved, after a warm-up of both.
pub(crate) struct Contest {
    name: String,
    rounds: usize,
    bytes: Option<u64>,
}

/// A column of the table: its name, and where a sample keeps it.
type Figure = (&'static str, fn(&Sample) -> Duration);

/// What one run took.
#[derive(Clone, Copy)]
struct Sample {
    wall: Duration,
    cpu: Duration,
}

impl Contest {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            rounds: 5,
            bytes: None,
        }
    }

    pub(crate) fn rounds(mut self, rounds: usize) -> Self {
        self.rounds = rounds;
        self
    }

    /// How much data a run moves, to print a rate.
    pub(crate) fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = Some(bytes);
        self
    }

    /// Measures, and prints the table.
    pub(crate) fn run(self, mut ours: impl FnMut(), mut theirs: impl FnMut()) {
        ours();
        theirs();
        let (mut a, mut b) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            a.push(measure(&mut ours));
            b.push(measure(&mut theirs));
        }
        let figures: [Figure; 2] = [("wall", |sample| sample.wall), ("cpu", |sample| sample.cpu)];
        say(&format!("{} ({} rounds)", self.name, self.rounds));
        for (figure, of) in figures {
            let (a, b) = (Spread::of(a.iter().map(of)), Spread::of(b.iter().map(of)));
            let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
            say(&format!(
                "  {figure:4}  ours min {:9.3} median {:9.3} ms   theirs min {:9.3} median {:9.3} ms   ratio min {:.2} median {:.2}",
                millis(a.min),
                millis(a.median),
                millis(b.min),
                millis(b.median),
                ratio(a.min, b.min),
                ratio(a.median, b.median),
            ));
            if let (Some(bytes), "wall") = (self.bytes, figure) {
                let rate = |time: Duration| bytes as f64 / 1e9 / time.as_secs_f64();
                say(&format!(
                    "        ours {:.2} GB/s   theirs {:.2} GB/s",
                    rate(a.median),
                    rate(b.median)
                ));
            }
        }
    }
}

struct Spread {
    min: Duration,
    median: Duration,
}

impl Spread {
    fn of(times: impl Iterator<Item = Duration>) -> Self {
        let mut times: Vec<Duration> = times.collect();
        times.sort();
        let at = |index: usize| times.get(index).copied().unwrap_or_default();
        Self {
            min: at(0),
            median: at(times.len() / 2),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn measure(run: &mut impl FnMut()) -> Sample {
    let cpu = children_cpu();
    let start = Instant::now();
    run();
    Sample {
        wall: start.elapsed(),
        cpu: children_cpu().saturating_sub(cpu),
    }
}

/// User and system time of all children that have ended and been waited for.
pub(crate) fn children_cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the kernel keeps accounts");
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::disallowed_macros, reason = "a benchmark prints its table")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}
