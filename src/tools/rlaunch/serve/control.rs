//! The control socket: an operator's requests, a line each, answered with a line each.

use std::io;
use std::path::PathBuf;
use std::process;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Map, Value};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::sleep;

use crate::cli::write_json_line;
use crate::net::launch::Control;
use crate::net::{SocketFile, bind_private_unix};
use crate::proto::launch::Refusal;
use crate::store::fence;
use crate::tools::rlaunch::operator::{Request, Site, Status};
use crate::tools::rlaunch::plan::{self, Keep};

/// The socket; its file goes with it.
#[derive(Debug)]
pub(super) struct ControlSocket {
    listener: UnixListener,
    _file: Option<SocketFile>,
    _site: Site,
}

/// Where the operators of a server are listened to: in the folder of its store, or where the plan says.
pub(super) fn listen(plan: &plan::Serve) -> Result<Option<ControlSocket>> {
    let (site, path) = match (&plan.keep, &plan.control) {
        (Keep::Folder(folder), _) => (Site::of_store(folder), folder),
        (_, Some(path)) => (Ok(Site::at(path.clone())), path),
        (_, None) => return Ok(None),
    };
    let socket = site.and_then(ControlSocket::bind);
    socket
        .map(Some)
        .with_context(|| format!("{}: control socket", path.display()))
}

/// What the operator may be told and the server itself does not know.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    /// Where the journal is.
    journal: Option<PathBuf>,
    /// The files of earlier lives that something still holds.
    held: Arc<Mutex<Vec<PathBuf>>>,
}

impl ControlSocket {
    /// Listens at `site`.
    ///
    /// # Errors
    /// When there is no room for a socket.
    fn bind(site: Site) -> io::Result<Self> {
        let bound = bind_private_unix(&site.name())?;
        rustix::net::listen(&bound.socket, BACKLOG)?;
        let listener = std::os::unix::net::UnixListener::from(bound.socket);
        listener.set_nonblocking(true)?;
        Ok(Self {
            listener: UnixListener::from_std(listener)?,
            _file: bound.file,
            _site: site,
        })
    }

    /// Answers for as long as it is let.
    pub(super) async fn attend(self, control: Control, facts: Facts) {
        let mut visitors = JoinSet::new();
        loop {
            while visitors.try_join_next().is_some() {}
            if visitors.len() >= VISITORS {
                visitors.join_next().await;
            }
            match self.listener.accept().await {
                Ok((stream, _)) => _ = visitors.spawn(receive(stream, control.clone(), facts.clone())),
                // Without a free descriptor nobody can come in, until there is one.
                Err(_) => sleep(PAUSE).await,
            }
        }
    }
}

/// Answers whoever is at the other end until it has no more to ask, or what it says is no request.
async fn receive(stream: UnixStream, control: Control, facts: Facts) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let (mut line, mut answer) = (Vec::new(), Vec::new());
    loop {
        line.clear();
        answer.clear();
        (&mut stream).take(LONGEST).read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            return Ok(());
        }
        let result = match Request::parse(line.strip_suffix(b"\n").unwrap_or_default()) {
            Ok(request) => obey(request, &control, &facts).await,
            Err(why) => Err(why),
        };
        let object = result.unwrap_or_else(|why| object([("v", 1.into()), ("error", why.into())]));
        write_json_line(&object, &mut answer);
        stream.get_mut().write_all(&answer).await?;
    }
}

/// The answer; or in words, why there is none.
async fn obey(request: Request, control: &Control, facts: &Facts) -> Result<Map<String, Value>, String> {
    let report = control.report().await.ok_or(ENDING)?;
    match request {
        Request::Status => {
            let status = Status {
                pid: Some(process::id()),
                instance: report.instance,
                counters: report.counters,
                doubts: report
                    .doubts
                    .into_iter()
                    .map(|(id, age)| (id, Some(age)))
                    .collect(),
                orphans: facts.orphans().await,
                journal: facts.journal_length(),
            };
            Ok(status.object())
        }
        Request::Order(instance, _) if instance.is_some_and(|instance| instance != report.instance) => {
            Err("that is a call to another store".to_owned())
        }
        Request::Order(_, order) => match control.order(order).await.ok_or(ENDING)? {
            Ok(count) => Ok(object([("v", 1.into()), ("settled", count.into())])),
            Err(Refusal::Orphan) => Err(orphaned(&facts.orphans().await)),
            Err(refusal) => Err(refusal.to_string()),
        },
    }
}

/// Why nothing is decided yet.
fn orphaned(orphans: &[fence::Orphan]) -> String {
    let named = orphans
        .iter()
        .map(|orphan| format!(": process {} ({})", orphan.pid, orphan.command));
    format!("{}{}", Refusal::Orphan, named.collect::<String>())
}

impl Facts {
    /// Of a server that keeps its records there, and waits for who holds these files.
    pub(super) fn new(keep: &Keep, held: Arc<Mutex<Vec<PathBuf>>>) -> Self {
        let journal = match keep {
            Keep::Folder(folder) => Some(folder.join("journal")),
            _ => None,
        };
        Self { journal, held }
    }

    /// Of a server that has no folder, and waits for nobody.
    #[cfg(feature = "etcd")]
    pub(super) fn of_none() -> Self {
        Self {
            journal: None,
            held: Arc::default(),
        }
    }

    /// Those of earlier lives that are still at work.
    async fn orphans(&self) -> Vec<fence::Orphan> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if held.is_empty() {
            return Vec::new();
        }
        // It looks at every process there is, while the server goes on.
        spawn_blocking(move || fence::holders(&held))
            .await
            .unwrap_or_default()
    }

    fn journal_length(&self) -> Option<u64> {
        let journal = self.journal.as_ref()?;
        Some(std::fs::metadata(journal).ok()?.len())
    }
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields
        .map(|(key, value)| (key.to_owned(), value))
        .into_iter()
        .collect()
}

const ENDING: &str = "the server is ending";
const BACKLOG: i32 = 16;
const PAUSE: Duration = Duration::from_millis(100);
/// So many are answered at a time.
const VISITORS: usize = 16;
/// The longest request, in bytes.
const LONGEST: u64 = 16 * 1024;
