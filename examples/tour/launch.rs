//! Part three: `rlaunch` does a thing once, over the bad link and across the death of its server.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::bad_link;
use crate::stage::{
    Damage, Failed, Running, Stage, heading, say, show_command, show_output, survived, wait_for,
};

/// Runs it.
pub(crate) fn tour(stage: &Stage, scratch: &Path) -> Result<(), Failed> {
    let log = scratch.join("launches.log");
    let server = Server::new(scratch, &log)?;
    let link = bad_link(server.address, 8)?;
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
    let mut orphan = stage.start("rlaunch", &words)?;
    thread::sleep(Duration::from_millis(250));
    let mut running = server.start(stage)?;
    let mut said = String::new();
    orphan
        .stderr
        .take()
        .ok_or("rlaunch was started with a pipe")?
        .read_to_string(&mut said)?;
    show_output(&said);
    show_output(&orphan.finish()?.0);

    show_command("seq 4 50 | rlaunch", &["launch", "--quiet", "--lines", &target]);
    batch(stage, &target, 4..=50)?;
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

    fn start(&self, stage: &Stage) -> Result<Running, Failed> {
        let address = self.address.to_string();
        let mut child = stage.start(
            "rlaunch",
            &["serve", &address, "--store", &self.store, "--exec", &self.action],
        )?;
        wait_for(&mut child, "serving")?;
        Ok(child)
    }
}

/// Launches a batch, a line each: every result must be there, in its place.
fn batch(stage: &Stage, target: &str, numbers: std::ops::RangeInclusive<u32>) -> Result<(), Failed> {
    let mut child = stage.start("rlaunch", &["launch", "--quiet", "--lines", target])?;
    let lines: Vec<String> = numbers.map(|number| format!("missile {number}")).collect();
    child
        .stdin
        .take()
        .ok_or("rlaunch was started with a pipe")?
        .write_all(lines.join("\n").as_bytes())?;
    let (results, status) = child.finish()?;
    // A line says: how it ended, the id, the status of the action, its output.
    let launched = results
        .lines()
        .zip(&lines)
        .filter(|(result, line)| result.starts_with("launched ") && result.ends_with(&format!(" {line}")));
    let count = launched.count();
    if !status.success() || count != lines.len() {
        return Err(format!("{count} of {} were launched: {}\n{results}", lines.len(), status).into());
    }
    if let (Some(first), Some(last)) = (results.lines().next(), results.lines().last()) {
        show_output(&format!("{first}\n…\n{last}"));
    }
    Ok(())
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
