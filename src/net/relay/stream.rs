//! The relay of connections: each way ends when its sender ends it, and a reset on one side is one on the other.

mod carry;
mod connect;

use std::cell::{Cell, RefCell};
use std::io;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::time::Duration;

use rustix::net::{Shutdown, shutdown, sockopt};
use tokio::sync::Semaphore;
use tokio::task::{LocalSet, spawn_local};

use super::{Direction, RelayNews, Route, StreamRelayTally};
use crate::net::descriptors::make_room_for;
use crate::net::lane::{Lane, Step};
use crate::net::stage::Work;
use crate::net::{Clock, Endpoint, Listener, Meter};
use crate::proto::Instant;
use crate::proto::link::{Last, Line};

/// Relays between whoever connects and the server, until the future is dropped. Needs a tokio runtime.
///
/// # Errors
/// None of a client or of the server: the relay goes on.
pub async fn relay_tcp(
    clock: Clock,
    listener: Listener,
    route: Route,
    tally: &StreamRelayTally,
) -> io::Result<()> {
    let hub = Rc::new(Hub {
        clock,
        lines: [(); 2].map(|()| RefCell::new(Line::new(&route.spec))),
        tally: tally.clone(),
        moved: Meter::default(),
        scratch: RefCell::new(vec![0; SCRATCH].into_boxed_slice()),
        route,
    });
    let local = LocalSet::new();
    local.run_until(hub.listen(listener)).await
}

struct Hub {
    clock: Clock,
    route: Route,
    /// Each direction has one, which all connections share.
    lines: [RefCell<Line>; 2],
    tally: StreamRelayTally,
    /// Bytes that went each way where nothing is done to them.
    moved: Meter,
    /// Where bytes lie between a socket and a stream.
    scratch: RefCell<Box<[u8]>>,
}

impl Hub {
    async fn listen(self: Rc<Self>, listener: Listener) -> io::Result<()> {
        let descriptors = if self.route.spec.is_harmless() { 6 } else { 2 };
        let places = Rc::new(Semaphore::new(
            make_room_for(MOST_CLIENTS * descriptors).div_ceil(descriptors),
        ));
        let mut number = 0;
        loop {
            // Who finds no place waits to be accepted.
            let Ok(_) = places.acquire().await.map(|place| place.forget()) else {
                return Ok(());
            };
            let Ok((socket, from)) = listener.accept().await else {
                // Others have taken the descriptors that were left.
                places.add_permits(1);
                tokio::time::sleep(BREATH).await;
                continue;
            };
            if let Some(from) = from {
                self.route.tell(RelayNews::Client(from));
            }
            self.tally.note(|tallies| tallies.clients += 1);
            let (hub, places) = (Rc::clone(&self), Rc::clone(&places));
            spawn_local(async move {
                hub.serve(socket, number).await;
                places.add_permits(1);
            });
            number += 1;
        }
    }

    /// Serves one client to its end.
    async fn serve(&self, client: OwnedFd, number: u64) {
        let server = match connect::first(&self.route).await {
            Ok(server) => server,
            Err((to, error)) => {
                self.tally.note(|tallies| tallies.refused += 1);
                if let Some(to) = to {
                    self.route.tell(RelayNews::Unreachable { to, error });
                }
                reset(&client);
                return;
            }
        };
        let (Ok(client), Ok(server)) = (Endpoint::socket(client), Endpoint::socket(server)) else {
            return;
        };
        let (client, server) = (Rc::new(client), Rc::new(server));
        let moved = Cell::new(self.clock.now());
        let last = tokio::select! {
            last = self.carry(&client, &server, number, &moved) => last,
            () = self.idle(&moved) => Last::Fin,
        };
        if last == Last::Reset {
            reset(&*client);
            reset(&*server);
        }
    }

    /// Moves bytes both ways, until both have ended or there was a reset.
    async fn carry(
        &self,
        client: &Rc<Endpoint>,
        server: &Rc<Endpoint>,
        number: u64,
        moved: &Cell<Instant>,
    ) -> Last {
        if self.route.spec.is_harmless() {
            return self.splice(client, server, moved).await;
        }
        let up = self.disturb(Direction::Up, client, server, number, moved);
        let down = self.disturb(Direction::Down, server, client, number, moved);
        tokio::pin!(up, down);
        let (mut up_over, mut down_over) = (false, false);
        while !(up_over && down_over) {
            let last = tokio::select! {
                last = &mut up, if !up_over => { up_over = true; last }
                last = &mut down, if !down_over => { down_over = true; last }
            };
            if last == Last::Reset {
                return last;
            }
        }
        Last::Fin
    }

    /// Without a copy.
    async fn splice(&self, client: &Rc<Endpoint>, server: &Rc<Endpoint>, moved: &Cell<Instant>) -> Last {
        let lane = |from: &Rc<Endpoint>, to: &Rc<Endpoint>, counter| {
            Lane::new(Rc::clone(from), Rc::clone(to), Work::default(), counter)
        };
        let lanes = (
            lane(client, server, self.moved.up()),
            lane(server, client, self.moved.down()),
        );
        let (Ok(mut up), Ok(mut down)) = lanes else {
            return Last::Reset;
        };
        let (mut up_over, mut down_over) = (false, false);
        while !(up_over && down_over) {
            let next = async {
                tokio::select! {
                    step = up.next(), if !up_over => (&mut up_over, server, step),
                    step = down.next(), if !down_over => (&mut down_over, client, step),
                }
            };
            // What came before a reset goes before it, if it can.
            let (over, to, step) = tokio::select! {
                biased;
                step = next => step,
                () = client.broke() => return Last::Reset,
                () = server.broke() => return Last::Reset,
            };
            match step {
                Step::Moved => moved.set(self.clock.now()),
                Step::Ended => {
                    *over = true;
                    let _ = shutdown(&**to, Shutdown::Write);
                }
                Step::Broke(_) | Step::Refused(_) => return Last::Reset,
            }
            self.note();
        }
        Last::Fin
    }

    /// Until nothing has moved for as long as was asked for.
    async fn idle(&self, moved: &Cell<Instant>) {
        let Some(idle) = self.route.idle else {
            return std::future::pending().await;
        };
        while self.clock.now().since(moved.get()) < idle {
            self.clock.sleep_until(moved.get() + idle).await;
        }
    }

    /// Shows the counters to others.
    fn note(&self) {
        self.tally.note(|tallies| {
            tallies.up.bytes = self.moved.sent();
            tallies.down.bytes = self.moved.received();
        });
    }
}

/// Lets the peer see that this connection was not ended, but broke.
fn reset(socket: impl std::os::fd::AsFd) {
    // A socket that is broken already is as good as reset.
    let _ = sockopt::set_socket_linger(socket, Some(Duration::ZERO));
}

const MOST_CLIENTS: usize = 10_000;
/// As many bytes as are read at one time.
const SCRATCH: usize = 256 << 10;
/// When the system has no descriptors left, somebody may give one back.
const BREATH: Duration = Duration::from_millis(50);
