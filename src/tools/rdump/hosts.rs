//! The names of hosts, looked up beside the printing.
//!
//! A line waits for the names in it, but not for long, and after a few lines have waited in vain none does, until names
//! come in time again. A name that comes late is for later lines. No address is looked up twice.

use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use rustc_hash::FxHashMap;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::cli::resolver_environment;
use crate::net::{Clock, Resolver, runtime};
use crate::proto::Instant;

/// What is known of the names of hosts, and what is being asked.
pub(super) struct Hosts {
    names: FxHashMap<IpAddr, Name>,
    /// Who looks names up; nobody before the first is wanted, nor once that has failed.
    desk: Option<Desk>,
    is_open: bool,
    clock: Clock,
    /// How many addresses are being looked up.
    under_way: usize,
    /// How long a line waits.
    wait: Duration,
    /// The line at hand, and what is left of its time.
    line: u64,
    left: Duration,
    /// How many lines in a row have waited in vain.
    vain: u32,
}

enum Name {
    Asked,
    None,
    Known(Box<str>),
}

struct Desk {
    questions: UnboundedSender<Question>,
    answers: Receiver<Answer>,
}

struct Question {
    address: IpAddr,
    asked: Instant,
}

struct Answer {
    address: IpAddr,
    name: Option<Box<str>>,
    took: Duration,
}

impl Hosts {
    /// After so many lines that have waited in vain the printing goes before the names.
    const ENOUGH: u32 = 3;
    /// More addresses than this are not looked up: there is no memory for their names.
    const MOST: usize = 262_144;
    /// More are not looked up at a time; what is not asked now can be asked later.
    const MOST_UNDER_WAY: usize = 4096;

    /// None known yet; a line will wait for so long.
    pub(super) fn new(wait: Duration) -> Self {
        Self {
            names: FxHashMap::default(),
            desk: None,
            is_open: true,
            clock: Clock::start(),
            under_way: 0,
            wait,
            line: 0,
            left: Duration::ZERO,
            vain: 0,
        }
    }

    /// The name of a host for a line, which has a number of its own; none if it has none, or not yet.
    pub(super) fn name(&mut self, address: IpAddr, line: u64) -> Option<&str> {
        if line != self.line {
            self.line = line;
            self.left = if self.vain < Self::ENOUGH {
                self.wait
            } else {
                Duration::ZERO
            };
        }
        self.collect();
        if !self.names.contains_key(&address) {
            self.ask(address);
        }
        self.wait_for(address);
        match self.names.get(&address) {
            Some(Name::Known(name)) => Some(name),
            _ => None,
        }
    }

    /// Whether nothing was ever looked up.
    #[cfg(test)]
    pub(super) fn is_idle(&self) -> bool {
        self.names.is_empty()
    }

    fn ask(&mut self, address: IpAddr) {
        if self.names.len() >= Self::MOST || self.under_way >= Self::MOST_UNDER_WAY {
            return;
        }
        if self.is_open && self.desk.is_none() {
            self.is_open = false;
            self.desk = Desk::open(self.clock);
        }
        let asked = self.clock.now();
        let question = Question { address, asked };
        if let Some(desk) = &self.desk
            && desk.questions.send(question).is_ok()
        {
            self.under_way += 1;
            self.names.insert(address, Name::Asked);
        }
    }

    /// Notes the answers that have come.
    fn collect(&mut self) {
        while let Some(answer) = self.desk.as_ref().and_then(|desk| desk.answers.try_recv().ok()) {
            self.note(answer);
        }
    }

    fn wait_for(&mut self, address: IpAddr) {
        while !self.left.is_zero() && matches!(self.names.get(&address), Some(Name::Asked)) {
            let Some(desk) = &self.desk else {
                return;
            };
            let began = self.clock.now();
            match desk.answers.recv_timeout(self.left) {
                Ok(answer) => self.note(answer),
                Err(RecvTimeoutError::Timeout) => {
                    self.left = Duration::ZERO;
                    self.vain += 1;
                }
                Err(RecvTimeoutError::Disconnected) => self.desk = None,
            }
            self.left = self.left.saturating_sub(self.clock.now() - began);
        }
    }

    fn note(&mut self, answer: Answer) {
        self.under_way = self.under_way.saturating_sub(1);
        if answer.took <= self.wait {
            self.vain = 0;
        }
        if let Entry::Occupied(mut entry) = self.names.entry(answer.address) {
            entry.insert(answer.name.map_or(Name::None, Name::Known));
        }
    }
}

impl Desk {
    /// So many lookups are under way at a time.
    const AT_ONCE: usize = 64;

    fn open(clock: Clock) -> Option<Self> {
        let (questions, asked) = unbounded_channel();
        let (told, answers) = channel();
        let serve = move || serve(asked, &told, clock);
        thread::Builder::new()
            .name("names".to_owned())
            .spawn(serve)
            .ok()?;
        Some(Self { questions, answers })
    }
}

