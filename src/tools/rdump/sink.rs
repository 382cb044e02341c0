//! Where wanted packets go: to the printer, to a file, or only into the count.

use std::fs::File;
use std::io::{self, Write as _};

use anyhow::{Context, Result};

use super::names::PrintNames;
use super::plan::{Output, Plan, Target};
use crate::capture::{self, Frame, Save};
use crate::cli::Out;
use crate::print::{Packet, Printer, Timestamp};
use crate::wire::LinkType;

/// Takes the wanted packets, in the order of their capture.
pub(super) struct Sink {
    printer: Option<Paper>,
    save: Option<(Save<Box<dyn capture::Output>>, bool)>,
    skip: u64,
    left: Option<u64>,
    snaplen: usize,
    taken: u64,
}

/// The printer, and the text that it has made but not yet handed over.
struct Paper {
    printer: Printer,
    text: Vec<u8>,
    out: Out,
    each_packet: bool,
    sampling: u64,
}

impl Paper {
    /// Text is handed over when there is this much of it, in bytes.
    const ENOUGH: usize = 64 * 1024;
}

impl Sink {
    /// A sink for packets of `link` that have at most `snaplen` captured bytes.
    ///
    /// # Errors
    /// When the file to write cannot be made.
    pub(super) fn new(plan: &Plan, link: LinkType, snaplen: u32) -> Result<Self> {
        let snaplen = snaplen.min(plan.snaplen);
        let Output { print, write } = &plan.output;
        let printer = match print {
            None => None,
            Some(print) => {
                let mut printer = Printer::new(print.options.clone());
                if print.names {
                    printer = printer.with_names(Box::new(PrintNames::system()?));
                }
                let out = Out::stdout()?;
                let each_packet = print.each_line || out.is_terminal();
                Some(Paper {
                    printer,
                    text: Vec::with_capacity(Paper::ENOUGH + 4096),
                    out,
                    each_packet,
                    sampling: print.sampling,
                })
            }
        };
        let save = match write {
            None => None,
            Some(write) => {
                let (name, file) = open(&write.file)?;
                let save = Save::new(name, file, link, plan.precision, snaplen)?;
                Some((save, write.each_packet))
            }
        };
        Ok(Self {
            printer,
            save,
            skip: plan.skip,
            left: plan.count,
            snaplen: snaplen as usize,
            taken: 0,
        })
    }

    /// Takes one packet; says whether more are wanted.
    ///
    /// # Errors
    /// When it cannot be written.
    #[inline]
    pub(super) fn take(&mut self, frame: &Frame<'_>) -> Result<bool> {
        self.taken += 1;
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(true);
        }
        let frame = Frame {
            bytes: frame.bytes.get(..self.snaplen).unwrap_or(frame.bytes),
            ..*frame
        };
        if let Some((save, each_packet)) = &mut self.save {
            save.add(&frame)?;
            if *each_packet {
                save.flush()?;
            }
        }
        if let Some(paper) = &mut self.printer
            && self.taken.is_multiple_of(paper.sampling)
        {
            let packet = Packet {
                number: self.taken,
                time: Timestamp {
                    secs: frame.secs,
                    nanos: frame.nanos,
                },
                link: frame.link,
                wire_len: frame.wire_len,
                bytes: frame.bytes,
            };
            paper.printer.print(&packet, &mut paper.text);
            if paper.each_packet || paper.text.len() >= Paper::ENOUGH {
                paper.hand_over()?;
            }
        }
        let Some(left) = &mut self.left else {
            return Ok(true);
        };
        *left -= 1;
        Ok(*left > 0)
    }

    /// How many wanted packets there were.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// Hands everything over.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn flush(&mut self) -> Result<()> {
        if let Some((save, _)) = &mut self.save {
            save.flush()?;
        }
        match &mut self.printer {
            Some(paper) => paper.hand_over(),
            None => Ok(()),
        }
    }
}

impl Paper {
    fn hand_over(&mut self) -> Result<()> {
        let written = self.out.write_all(&self.text).and_then(|()| self.out.flush());
        self.text.clear();
        written.context("standard output")
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

impl capture::Output for Stdout {
    /// What somebody has read cannot be taken back.
    fn cut(&mut self, _: u64) {}
}

fn open(target: &Target) -> Result<(String, Box<dyn capture::Output>)> {
    match target {
        Target::Stdout => Ok(("standard output".to_owned(), Box::new(Stdout(Out::stdout()?)))),
        Target::File(path) => {
            let name = path.display().to_string();
            let file = File::create(path).with_context(|| name.clone())?;
            Ok((name, Box::new(file)))
        }
    }
}
