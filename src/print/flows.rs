//! Where each TCP connection began, for the relative sequence numbers.

use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustc_hash::FxHashMap;

use super::connection_ids::ConnectionIds;

/// The sequence numbers at which the two directions of a connection began, as far as was seen.
///
/// A connection is an unordered pair of ends; the lower end is the one with the lower port, or at equal ports
/// the lower address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The first sequence number of the end that sent the packet at hand.
    pub(crate) sender: u32,
    /// The first sequence number of the other end.
    pub(crate) receiver: u32,
}

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    /// Its address.
    pub(crate) address: IpAddr,
    /// Its port.
    pub(crate) port: u16,
}

/// The connections seen, in a table that never grows past a bound: the least recently used half is forgotten
/// when it is full.
#[derive(Debug, Default)]
pub(crate) struct Flows {
    source: Source,
    /// Those of QUIC.
    pub(crate) connection_ids: ConnectionIds,
    v4: Table<(Ipv4Addr, Ipv4Addr, u32)>,
    v6: Table<(Ipv6Addr, Ipv6Addr, u32)>,
}

/// Where answers come from.
#[derive(Clone, Copy, Debug, Default)]
enum Source {
    /// From the table.
    #[default]
    Table,
    /// From whoever keeps the table: this is the answer to the one question that is to come.
    Told(Option<Origin>),
    /// The question was asked.
    Spent,
}

impl Flows {
    /// Answers the next question with `origin`. Whoever has been told an answer once is told every one.
    pub(crate) fn tell(&mut self, origin: Option<Origin>) {
        self.source = Source::Told(origin);
    }

    /// Where the connection from `source` to `destination` began. `None` if this packet is its beginning: the
    /// first one seen, or one that opens it anew; then `first` is remembered.
    pub(crate) fn origin(
        &mut self,
        source: End,
        destination: End,
        opens: bool,
        first: Origin,
    ) -> Option<Origin> {
        match self.source {
            Source::Table => {}
            Source::Told(origin) => {
                self.source = Source::Spent;
                return origin;
            }
            Source::Spent => {
                debug_assert!(false, "a packet asked for more than was foreseen");
                return None;
            }
        }
        let reversed = (source.port, source.address) > (destination.port, destination.address);
        let (low, high) = if reversed {
            (destination, source)
        } else {
            (source, destination)
        };
        let ports = u32::from(low.port) << 16 | u32::from(high.port);
        let ordered = if reversed { first.reversed() } else { first };
        let known = match (low.address, high.address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => self.v4.origin((a, b, ports), opens, ordered),
            (IpAddr::V6(a), IpAddr::V6(b)) => self.v6.origin((a, b, ports), opens, ordered),
            _ => None,
        }?;
        Some(if reversed { known.reversed() } else { known })
    }
}

impl Origin {
    fn reversed(self) -> Self {
        Self {
            sender: self.receiver,
            receiver: self.sender,
        }
    }
}

/// Entries in each half of a table.
const HALF: usize = 1 << 18;

#[derive(Debug)]
struct Table<K> {
    recent: FxHashMap<K, Origin>,
    older: FxHashMap<K, Origin>,
}

impl<K> Default for Table<K> {
    fn default() -> Self {
        Self {
            recent: FxHashMap::default(),
            older: FxHashMap::default(),
        }
    }
}

impl<K: Eq + Hash> Table<K> {
    fn origin(&mut self, key: K, opens: bool, first: Origin) -> Option<Origin> {
        if let Some(known) = self.recent.get_mut(&key) {
            if opens {
                *known = first;
                return None;
            }
            return Some(*known);
        }
        let known = self.older.remove(&key).filter(|_| !opens);
        if self.recent.len() >= HALF {
            // The memory of what is forgotten serves again.
            std::mem::swap(&mut self.older, &mut self.recent);
            self.recent.clear();
        }
        self.recent.insert(key, known.unwrap_or(first));
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: End = End {
        address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
        port: 40000,
    };
    const SERVER: End = End {
        address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)),
        port: 80,
    };

    #[test]
    fn both_directions_share_one_origin() {
        let mut flows = Flows::default();
        let first = Origin {
            sender: 7,
            receiver: 9,
        };
        assert_eq!(flows.origin(SERVER, CLIENT, true, first), None);
        assert_eq!(flows.origin(SERVER, CLIENT, false, first), Some(first));
        assert_eq!(flows.origin(CLIENT, SERVER, false, first), Some(first.reversed()));
    }

    #[test]
    fn a_reopened_connection_begins_anew() {
        let mut flows = Flows::default();
        flows.origin(
            SERVER,
            CLIENT,
            true,
            Origin {
                sender: 7,
                receiver: 9,
            },
        );
        let again = Origin {
            sender: 70,
            receiver: 90,
        };
        assert_eq!(flows.origin(SERVER, CLIENT, true, again), None);
        assert_eq!(flows.origin(SERVER, CLIENT, false, again), Some(again));
    }

    #[test]
    fn at_equal_ports_the_lower_address_is_the_lower_end() {
        let mut flows = Flows::default();
        let (a, b) = (End { port: 179, ..CLIENT }, End { port: 179, ..SERVER });
        let first = Origin {
            sender: 1,
            receiver: 2,
        };
        flows.origin(b, a, false, first);
        assert_eq!(flows.origin(a, b, false, first), Some(first.reversed()));
    }

    #[test]
    fn the_table_keeps_what_is_in_use_and_stays_bounded() {
        let mut table = Table::default();
        let first = Origin {
            sender: 1,
            receiver: 2,
        };
        table.origin(u64::MAX, false, first);
        for key in 0..3 * HALF as u64 {
            table.origin(key, false, first);
            if key % 1000 == 0 {
                assert_eq!(table.origin(u64::MAX, false, first), Some(first));
            }
        }
        assert!(table.recent.len() + table.older.len() <= 2 * HALF);
    }
}
