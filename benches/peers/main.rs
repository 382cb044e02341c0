//! Each tool against its peer, run by run in turn: `cargo bench --bench peers [NAME…]`.
//!
//! Whole processes, wall time and CPU time (user + system, of all processes of a side). What counts is the ratio:
//! both sides share the machine's mood. Names: start, lookup, bulk, bytes, pipes, unix, print, scan,
//! datagrams, and with the feature, tls.

mod capture;
mod contest;
mod datagrams;
mod dns;
mod print;
mod scan;
mod splice;
mod streams;
#[cfg(feature = "tls")]
mod tls;

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use contest::Contest;
use fairloss::net::UdpRelay;

const RNC: &str = env!("CARGO_BIN_EXE_rnc");
const RDIG: &str = env!("CARGO_BIN_EXE_rdig");
const RHOST: &str = env!("CARGO_BIN_EXE_rhost");
const RDUMP: &str = env!("CARGO_BIN_EXE_rdump");

/// A group of contests: its name, and what runs it with a folder for its files.
type Group = (&'static str, fn(&Path) -> io::Result<()>);

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(splice::FLAG) {
        return splice::run(arguments);
    }
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let scratch = tempfile::tempdir()?;
    let groups: [Group; 9] = [
        ("start", start),
        ("lookup", lookup),
        ("bulk", bulk),
        ("bytes", streams::bytes),
        ("pipes", streams::pipes),
        ("unix", streams::unix),
        ("print", print::run),
        ("scan", scan::scan),
        ("datagrams", datagrams::run),
    ];
    #[cfg(feature = "tls")]
    let groups = groups
        .into_iter()
        .chain([("tls", tls::bytes as fn(&Path) -> io::Result<()>)]);
    for (name, group) in groups {
        if wanted.is_empty() || wanted.iter().any(|want| want == name) {
            group(scratch.path())?;
        }
    }
    Ok(())
}

/// Start-up, whole process: the first thing that anybody notices in a shell loop.
fn start(scratch: &Path) -> io::Result<()> {
    let closed = closed_port()?;
    let few = scratch.join("few.pcap");
    capture::write(&few, 10)?;
    let nc = || run(Command::new("nc").args(["-z", "127.0.0.1", &closed]));
    Contest::new("rdig --version : nc -z")
        .rounds(200)
        .run(|| run(Command::new(RDIG).arg("--version")), nc);
    Contest::new("rnc -z : nc -z (closed port)")
        .rounds(200)
        .run(|| run(Command::new(RNC).args(["-z", "127.0.0.1", &closed])), nc);
    let dump = |program: &str| run(Command::new(program).arg("--version"));
    Contest::new("rdump --version : tcpdump --version")
        .rounds(200)
        .run(|| dump(RDUMP), || dump("tcpdump"));
    let dump = |program: &str| run(Command::new(program).arg("-nr").arg(&few));
    Contest::new("rdump -nr : tcpdump -nr (10 packets)")
        .rounds(200)
        .run(|| dump(RDUMP), || dump("tcpdump"));
    Ok(())
}

/// One lookup of a server on loopback.
fn lookup(_: &Path) -> io::Result<()> {
    let port = dns::serve()?.to_string();
    let ask = |program: &str| {
        run(Command::new(program).args(["-p", &port, "@127.0.0.1", "+short", "www.example."]))
    };
    Contest::new("rdig +short : dig +short")
        .rounds(50)
        .run(|| ask(RDIG), || ask("dig"));
    let ask = |program: &str| {
        run(Command::new(program).args(["-p", &port, "-t", "A", "www.example.", "127.0.0.1"]));
    };
    Contest::new("rhost -t A : host -t A")
        .rounds(50)
        .run(|| ask(RHOST), || ask("host"));
    Ok(())
}

/// A list of names: of a server on loopback, and of the same through a link that loses every tenth datagram.
fn bulk(scratch: &Path) -> io::Result<()> {
    const NAMES: usize = 20_000;
    let port = dns::serve()?;
    let list = |count: usize| -> io::Result<PathBuf> {
        let file = scratch.join(format!("names{count}"));
        let names: String = (0..count).map(|number| format!("n{number}.example.\n")).collect();
        std::fs::write(&file, names)?;
        Ok(file)
    };
    let ask = |program: &str, file: &Path, port: u16, options: &[&str]| {
        let mut command = Command::new(program);
        command
            .arg("-f")
            .arg(file)
            .args(["-p", &port.to_string(), "@127.0.0.1"]);
        run(command.args(options));
    };
    let file = list(NAMES)?;
    for options in [&["+short"][..], &[]] {
        let name = format!("rdig -f : dig -f ({NAMES} names, {})", options.concat());
        Contest::new(name).rounds(5).run(
            || ask(RDIG, &file, port, options),
            || ask("dig", &file, port, options),
        );
    }
    let spec = "loss=10%".parse().expect("the words are well-formed");
    let upstream = (Ipv4Addr::LOCALHOST, port).into();
    let relay = UdpRelay::start((Ipv4Addr::LOCALHOST, 0).into(), upstream, spec)?;
    let (file, lossy) = (list(100)?, relay.address().port());
    Contest::new("rdig -f : dig -f +time=1 (100 names, a tenth lost each way)")
        .rounds(1)
        .run(
            || ask(RDIG, &file, lossy, &["+short"]),
            || ask("dig", &file, lossy, &["+short", "+time=1"]),
        );
    Ok(())
}

/// Runs a command to its end, whatever that is, with its output thrown away.
fn run(command: &mut Command) {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the program is installed");
}

/// A port on which nobody listens.
fn closed_port() -> io::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string())
}

/// Waits until somebody listens on `port`, without connecting to it: the listener serves one connection only.
fn wait_for_listener(port: &str) {
    const LISTEN: &str = " 0A ";
    let local = format!(
        ":{:04X} ",
        port.parse::<u16>().expect("it was printed from a port")
    );
    loop {
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
        if table
            .lines()
            .any(|line| line.contains(&local) && line.contains(LISTEN))
        {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
}
