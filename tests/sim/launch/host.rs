//! The server's machine: its disk, and on it one life of the server after another.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fairloss::proto::launch::{Counters, Effect, Id, Identity, Input, Order, Output, Probe, Record, Server};
use fairloss::proto::link::Seal;
use fairloss::proto::{Instant, Machine};
use fairloss::store::frame::Header;
use fairloss::store::{Error, Generation, Journal, Replacement, Unsynced};
use rand::RngExt;

use super::action::Moment;
use super::faulty::{Crash, FaultyDisk};
use super::oracle::Op;
use super::weather::{lifetime, up_to};
use super::world::Outside;

pub(super) struct Host {
    disk: FaultyDisk,
    life: Option<Life>,
    lives: u64,
    boots_at: Instant,
    /// After so many steps more, this life ends.
    steps: u64,
    bytes: Vec<u8>,
}

/// A server that runs.
struct Life {
    server: Server,
    journal: Journal,
    /// What the committer is at, and what it will be at next.
    syncing: Option<(Instant, Unsynced)>,
    queued: Option<Unsynced>,
    /// The new generation that another thread is writing, or that waits to be put in place.
    replacing: Option<(Instant, Replacing)>,
    /// Probes under way.
    probes: Vec<(Instant, Id)>,
    /// Missiles whose records are not durable yet.
    missiles: VecDeque<(u64, Record)>,
    /// Whether orphans may be alive.
    fenced: bool,
    draining: bool,
}

enum Replacing {
    Begun(Replacement),
    Written(Generation),
}

/// The process is dead: its time had come, or its disk failed.
enum Death {
    Killed,
    Disk(Error),
}

impl From<Error> for Death {
    fn from(error: Error) -> Self {
        Self::Disk(error)
    }
}

