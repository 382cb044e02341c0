//! The connection identifiers of QUIC that were seen, by which its later packets are known: those say neither
//! how long the identifier is nor that they are QUIC.

use rustc_hash::FxHashSet;

/// The longest identifier.
pub(crate) const LONGEST: usize = 20;

/// The identifiers seen last, a bounded number of them.
#[derive(Debug, Default)]
pub(crate) struct ConnectionIds {
    known: FxHashSet<Key>,
    /// The same in the order in which they came, from `oldest` on.
    order: Vec<Key>,
    oldest: usize,
    /// Which lengths are among them, as bits.
    lengths: u32,
}

/// An identifier filled up with zeros, and its length.
type Key = ([u8; LONGEST], u8);

/// How many are remembered.
const CAPACITY: usize = 4096;

impl ConnectionIds {
    /// Remembers an identifier, unless it begins with one that is known.
    pub(crate) fn learn(&mut self, id: &[u8]) {
        let Some(key) = key(id) else { return };
        if self.known_prefix(id).is_some() {
            return;
        }
        if let Some(oldest) = self
            .order
            .get_mut(self.oldest)
            .filter(|_| self.known.len() >= CAPACITY)
        {
            self.known.remove(oldest);
            *oldest = key;
            self.oldest = (self.oldest + 1) % CAPACITY;
        } else {
            self.order.push(key);
        }
        self.known.insert(key);
        self.lengths |= 1 << key.1;
    }

    /// The identifier that is known and that the packet begins with; the longest of them.
    pub(crate) fn known_prefix<'a>(&self, packet: &'a [u8]) -> Option<&'a [u8]> {
        let mut lengths = self.lengths;
        while lengths != 0 {
            let length = lengths.ilog2();
            lengths &= !(1 << length);
            if let Some(id) = packet.get(..length as usize)
                && key(id).is_some_and(|key| self.known.contains(&key))
            {
                return Some(id);
            }
        }
        None
    }
}

fn key(id: &[u8]) -> Option<Key> {
    let mut bytes = [0; LONGEST];
    bytes.get_mut(..id.len())?.copy_from_slice(id);
    let length = u8::try_from(id.len()).ok().filter(|&length| length > 0)?;
    Some((bytes, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_known_by_what_it_begins_with() {
        let mut ids = ConnectionIds::default();
        ids.learn(&[1, 2, 3]);
        ids.learn(&[1, 2, 3, 4]);
        ids.learn(&[]);
        ids.learn(&[9; 21]);
        assert_eq!(ids.known_prefix(&[1, 2, 3, 4, 5]), Some(&[1, 2, 3][..]));
        assert_eq!(ids.known_prefix(&[1, 2]), None);
        assert_eq!(ids.known.len(), 1);
    }

    #[test]
    fn they_are_forgotten_in_the_order_in_which_they_came() {
        let mut ids = ConnectionIds::default();
        let count = u32::try_from(CAPACITY).unwrap();
        let mut learn = |from: u32, to: u32| {
            (from..to).for_each(|number| ids.learn(&number.to_be_bytes()));
            (0..to)
                .map(|number| ids.known_prefix(&number.to_be_bytes()).is_some())
                .collect::<Vec<_>>()
        };
        assert!(learn(0, count).into_iter().all(|known| known));
        for more in 1..4 {
            let known = learn(count + more - 1, count + more);
            let forgotten = known.iter().take_while(|known| !**known).count();
            assert_eq!(forgotten, more as usize);
            assert!(known[forgotten..].iter().all(|known| *known));
        }
    }

    #[test]
    fn the_oldest_is_forgotten() {
        let mut ids = ConnectionIds::default();
        let count = 3 * u32::try_from(CAPACITY).unwrap();
        for number in 0..count {
            ids.learn(&number.to_be_bytes());
        }
        assert!(ids.known.len() == CAPACITY && ids.order.len() == CAPACITY);
        assert_eq!(ids.known_prefix(&0_u32.to_be_bytes()), None);
        let last = (count - 1).to_be_bytes();
        assert_eq!(ids.known_prefix(&last), Some(&last[..]));
    }
}
