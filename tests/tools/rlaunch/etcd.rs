//! Several servers that share the decision through a real etcd, all of them killed again and again.
//!
//! The full run: `FAIRLOSS_LAUNCHES=20000 cargo test --features etcd --test tools etcd -- --nocapture`
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the full run is asked for by the environment, and reports"
)]

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fairloss::net::UdpRelay;

use super::proof::Verdict;
use super::server::until_there;
use crate::support::{Guard, free_port, peer, tool, until};

/// An etcd of one member, which can be killed and comes back with the same data.
struct Etcd {
    program: PathBuf,
    folder: PathBuf,
    ports: [u16; 2],
    process: Guard,
}

impl Etcd {
    /// Starts it and waits until it listens; `None`, after a line that says so, where it is not installed.
    fn start(folder: &Path) -> Option<Self> {
        let program = peer("etcd")?;
        let ports = [free_port(), free_port()];
        let process = Guard(command(&program, folder, ports).spawn().expect("etcd starts"));
        let mut etcd = Self {
            program,
            folder: folder.to_owned(),
            ports,
            process,
        };
        etcd.wait();
        Some(etcd)
    }

    /// SIGKILL, and another life.
    fn restart(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
        let mut command = command(&self.program, &self.folder, self.ports);
        self.process = Guard(command.spawn().expect("etcd starts"));
    }

    fn store(&self) -> String {
        format!("etcd://127.0.0.1:{}/test/orders", self.ports[0])
    }

    fn wait(&mut self) {
        until("etcd listens", || {
            let ended = self.process.try_wait().expect("it can be waited for");
            assert!(
                ended.is_none(),
                "etcd ended: {ended:?}; it needs 10 GiB of address space"
            );
            TcpStream::connect((Ipv4Addr::LOCALHOST, self.ports[0])).is_ok()
        });
    }
}

fn command(program: &Path, folder: &Path, [client, peer]: [u16; 2]) -> Command {
    let urls = [client, peer].map(|port| format!("http://127.0.0.1:{port}"));
    let [client, peer] = &urls;
    let mut command = Command::new(program);
    command.arg("--data-dir").arg(folder.join("etcd"));
    command.args(["--name", "one", "--logger", "zap", "--log-level", "fatal"]);
    command.args(["--listen-client-urls", client, "--advertise-client-urls", client]);
    command.args(["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer]);
    command.args(["--initial-cluster", &format!("one={peer}")]);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// A server of the cluster.
struct Member {
    process: Guard,
    address: SocketAddr,
}

fn member(address: SocketAddr, store: &str, action: &str) -> Member {
    starting(address, store, action, &[]).ready()
}

/// A server that may still have to wait for its etcd.
fn starting(address: SocketAddr, store: &str, action: &str, flags: &[&str]) -> Member {
    let mut command = tool("rlaunch");
    command.args(["serve", &address.to_string(), "--store", store, "--exec", action]);
    command
        .args(flags)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let process = Guard(command.spawn().expect("a server starts"));
    Member { process, address }
}

impl Member {
    /// The same, once it serves.
    fn ready(mut self) -> Self {
        let mut said = BufReader::new(self.process.stderr.take().expect("it was piped"));
        let mut line = String::new();
        while !line.contains("serving on") {
            line.clear();
            assert!(
                said.read_line(&mut line).expect("it says text") > 0,
                "the server ended"
            );
        }
        // What else it says must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        self
    }
}

fn any() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, free_port()).into()
}

fn launch(server: SocketAddr, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = tool("rlaunch");
    command.args(["launch", &server.to_string()]).args(arguments);
    let output = command.stdin(Stdio::null()).output().expect("rlaunch runs");
    let [said, told] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("text"));
    (output.status.code(), said, told)
}

