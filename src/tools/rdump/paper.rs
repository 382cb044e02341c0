//! Packets as text on standard output.

use std::io::Write as _;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use anyhow::{Context, Result};

use super::crew::Crew;
use super::names::{Network, PrintNames};
use super::printing::Print;
use crate::cli::Out;
use crate::print::{Packet, Printer};

/// The printer, and the text that it has made but not yet handed over.
pub(super) struct Paper {
    printer: Printer,
    text: Vec<u8>,
    out: Out,
    each_packet: bool,
    sampling: u64,
    /// Where the number of a line is noted before its names are looked up.
    line: Option<Arc<AtomicU64>>,
    /// Others who print, where nobody waits for each packet.
    crew: Option<Crew>,
}

impl Paper {
    /// Text is handed over when there is this much of it, in bytes.
    const ENOUGH: usize = 64 * 1024;
    /// Beyond so many cores, reading is what takes the time.
    const MOST_CORES: usize = 4;

    /// Paper for packets as they come, or out of a file. Of the hosts that do not belong to the network `local` only
    /// numbers are shown under `-f`.
    ///
    /// # Errors
    /// When there is no standard output.
    pub(super) fn new(print: &Print, from_file: bool, local: Option<Network>) -> Result<Self> {
        let mut printer = Printer::new(print.options.clone());
        let mut line = None;
        if let Some(wait) = print.names {
            let names = PrintNames::system(wait, local.filter(|_| print.local_names));
            line = Some(names.line());
            printer = printer.with_names(Box::new(names));
        }
        let out = Out::stdout()?;
        let each_packet = print.each_line || out.is_terminal();
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let helpers = cores.min(Self::MOST_CORES) - 1;
        // A dump is made as fast as its text can be carried from one core to the other.
        let crew = from_file && !each_packet && line.is_none() && print.options.dump.is_none() && helpers > 0;
        Ok(Self {
            printer,
            text: Vec::with_capacity(Self::ENOUGH + 4096),
            out,
            each_packet,
            sampling: print.sampling,
            line,
            crew: crew.then(|| Crew::new(print.options.clone(), helpers)),
        })
    }

    /// Prints a packet, if its turn has come.
    ///
    /// # Errors
    /// When its text cannot be written.
    #[inline]
    pub(super) fn print(&mut self, packet: &Packet<'_>) -> Result<()> {
        if !packet.number.is_multiple_of(self.sampling) {
            return Ok(());
        }
        match &mut self.crew {
            Some(crew) => {
                let taken = crew.take(&mut self.printer, packet, &mut self.out);
                return taken.context("standard output");
            }
            None => {
                if let Some(line) = &self.line {
                    line.store(packet.number, Ordering::Relaxed);
                }
                self.printer.print(packet, &mut self.text);
            }
        }
        if self.each_packet || self.text.len() >= Self::ENOUGH {
            self.write()?;
        }
        Ok(())
    }

    /// Hands over the text of all packets.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn hand_over(&mut self) -> Result<()> {
        if let Some(crew) = &mut self.crew {
            crew.finish(&mut self.out).context("standard output")?;
        }
        self.write()
    }

    fn write(&mut self) -> Result<()> {
        let written = self.out.write_all(&self.text).and_then(|()| self.out.flush());
        self.text.clear();
        written.context("standard output")
    }
}