impl Host {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            disk: FaultyDisk::new(seed),
            life: None,
            lives: 0,
            boots_at: Instant::ZERO,
            steps: 0,
            bytes: Vec::new(),
        }
    }

    /// When it does something by itself.
    pub(super) fn next_at(&self) -> Instant {
        let Some(life) = &self.life else {
            return self.boots_at;
        };
        if life.is_drained() {
            return Instant::ZERO;
        }
        let sync = life.syncing.as_ref().map(|(at, _)| *at);
        let replacing = life.replacing.as_ref().map(|(at, _)| *at);
        let times = [sync, replacing, life.server.poll_timeout()]
            .into_iter()
            .flatten();
        let probes = life.probes.iter().map(|(at, _)| *at);
        times.chain(probes).min().unwrap_or(Instant::ZERO + Duration::MAX)
    }

    /// Whether there is a server and it has nothing to do.
    pub(super) fn is_idle(&self) -> bool {
        self.life.as_ref().is_some_and(|life| {
            let busy = life.syncing.is_some() || life.replacing.is_some() || !life.probes.is_empty();
            !busy && !life.fenced && !life.draining && life.server.is_idle()
        })
    }

    /// What the server counts, if there is one.
    pub(super) fn counters(&self) -> Option<Counters> {
        self.life.as_ref().map(|life| life.server.counters())
    }

    /// Tells the server when no orphan is alive any more.
    pub(super) fn fence(&mut self, out: &mut Outside) {
        if let Some(life) = &mut self.life
            && life.fenced
            && out.actions.are_fenced(self.lives)
        {
            life.fenced = false;
            let outcome = self.input(out, Input::Unfenced);
            self.survive(out, outcome);
        }
    }

    /// Does what is due.
    pub(super) fn wake(&mut self, out: &mut Outside) {
        if self.life.is_none() {
            if out.now >= self.boots_at {
                let booted = self.boot(out);
                self.survive(out, booted);
            }
            return;
        }
        let outcome = self.work(out);
        self.survive(out, outcome);
    }

    fn work(&mut self, out: &mut Outside) -> Result<(), Death> {
        let Some(life) = &mut self.life else {
            return Ok(());
        };
        life.server.handle_timeout(out.now);
        if let Some((_, unsynced)) = life.syncing.take_if(|(at, _)| *at <= out.now) {
            let through = unsynced.sync()?;
            life.syncing = life.queued.take().map(|next| (out.sync_ends(), next));
            life.durable(out, through);
            self.input(out, Input::Durable(through))?;
        }
        self.go_on_replacing(out)?;
        self.answer_probe(out)?;
        self.chance(out)?;
        self.drain(out)
    }

    fn go_on_replacing(&mut self, out: &mut Outside) -> Result<(), Death> {
        let Some(life) = &mut self.life else {
            return Ok(());
        };
        match life.replacing.take_if(|(at, _)| *at <= out.now) {
            None => Ok(()),
            Some((_, Replacing::Begun(replacement))) => {
                let written = Replacing::Written(replacement.write()?);
                life.replacing = Some((out.sync_ends(), written));
                Ok(())
            }
            Some((_, Replacing::Written(generation))) => {
                life.journal.finish(generation)?;
                let last = life.journal.last();
                life.durable(out, last);
                self.input(out, Input::Replaced)
            }
        }
    }

    /// The probe tells the truth, if it knows it: no orphan is alive, so nothing can change it any more.
    fn answer_probe(&mut self, out: &mut Outside) -> Result<(), Death> {
        let Some(life) = &mut self.life else {
            return Ok(());
        };
        let Some(place) = life.probes.iter().position(|(at, _)| *at <= out.now) else {
            return Ok(());
        };
        let (_, id) = life.probes.swap_remove(place);
        let outcome = out.oracle.outcome_of(&id);
        let probe = match outcome {
            _ if out.rng.random_bool(0.1) => Probe::Unknown,
            Some(outcome) => Probe::Launched(outcome),
            None => Probe::NotLaunched,
        };
        self.input(out, Input::Probed(id, probe))
    }

    /// What happens to a server now and then.
    fn chance(&mut self, out: &mut Outside) -> Result<(), Death> {
        let Some(life) = &mut self.life else {
            return Ok(());
        };
        if out.rng.random_bool(out.weather.long) {
            out.figures.snapshots += 1;
            return self.input(out, Input::Long);
        }
        let doubt = life.server.doubts().next().map(|(id, _)| id.clone());
        if let Some(id) = doubt.filter(|_| out.rng.random_bool(out.weather.operator)) {
            // An operator who looks closely, and is told if it is too early for that.
            let order = Order::Resolve {
                outcome: out.oracle.outcome_of(&id),
                force: false,
                id,
            };
            out.figures.resolved += 1;
            return self.input(out, Input::Operator(1, order));
        }
        if life.is_drained() {
            // It ends as it should; the system keeps what it was given.
            out.figures.drains += 1;
            self.life = None;
            self.boots_at = out.now;
        } else if !life.draining && out.rng.random_bool(out.weather.drains) {
            life.draining = true;
            return self.input(out, Input::Drain);
        }
        Ok(())
    }

    pub(super) fn datagram(&mut self, out: &mut Outside, from: SocketAddr, bytes: &[u8]) {
        out.oracle.comes(from, bytes);
        let outcome = self.input(out, Input::Datagram { from, bytes });
        out.oracle.answered();
        self.survive(out, outcome);
    }

    /// Something happens to an action.
    pub(super) fn moment(&mut self, out: &mut Outside, moment: &Moment) {
        match *moment {
            Moment::Effect(op) => out.oracle.performs(op),
            Moment::End(life, ref id, op) if life == self.lives && self.life.is_some() => {
                let input = if out.rng.random_bool(0.01) {
                    Input::Lost(id.clone())
                } else {
                    Input::Done(id.clone(), out.oracle.outcome(op))
                };
                let outcome = self.input(out, input);
                self.survive(out, outcome);
            }
            Moment::End(..) => {}
        }
    }

    fn input(&mut self, out: &mut Outside, input: Input<'_>) -> Result<(), Death> {
        if let Some(life) = &mut self.life {
            life.server.handle(out.now, input);
        }
        self.drain(out)
    }

    /// Carries out what the server wants, until it wants nothing more or is dead.
    fn drain(&mut self, out: &mut Outside) -> Result<(), Death> {
        while let Some(life) = &mut self.life {
            self.bytes.clear();
            let Some(output) = life.server.poll_output(&mut self.bytes) else {
                break;
            };
            self.steps = self.steps.checked_sub(1).ok_or(Death::Killed)?;
            life.perform(out, self.lives, output, &self.bytes)?;
        }
        Ok(())
    }

    fn boot(&mut self, out: &mut Outside) -> Result<(), Death> {
        if out.rng.random_bool(out.weather.wipe) && self.lives > 0 {
            self.disk = FaultyDisk::new(out.rng.random());
            out.figures.wipes += 1;
            out.oracle.is_another_store();
        }
        self.lives += 1;
        self.steps = lifetime(&mut out.rng, out.weather.server_steps);
        let mean = out.weather.disk_calls.try_into().unwrap_or(u32::MAX);
        match lifetime(&mut out.rng, mean) {
            u64::MAX => self.disk.heal(),
            calls => self.disk.fail_at(calls),
        }
        let fresh = Header {
            role: *b"ids ",
            id: out.rng.random_range(1..=u64::MAX),
            first: 1,
            secret: out.rng.random(),
        };
        let (journal, recovered) = Journal::open(Arc::new(self.disk.clone()), fresh)?;
        let records = recovered.records.iter();
        let records: Vec<_> = records
            .map(|body| Record::decode(body).expect("what was written is a record"))
            .collect();
        if out.weather.limits.effect == Effect::Missile {
            records.iter().for_each(|record| out.oracle.holds(record));
        }
        let identity = Identity {
            instance: journal.header().id,
            secret: journal.header().secret,
        };
        let server = Server::new(
            identity,
            Seal::checksum(),
            out.weather.limits,
            records,
            journal.last(),
        );
        self.life = Some(Life {
            server,
            journal,
            syncing: None,
            queued: None,
            replacing: None,
            probes: Vec::new(),
            missiles: VecDeque::new(),
            fenced: true,
            draining: false,
        });
        self.drain(out)
    }

    /// If that was the end of the server: what becomes of what it leaves.
    fn survive(&mut self, out: &mut Outside, outcome: Result<(), Death>) {
        let Err(death) = outcome else { return };
        let power = out.rng.random_bool(out.weather.power);
        match death {
            Death::Disk(error) => {
                assert!(
                    matches!(error, Error::Io { .. } | Error::Stopped { .. }),
                    "the journal of the server: {error}"
                );
                out.figures.disk_errors += 1;
            }
            Death::Killed if power => out.figures.power_losses += 1,
            Death::Killed => out.figures.kills += 1,
        }
        self.life = None;
        self.disk.crash(if power { Crash::Power } else { Crash::Kill });
        let live_on = if power { 0.0 } else { out.weather.orphan };
        out.figures.orphans += out.actions.orphan(&mut out.rng, self.lives, live_on);
        self.boots_at = out.now + up_to(&mut out.rng, out.weather.away);
    }
}