#[test]
fn what_a_dead_server_left_in_doubt_is_probed_by_the_next_which_can_be_asked_how_it_stands() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let Some(etcd) = Etcd::start(folder.path()) else {
        return;
    };
    let (begun, socket) = (folder.path().join("begun"), folder.path().join("control"));
    let control = socket.to_str().expect("text");
    let slow = format!(
        "touch {}; {}",
        begun.display(),
        until_there(&folder.path().join("never"))
    );
    let mut first = member(any(), &etcd.store(), &slow);
    let flags = ["--probe", "cat; echo $RLAUNCH_ID", "--control", control];
    let second = starting(any(), &etcd.store(), "false", &flags).ready();
    let both = format!("{},{}", first.address, second.address);
    let call = std::thread::spawn(move || {
        let mut command = tool("rlaunch");
        command.args([
            "launch",
            &both,
            "two coffees;",
            "--id",
            "order-1",
            "--deadline",
            "60",
        ]);
        command.stdin(Stdio::null()).output().expect("rlaunch runs")
    });
    until("the first server begins", || begun.exists());
    first.process.kill().expect("it runs");
    let output = call.join().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(output.stdout, b"two coffees;order-1\n");

    let pid = rustix::process::Pid::from_child(&second.process);
    rustix::process::kill_process(pid, rustix::process::Signal::USR1).expect("it runs");
    let operate = |arguments: &[&str]| {
        let mut command = tool("rlaunch");
        let output = command.args(arguments).args(["--control", control]).output();
        output.expect("rlaunch runs")
    };
    let status = operate(&["status", "--json"]);
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).expect("JSON");
    assert!(status["counters"]["requests"].as_u64() > Some(0), "{status}");
    let refused = operate(&["prune", "order-1"]);
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        told.contains("not for an id set that several servers share"),
        "{told}"
    );
}

#[test]
fn whichever_server_is_asked_the_first_answer_is_the_answer() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let Some(etcd) = Etcd::start(folder.path()) else {
        return;
    };
    let log = folder.path().join("log");
    let action = format!("tee -a {}", log.display());
    let members = [0; 2].map(|_| member(any(), &etcd.store(), &action));
    for member in &members {
        let (status, result, told) = launch(member.address, &["two coffees;", "--id", "order-1"]);
        assert_eq!((status, result.as_str()), (Some(0), "two coffees;"), "{told}");
    }
    let (status, _, told) = launch(members[1].address, &["three coffees;", "--id", "order-1"]);
    assert_eq!(status, Some(5), "{told}");
    assert_eq!(read(&log), "two coffees;");
    for mut member in members {
        let pid = rustix::process::Pid::from_child(&member.process);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        assert!(member.process.wait().expect("it ends").success());
    }
}

#[test]
fn what_a_dead_server_had_begun_is_in_doubt_at_the_others_and_never_run_again() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let Some(etcd) = Etcd::start(folder.path()) else {
        return;
    };
    let log = folder.path().join("log");
    // It is begun, and never ends.
    let action = format!(
        "cat >> {}; {}",
        log.display(),
        until_there(&folder.path().join("never"))
    );
    let mut first = member(any(), &etcd.store(), &action);
    let journal = folder.path().join("journal");
    let journal = journal.to_str().expect("a name in UTF-8");
    let mut client = tool("rlaunch");
    client.args(["launch", &first.address.to_string(), "tea;", "--journal", journal]);
    let mut client = Guard::spawn(&mut client);
    until("the action has begun", || read(&log) == "tea;");
    client.kill().expect("it runs");
    client.wait().expect("it ends");
    first.process.kill().expect("it runs");
    first.process.wait().expect("it ends");
    // It has nothing of its own, so that it is another server to the cluster.
    let second = member(first.address, &etcd.store(), &action);
    // The lease of the dead server has to end first: until then it may be at work.
    let (status, result, told) = launch(
        second.address,
        &["tea;", "--journal", journal, "--deadline", "60"],
    );
    assert_eq!((status, result.as_str()), (Some(4), ""), "{told}");
    assert!(told.contains("the server died"), "{told}");
    assert_eq!(read(&log), "tea;");
}

