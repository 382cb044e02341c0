//! The control socket of a running server, in the folder of its store: one request line in, one answer line out.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use rustix::net::SocketType;
use serde_json::{Map, Value};

use super::request::Request;
use crate::net::{UnixName, connect_unix};

/// Where a control socket is.
#[derive(Debug)]
pub(in crate::tools::rlaunch) struct Site {
    path: PathBuf,
    /// Through its descriptor the socket has a short name: that of a socket may not be longer than 107 bytes.
    _folder: Option<File>,
}

impl Site {
    /// That of the store in `folder`.
    ///
    /// # Errors
    /// When the folder cannot be opened.
    pub(in crate::tools::rlaunch) fn of_store(folder: &Path) -> io::Result<Self> {
        let path = folder.join(NAME);
        if path.as_os_str().len() <= LONGEST {
            return Ok(Self::at(path));
        }
        let folder = File::open(folder)?;
        Ok(Self {
            path: PathBuf::from(format!("/proc/self/fd/{}/{NAME}", folder.as_raw_fd())),
            _folder: Some(folder),
        })
    }

    /// At a path of its own.
    pub(in crate::tools::rlaunch) fn at(path: PathBuf) -> Self {
        Self { path, _folder: None }
    }

    pub(in crate::tools::rlaunch) fn name(&self) -> UnixName {
        UnixName::Path(self.path.clone())
    }
}

/// Asks the server at `site`; `None` if there is none.
///
/// # Errors
/// When it does not answer; and in its words, what it refuses.
pub(super) fn ask(site: &Site, request: &Request) -> Result<Option<Map<String, Value>>> {
    let socket = match connect_unix(&site.name(), None, SocketType::STREAM) {
        Ok(connected) => UnixStream::from(connected.socket),
        Err(error) if is_nobody(&error) => return Ok(None),
        Err(error) => return Err(error).context("its control socket"),
    };
    let limit = match request {
        Request::Status => STATUS_LIMIT,
        Request::Order(..) => ORDER_LIMIT,
    };
    socket.set_read_timeout(Some(limit))?;
    socket.set_write_timeout(Some(limit))?;
    (&socket)
        .write_all(request.line().as_bytes())
        .context("ask at its control socket")?;
    let mut line = Vec::new();
    BufReader::new(socket.take(MOST))
        .read_until(b'\n', &mut line)
        .map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => anyhow!("its server has not answered for {} s", limit.as_secs()),
            _ => error.into(),
        })?;
    let Ok(mut answer) = serde_json::from_slice::<Map<String, Value>>(&line) else {
        bail!("its control socket: no answer");
    };
    match answer.remove("error") {
        Some(Value::String(error)) => bail!("{error}"),
        Some(_) => bail!("its control socket: no answer"),
        None => Ok(Some(answer)),
    }
}

fn is_nobody(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
    )
}

/// How long an answer is waited for. That of an order comes when it is durable.
const STATUS_LIMIT: Duration = Duration::from_secs(5);
const ORDER_LIMIT: Duration = Duration::from_secs(60);
const NAME: &str = "control";
const LONGEST: usize = 107;
/// Far more than any answer.
const MOST: u64 = 64 * 1024 * 1024;
