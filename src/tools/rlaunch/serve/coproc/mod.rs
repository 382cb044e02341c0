//! `rlaunch serve --coproc`: one command that lives long, and is given a line for each call.

mod desk;
mod lines;

use std::io;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Notify, oneshot};
use tokio::time::{sleep, timeout};

use super::say;
use crate::cli::words;
use crate::net::Departure;
use crate::net::launch::{Launch, NotDone};
use crate::proto::launch::Outcome;
use crate::tools::command::{CommandLine, code};
use desk::{DIED, Desk, Remains};
use lines::{Answer, Lines};

/// A coprocess, which is begun again whenever it dies.
#[derive(Debug)]
pub(super) struct Coproc {
    shared: Arc<Shared>,
    /// Told when the last life is over.
    ended: Mutex<Option<oneshot::Receiver<()>>>,
}

#[derive(Debug, Default)]
struct Shared {
    desk: Mutex<Desk>,
    /// There may be something to write.
    work: Notify,
    closing: Notify,
}

impl Coproc {
    /// Begins it. Needs a tokio runtime.
    ///
    /// # Errors
    /// When it cannot be begun at all.
    pub(super) fn start(command: CommandLine) -> io::Result<Self> {
        let first = Life::begin(&command)?;
        let shared = Arc::<Shared>::default();
        let (tell, ended) = oneshot::channel();
        let keeper = keep(command, first, Arc::clone(&shared));
        tokio::spawn(async move {
            keeper.await;
            let _ = tell.send(());
        });
        let ended = Mutex::new(Some(ended));
        Ok(Self { shared, ended })
    }

    /// Has it perform a call.
    ///
    /// # Errors
    /// [`NotDone`] says whether it may have begun.
    pub(super) async fn run(&self, launch: &Launch) -> Result<Outcome, NotDone> {
        let id = launch.id.to_string();
        let answered = self.shared.desk().put(&id, launch.fence, &launch.payload);
        self.shared.work.notify_one();
        answered.await.unwrap_or_else(|_| Err(NotDone::lost(DIED)))
    }

    /// Ends its input, and waits for its end.
    pub(super) async fn close(&self) {
        self.shared.closing.notify_one();
        let ended = lock(&self.ended).take();
        if let Some(ended) = ended {
            let _ = ended.await;
        }
    }
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        lock(&self.desk)
    }
}

