use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Waker;

use tokio::sync::Notify;
use tokio::task::{LocalSet, spawn_local};

use super::*;
use crate::net::LaunchClient;
use crate::proto::launch::{Doubt, Ending, Forgetful, Identity, Limits, Record};
use crate::proto::link::Seal;

/// A log whose disk is the test.
#[derive(Clone, Default)]
struct Disk(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    last: u64,
    written: u64,
    durable: u64,
    told: u64,
    is_slow: bool,
    fails: bool,
    is_full: bool,
    waker: Option<Waker>,
}

impl Disk {
    fn set(&self, change: impl FnOnce(&mut Kept)) {
        let mut kept = self.0.lock().unwrap();
        change(&mut kept);
        if let Some(waker) = kept.waker.take() {
            waker.wake();
        }
    }
}

impl Log for Disk {
    type Error = io::Error;

    fn last(&self) -> u64 {
        self.0.lock().unwrap().last
    }

    fn append(&mut self, _: &[u8]) -> u64 {
        let mut kept = self.0.lock().unwrap();
        kept.last += 1;
        kept.last
    }

    fn write(&mut self) -> io::Result<()> {
        let mut kept = self.0.lock().unwrap();
        if kept.is_full && kept.written < kept.last {
            return Err(io::ErrorKind::StorageFull.into());
        }
        kept.written = kept.last;
        Ok(())
    }

    fn commit(&mut self, _: bool) -> io::Result<()> {
        let mut kept = self.0.lock().unwrap();
        assert_eq!(kept.written, kept.last, "what is made durable was written");
        if !kept.is_slow {
            kept.durable = kept.written;
        }
        Ok(())
    }

    fn is_long(&self) -> bool {
        false
    }

    fn replace(&mut self, _: Vec<Record>) -> io::Result<()> {
        Ok(())
    }

