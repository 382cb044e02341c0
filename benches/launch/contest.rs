//! Contestants that take turns.

use std::io;
use std::time::Duration;

use fairloss::net::launch::load::Measured;

/// Contestants, compared with one of them.
pub(crate) struct Contest<'a> {
    name: String,
    /// The name of the one that the others are compared with.
    base: String,
    contestants: Vec<Contestant<'a>>,
    sum: Option<(String, Vec<String>)>,
}

struct Contestant<'a> {
    name: String,
    run: Box<dyn FnMut() -> io::Result<Figures> + 'a>,
    rounds: Vec<Figures>,
}

/// What one turn came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    pub(crate) rate: f64,
    pub(crate) median: Duration,
    /// CPU time of the server for one answer, where that is known.
    pub(crate) cpu: Option<Duration>,
    /// Requests that had to be sent again.
    pub(crate) again: u64,
}

impl From<Measured> for Figures {
    fn from(measured: Measured) -> Self {
        Self {
            rate: measured.rate(),
            median: measured.median(),
            cpu: Some(measured.server_each()),
            again: measured.again,
        }
    }
}

impl<'a> Contest<'a> {
    pub(crate) fn new(name: &str, base: &str) -> Self {
        Self {
            name: name.to_owned(),
            base: base.to_owned(),
            contestants: Vec::new(),
            sum: None,
        }
    }

    pub(crate) fn add(&mut self, name: &str, run: impl FnMut() -> io::Result<Figures> + 'a) {
        self.contestants.push(Contestant {
            name: name.to_owned(),
            run: Box::new(run),
            rounds: Vec::new(),
        });
    }

    /// Also compares the medians of `name` with the sum of those of `parts`.
    pub(crate) fn sum(&mut self, name: &str, parts: &[&str]) {
        let parts = parts.iter().map(|&part| part.to_owned()).collect();
        self.sum = Some((name.to_owned(), parts));
    }

    /// Runs the rounds, and prints the table.
    pub(crate) fn run(mut self, rounds: usize) -> io::Result<()> {
        for _ in 0..rounds {
            for contestant in &mut self.contestants {
                let figures = (contestant.run)()?;
                contestant.rounds.push(figures);
            }
        }
        say(&format!("{} ({rounds} rounds)", self.name));
        say("                                    rate/s   min–max        p50      CPU each   × echo");
        for contestant in &self.contestants {
            let rates = Spread::of(contestant.rounds.iter().map(|figures| figures.rate));
            let times = Spread::of(contestant.rounds.iter().map(|figures| micros(figures.median)));
            let ratio = Spread::of(self.ratios(&contestant.name, &self.base, |figures| figures.rate));
            let cpu = contestant
                .rounds
                .iter()
                .filter_map(|figures| figures.cpu)
                .map(micros);
            let cpu = Spread::of(cpu).median;
            say(&format!(
                "  {:32} {:9.0}   {:.0}–{:.0} k   {:7.1} µs   {}   {:.3}",
                contestant.name,
                rates.median,
                rates.min / 1e3,
                rates.max / 1e3,
                times.median,
                if cpu > 0.0 {
                    format!("{cpu:5.2} µs")
                } else {
                    "       –".to_owned()
                },
                ratio.median,
            ));
            let again: u64 = contestant.rounds.iter().map(|figures| figures.again).sum();
            if again > 0 {
                say(&format!("    {again} requests had to be sent again"));
            }
        }
        self.say_ratios();
        Ok(())
    }

    /// What is promised, and what was measured. The ratio by CPU time does not depend on who else has the machine.
    fn say_ratios(&self) {
        for (name, base, least) in PROMISES {
            let rates = Spread::of(self.ratios(name, base, |figures| figures.rate));
            // Where one of them is not known, the ratio is no number.
            let each = |figures: &Figures| 1.0 / figures.cpu.map_or(f64::NAN, micros);
            let cpu = Spread::of(self.ratios(name, base, each).filter(|ratio| ratio.is_finite()));
            if rates.count > 0 {
                let by_cpu = if cpu.count > 0 {
                    format!(", by CPU time {:.2}", cpu.median)
                } else {
                    String::new()
                };
                say(&format!(
                    "  {name} : {base}   {:.2} ({:.2}–{:.2}){by_cpu}; at least {least}",
                    rates.median, rates.min, rates.max
                ));
            }
        }
        let Some((name, parts)) = &self.sum else { return };
        let times = |name: &str| {
            let found = self.contestants.iter().find(|contestant| contestant.name == name);
            found.map(|found| Spread::of(found.rounds.iter().map(|figures| micros(figures.median))).median)
        };
        let whole: f64 = parts.iter().filter_map(|part| times(part)).sum();
        if let Some(time) = times(name) {
            say(&format!(
                "  p50 of {name} : {}   {:.2}, at most 1.25",
                parts.join(" + "),
                time / whole
            ));
        }
    }

    /// The ratios of a figure, round by round.
    fn ratios(&self, name: &str, base: &str, of: impl Fn(&Figures) -> f64) -> impl Iterator<Item = f64> {
        let figures = |name: &str| -> Vec<f64> {
            let found = self.contestants.iter().find(|contestant| contestant.name == name);
            found.map_or_else(Vec::new, |found| found.rounds.iter().map(&of).collect())
        };
        figures(name).into_iter().zip(figures(base)).map(|(a, b)| a / b)
    }
}

struct Spread {
    count: usize,
    min: f64,
    median: f64,
    max: f64,
}

impl Spread {
    fn of(figures: impl Iterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.collect();
        figures.sort_by(f64::total_cmp);
        let at = |index: usize| figures.get(index).copied().unwrap_or_default();
        Self {
            count: figures.len(),
            min: at(0),
            median: at(figures.len() / 2),
            max: at(figures.len().saturating_sub(1)),
        }
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[expect(clippy::disallowed_macros, reason = "a benchmark prints its table")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

const PROMISES: [(&str, &str, f64); 4] = [
    ("rlaunch, ephemeral", "echo, recvmmsg and sendmmsg", 0.75),
    ("rlaunch, ephemeral", "echo, tokio", 1.0),
    ("rlaunch, durable", "etcd, transaction", 8.0),
    ("rlaunch, durable", "redis, appendfsync always", 1.2),
];
