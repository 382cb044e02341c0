//! Where wanted packets go: to the printer, to a file, or only into the count.

use std::time::Duration;

use anyhow::Result;

use super::names::Network;
use super::paper::Paper;
use super::plan::{Output, Plan};
use super::rotation::Moment;
use super::shelf::Shelf;
use crate::capture::{Frame, Head, Tally};
use crate::print::{Packet, Timestamp};
use crate::wire::pcapng::Interface;

/// Takes the wanted packets, in the order of their capture.
pub(super) struct Sink {
    printer: Option<Paper>,
    shelf: Option<Shelf>,
    /// The time of a live capture; packets of a file bring their own.
    now: Option<Moment>,
    /// Where the time of the packets ends.
    end: Option<(Duration, Option<i128>)>,
    skip: u64,
    left: Option<u64>,
    snaplen: usize,
    /// The interface of a live capture.
    interface: Option<Interface>,
    taken: u64,
}

impl Sink {
    /// A sink for packets of `interface`, which is in the network `local`, in a live capture that begins `now`.
    ///
    /// # Errors
    /// When the file to write cannot be made.
    pub(super) fn new(
        plan: &Plan,
        interface: Interface,
        now: Option<Moment>,
        local: Option<Network>,
    ) -> Result<Self> {
        let snaplen = interface.snaplen.min(plan.snaplen);
        let named = now.map(|_| interface.clone());
        let Output { print, write } = &plan.output;
        let printer = match print {
            None => None,
            Some(print) => Some(Paper::new(print, plan.is_at_rest(), local)?),
        };
        let shelf = match write {
            None => None,
            Some(write) => {
                let head = Head {
                    format: write.format,
                    link: interface.link,
                    precision: plan.precision,
                    snaplen,
                    filter: plan.expression.clone(),
                };
                let interface = Interface { snaplen, ..interface };
                Some(Shelf::new(write, head, interface, now)?)
            }
        };
        Ok(Self {
            printer,
            shelf,
            now,
            end: plan
                .duration
                .filter(|_| now.is_none())
                .map(|duration| (duration, None)),
            skip: plan.skip,
            left: plan.count,
            snaplen: snaplen as usize,
            interface: named,
            taken: 0,
        })
    }

    /// Takes one packet; says whether more are wanted.
    ///
    /// # Errors
    /// When it cannot be written.
    #[inline]
    pub(super) fn take(&mut self, frame: &Frame<'_>) -> Result<bool> {
        if self.end.is_some() && self.is_too_late(frame) {
            return Ok(false);
        }
        self.taken += 1;
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(true);
        }
        let bytes = frame.bytes.get(..self.snaplen).unwrap_or(frame.bytes);
        if let Some(shelf) = &mut self.shelf {
            let frame = Frame { bytes, ..*frame };
            if !shelf.add(&frame, self.now.unwrap_or_else(|| time_of(&frame)))? {
                self.taken -= 1;
                return Ok(false);
            }
        }
        if let Some(paper) = &mut self.printer {
            let packet = Packet {
                number: self.taken,
                interface: name_of(frame.interface.or(self.interface.as_ref())),
                time: Timestamp {
                    secs: frame.secs,
                    nanos: frame.nanos,
                },
                link: frame.link,
                wire_len: frame.wire_len,
                bytes,
            };
            paper.print(&packet)?;
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

    /// Whether a packet of a file comes after the time that was asked for.
    #[cold]
    fn is_too_late(&mut self, frame: &Frame<'_>) -> bool {
        let time = i128::from(frame.secs) * 1_000_000_000 + i128::from(frame.nanos);
        self.end.as_mut().is_some_and(|(duration, first)| {
            let end = *first.get_or_insert(time) + i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX);
            time >= end
        })
    }

    /// Tells the time of a live capture; says whether it goes on.
    ///
    /// # Errors
    /// When the next file is due and cannot be made.
    pub(super) fn tell_time(&mut self, now: Moment) -> Result<bool> {
        self.now = Some(now);
        match &mut self.shelf {
            Some(shelf) => shelf.turn(now),
            None => Ok(true),
        }
    }

    /// When it wants to be [told the time](Self::tell_time).
    pub(super) fn due(&self) -> Option<Duration> {
        self.shelf.as_ref().and_then(Shelf::due)
    }

    /// Makes the file over to another user and group, if it is a new one.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn give_to(&mut self, owner: (u32, u32)) -> Result<()> {
        match &mut self.shelf {
            Some(shelf) => shelf.give_to(owner),
            None => Ok(()),
        }
    }

    /// Starts what else has to run, before rights are given up.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn start_helper(&mut self) -> Result<()> {
        match &mut self.shelf {
            Some(shelf) => shelf.start_helper(),
            None => Ok(()),
        }
    }

    /// Hands over what there is, because there is nothing else to do.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn rest(&mut self) -> Result<()> {
        if let Some(shelf) = &mut self.shelf {
            shelf.rest()?;
        }
        self.show()
    }

    /// Hands everything over, so that others can read it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn flush(&mut self) -> Result<()> {
        if let Some(shelf) = &mut self.shelf {
            shelf.flush()?;
        }
        self.show()
    }

    /// Hands everything over and ends the file, with what the kernel has counted.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn finish(&mut self, counted: Option<Tally>) -> Result<()> {
        let shown = self.show();
        if let Some(shelf) = &mut self.shelf {
            shelf.finish(counted.zip(self.now))?;
        }
        shown
    }

    fn show(&mut self) -> Result<()> {
        match &mut self.printer {
            Some(paper) => paper.hand_over(),
            None => Ok(()),
        }
    }
}

/// The name of an interface, if it has one.
fn name_of(interface: Option<&Interface>) -> Option<&str> {
    let name = &*interface?.name;
    (!name.is_empty()).then_some(name)
}

/// The time of a packet out of a file, which is all the time that there is.
fn time_of(frame: &Frame<'_>) -> Moment {
    Moment {
        clock: Duration::from_secs(frame.secs.try_into().unwrap_or_default()),
        secs: frame.secs,
    }
}
