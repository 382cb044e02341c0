//! The rig: clients, a bad network, a server, and deaths of all of them.

use std::fmt;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fairloss::net::UdpRelay;
use rustix::process::{Pid, Signal, kill_process};

use super::checker::Verdict;
use crate::support::{Guard, free_port};

/// How much is asked, and what befalls those who ask and answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub(super) clients: usize,
    /// How many calls each client makes.
    pub(super) each: usize,
    /// How often the server is killed, and started again.
    pub(super) server_kills: usize,
    /// How often a client is.
    pub(super) client_kills: usize,
    /// How often the server stands still for a moment.
    pub(super) stops: usize,
    pub(super) network: &'static str,
}

/// Who is examined.
pub(super) trait Suspect {
    /// A server on `address` whose action appends `PAYLOAD` to `log`, after whatever else it says there; ready to
    /// be asked when its standard error says `serving on`.
    fn server(&self, address: SocketAddr, folder: &Path, log: &Path) -> Command;

    /// A client that makes a call for each line of its standard input, and tells how each ended in a line. It may
    /// be started again in the place of one that was killed.
    fn client(&self, server: SocketAddr, folder: &Path, number: usize) -> Command;

    /// About how long an entry of the log is, in bytes.
    fn entry(&self) -> usize;

    /// The lines that a client still has to be given, if it was told `told` for the first of them.
    fn rest(&self, lines: &[String], told: &str) -> Vec<String>;
}

/// What came of it.
pub(super) struct Report {
    pub(super) verdict: Verdict,
    pub(super) load: Load,
    pub(super) took: Duration,
    /// Datagrams that the network was given by the clients.
    pub(super) asked: u64,
}

impl Load {
    /// Runs it to its end.
    pub(super) fn run(self, suspect: &dyn Suspect) -> Report {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let mut rig = Rig::start(self, suspect, folder.path());
        let mut events = rig.events();
        while rig.turn() {
            let done = rig.launched();
            while let Some((_, event)) = events.pop_if(|(at, _)| *at <= done) {
                rig.happen(event);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        assert!(
            events.is_empty(),
            "{} deaths did not come to happen",
            events.len()
        );
        rig.end()
    }
}

/// One client, over all its lives.
struct Client {
    number: usize,
    asked: Vec<String>,
    told: PathBuf,
    /// While it is at work.
    process: Option<Guard>,
}

#[derive(Clone, Copy)]
enum Event {
    ServerDies,
    ClientDies(usize),
    ServerStops,
}

struct Rig<'a> {
    load: Load,
    suspect: &'a dyn Suspect,
    folder: &'a Path,
    log: PathBuf,
    address: SocketAddr,
    relay: UdpRelay,
    server: Guard,
    clients: Vec<Client>,
    began: Instant,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Load {
            clients,
            each,
            server_kills,
            client_kills,
            stops,
            ..
        } = self.load;
        let calls = clients * each;
        write!(
            f,
            "{calls} launches by {clients} clients, {server_kills} kills of the server, {client_kills} of clients, \
             {stops} stops, {:.1} s, {:.2} datagrams a launch: {}",
            self.took.as_secs_f64(),
            self.asked as f64 / calls as f64,
            self.verdict
        )
    }
}

impl<'a> Rig<'a> {
    fn start(load: Load, suspect: &'a dyn Suspect, folder: &'a Path) -> Self {
        let log = folder.join("log");
        fs::write(&log, "").expect("the log can be made");
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let server = start_server(suspect.server(address, folder, &log));
        let local = "127.0.0.1:0".parse().expect("an address");
        let network = load.network.parse().expect("a spec");
        let relay = UdpRelay::start(local, address, network).expect("the relay starts");
        let clients = (0..load.clients).map(|number| Client {
            number,
            asked: (0..load.each).map(|call| payload(number, call)).collect(),
            told: folder.join(format!("told-{number}")),
            process: None,
        });
        let mut clients: Vec<_> = clients.collect();
        for client in &mut clients {
            client.start(suspect, relay.address(), folder);
        }
        Self {
            load,
            suspect,
            folder,
            log,
            address,
            relay,
            server,
            clients,
            began: Instant::now(),
        }
    }

