//! A world: clients, two ways of a bad network, a server, and a clock that jumps to whatever is due next.

use std::net::SocketAddr;

use fairloss::proto::launch::Effect;
use fairloss::proto::link::Chaos;
use fairloss::proto::{Instant, Machine};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

use super::action::Actions;
use super::client::Client;
use super::figures::Figures;
use super::host::Host;
use super::oracle::Oracle;
use super::weather::{Weather, up_to};

pub(super) struct World {
    out: Outside,
    host: Host,
    clients: Vec<Client>,
}

/// All that the server and the clients have to do with.
pub(super) struct Outside {
    pub(super) now: Instant,
    pub(super) rng: Pcg32,
    pub(super) weather: Weather,
    /// To the server, by who sends; from it, by who is to get it.
    pub(super) up: Chaos<SocketAddr>,
    pub(super) down: Chaos<SocketAddr>,
    pub(super) actions: Actions,
    pub(super) oracle: Oracle,
    pub(super) figures: Figures,
}

impl Outside {
    /// When a sync that begins now will end.
    pub(super) fn sync_ends(&mut self) -> Instant {
        self.now + up_to(&mut self.rng, self.weather.sync)
    }
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = Pcg32::seed_from_u64(seed);
        let weather = Weather::draw(&mut rng);
        let clients = (0..weather.clients)
            .map(|number| Client::new(number, rng.random()))
            .collect();
        let host = Host::new(rng.random());
        let out = Outside {
            now: Instant::ZERO,
            up: Chaos::new(weather.network, rng.random()),
            down: Chaos::new(weather.network, rng.random()),
            rng,
            weather,
            actions: Actions::default(),
            oracle: Oracle::default(),
            figures: Figures {
                worlds: 1,
                ..Figures::default()
            },
        };
        Self { out, host, clients }
    }

    /// Lets time pass until every client is through, and after that until nothing is under way any more.
    pub(super) fn run(mut self) -> Figures {
        for _ in 0..MOST_STEPS {
            self.happen();
            if self.is_over() {
                self.check_end();
                let tally = [self.out.up.tally(), self.out.down.tally()];
                self.out.figures.datagrams = tally.iter().map(|tally| tally.offered).sum();
                return self.out.figures;
            }
            self.out.now = self.next_at().max(self.out.now);
        }
        panic!(
            "no end after {MOST_STEPS} steps: {} in {:?}",
            self.out.figures, self.out.weather
        );
    }

    /// Memory is bounded, and nothing that was acknowledged is lost.
    fn check_end(&self) {
        let counters = self.host.counters().expect("the server is there");
        let limits = self.out.weather.limits;
        assert!(counters.sessions <= limits.sessions as u64, "{counters:?}");
        assert!(
            counters.calls <= counters.sessions * limits.window,
            "{counters:?}"
        );
        assert_eq!(counters.running, 0, "{counters:?}");
        if limits.effect == Effect::Missile && !self.out.weather.forgets() {
            assert_eq!(counters.missiles, self.out.oracle.effects(), "{counters:?}");
        }
    }

    fn is_over(&self) -> bool {
        self.clients.iter().all(Client::is_through)
            && self.out.up.flying() == 0
            && self.out.actions.are_over()
            && self.host.is_idle()
    }

    /// When something happens next.
    fn next_at(&self) -> Instant {
        let out = &self.out;
        let links = [
            out.up.poll_timeout(),
            out.down.poll_timeout(),
            out.actions.next_at(),
        ];
        let clients = self.clients.iter().map(Client::next_at);
        let times = links.into_iter().flatten().chain(clients);
        times.chain([self.host.next_at()]).min().unwrap_or(out.now)
    }

    /// All that happens at this moment.
    fn happen(&mut self) {
        let Self { out, host, clients } = self;
        let mut bytes = Vec::new();
        out.up.handle_timeout(out.now);
        out.down.handle_timeout(out.now);
        if host.next_at() <= out.now {
            host.wake(out);
        }
        while let Some(moment) = out.actions.happens(out.now) {
            host.moment(out, &moment);
        }
        host.fence(out);
        for client in &mut *clients {
            if client.next_at() <= out.now {
                client.wake(out);
            }
        }
        loop {
            bytes.clear();
            if let Some(from) = out.up.poll_output(&mut bytes) {
                host.datagram(out, from, &bytes);
            } else if let Some(to) = out.down.poll_output(&mut bytes) {
                if let Some(client) = clients.iter_mut().find(|client| client.address() == to) {
                    client.datagram(out, &bytes);
                }
            } else {
                break;
            }
        }
    }
}

/// No world needs so many.
const MOST_STEPS: u64 = 3_000_000;
