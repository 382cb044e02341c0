//! The table of round-trip times, as the payload of one page.
//!
//! ```text
//!   boot 16 │ server 7 or 23 │ smoothed 4 │ variation 4 │ learnt 4 │ …       in microseconds, and in seconds
//! ```
//!
//! The one learnt last stands first; when there is no more room the last one is forgotten.

use std::net::SocketAddr;
use std::time::Duration;

use super::endpoint;
use super::moment::{Boot, Moment};
use super::page::ROOM;
use crate::proto::link::Estimate;
use crate::wire::{Reader, Truncated, Writer};

/// What is known of the ways to servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    boot: Boot,
    known: Vec<(SocketAddr, Estimate, Duration)>,
}

impl Paths {
    /// Reads the payload of a page, whatever it is, at `now`. What is older than an hour, or was learnt before
    /// another start of the system, is not there: the host may be in another network by now.
    pub fn read(payload: &[u8], now: &Moment) -> Self {
        let mut reader = Reader::new(payload);
        let mut known = Vec::new();
        if reader.array() == Ok(now.boot) {
            while let Ok((server, estimate, learnt)) = read_one(&mut reader) {
                if now.since.checked_sub(learnt).is_some_and(|age| age <= MEMORY) {
                    known.push((server, estimate, learnt));
                }
            }
        }
        Self {
            boot: now.boot,
            known,
        }
    }

    /// The payload.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.boot.to_vec();
        for (server, estimate, learnt) in &self.known {
            let mut one = Vec::new();
            endpoint::write(*server, &mut one);
            Writer::new(&mut one)
                .u32(micros(estimate.smoothed))
                .u32(micros(estimate.variation))
                .u32(u32::try_from(learnt.as_secs()).unwrap_or(u32::MAX));
            if bytes.len() + one.len() > ROOM {
                break;
            }
            bytes.extend_from_slice(&one);
        }
        bytes
    }

    /// What is known of `server`.
    pub fn find(&self, server: SocketAddr) -> Option<Estimate> {
        let (_, estimate, _) = self.known.iter().find(|(known, ..)| *known == server)?;
        Some(*estimate)
    }

    /// Learns about `server` at `now`; returns whether that is worth writing down: the timer would be another by more
    /// than a quarter and some milliseconds, or what is known is about to be too old.
    pub fn learn(&mut self, server: SocketAddr, estimate: Estimate, now: &Moment) -> bool {
        let old = self.known.iter().position(|(known, ..)| *known == server);
        if let Some((_, known, learnt)) = old.and_then(|at| self.known.get(at)) {
            let timer = |estimate: &Estimate| estimate.smoothed + 4 * estimate.variation;
            let (old, new) = (timer(known), timer(&estimate));
            let fresh = now.since.saturating_sub(*learnt) <= MEMORY / 2;
            if fresh && old.abs_diff(new) <= old.max(new) / 4 + NOISE {
                return false;
            }
        }
        if let Some(at) = old {
            self.known.remove(at);
        }
        self.known.insert(0, (server, estimate, now.since));
        true
    }
}

fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}

fn read_one(reader: &mut Reader<'_>) -> Result<(SocketAddr, Estimate, Duration), Truncated> {
    let server = endpoint::read(reader)?;
    let mut time = || reader.u32().map(|micros| Duration::from_micros(micros.into()));
    let (smoothed, variation) = (time()?, time()?);
    let learnt = Duration::from_secs(reader.u32()?.into());
    Ok((server, Estimate { smoothed, variation }, learnt))
}

/// No timer is that exact.
const NOISE: Duration = Duration::from_millis(4);

/// How long a round-trip time is remembered: unbound forgets after a quarter of an hour, but it is always there.
const MEMORY: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment {
            boot: [1; 16],
            since: Duration::from_secs(seconds),
        }
    }

    fn rtt(millis: u64) -> Estimate {
        Estimate::first(Duration::from_millis(millis))
    }

    fn server(n: u16) -> SocketAddr {
        ([192, 0, 2, 1], n).into()
    }

    #[test]
    fn what_was_learnt_is_remembered_for_an_hour_of_this_start() {
        let mut paths = Paths::read(&[], &at(0));
        assert!(paths.learn(server(53), rtt(20), &at(5)));
        let bytes = paths.to_bytes();
        assert_eq!(Paths::read(&bytes, &at(3605)).find(server(53)), Some(rtt(20)));
        assert_eq!(Paths::read(&bytes, &at(3606)).find(server(53)), None);
        assert_eq!(Paths::read(&bytes, &at(4)).find(server(53)), None);
        let other = Moment {
            boot: [2; 16],
            ..at(6)
        };
        assert_eq!(Paths::read(&bytes, &other).find(server(53)), None);
    }

    #[test]
    fn only_news_are_worth_writing_down() {
        let mut paths = Paths::read(&[], &at(0));
        assert!(paths.learn(server(53), rtt(80), &at(5)));
        assert!(!paths.learn(server(53), rtt(81), &at(6)));
        assert!(paths.learn(server(53), rtt(160), &at(7)));
        assert!(paths.learn(server(53), rtt(160), &at(3000)));
        assert_eq!(paths.known.len(), 1);
    }

    #[test]
    fn the_table_fits_into_a_page_and_forgets_the_oldest() {
        let mut paths = Paths::read(&[], &at(0));
        for n in 0..1000 {
            paths.learn(server(n), rtt(20), &at(5));
        }
        let bytes = paths.to_bytes();
        assert!(bytes.len() <= ROOM);
        let paths = Paths::read(&bytes, &at(5));
        assert!(paths.find(server(999)).is_some() && paths.find(server(0)).is_none());
        for length in 0..bytes.len() {
            Paths::read(&bytes[..length], &at(5));
        }
    }
}
