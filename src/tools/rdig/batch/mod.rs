//! A file of lookups: many at once, printed in the order of the file.
//!
//! ```text
//!   lines ─▶ plan ─▶ the crew ─▶ ─▶ ─▶ the queue, in order ─▶ standard output
//!              ▲       └─ Courier ─┘            │
//!              └────────── room? ◀──────────────┘
//! ```
//!
//! Lines are taken as they come and answered as soon as those before them are; nobody waits for the end of the
//! file. Two bounds keep the memory in bounds whatever the size of the file: how many lookups are on their way, and
//! how many bytes of finished output wait for their turn. Standard output that takes nothing stops the reading.
//!
//! What must be seen as it comes (a zone), or one after the other (`+keepopen`), waits until it is the first of the
//! queue and then writes straight to standard output; the others go on meanwhile.

mod crew;
mod progress;
mod summary;

use std::collections::VecDeque;
use std::io::{IsTerminal as _, Write as _, stderr};
use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context as _;

use super::EXIT_BATCH;
use super::args::words;
use super::errand::Errand;
use super::keys;
use super::plan::{self, Origin, Planner, Step};
use super::run::end;
use super::session::{Session, output_failure};
use crate::cli::{self, Failure, message, remark};
use crate::net::Lines;
use crate::net::dns::Courier;
use crew::{Crew, Finished, Pending};
use progress::Progress;
use summary::Summary;

/// Does the lookups of a file. Needs a `LocalSet`, and a courier that is carried.
pub(super) async fn run(session: &mut Session, planner: &mut Planner, lines: Lines) -> Result<(), Failure> {
    let progress = Progress::new(lines.size(), session.out.is_terminal());
    let crew = Crew::new(Rc::clone(&session.context));
    let mut batch = Batch {
        session,
        planner,
        lines,
        has_more: true,
        started: false,
        queue: VecDeque::new(),
        crew,
        summary: Summary::default(),
        progress,
    };
    let end = batch.run().await;
    let flushed = batch.session.out.flush().map_err(output_failure);
    batch.finish();
    end.and(flushed)
}

/// The lines of a file of lookups; `-` is standard input.
pub(super) fn open(file: &str) -> Result<Lines, Failure> {
    if file == "-" {
        return Ok(Lines::stdin().context("standard input")?);
    }
    Lines::open(file).map_err(|error| {
        message(format_args!("{file}: {}", cli::words(error)));
        let error = anyhow::anyhow!("couldn't open specified batch file");
        Failure::new(EXIT_BATCH, error)
    })
}

/// A file being done.
struct Batch<'a> {
    session: &'a mut Session,
    planner: &'a mut Planner,
    lines: Lines,
    has_more: bool,
    /// Whether a line with lookups has been seen.
    started: bool,
    queue: VecDeque<Item>,
    crew: Crew,
    summary: Summary,
    progress: Progress,
}

/// What is to be done in the order of the file.
enum Item {
    /// What comes before the lookups of a line.
    Step(Step),
    /// A line whose lookups are on their way, or done.
    Running(Pending),
    /// A line that waits for its turn.
    Held(Box<Errand>),
    /// The run ends here.
    End(plan::End),
    Fail(Failure),
}