/// A panic elsewhere ends the server; what it left behind here is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps it alive, life after life, until it is to end.
async fn keep(command: CommandLine, mut life: Life, shared: Arc<Shared>) {
    let mut pause = SHORTEST_PAUSE;
    loop {
        let is_last = life.live(&shared).await;
        let status = life.end(&shared, is_last).await;
        let Remains { lost, proven } = shared.desk().bury();
        if is_last {
            return;
        }
        pause = if proven { SHORTEST_PAUSE } else { pause };
        say(format_args!(
            "the coprocess ended with status {status}, and {lost} calls that it had been given are in doubt; \
             beginning it again in {} ms",
            pause.as_millis()
        ));
        life = loop {
            tokio::select! {
                () = shared.closing.notified() => return,
                () = sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
            match Life::begin(&command) {
                Ok(life) => break life,
                Err(error) => {
                    let why = words(format_args!("cannot begin the coprocess: {error}"));
                    say(&why);
                    shared.desk().refuse(&why);
                }
            }
        };
    }
}

/// One process, and what it begins in its group.
struct Life {
    child: Child,
    departure: Departure,
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    lines: Lines,
    /// How many of its lines made no sense.
    nonsense: u32,
}

impl Life {
    fn begin(command: &CommandLine) -> io::Result<Self> {
        let mut child = Command::from(command.command())
            // What a terminal sends to stop the server is not for what the server has yet to finish.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let pid = pid(&child).ok_or(io::ErrorKind::NotFound)?;
        Ok(Self {
            departure: Departure::of(pid)?,
            child,
            stdin,
            stdout,
            lines: Lines::default(),
            nonsense: 0,
        })
    }

    /// Gives it calls and takes its answers, until it ends in any way. Returns whether it is to end.
    async fn live(&mut self, shared: &Shared) -> bool {
        let Self {
            departure,
            stdin,
            stdout,
            lines,
            nonsense,
            ..
        } = self;
        tokio::select! {
            () = shared.closing.notified() => true,
            _ = feed(stdin, shared) => false,
            _ = listen(stdout, lines, nonsense, shared) => false,
            () = departure.seen() => false,
        }
    }

    /// Hears it out, and sees to it that nothing of it goes on. Returns its status.
    async fn end(&mut self, shared: &Shared, gently: bool) -> u8 {
        drop(self.stdin.take());
        let last_words = async {
            listen(&mut self.stdout, &mut self.lines, &mut self.nonsense, shared).await;
            self.departure.seen().await;
        };
        let grace = if gently { FAREWELL } else { LAST_WORDS };
        let in_time = timeout(grace, last_words).await.is_ok();
        if !(gently && in_time)
            && let Some(group) = pid(&self.child)
        {
            // Where nobody is left there is nobody to kill.
            let _ = kill_process_group(group, Signal::KILL);
        }
        self.child.wait().await.map_or(u8::MAX, code)
    }
}

fn pid(child: &Child) -> Option<Pid> {
    Pid::from_raw(child.id()?.try_into().ok()?)
}

/// Writes what there is to write, for as long as it can be written.
async fn feed(stdin: &mut Option<ChildStdin>, shared: &Shared) -> io::Result<()> {
    let Some(stdin) = stdin else {
        return Ok(());
    };
    let mut part = Vec::new();
    loop {
        part.clear();
        {
            let mut desk = shared.desk();
            let rest = desk.next().unwrap_or_default();
            part.extend_from_slice(rest.get(..WRITE).unwrap_or(rest));
        }
        if part.is_empty() {
            shared.work.notified().await;
        } else {
            // Dropped while it waits, it has written nothing; and nothing is waited for before it is counted.
            let count = stdin.write(&part).await?;
            shared.desk().wrote(count);
        }
    }
}

/// Takes what it says to whom it concerns, until it says no more.
async fn listen(stdout: &mut ChildStdout, lines: &mut Lines, nonsense: &mut u32, shared: &Shared) {
    let mut buffer = vec![0; READ];
    while let Ok(count @ 1..) = stdout.read(&mut buffer).await {
        let mut desk = shared.desk();
        lines.feed(buffer.get(..count).unwrap_or_default(), |line| {
            let problem = match line.map(Answer::parse) {
                Some(Ok(answer)) => desk.answered(answer).err(),
                Some(Err(problem)) => Some(problem),
                None => Some("is too long"),
            };
            if let Some(problem) = problem {
                complain(nonsense, line.unwrap_or_default(), problem);
            }
        });
        drop(desk);
        // An answer may have proven that it can take more.
        shared.work.notify_one();
    }
}

/// Tells of a line that makes no sense, unless too many have been told of.
fn complain(nonsense: &mut u32, line: &[u8], problem: &str) {
    *nonsense = nonsense.saturating_add(1);
    if *nonsense <= COMPLAINTS {
        let begin = String::from_utf8_lossy(line.get(..QUOTED).unwrap_or(line));
        say(format_args!(
            "ignored a line of the coprocess that {problem}: {begin}"
        ));
    }
    if *nonsense == COMPLAINTS {
        say("further lines of this coprocess that make no sense are not told");
    }
}

/// How long is waited before it is begun again: twice as long each time that it ends without an answer.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How long something may go on that has closed one of its streams, or has left somebody behind.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How long it may take when its input has ended.
const FAREWELL: Duration = Duration::from_secs(5);
/// As much as a pipe holds.
const READ: usize = 64 * 1024;
const WRITE: usize = 64 * 1024;
const COMPLAINTS: u32 = 8;
const QUOTED: usize = 60;
