//! The files that packets are read from: one, or several merged by time; and how far it has come with them.

use std::cell::Cell;
use std::io::{self, IsTerminal, Read, stderr, stdout};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, Result, bail};

use super::plan::Plan;
use super::run::packets_of;
use super::writing::Target;
use crate::capture::{self, FileError, Format, Frame, Merge};
use crate::tools::left::left;
use crate::tools::meter;
use crate::wire::LinkType;
use crate::wire::pcapng::Interface;

/// Packets in the order in which they are wanted.
pub(super) trait Packets {
    /// The next one, or `None` after the last.
    fn next_frame(&mut self) -> Result<Option<Frame<'_>>, FileError>;

    /// Why some could not be read although others could.
    fn broken(&mut self) -> Vec<FileError> {
        Vec::new()
    }
}

impl<R: Read> Packets for capture::File<R> {
    #[inline]
    fn next_frame(&mut self) -> Result<Option<Frame<'_>>, FileError> {
        Self::next_frame(self)
    }
}

impl<R: Read> Packets for Merge<R> {
    fn next_frame(&mut self) -> Result<Option<Frame<'_>>, FileError> {
        Self::next_frame(self)
    }

    fn broken(&mut self) -> Vec<FileError> {
        Self::broken(self)
    }
}

/// An open file.
pub(super) type Opened = capture::File<Watched<Box<dyn Read>>>;

/// Opens files, and remembers how much there is to read of them.
#[derive(Default)]
pub(super) struct Library {
    /// What there was to read of all files, unless one of them does not say.
    total: Option<u64>,
    read: Rc<Cell<u64>>,
}

impl Library {
    /// Smaller files are read before anybody could look at the line.
    const LARGE: u64 = 16 << 20;

    /// One of which the files are not known yet, but how long they are together.
    pub(super) fn of(total: Option<u64>) -> Self {
        Self {
            total,
            read: Rc::default(),
        }
    }

    /// One with these files.
    ///
    /// # Errors
    /// When a file cannot be opened, or is none of packets.
    pub(super) fn open_all(paths: &[PathBuf]) -> Result<(Self, Vec<Opened>)> {
        let mut library = Self::of(Some(0));
        let mut files = Vec::new();
        for path in paths {
            files.push(library.open_counted(path)?);
        }
        Ok((library, files))
    }

    fn open_counted(&mut self, path: &Path) -> Result<Opened> {
        let (name, size, input): (_, _, Box<dyn Read>) = if path.as_os_str() == "-" {
            let size = left(io::stdin());
            ("standard input".to_owned(), size, Box::new(io::stdin().lock()))
        } else {
            let (name, file) = named(path)?;
            (name, left(&file), Box::new(file))
        };
        self.total = self.total.zip(size).map(|(total, size)| total + size);
        self.begin(name, input)
    }

    /// Opens a file that was counted before.
    ///
    /// # Errors
    /// As [`Self::open_all`].
    pub(super) fn open(&self, path: &Path) -> Result<Opened> {
        let (name, file) = named(path)?;
        self.begin(name, Box::new(file))
    }

    fn begin(&self, name: String, input: Box<dyn Read>) -> Result<Opened> {
        let read = Rc::clone(&self.read);
        Ok(capture::File::new(name, Watched { input, read })?)
    }

    /// Shows how far it has come, if that takes its time and nothing else is shown on a terminal.
    pub(super) fn show(&self, plan: &Plan) {
        let output = &plan.output;
        let to_stdout = match &output.write {
            Some(write) if write.file == Target::Stdout => true,
            _ => output.print.is_some(),
        };
        if let Some(total) = self.total.filter(|total| *total >= Self::LARGE)
            && stderr().is_terminal()
            && !(to_stdout && stdout().is_terminal())
        {
            let bar = meter::show(Some(total));
            bar.set_position(self.read.get());
            bar.tick();
        }
    }
}

/// An open file, and what errors call it.
fn named(path: &Path) -> Result<(String, std::fs::File)> {
    let name = path.display().to_string();
    let file = std::fs::File::open(path).with_context(|| name.clone())?;
    Ok((name, file))
}

/// An input of which is told how much was read.
#[derive(Debug)]
pub(super) struct Watched<R> {
    input: R,
    read: Rc<Cell<u64>>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(out)?;
        self.read.set(self.read.get().saturating_add(read as u64));
        if let Some(bar) = meter::shown() {
            bar.set_position(self.read.get());
        }
        Ok(read)
    }
}

/// Tells how many packets were wanted so far, where it is shown how far it has come.
pub(super) fn tell(count: u64) {
    if let Some(bar) = meter::shown() {
        bar.set_message(packets_of(count));
    }
}

/// How long the files are together, if all of them say so.
pub(super) fn total(paths: &[PathBuf]) -> Option<u64> {
    let lengths = paths.iter().map(|path| {
        let status = path.metadata().ok()?;
        status.is_file().then_some(status.len())
    });
    lengths.sum()
}

/// What the packets of all these files can be said to come from: as long as any of them.
///
/// # Errors
/// When they have another link type than the one that was asked for, or are of several that one file cannot hold.
pub(super) fn interface(plan: &Plan, files: &[(String, Interface)]) -> Result<Interface> {
    let Some((name, first)) = files.first() else {
        bail!("there is no file");
    };
    for (name, interface) in files {
        let link = interface.link;
        if let Some(asked) = plan.link.filter(|asked| *asked != link) {
            bail!("{name}: its link type is {link}, not {asked}");
        }
    }
    if let Some(write) = &plan.output.write
        && write.format == Format::Pcap
        && let Some((other, found)) = files.iter().find(|(_, other)| other.link != first.link)
    {
        bail!(
            "-w: {name} is of {}, {other} of {}, and only a file that is called *.pcapng can hold both",
            first.link,
            found.link
        );
    }
    let snaplen = files.iter().map(|(_, interface)| interface.snaplen).max();
    Ok(Interface {
        snaplen: snaplen.unwrap_or(first.snaplen),
        ..first.clone()
    })
}

/// The link types of files, each once.
pub(super) fn links(files: &[(String, Interface)]) -> Vec<LinkType> {
    let mut links = Vec::new();
    for (_, interface) in files {
        if !links.contains(&interface.link) {
            links.push(interface.link);
        }
    }
    links
}