impl Batch<'_> {
    async fn run(&mut self) -> Result<(), Failure> {
        let mut nothing_moves = false;
        loop {
            self.print().await?;
            if self.queue.is_empty() && !self.has_more {
                return Ok(());
            }
            let has_room = self.has_more && self.has_room();
            // What waits in the courier only waits: more of it makes nothing faster, unless all of it waits for a
            // server that says nothing.
            let is_crowded = has_room && self.is_crowded();
            let may_take = has_room && (!is_crowded || nothing_moves);
            nothing_moves = false;
            if may_take && self.take_lines() {
                // So that what was taken is sent.
                tokio::task::yield_now().await;
                continue;
            }
            // Nothing is to be done until something happens: now is the time to show what there is.
            self.session.out.flush().map_err(output_failure)?;
            tokio::select! {
                biased;
                () = self.crew.changed() => {}
                more = self.lines.more(), if may_take => {
                    self.has_more = more.context("read the file of lookups")?;
                }
                () = tokio::time::sleep(PATIENCE), if is_crowded => nothing_moves = true,
            }
        }
    }

    /// Whether another line may begin.
    fn has_room(&self) -> bool {
        self.crew.backlog() < LINES_AT_ONCE && self.crew.waiting() + self.queue.len() * ITEM < LOOK_AHEAD
    }

    /// Whether many queries only wait for their turn.
    fn is_crowded(&self) -> bool {
        let courier = self.session.context.courier.get();
        courier.is_some_and(|courier| courier.queued() >= CROWD)
    }

    /// Prints what is done, up to the first that is not.
    async fn print(&mut self) -> Result<(), Failure> {
        while let Some(first) = self.queue.front() {
            if let Item::Running(pending) = first {
                let Some(finished) = self.crew.take(pending) else {
                    break;
                };
                self.queue.pop_front();
                self.print_finished(finished)?;
                self.progress.show(self.lines.position(), &self.summary);
                continue;
            }
            match self.queue.pop_front() {
                Some(Item::Step(step)) => self.say(&step)?,
                Some(Item::Held(errand)) => self.do_now(&errand).await?,
                Some(Item::End(why)) => {
                    self.session.out.flush().map_err(output_failure)?;
                    return Err(end(&why));
                }
                Some(Item::Fail(failure)) => return Err(failure),
                Some(Item::Running(_)) | None => {}
            }
        }
        Ok(())
    }

    fn print_finished(&mut self, finished: Finished) -> Result<(), Failure> {
        self.session
            .out
            .write_all(&finished.output)
            .map_err(output_failure)?;
        for outcome in finished.outcomes {
            self.session.note(outcome.exit);
            self.summary.count(outcome.rcode);
        }
        if let Some(note) = finished.note {
            message(note);
        }
        finished.failure.map_or(Ok(()), Err)
    }

    /// Does a line whose turn it is.
    async fn do_now(&mut self, errand: &Errand) -> Result<(), Failure> {
        let context = Rc::clone(&self.session.context);
        match errand.prepare(&context.servers).await {
            Ok(jobs) => {
                for job in jobs {
                    let outcome = self.session.look_up(job).await?;
                    self.summary.count(outcome.rcode);
                }
            }
            Err(error) => message(format_args!("{error}: skipping lookup")),
        }
        Ok(())
    }

    /// Takes some of the lines at hand. Whether there were any.
    fn take_lines(&mut self) -> bool {
        let mut taken = false;
        for _ in 0..LINES_AT_ONCE {
            if !self.has_more || !self.has_room() {
                break;
            }
            let Some(line) = self.lines.at_hand() else { break };
            taken = true;
            // Only before the first lookup are empty lines and comments passed over, as dig does.
            if !self.started && matches!(line, [] | [b'#' | b';' | b'\r', ..]) {
                continue;
            }
            self.started = true;
            let line = String::from_utf8_lossy(line).into_owned();
            self.plan(&line);
        }
        taken
    }

    /// Plans a line and sends its lookups on their way.
    fn plan(&mut self, text: &str) {
        let plan = self.planner.line(&words(text), Origin::Batch);
        // A server that cannot be found ends its line and not the run: that is told in its place.
        let steps = plan
            .steps
            .into_iter()
            .filter(|step| !matches!(step, Step::Find(_)));
        self.queue.extend(steps.map(Item::Step));
        if let Some(why) = plan.end {
            self.queue.push_back(Item::End(why));
            self.has_more = false;
            return;
        }
        if let Err(failure) = keys::load(&mut self.planner.globals) {
            self.queue.push_back(Item::Fail(failure));
            self.has_more = false;
            return;
        }
        let errand = Errand {
            lookups: plan.lookups,
            globals: self.planner.globals.clone(),
        };
        if let Some(courier) = self.session.context.courier.get() {
            courier.set_rate(errand.globals.rate);
        }
        self.queue.push_back(if errand.can_run_beside_others() {
            let most = self.planner.globals.in_flight.map_or(IN_FLIGHT, NonZeroU32::get);
            Item::Running(self.crew.give(errand, most as usize))
        } else {
            Item::Held(Box::new(errand))
        });
    }

    /// Says what a step says.
    fn say(&mut self, step: &Step) -> Result<(), Failure> {
        match step {
            Step::Warn(text) => remark(text),
            Step::Say(text) => writeln!(self.session.out, "{text}").map_err(output_failure)?,
            Step::Find(_) => {}
        }
        Ok(())
    }

    /// Says how the whole file went.
    fn finish(&self) {
        self.progress.end();
        // dig prints none: only who sees it, or cares how fast the file is done, gets it unasked.
        let globals = &self.planner.globals;
        let cares = globals.in_flight.is_some() || globals.rate.is_some() || stderr().is_terminal();
        if globals.summary.unwrap_or(cares) {
            let courier = self.session.context.courier.get();
            let sent = courier.map(Courier::sent);
            message(self.summary.line(self.session.context.clock.now(), sent));
        }
    }
}

/// How many lookups are on their way at once when nothing else was asked for.
const IN_FLIGHT: u32 = 4096;
/// How many bytes of finished output may wait for their turn.
const LOOK_AHEAD: usize = 64 << 20;
/// About how many bytes the queue itself needs for a line.
const ITEM: usize = 256;
/// How many lines are taken before what they ask is sent.
const LINES_AT_ONCE: usize = 64;
/// How many queries may wait for their turn before no more lines are taken for a while.
const CROWD: usize = 256;
/// After how long without anything done more lines are taken all the same.
const PATIENCE: Duration = Duration::from_millis(10);
