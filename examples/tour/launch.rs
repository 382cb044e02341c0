//! Part three: `rlaunch` does a thing once, over the bad link and across the death of its server.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use crate::bad_link;
use crate::stage::{Damage, Failed, Stage, heading, say, show_command, show_output, survived, wait_for};

/// Runs it.
pub(crate) fn tour(stage: &Stage, scratch: &Path) -> Result<(), Failed> {
    let log = scratch.join("launches.log");
    let server = Server::new(scratch, &log)?;
    let link = bad_link(server.address, 3)?;
    let target = link.address().to_string();

    heading("rlaunch: once, however often the network says it");
    let damage = Damage::begin(&link);
    say("  the server performs `tee -a launches.log`: what it is asked to launch, it notes and answers");
    show_command("rlaunch", &server.words());
    let mut running = server.start(stage)?;
    stage.show("rlaunch", &["launch", &target, "missile 1"])?;
    stage.show("rlaunch", &["launch", &target, "missile 2"])?;

    say("  … the server is killed, with SIGKILL; a client asks nevertheless; the server starts again");
    running.kill()?;
    running.wait()?;
    let words = ["launch", &target, "missile 3"];
    show_command("rlaunch", &words);
    let orphan = stage
        .tool("rlaunch", &words)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    thread::sleep(Duration::from_millis(250));
    let mut running = server.start(stage)?;
    let output = orphan.wait_with_output()?;
    show_output(&String::from_utf8_lossy(&output.stderr));
    show_output(&String::from_utf8_lossy(&output.stdout));

    show_command("seq 4 50 | rlaunch", &["launch", "--quiet", "--lines", &target]);
    let results = batch(stage, &target, 4..=50)?;
    say(&format!("  … {results} results"));
    let launched = fs::read_to_string(&log)?.replace("missile", "\nmissile");
    check_log(&launched)?;
    survived(&format!(
        "{}; launches.log holds all 50, each once",
        damage.end(&link)
    ));

    heading("rlaunch set and get: what may be repeated needs no id");
    stage.show(
        "rlaunch",
        &["set", "--quiet", "--server", &target, "state", "armed"],
    )?;
    let state = stage.show("rlaunch", &["get", "--quiet", "--server", &target, "state"])?;
    if state.trim_end() != "armed" {
        return Err(format!("the state is {state:?}").into());
    }
    survived("setting a thing to a value is idempotent: twice is as good as once");
    running.kill()?;
    running.wait()?;
    link.stop()?;
    Ok(())
}

/// How the server of this part is started, every time it is.
struct Server {
    address: SocketAddr,
    store: String,
    action: String,
}

impl Server {
    fn new(scratch: &Path, log: &Path) -> Result<Self, Failed> {
        let address = UdpSocket::bind("127.0.0.1:0")?.local_addr()?;
        let store = scratch.join("ids").display().to_string();
        Ok(Self {
            address,
            store,
            action: format!("tee -a {}", log.display()),
        })
    }

    /// What a person would type.
    fn words(&self) -> [&str; 6] {
        [
            "serve",
            "127.0.0.1:4517",
            "--store",
            "ids",
            "--exec",
            "tee -a launches.log",
        ]
    }

    fn start(&self, stage: &Stage) -> Result<Child, Failed> {
        let address = self.address.to_string();
        let mut child = stage
            .tool(
                "rlaunch",
                &["serve", &address, "--store", &self.store, "--exec", &self.action],
            )
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        wait_for(&mut child, "serving")?;
        Ok(child)
    }
}

/// Launches a batch, a line each, and returns how many results came back, each in its place.
fn batch(stage: &Stage, target: &str, numbers: std::ops::RangeInclusive<u32>) -> Result<usize, Failed> {
    let mut child = stage
        .tool("rlaunch", &["launch", "--quiet", "--lines", target])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let lines: Vec<String> = numbers.map(|number| format!("missile {number}")).collect();
    child
        .stdin
        .take()
        .ok_or("rlaunch was started with a pipe")?
        .write_all(lines.join("\n").as_bytes())?;
    let output = child.wait_with_output()?;
    let results = String::from_utf8(output.stdout)?;
    if !output.status.success() || !results.lines().eq(lines.iter().map(String::as_str)) {
        return Err(format!("the batch ended with {}", output.status).into());
    }
    Ok(lines.len())
}

/// Every missile from 1 to 50 was launched, and none twice.
fn check_log(log: &str) -> Result<(), Failed> {
    let launches: Vec<&str> = log
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let once: BTreeSet<&str> = launches.iter().copied().collect();
    let expected: BTreeSet<String> = (1..=50).map(|number| format!("missile {number}")).collect();
    if launches.len() == 50 && once.iter().copied().eq(expected.iter().map(String::as_str)) {
        Ok(())
    } else {
        Err(format!("{} launches of {} missiles", launches.len(), once.len()).into())
    }
}
