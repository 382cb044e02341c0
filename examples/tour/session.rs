//! Part two: the lecture's session with `rnc`, watched by `rdump`; and what UDP by itself is worth.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::bad_link;
use crate::stage::{
    Damage, Failed, Running, Stage, heading, say, show_command, show_output, survived, wait_for,
};
use crate::tap::Tap;

/// Runs it.
pub(crate) fn tour(stage: &Stage, scratch: &Path, tap: &Tap) -> Result<(), Failed> {
    heading("rnc: both directions of a connection, and rdump watching it");
    talk(stage, scratch, tap)?;
    heading("rnc -u: what a fair-loss link is, by itself");
    datagrams(stage)?;
    heading("rnc -u --reliable: the same link, and nothing is missing");
    stream(stage, scratch)
}

/// `rnc -l ::1 PORT` and `rnc ::1 PORT`, with a line each way, under the eyes of `rdump`.
fn talk(stage: &Stage, scratch: &Path, tap: &Tap) -> Result<(), Failed> {
    let (host, port) = loopback()?;
    let family = if host == "::1" { "ip6" } else { "ip" };
    let filter = format!("{family} and host {host} and tcp and port {port}");
    let mut words = vec!["-n", "-i", "lo", "-l"];
    words.extend(filter.split(' '));
    let watch = Watch::begin(stage, &words)?;

    show_command("rnc", &["-l", &host, &port]);
    let mut listener = stage.start("rnc", &["-l", "-v", &host, &port])?;
    wait_for(&mut listener, "Listening")?;
    show_command("rnc", &[&host, &port]);
    let mut caller = stage.start("rnc", &["-N", &host, &port])?;
    let heard = exchange(&mut caller, &mut listener, "is anybody there?")?;
    say(&format!("  the listener prints: {heard}"));
    let heard = exchange(&mut listener, &mut caller, "yes, in both directions")?;
    say(&format!("  the caller prints:   {heard}"));
    drop(caller.stdin.take());
    for child in [&mut caller, &mut listener] {
        let status = child.wait()?;
        if !status.success() {
            return Err(format!("rnc ended with {status}").into());
        }
    }

    match watch {
        Some(watch) => {
            show_command("rdump", &words);
            let text = watch.end()?;
            show_output(&text);
            if !text.contains("Flags [S]") || !text.contains("Flags [F.]") {
                return Err("rdump did not see the connection open and close".into());
            }
            survived("every segment of the session, read from the kernel's ring");
        }
        None => {
            say(
                "  (capturing needs root or cap_net_raw, which this user lacks: here is the tour's own capture\n   \
                 of what the name server saw before)",
            );
            let file = scratch.join("tour.pcap");
            tap.write(&file)?;
            let text = stage.show("rdump", &["-n", "-t", "-c", "8", "-r", &file.to_string_lossy()])?;
            if !text.contains("A? www.tour.example.") {
                return Err("rdump did not print the query".into());
            }
            survived("repeated queries, all answered alike");
        }
    }
    Ok(())
}

/// Twelve lines over plain UDP through the bad link: the lowest rung, with nothing on it.
fn datagrams(stage: &Stage) -> Result<(), Failed> {
    const LINES: usize = 12;
    let port = UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut listener = stage.start("rnc", &["-u", "-l", "-v", "127.0.0.1", &port.to_string()])?;
    wait_for(&mut listener, "Bound")?;
    let link = bad_link(SocketAddr::from(([127, 0, 0, 1], port)), 195)?;
    let damage = Damage::begin(&link);
    let target = link.address().port().to_string();
    show_command("rnc", &["-u", "127.0.0.1", &target]);
    let mut caller = stage.start("rnc", &["-u", "127.0.0.1", &target])?;
    let mut keyboard = caller.stdin.take().ok_or("rnc was started with a pipe")?;
    for line in 1..=LINES {
        // One read of the keyboard is one datagram: a line is typed in one piece, and a person is slower than this.
        keyboard.write_all(format!("{line}\n").as_bytes())?;
        thread::sleep(Duration::from_millis(4));
    }
    thread::sleep(Duration::from_millis(50));
    caller.kill()?;
    listener.kill()?;
    let (text, _) = listener.finish()?;
    let typed: Vec<String> = (1..=LINES).map(|line| line.to_string()).collect();
    say(&format!("  typed:   {}", typed.join(" ")));
    say(&format!(
        "  arrived: {}",
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    ));
    say(&format!(
        "   · {}: this is what everything else here stands on",
        damage.end(&link)
    ));
    link.stop()?;
    Ok(())
}

