//! Where a zone transfer ends: it says so itself, by the SOA record that it began with (RFC 5936 section 2.2,
//! RFC 1995 section 4).

use super::{is_newer_serial, soa_serial};
use crate::wire::dns::Record;

/// Watches the records of a transfer go by, over all its messages.
///
/// ```text
///   AXFR   SOA(n) … SOA(n)                                 the whole zone
///   IXFR   SOA(n)                                          nothing new
///          SOA(n) … SOA(n)                                 the whole zone all the same
///          SOA(n) [SOA(old) … SOA(new) …]+ SOA(n)          what was taken away and what was added
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Transfer {
    /// The serial number that the asker has, if only what changed since is asked for.
    known: Option<u32>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Begin,
    /// The first record named this serial number.
    First(u32),
    /// The whole zone, up to the next SOA record.
    Whole,
    /// Differences: inside what was taken away (the next SOA record begins what was added), or inside what was
    /// added (the next begins another difference, or ends the transfer).
    Removed(u32),
    Added(u32),
    Done,
}

/// The reply does not begin with an SOA record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a transfer begins with an SOA record")]
pub struct NotATransfer;

impl Transfer {
    /// A transfer of the whole zone, or with the serial number that is `known` of the differences.
    pub fn new(known: Option<u32>) -> Self {
        Self {
            known,
            state: State::Begin,
        }
    }

    /// Takes the next record of an answer section.
    ///
    /// # Errors
    /// When the first one is no SOA record.
    pub fn take(&mut self, record: &Record<'_>) -> Result<(), NotATransfer> {
        let soa = soa_serial(record);
        self.state = match (self.state, soa) {
            (State::Begin, None) => return Err(NotATransfer),
            (State::Begin, Some(latest))
                if self.known.is_some_and(|known| !is_newer_serial(latest, known)) =>
            {
                State::Done
            }
            (State::Begin, Some(latest)) => State::First(latest),
            (State::First(latest), Some(old)) if self.known.is_some() && old != latest => {
                State::Removed(latest)
            }
            (State::First(_) | State::Whole, Some(_)) => State::Done,
            (State::First(_), None) => State::Whole,
            (State::Removed(latest), Some(_)) => State::Added(latest),
            (State::Added(latest), Some(next)) if next == latest => State::Done,
            (State::Added(latest), Some(_)) => State::Removed(latest),
            (state, _) => state,
        };
        Ok(())
    }

    /// Whether that was the last record.
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::dns::{Class, Name, Rdata, RecordType, Section};

    /// Takes SOA records with the serials given, and other records for `None`; how many until it is done.
    fn take(known: Option<u32>, serials: &[Option<u32>]) -> Option<usize> {
        let mut transfer = Transfer::new(known);
        for (index, serial) in serials.iter().enumerate() {
            let mut soa = vec![0, 0];
            soa.extend_from_slice(&serial.unwrap_or_default().to_be_bytes());
            let record = Record {
                section: Section::Answer,
                name: Name::root(),
                rtype: if serial.is_some() {
                    RecordType::SOA
                } else {
                    RecordType::A
                },
                class: Class::IN,
                ttl: 0,
                rdata: Rdata::alone(&soa),
            };
            transfer.take(&record).unwrap();
            if transfer.is_done() {
                return Some(index + 1);
            }
        }
        None
    }

    #[test]
    fn a_whole_zone_ends_with_its_second_soa() {
        let zone = [Some(3), None, None, Some(3), None];
        assert_eq!(take(None, &zone), Some(4));
        assert_eq!(take(Some(1), &zone), Some(4));
        assert_eq!(take(None, &[Some(3), Some(3)]), Some(2));
        assert_eq!(take(None, &zone[..3]), None);
    }

    #[test]
    fn nothing_new_is_one_soa() {
        assert_eq!(take(Some(3), &[Some(3), None]), Some(1));
        assert_eq!(take(Some(4), &[Some(3), None]), Some(1));
        assert_eq!(take(Some(u32::MAX), &[Some(3), None, Some(3)]), Some(3));
    }

    #[test]
    fn differences_end_with_the_latest_soa_after_what_was_added() {
        let differences = [
            Some(3),
            Some(1),
            Some(2),
            None,
            Some(2),
            None,
            Some(3),
            None,
            Some(3),
        ];
        assert_eq!(take(Some(1), &differences), Some(9));
    }

    #[test]
    fn what_does_not_begin_with_an_soa_is_no_transfer() {
        let record = Record {
            section: Section::Answer,
            name: Name::root(),
            rtype: RecordType::A,
            class: Class::IN,
            ttl: 0,
            rdata: Rdata::alone(&[]),
        };
        assert_eq!(Transfer::new(None).take(&record), Err(NotATransfer));
    }
}