#[test]
fn nothing_is_lost_or_performed_twice_though_servers_and_etcd_are_killed_under_load() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let Some(mut etcd) = Etcd::start(folder.path()) else {
        return;
    };
    let (clients, launches, deaths) = match std::env::var("FAIRLOSS_LAUNCHES") {
        Ok(launches) => (8, launches.parse().expect("a number"), 60),
        Err(_) => (4, 200, 6),
    };
    let each: usize = launches / clients;
    let patience =
        Duration::from_secs(300) + Duration::from_millis(200) * u32::try_from(launches).expect("a number");
    let log = folder.path().join("log");
    fs::write(&log, "").expect("the log can be made");
    let action = format!("tee -a {}", log.display());
    let mut members: Vec<_> = (0..3).map(|_| member(any(), &etcd.store(), &action)).collect();
    let network = |seed| format!("loss=20%,dup=10%,reorder=10%,corrupt=1%,delay=0ms..1ms,seed={seed}");
    // Each client reaches a server of its own through a network of its own, which then is another's.
    let local = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let relays: Vec<_> = (0..clients)
        .map(|number| {
            let upstream = members[number % 3].address;
            UdpRelay::start(local, upstream, network(number).parse().expect("a spec")).expect("a relay")
        })
        .collect();
    let asked: Vec<Vec<String>> = (0..clients)
        .map(|client| (0..each).map(|call| format!("c{client:03}-{call:07};")).collect())
        .collect();
    let told = |client: usize| folder.path().join(format!("told-{client}"));
    let start = |client: usize, relay: &UdpRelay| {
        let input = folder.path().join(format!("input-{client}"));
        fs::write(&input, asked[client].join("\n") + "\n").expect("the input can be written");
        let mut command = tool("rlaunch");
        command.args(["launch", &relay.address().to_string(), "--lines", "--quiet"]);
        command.args(["--deadline", "900", "--window", "4", "--journal"]);
        command.arg(folder.path().join(format!("journal-{client}")));
        command.stdin(File::open(&input).expect("it was just written"));
        command.stdout(
            File::options()
                .create(true)
                .append(true)
                .open(told(client))
                .expect("results"),
        );
        command.stderr(Stdio::inherit());
        Guard(command.spawn().expect("a client starts"))
    };
    let mut running: Vec<_> = (0..clients)
        .map(|client| start(client, &relays[client]))
        .collect();
    let (began, mut dead, mut restarts) = (Instant::now(), 0, 0);
    while running
        .iter_mut()
        .any(|client| client.try_wait().expect("a client").is_none())
    {
        assert!(
            began.elapsed() < patience,
            "the clients do not come to an end: {} of {launches} launched, {dead} kills, etcd {:?}",
            read(&log).len() / 13,
            etcd.process.try_wait()
        );
        let done = read(&log).len() / 13;
        if done * (deaths + 1) > launches * (dead + 1) && dead < deaths {
            let victim = dead % 3;
            let (address, store) = (members[victim].address, etcd.store());
            members[victim].process.kill().expect("it runs");
            members[victim].process.wait().expect("it ends");
            if dead % 3 == 2 {
                etcd.restart();
                restarts += 1;
            }
            let next = starting(address, &store, &action, &[]);
            etcd.wait();
            members[victim] = next.ready();
            dead += 1;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    for relay in relays {
        relay.stop().expect("the relay ran to the end");
    }
    let told: Vec<_> = (0..clients).map(|client| read(&told(client))).collect();
    let verdict = Verdict::new(&asked, &read(&log), &told);
    println!(
        "etcd: {launches} launches by {clients} clients through 3 servers, {dead} kills of servers, {restarts} of etcd, \
         {:.1} s: {verdict}",
        began.elapsed().as_secs_f64()
    );
    assert!(verdict.is_clean(), "{verdict}");
    assert_eq!(verdict.unanswered, 0, "{verdict}");
    assert!(
        verdict.unknown <= dead * clients * 4,
        "only what was executing at a kill: {verdict}"
    );
    assert_eq!(dead, deaths, "all deaths came to happen");
    for (client, lines) in told.iter().enumerate() {
        let words: HashMap<_, usize> = lines.lines().fold(HashMap::new(), |mut words, line| {
            *words.entry(line.split(' ').next().unwrap_or("")).or_default() += 1;
            words
        });
        assert!(words.contains_key("launched"), "client {client}: {words:?}");
    }
}

fn read(path: &Path) -> String {
    let mut text = Vec::new();
    if let Ok(mut file) = File::open(path) {
        file.read_to_end(&mut text).expect("it can be read");
    }
    String::from_utf8_lossy(&text).into_owned()
}