/// A file over the same link with the whole ladder on it, and an answer back.
fn stream(stage: &Stage, scratch: &Path) -> Result<(), Failed> {
    const SIZE: u32 = 1 << 20;
    let file = scratch.join("original");
    let contents: Vec<u8> = (0..SIZE / 4)
        .flat_map(|word| word.wrapping_mul(0x9e37_79b1).to_le_bytes())
        .collect();
    fs::write(&file, &contents)?;
    let port = UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port().to_string();
    show_command("rnc", &["-u", "-l", "--reliable", "127.0.0.1", &port]);
    let mut listener = stage.start("rnc", &["-u", "-l", "-N", "-v", "--reliable", "127.0.0.1", &port])?;
    wait_for(&mut listener, "Bound")?;
    let link = bad_link(format!("127.0.0.1:{port}").parse()?, 196)?;
    let damage = Damage::begin(&link);
    let target = link.address().port().to_string();
    let words = ["-u", "-N", "-v", "--reliable", "127.0.0.1", &target];
    let mut keyboard = listener.stdin.take().ok_or("rnc was started with a pipe")?;
    keyboard.write_all(b"received, with thanks\n")?;
    drop(keyboard);
    let mut printed = listener.stdout.take().ok_or("rnc was started with a pipe")?;
    let copy = thread::spawn(move || {
        let mut copy = Vec::new();
        printed.read_to_end(&mut copy).map(|_| copy)
    });
    let answer = stage.show_with_input("rnc", &words, File::open(&file)?)?;
    let copy = copy.join().map_err(|_| "the reader panicked")??;
    let status = listener.wait()?;
    if copy != contents || answer != "received, with thanks\n" || !status.success() {
        return Err(format!("the stream did not arrive as it was sent ({status})").into());
    }
    survived(&format!("{}; the MiB arrived, in order, once", damage.end(&link)));
    link.stop()?;
    Ok(())
}

/// `rdump` capturing on the loopback interface.
struct Watch(Running);

impl Watch {
    /// Starts it; `None` if this user may not capture.
    fn begin(stage: &Stage, words: &[&str]) -> Result<Option<Self>, Failed> {
        let mut child = stage.start("rdump", words)?;
        match wait_for(&mut child, "listening on") {
            Ok(()) => Ok(Some(Self(child))),
            Err(_) => {
                child.wait()?;
                Ok(None)
            }
        }
    }

    /// Ends it as a person would, and returns what it printed.
    fn end(self) -> Result<String, Failed> {
        // The last segments are in the ring when the kernel hands it over: a tenth of a second at most.
        thread::sleep(Duration::from_millis(300));
        kill_process(Pid::from_child(&self.0), Signal::INT)?;
        Ok(self.0.finish()?.0)
    }
}

/// Types a line into one and reads it from the other.
fn exchange(from: &mut Running, to: &mut Running, line: &str) -> Result<String, Failed> {
    writeln!(
        from.stdin.as_mut().ok_or("rnc was started with a pipe")?,
        "{line}"
    )?;
    let mut heard = vec![0; line.len() + 1];
    to.stdout
        .as_mut()
        .ok_or("rnc was started with a pipe")?
        .read_exact(&mut heard)?;
    let heard = String::from_utf8(heard)?;
    if heard.trim_end() == line {
        Ok(heard.trim_end().to_owned())
    } else {
        Err(format!("heard {heard:?}").into())
    }
}

/// The lecture's `::1`, or the IPv4 loopback where there is no other, and a free port.
fn loopback() -> Result<(String, String), Failed> {
    for host in ["::1", "127.0.0.1"] {
        if let Ok(listener) = TcpListener::bind((host, 0)) {
            return Ok((host.to_owned(), listener.local_addr()?.port().to_string()));
        }
    }
    Err("there is no loopback interface".into())
}