    fn poll_news(&mut self, context: &mut Context<'_>) -> Poll<io::Result<News>> {
        let mut kept = self.0.lock().unwrap();
        if kept.fails {
            return Poll::Ready(Err(io::ErrorKind::StorageFull.into()));
        }
        if kept.durable > kept.told {
            kept.told = kept.durable;
            return Poll::Ready(Ok(News::Durable(kept.told)));
        }
        kept.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

/// Answers with the payload, when it may.
#[derive(Clone, Default)]
struct Echo {
    runs: Arc<AtomicUsize>,
    gate: Option<Arc<Notify>>,
}

impl Handler for Echo {
    async fn run(&self, launch: Launch) -> Result<Outcome, NotDone> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        if let Some(gate) = &self.gate {
            gate.notified().await;
        }
        match launch.payload.as_slice() {
            b"refuse" => Err(NotDone::not_begun("no")),
            b"panic" => panic!("as it was told"),
            _ => Ok(Outcome {
                exit: 0,
                truncated: false,
                result: launch.payload,
            }),
        }
    }
}

async fn service<L: Log, H: Handler>(log: L, handler: H) -> (SocketAddr, Service<L, H>, Control) {
    let identity = Identity {
        instance: 7,
        secret: [1; 32],
    };
    let server = Server::new(identity, Seal::checksum(), Limits::DEFAULT, [], log.last());
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let (service, control) = Service::new(socket, server, log, handler, |_| {}).unwrap();
    (address, service, control)
}

/// One call from a client of its own.
async fn call(server: SocketAddr, payload: &[u8]) -> Ending {
    let clock = Clock::start();
    let mut client = LaunchClient::new(clock, &[server], Seal::checksum(), |_, _| {}).unwrap();
    let deadline = clock.now() + Duration::from_secs(60);
    let mut session = client.open(deadline).await.unwrap();
    client
        .call(&mut session, 1, payload, deadline, deadline)
        .await
        .ending
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    LocalSet::new().block_on(&crate::net::runtime().unwrap(), future)
}

fn launched(result: &[u8]) -> Ending {
    Ending::Launched(Outcome {
        exit: 0,
        truncated: false,
        result: result.to_vec(),
    })
}

#[test]
fn a_call_is_answered_with_what_its_handler_made_of_it() {
    block_on(async {
        let (address, service, control) = service(Forgetful::default(), Echo::default()).await;
        let server = tokio::spawn(service.run());
        assert_eq!(call(address, b"coffee").await, launched(b"coffee"));
        assert_eq!(call(address, b"refuse").await, Ending::NotLaunched);
        control.drain();
        server.await.unwrap().unwrap();
    });
}

#[test]
fn no_action_begins_before_its_intent_is_durable() {
    block_on(async {
        let (disk, echo) = (Disk::default(), Echo::default());
        let (address, service, _control) = service(disk.clone(), echo.clone()).await;
        let server = tokio::spawn(service.run());
        let asked = spawn_local(call(address, b"one"));
        while disk.0.lock().unwrap().told == 0 {
            tokio::task::yield_now().await;
        }
        disk.set(|kept| kept.is_slow = true);
        let reserved = disk.last();
        while disk.last() == reserved {
            tokio::task::yield_now().await;
        }
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(echo.runs.load(Ordering::Relaxed), 0);
        disk.set(|kept| kept.durable = kept.written);
        assert_eq!(asked.await.unwrap(), launched(b"one"));
        server.abort();
    });
}

#[test]
fn after_its_log_has_failed_a_server_ends_and_says_nothing_more() {
    block_on(async {
        let (disk, echo) = (Disk::default(), Echo::default());
        let (address, service, _control) = service(disk.clone(), echo.clone()).await;
        let server = tokio::spawn(service.run());
        assert_eq!(call(address, b"one").await, launched(b"one"));
        disk.set(|kept| kept.fails = true);
        assert!(matches!(server.await.unwrap(), Err(ServiceError::Log(_))));
        assert_eq!(echo.runs.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn an_outcome_that_could_not_be_written_is_not_told() {
    block_on(async {
        let gate = Arc::new(Notify::new());
        let (disk, echo) = (
            Disk::default(),
            Echo {
                gate: Some(Arc::clone(&gate)),
                ..Echo::default()
            },
        );
        let (address, service, _control) = service(disk.clone(), echo.clone()).await;
        let server = tokio::spawn(service.run());
        let clock = Clock::start();
        let mut client = LaunchClient::new(clock, &[address], Seal::checksum(), |_, _| {}).unwrap();
        let mut session = client.open(clock.now() + Duration::from_secs(60)).await.unwrap();
        let asked = spawn_local(async move {
            let deadline = clock.now() + Duration::from_millis(300);
            client
                .call(&mut session, 1, b"one", deadline, deadline)
                .await
                .ending
        });
        while echo.runs.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        disk.set(|kept| kept.is_full = true);
        gate.notify_one();
        assert!(matches!(server.await.unwrap(), Err(ServiceError::Log(_))));
        assert!(!matches!(asked.await.unwrap(), Ending::Launched(_)));
    });
}

#[test]
fn a_server_that_is_drained_finishes_what_it_has_begun() {
    block_on(async {
        let gate = Arc::new(Notify::new());
        let echo = Echo {
            gate: Some(Arc::clone(&gate)),
            ..Echo::default()
        };
        let (address, service, control) = service(Forgetful::default(), echo.clone()).await;
        let server = tokio::spawn(service.run());
        let asked = spawn_local(call(address, b"one"));
        while echo.runs.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        control.drain();
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert!(!server.is_finished());
        gate.notify_one();
        server.await.unwrap().unwrap();
        assert_eq!(asked.await.unwrap(), launched(b"one"));
    });
}

#[test]
fn a_call_whose_action_panics_is_in_doubt_and_the_server_lives_on() {
    block_on(async {
        for gate in [None, Some(Arc::new(Notify::new()))] {
            if let Some(gate) = &gate {
                gate.notify_one();
            }
            let echo = Echo {
                gate: gate.clone(),
                ..Echo::default()
            };
            let (address, service, _control) = service(Forgetful::default(), echo).await;
            let server = tokio::spawn(service.run());
            assert_eq!(call(address, b"panic").await, Ending::Unknown(Doubt::InDoubt));
            if let Some(gate) = &gate {
                gate.notify_one();
            }
            assert_eq!(call(address, b"one").await, launched(b"one"));
            server.abort();
        }
    });
}

#[test]
fn a_call_of_a_server_that_forgot_is_not_run_by_the_next() {
    block_on(async {
        let (first, service_one, control) = service(Forgetful::default(), Echo::default()).await;
        let server = tokio::spawn(service_one.run());
        let clock = Clock::start();
        let deadline = clock.now() + Duration::from_secs(60);
        let mut client = LaunchClient::new(clock, &[first], Seal::checksum(), |_, _| {}).unwrap();
        let mut session = client.open(deadline).await.unwrap();
        control.drain();
        server.await.unwrap().unwrap();

        let echo = Echo::default();
        let identity = Identity {
            instance: 8,
            secret: [1; 32],
        };
        let machine = Server::new(identity, Seal::checksum(), Limits::DEFAULT, [], 0);
        let socket = UdpSocket::bind(first).await.unwrap();
        let (next, _control) =
            Service::new(socket, machine, Forgetful::default(), echo.clone(), |_| {}).unwrap();
        tokio::spawn(next.run());
        let ended = client.call(&mut session, 1, b"one", deadline, deadline).await;
        assert!(matches!(ended.ending, Ending::Unknown(_)), "{ended:?}");
        assert_eq!(echo.runs.load(Ordering::Relaxed), 0);
    });
}
