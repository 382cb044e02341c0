//! What the transcript is made with: the five binaries, and how a command and its output are shown.

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};

use fairloss::net::{Tallies, UdpRelay};

/// What ends the tour early.
pub(crate) type Failed = Box<dyn Error>;

/// The five binaries, built, and a cache of their own: the tour leaves nothing behind.
pub(crate) struct Stage {
    folder: PathBuf,
    cache: PathBuf,
}

impl Stage {
    /// Builds the binaries in the profile that the tour itself was built in, which costs nothing if they are there:
    /// cargo builds an example without them. What they remember between runs goes below `scratch`.
    #[expect(
        clippy::disallowed_methods,
        reason = "cargo says where it is in the environment"
    )]
    pub(crate) fn build(scratch: &Path) -> Result<Self, Failed> {
        let me = env::current_exe()?;
        let folder = me
            .parent()
            .and_then(|examples| examples.parent())
            .ok_or("the tour is not in a build folder")?;
        let mut build = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        build.args([
            "build",
            "--quiet",
            "--bins",
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ]);
        if folder.ends_with("release") {
            build.arg("--release");
        }
        if !build.status()?.success() {
            return Err("the tools could not be built".into());
        }
        Ok(Self {
            folder: folder.to_owned(),
            cache: scratch.join("cache"),
        })
    }

    /// A command for one of the tools.
    fn tool(&self, name: &str, args: &[&str]) -> Command {
        let mut command = Command::new(self.folder.join(name));
        command.args(args).env("XDG_CACHE_HOME", &self.cache);
        command
    }

    /// Starts a tool with its three streams in our hands.
    pub(crate) fn start(&self, name: &str, args: &[&str]) -> Result<Running, Failed> {
        let mut command = self.tool(name, args);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ok(Running(command.spawn()?))
    }

    /// Shows a command as it would be typed, runs it, shows what it printed, and returns its standard output.
    pub(crate) fn show(&self, name: &str, args: &[&str]) -> Result<String, Failed> {
        self.show_part(name, args, usize::MAX)
    }

    /// The same, with `input` for its standard input.
    pub(crate) fn show_with_input(&self, name: &str, args: &[&str], input: File) -> Result<String, Failed> {
        self.show_all(name, args, input.into(), usize::MAX)
    }

    /// The same, but of a long output only the first `lines` lines are shown.
    pub(crate) fn show_part(&self, name: &str, args: &[&str], lines: usize) -> Result<String, Failed> {
        self.show_all(name, args, Stdio::null(), lines)
    }

    fn show_all(&self, name: &str, args: &[&str], input: Stdio, lines: usize) -> Result<String, Failed> {
        show_command(name, args);
        let output = self.tool(name, args).stdin(input).output()?;
        let (stdout, stderr) = (
            String::from_utf8(output.stdout)?,
            String::from_utf8_lossy(&output.stderr),
        );
        let shown: Vec<&str> = stdout.lines().take(lines).collect();
        show_output(&shown.join("\n"));
        if stdout.lines().count() > lines {
            show_output("…");
        }
        show_output(&stderr);
        if !output.status.success() {
            return Err(format!("{name} ended with {}", output.status).into());
        }
        Ok(stdout)
    }
}

/// A process of the tour, which does not outlive it.
pub(crate) struct Running(Child);

impl Running {
    /// Reads what is left of its standard output, and waits for its end.
    pub(crate) fn finish(mut self) -> Result<(String, ExitStatus), Failed> {
        let mut text = String::new();
        self.stdout
            .take()
            .ok_or("it was started without a pipe")?
            .read_to_string(&mut text)?;
        Ok((text, self.wait()?))
    }
}

impl Deref for Running {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for Running {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Of a process that has ended already, both fail.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The heading of a part of the tour.
pub(crate) fn heading(text: &str) {
    say(&format!(
        "\n── {text} {}",
        "─".repeat(100_usize.saturating_sub(text.chars().count() + 4))
    ));
}

/// A paragraph of explanation.
pub(crate) fn say(text: &str) {
    // A reader who has closed the pipe has seen enough; the rest of the tour still has to succeed.
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// The one line on what just survived.
pub(crate) fn survived(text: &str) {
    say(&format!("   ✓ {text}"));
}

/// A command line.
pub(crate) fn show_command(name: &str, args: &[&str]) {
    let words: Vec<String> = args.iter().map(|word| quote(word)).collect();
    say(&format!("$ {name} {}", words.join(" ")));
}

/// What a command printed, without empty lines at its ends.
pub(crate) fn show_output(text: &str) {
    for line in text
        .trim_matches('\n')
        .lines()
        .filter(|_| !text.trim().is_empty())
    {
        say(format!("  {line}").trim_end());
    }
}

/// Reads a child's messages until one contains `word`.
pub(crate) fn wait_for(child: &mut Running, word: &str) -> Result<(), Failed> {
    let messages: ChildStderr = child.stderr.take().ok_or("it was started with a pipe")?;
    let mut messages = BufReader::new(messages);
    let mut line = String::new();
    while messages.read_line(&mut line)? > 0 {
        if line.contains(word) {
            // Whoever closes the other end of this pipe makes the next message of the child an error.
            child.stderr = Some(messages.into_inner());
            return Ok(());
        }
        line.clear();
    }
    Err(format!("it ended before it said {word:?}").into())
}

/// What the link did to the datagrams of a step, both ways together.
pub(crate) struct Damage {
    before: Tallies,
}

impl Damage {
    /// Begins to count.
    pub(crate) fn begin(link: &UdpRelay) -> Self {
        Self { before: link.tally() }
    }

    /// What happened since, in words.
    pub(crate) fn end(self, link: &UdpRelay) -> String {
        let now = link.tally();
        let count = |field: fn(&fairloss::proto::link::Tally) -> u64| {
            field(&now.up) + field(&now.down) - field(&self.before.up) - field(&self.before.down)
        };
        format!(
            "of {} datagrams the link lost {}, repeated {} and reordered {}",
            count(|tally| tally.offered),
            count(|tally| tally.lost),
            count(|tally| tally.duplicated),
            count(|tally| tally.reordered),
        )
    }
}

fn quote(word: &str) -> String {
    let plain = word
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_./:@+=%,".contains(c));
    if plain {
        word.to_owned()
    } else {
        format!("'{word}'")
    }
}
