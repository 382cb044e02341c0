//! Those who also do a thing once, as Debian has them.

use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::contest::{Contest, Figures, say};

/// A server that is killed when it is no longer needed.
pub(crate) struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `SET key v NX`, synced before it is answered, by Redis's own generator.
pub(crate) fn redis(folder: &Path, contest: &mut Contest<'_>) {
    let store = folder.join("redis");
    let Some((server, port)) = start("redis-server", |command, port| {
        std::fs::create_dir_all(&store)?;
        command.args(["--port", &port.to_string(), "--save", "", "--appendonly", "yes"]);
        command.args(["--appendfsync", "always", "--dir"]).arg(&store);
        Ok(())
    }) else {
        return;
    };
    contest.add("redis, appendfsync always", move || {
        let _server = &server;
        let output = Command::new("redis-benchmark")
            .args([
                "-p",
                &port.to_string(),
                "-c",
                "64",
                "-n",
                "60000",
                "-r",
                "1000000000",
                "--csv",
            ])
            .args(["SET", "key:__rand_int__", "v", "NX"])
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let mut figures = text
            .lines()
            .last()
            .unwrap_or_default()
            .split(',')
            .map(|field| field.trim_matches('"').parse::<f64>());
        let rate = figures.nth(1).and_then(Result::ok);
        // average, minimum, median
        let median = figures.nth(2).and_then(Result::ok);
        match (rate, median) {
            (Some(rate), Some(median)) => Ok(Figures {
                rate,
                median: Duration::from_secs_f64(median / 1e3),
                cpu: None,
                again: 0,
            }),
            _ => Err(io::Error::other(format!("redis-benchmark said {text:?}"))),
        }
    });
}

/// Starts a server, and waits until it listens. `None`, and loudly, when there is none.
pub(crate) fn start(
    program: &str,
    set_up: impl FnOnce(&mut Command, u16) -> io::Result<()>,
) -> Option<(Server, u16)> {
    let started = || -> io::Result<(Server, u16)> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = Command::new(program);
        set_up(&mut command, port)?;
        let silent = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut server = Server(silent.spawn()?);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if let Some(status) = server.0.try_wait()? {
                return Err(io::Error::other(format!("ended with {status}")));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok((server, port))
    };
    match started() {
        Ok(server) => Some(server),
        Err(error) => {
            say(&format!("{program}: NOT MEASURED: {error}"));
            None
        }
    }
}