/// Answers questions until nobody asks any more.
fn serve(mut questions: UnboundedReceiver<Question>, answers: &Sender<Answer>, clock: Clock) {
    // Who waits for an answer sees that there will be none.
    let Ok(runtime) = runtime() else {
        return;
    };
    let resolver = Arc::new(Resolver::system(&resolver_environment()));
    let places = Arc::new(Semaphore::new(Desk::AT_ONCE));
    runtime.block_on(async {
        while let Some(Question { address, asked }) = questions.recv().await {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return;
            };
            let (resolver, answers) = (Arc::clone(&resolver), answers.clone());
            tokio::spawn(async move {
                let found = resolver.reverse(address).await.unwrap_or_default();
                let answer = Answer {
                    address,
                    name: found.into_iter().next().map(String::into_boxed_str),
                    took: clock.now() - asked,
                };
                // Nobody may be left to hear it.
                let _ = answers.send(answer);
                drop(place);
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hosts that ask the test.
    fn asking(wait: Duration) -> (Hosts, UnboundedReceiver<Question>, Sender<Answer>) {
        let (questions, asked) = unbounded_channel();
        let (told, answers) = channel();
        let hosts = Hosts {
            desk: Some(Desk { questions, answers }),
            ..Hosts::new(wait)
        };
        (hosts, asked, told)
    }

    fn address(number: u32) -> IpAddr {
        std::net::Ipv4Addr::from_bits(number).into()
    }

    fn answer(number: u32, name: Option<&str>, took: Duration) -> Answer {
        Answer {
            address: address(number),
            name: name.map(Into::into),
            took,
        }
    }

    const NEVER: Duration = Duration::from_secs(1000);

    #[test]
    fn a_name_that_comes_late_is_for_later_lines_and_is_asked_for_once() {
        let (mut hosts, mut asked, told) = asking(Duration::ZERO);
        assert_eq!(hosts.name(address(1), 1), None);
        assert_eq!(hosts.name(address(2), 1), None);
        told.send(answer(1, Some("one"), NEVER)).unwrap();
        told.send(answer(2, None, NEVER)).unwrap();
        for line in 2..9 {
            assert_eq!(hosts.name(address(1), line), Some("one"));
            assert_eq!(hosts.name(address(2), line), None);
        }
        assert_eq!(asked.try_recv().unwrap().address, address(1));
        assert_eq!(asked.try_recv().unwrap().address, address(2));
        assert!(asked.try_recv().is_err());
    }

    #[test]
    fn a_line_waits_for_its_names_and_for_no_others() {
        let (mut hosts, mut asked, told) = asking(NEVER);
        let late = thread::spawn(move || {
            told.send(answer(7, Some("seven"), Duration::ZERO)).unwrap();
            for (number, name) in [(1, Some("one")), (2, None)] {
                assert_eq!(asked.blocking_recv().unwrap().address, address(number));
                told.send(answer(number, name, Duration::ZERO)).unwrap();
            }
        });
        assert_eq!(hosts.name(address(1), 1), Some("one"));
        assert_eq!(hosts.name(address(2), 1), None);
        late.join().unwrap();
        // Nobody answers any more: nobody waits.
        assert_eq!(hosts.name(address(3), 2), None);
        assert_eq!(hosts.name(address(1), 3), Some("one"));
    }

    #[test]
    fn after_some_lines_in_vain_none_waits_until_names_come_in_time() {
        let wait = Duration::from_millis(1);
        let (mut hosts, _asked, told) = asking(wait);
        for line in 1..=Hosts::ENOUGH {
            assert_eq!(hosts.name(address(line), line.into()), None);
        }
        assert_eq!(hosts.vain, Hosts::ENOUGH);
        // A line that waited would be another one in vain.
        assert_eq!(hosts.name(address(99), 99), None);
        told.send(answer(1, None, NEVER)).unwrap();
        assert_eq!(hosts.name(address(98), 100), None);
        assert_eq!(hosts.vain, Hosts::ENOUGH);
        told.send(answer(2, None, wait)).unwrap();
        assert_eq!(hosts.name(address(97), 101), None);
        assert_eq!(hosts.vain, 0);
        assert_eq!(hosts.name(address(96), 102), None);
        assert_eq!(hosts.vain, 1);
    }

    #[test]
    fn memory_is_bounded() {
        let (mut hosts, mut asked, told) = asking(Duration::ZERO);
        for number in 0..5000 {
            assert_eq!(hosts.name(address(number), 1), None);
        }
        assert_eq!(hosts.names.len(), Hosts::MOST_UNDER_WAY);
        while let Ok(question) = asked.try_recv() {
            let (address, name, took) = (question.address, None, NEVER);
            told.send(Answer { address, name, took }).unwrap();
        }
        assert_eq!(hosts.name(address(4999), 2), None);
        assert_eq!(hosts.names.len(), Hosts::MOST_UNDER_WAY + 1);
    }
}
