//! A thing done once, over a network that loses and repeats: a server and a client in one program.
//!
//! `cargo run --example handler`. To make it yours, put your own action in place of [`Orders`].

use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fairloss::net::launch::{Handler, Inquiry, Launch, LaunchId, NotDone, Service};
use fairloss::net::{Clock, LaunchClient, runtime};
use fairloss::proto::launch::{Ending, Limits, OnDoubt, Outcome, Probe, Server};
use fairloss::proto::link::Seal;
use fairloss::store::IdLog;
use tokio::net::UdpSocket;

/// The action: an order is taken. Doing it twice would be wrong, and it never is. Each is kept with the id of its call.
#[derive(Clone, Default)]
struct Orders(Arc<Mutex<Vec<(String, String)>>>);

impl Handler for Orders {
    async fn run(&self, launch: Launch) -> Result<Outcome, NotDone> {
        let order = String::from_utf8(launch.payload).map_err(|_| NotDone::not_begun("not text"))?;
        let mut orders = self.0.lock().map_err(|_| NotDone::lost("the list is broken"))?;
        orders.push((launch.id.to_string(), order));
        Ok(taken(orders.len(), &launch.id))
    }

    /// After a crash between the order and its record: was it taken? Whoever keeps the orders knows, by the id. Here
    /// they are in memory; where they are to survive a crash, this asks a database.
    async fn probe(&self, inquiry: Inquiry) -> Probe {
        let Ok(orders) = self.0.lock() else {
            return Probe::Unknown;
        };
        let id = inquiry.id.to_string();
        match orders.iter().position(|(known, _)| *known == id) {
            Some(index) => Probe::Launched(taken(index + 1, &inquiry.id)),
            None => Probe::NotLaunched,
        }
    }
}

fn taken(number: usize, id: &LaunchId) -> Outcome {
    Outcome {
        result: format!("order {number} taken, as {id}").into_bytes(),
        ..Outcome::default()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    runtime()?.block_on(run())
}

async fn run() -> Result<(), Box<dyn Error>> {
    // The server: what it remembers lies in a folder, and is there again after a crash.
    let (folder, orders) = (tempfile::tempdir()?, Orders::default());
    let found = IdLog::open(folder.path())?;
    let seal = Seal::checksum();
    let machine = Server::new(
        found.identity,
        seal.clone(),
        Limits {
            on_doubt: OnDoubt::Probe,
            ..Limits::DEFAULT
        },
        found.records,
        found.last,
    );
    let socket = UdpSocket::bind("127.0.0.1:0").await?;
    let address = socket.local_addr()?;
    let (service, control) = Service::new(socket, machine, found.log, orders.clone(), |_| {})?;
    let server = tokio::spawn(service.run());

    // The client: one session, in which each call has a number.
    let clock = Clock::start();
    let mut client = LaunchClient::new(clock, &[address], seal, |_, _| {})?;
    let deadline = clock.now() + Duration::from_secs(10);
    let mut session = client.open(deadline).await?;
    // A call that is made again under its number, as by somebody who does not know how it ended, gets the first answer.
    let mut answers = Vec::new();
    for (number, payload) in [(1, "coffee"), (2, "tea"), (2, "tea")] {
        let call = client.call(&mut session, number, payload.as_bytes(), deadline, deadline);
        let Ending::Launched(outcome) = call.await.ending else {
            return Err(format!("{payload}: not launched").into());
        };
        let answer = String::from_utf8_lossy(&outcome.result).into_owned();
        say(&format!("{payload}: {answer}"));
        answers.push(answer);
    }
    let taken = orders.0.lock().map_err(|_| "the list is broken")?.clone();
    let taken: Vec<_> = taken.iter().map(|(_, order)| order.as_str()).collect();
    assert_eq!(taken, ["coffee", "tea"], "each order was taken once");
    assert_eq!(answers.get(1), answers.get(2), "the same answer to the same call");
    control.drain();
    server.await??;
    Ok(())
}

#[expect(clippy::disallowed_macros, reason = "an example speaks")]
fn say(line: &str) {
    println!("{line}");
}