impl Life {
    fn perform(&mut self, out: &mut Outside, life: u64, output: Output, bytes: &[u8]) -> Result<(), Death> {
        match output {
            Output::Record => {
                let index = self.journal.append(bytes);
                if out.weather.limits.effect == Effect::Missile {
                    let record = Record::decode(bytes).expect("it is a record");
                    self.missiles.push_back((index, record));
                }
            }
            Output::Commit => {
                self.journal.write()?;
                let unsynced = self.journal.unsynced();
                if self.syncing.is_some() {
                    self.queued = Some(unsynced);
                } else {
                    self.syncing = Some((out.sync_ends(), unsynced));
                }
            }
            Output::Send(to) => {
                // Nothing is told that would not outlive this process.
                self.journal.write()?;
                out.oracle.goes(to, bytes);
                out.down.handle(out.now, (to, bytes));
            }
            Output::Run { id, .. } => {
                let (longest, op) = (out.weather.action, Op::of(bytes));
                out.oracle.runs(&id, op);
                if out.rng.random_bool(0.01) {
                    // The system cannot begin it.
                    self.server.handle(out.now, Input::Done(id, None));
                } else {
                    out.actions.begin(out.now, &mut out.rng, longest, life, id, op);
                }
            }
            Output::Probe(id) => {
                let at = out.now + up_to(&mut out.rng, out.weather.action);
                self.probes.push((at, id));
            }
            Output::Replace(records) => {
                let bodies: Vec<_> = records.iter().map(encoded).collect();
                let replacement = self.journal.begin_replacement(bodies)?;
                self.replacing = Some((out.sync_ends(), Replacing::Begun(replacement)));
            }
            Output::Ordered(..) => {}
            Output::RolledBack { seen, held, .. } => {
                panic!("{seen} was seen of a store that ends at {held}, and nobody rolled it back")
            }
        }
        Ok(())
    }

    fn is_drained(&self) -> bool {
        self.draining && self.server.is_idle() && self.syncing.is_none()
    }

    /// Takes note that everything up to this index is durable.
    fn durable(&mut self, out: &mut Outside, through: u64) {
        self.journal.synced(through);
        while let Some((_, record)) = self.missiles.pop_front_if(|(index, _)| *index <= through) {
            out.oracle.holds(&record);
        }
    }
}

fn encoded(record: &Record) -> Vec<u8> {
    let mut body = Vec::new();
    record.encode(&mut body);
    body
}
