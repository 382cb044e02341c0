//! The files that packets are written to.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::fchown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use jiff::tz::TimeZone;

use super::rotation::{Moment, Rotation, Turn};
use super::writing::{Target, Write};
use crate::capture::{self, Compression, Frame, Fresh, Head, Save, Tally};
use crate::cli::{Out, message};
use crate::tools::meter;
use crate::wire::pcapng::{Counts, Interface};

/// One file after the other, of which one is open.
pub(super) struct Shelf {
    write: Write,
    head: Head,
    interface: Interface,
    rotation: Rotation,
    /// Nothing, before the time of the first packet is known.
    open: Option<Save<Box<dyn capture::Output>>>,
    /// What the open file is called.
    path: PathBuf,
    /// The open file, if this run has made it.
    made: Option<File>,
    helper: Option<Helper>,
}

impl Shelf {
    /// Files as `write` says, of packets of `interface`. The first one is made at once if its name is known: without
    /// `-G`, or for packets that come `now`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn new(write: &Write, head: Head, interface: Interface, now: Option<Moment>) -> Result<Self> {
        let pattern = match &write.file {
            Target::File(path) => path.clone(),
            Target::Stdout => PathBuf::new(),
        };
        let zone = if write.turns.period.is_some() {
            TimeZone::system()
        } else {
            TimeZone::UTC
        };
        let mut shelf = Self {
            rotation: Rotation::new(write.turns.clone(), pattern, zone),
            write: write.clone(),
            head,
            interface,
            open: None,
            path: PathBuf::new(),
            made: None,
            helper: None,
        };
        let moment = now.unwrap_or(Moment {
            clock: Duration::ZERO,
            secs: 0,
        });
        if now.is_some() || !shelf.rotation.is_timed() {
            shelf.rotation.turn(moment, 0);
            shelf.begin(moment)?;
        }
        Ok(shelf)
    }

    /// Starts what runs the command of `-z`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn start_helper(&mut self) -> Result<()> {
        if let Some(command) = &self.write.command {
            self.helper = Some(Helper::start(command).context("-z: sh")?);
        }
        Ok(())
    }

    /// Adds a packet to the file at hand, or to the next one; says whether it was wanted. `now` is the time if the
    /// packet is to bring its own.
    ///
    /// # Errors
    /// When it cannot be written, or the next file cannot be made.
    #[inline]
    pub(super) fn add(&mut self, frame: &Frame<'_>, now: Moment) -> Result<bool> {
        if !self.turn(now)? {
            return Ok(false);
        }
        if let Some(save) = &mut self.open {
            save.add(frame)?;
            if self.write.each_packet {
                save.flush()?;
            }
        }
        Ok(true)
    }

    /// Goes on to the next file if it is time; says whether there is one.
    ///
    /// # Errors
    /// When the file at hand cannot be ended, or the next one cannot be made.
    #[inline]
    pub(super) fn turn(&mut self, now: Moment) -> Result<bool> {
        let Some(save) = &self.open else {
            self.rotation.turn(now, 0);
            self.begin(now)?;
            return Ok(true);
        };
        match self.rotation.turn(now, save.len()) {
            Turn::Stay => Ok(true),
            turn => self.follow(turn, now),
        }
    }

    #[cold]
    fn follow(&mut self, turn: Turn, now: Moment) -> Result<bool> {
        self.end()?;
        if let Some(helper) = &mut self.helper {
            helper.run(&self.path);
        }
        if turn == Turn::Enough {
            let limit = self.rotation.limit();
            meter::aside(|| message(format_args!("Maximum file limit reached: {limit}")));
            return Ok(false);
        }
        self.begin(now)?;
        Ok(true)
    }

    /// When the next file is due even without a packet.
    pub(super) fn due(&self) -> Option<Duration> {
        self.rotation.end()
    }

    fn begin(&mut self, now: Moment) -> Result<()> {
        self.path = self.rotation.name(now)?;
        let (name, output) = self.make()?;
        let mut save = Save::new(name, output, self.head.clone());
        save.describe(self.interface.clone())?;
        save.flush()?;
        self.open = Some(save);
        Ok(())
    }

    fn make(&mut self) -> Result<(String, Box<dyn capture::Output>)> {
        if self.write.file == Target::Stdout {
            return Ok(("standard output".to_owned(), Box::new(Stdout(Out::stdout()?))));
        }
        let name = self.path.display().to_string();
        let file = Fresh::new(&self.path).with_context(|| name.clone())?;
        self.made = file.made();
        let output: Box<dyn capture::Output> = match self.write.compression {
            None => Box::new(file),
            Some(compression) => Compression::pack(compression, file).with_context(|| name.clone())?,
        };
        Ok((name, output))
    }

    /// Makes the first file over to a user and a group, as those that follow will be theirs.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn give_to(&mut self, (user, group): (u32, u32)) -> Result<()> {
        match self.made.take() {
            Some(file) => {
                fchown(&file, Some(user), Some(group)).with_context(|| self.path.display().to_string())
            }
            None => Ok(()),
        }
    }

    fn end(&mut self) -> Result<()> {
        self.made = None;
        match self.open.take() {
            Some(save) => Ok(save.finish()?),
            None => Ok(()),
        }
    }

    /// Hands packets over while there is nothing else to do.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(super) fn rest(&mut self) -> Result<()> {
        match &mut self.open {
            Some(save) => Ok(save.hand_over()?),
            None => Ok(()),
        }
    }

    /// Makes everything readable for others.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn flush(&mut self) -> Result<()> {
        match &mut self.open {
            Some(save) => Ok(save.flush()?),
            None => Ok(()),
        }
    }

    /// Ends the last file, with what the kernel has counted up to `now`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn finish(&mut self, counted: Option<(Tally, Moment)>) -> Result<()> {
        if let (Some(save), Some((tally, now))) = (&mut self.open, counted) {
            let counts = Counts {
                accepted: tally.received,
                dropped: tally.dropped,
                missed: tally.missed,
            };
            save.add_counts((now.secs.cast_unsigned(), 0), &counts);
        }
        self.end()
    }
}

/// Standard output as a capture file.
struct Stdout(Out);

impl io::Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl capture::Output for Stdout {}

/// A process that runs the command of `-z` for each file: this one has given up the right to start any.
struct Helper {
    child: Child,
}

impl Helper {
    /// Each line is a file. Commands run side by side, at the lowest priority, and outlive both this program and the
    /// signal that ends it.
    const SCRIPT: &str = r#"trap "" INT HUP TERM
while IFS= read -r file; do nice -n 19 "$0" "$file" & done"#;

    fn start(command: &OsStr) -> io::Result<Self> {
        let child = Command::new("sh")
            .arg("-c")
            .arg(Self::SCRIPT)
            .arg(command)
            .stdin(Stdio::piped())
            .spawn()?;
        Ok(Self { child })
    }

    fn run(&mut self, file: &Path) {
        let line = [file.as_os_str().as_encoded_bytes(), b"\n"].concat();
        let told = self.child.stdin.as_mut().map(|stdin| stdin.write_all(&line));
        if let Some(Err(error)) = told {
            meter::aside(|| message(format_args!("rdump: -z for {}: {error}", file.display())));
        }
    }
}