    /// What is to happen, and after how many launches: spread over all of them, the last first.
    fn events(&self) -> Vec<(usize, Event)> {
        let Load {
            clients,
            each,
            server_kills,
            client_kills,
            stops,
            ..
        } = self.load;
        let total = clients * each;
        let spread = |count: usize| (1..=count).map(move |number| total * number / (count + 1));
        let mut events: Vec<_> = spread(server_kills).map(|at| (at, Event::ServerDies)).collect();
        events.extend(
            spread(client_kills)
                .enumerate()
                .map(|(n, at)| (at, Event::ClientDies(n * 7 % clients))),
        );
        events.extend(spread(stops).map(|at| (at, Event::ServerStops)));
        events.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        events
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::ServerDies => {
                self.server.kill().expect("a running server can be killed");
                self.server.wait().expect("a killed server ends");
                self.server = start_server(self.suspect.server(self.address, self.folder, &self.log));
            }
            Event::ClientDies(number) => {
                // One that is through already has nothing to lose.
                if let Some(client) = self.clients.get_mut(number)
                    && let Some(mut process) = client.process.take()
                {
                    process.kill().expect("a client can be killed");
                    let status = process.wait().expect("a killed client ends");
                    if status.code().is_none() {
                        client.start(self.suspect, self.relay.address(), self.folder);
                    }
                }
            }
            Event::ServerStops => {
                let pid = Pid::from_child(&self.server);
                kill_process(pid, Signal::STOP).expect("it runs");
                std::thread::sleep(Duration::from_millis(200));
                kill_process(pid, Signal::CONT).expect("it stands still");
            }
        }
    }

    /// Whether a client is still at work.
    fn turn(&mut self) -> bool {
        for client in &mut self.clients {
            if let Some(process) = &mut client.process
                && process.try_wait().expect("a client can be waited for").is_some()
            {
                client.process = None;
            }
        }
        assert!(
            self.began.elapsed() < patience(self.load.clients * self.load.each),
            "the clients do not come to an end: {}",
            self.launched()
        );
        self.clients.iter().any(|client| client.process.is_some())
    }

    /// About how many actions have been performed.
    fn launched(&self) -> usize {
        let length = fs::metadata(&self.log).map_or(0, |metadata| metadata.len());
        usize::try_from(length).unwrap_or(usize::MAX) / self.suspect.entry()
    }

    fn end(mut self) -> Report {
        let took = self.began.elapsed();
        let tally = self.relay.stop().expect("the relay ran to the end");
        self.server.kill().expect("it runs");
        self.server.wait().expect("it ends");
        let asked: Vec<_> = self.clients.iter().map(|client| client.asked.clone()).collect();
        let told: Vec<_> = self.clients.iter().map(|client| read(&client.told)).collect();
        Report {
            verdict: Verdict::new(&asked, &read(&self.log), &told),
            load: self.load,
            took,
            asked: tally.up.offered,
        }
    }
}

impl Client {
    fn start(&mut self, suspect: &dyn Suspect, server: SocketAddr, folder: &Path) {
        let input = folder.join(format!("input-{}", self.number));
        let lines = suspect.rest(&self.asked, &read(&self.told));
        fs::write(&input, lines.join("\n") + "\n").expect("the input can be written");
        let output = File::options().create(true).append(true).open(&self.told);
        let mut command = suspect.client(server, folder, self.number);
        command.stdin(File::open(&input).expect("it was just written"));
        command.stdout(output.expect("the results can be written"));
        self.process = Some(Guard(command.spawn().expect("a client starts")));
    }
}

/// Starts it and waits until it serves.
fn start_server(mut command: Command) -> Guard {
    use std::io::{BufRead, BufReader};
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut server = Guard(command.spawn().expect("a server starts"));
    let mut stderr = BufReader::new(server.stderr.take().expect("it was piped"));
    let mut said = String::new();
    loop {
        let before = said.len();
        let read = stderr.read_line(&mut said).expect("it says text");
        assert!(read > 0, "the server ended: {said}");
        if said[before..].contains("serving on") {
            break;
        }
    }
    // What else it says must not fill the pipe.
    std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
    server
}

/// A payload that no other call has, of the same length as all others.
fn payload(client: usize, number: usize) -> String {
    format!("c{client:03}-{number:07};")
}

/// A file's text; what a bad network made of it is shown as it is.
fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}

/// So many launches take no longer than this on any machine.
fn patience(launches: usize) -> Duration {
    Duration::from_secs(300) + Duration::from_millis(10) * u32::try_from(launches).expect("a number")
}
