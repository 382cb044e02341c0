//! What is remembered from one packet to the next besides TCP's numbers: who began an exchange, and what was
//! asked. Packets that come here are understood only in the order of their capture.

use std::net::IpAddr;

/// The exchanges under way, each kind in a ring of its own that forgets the oldest.
#[derive(Debug, Default)]
pub(crate) struct Dialogues {
    /// Who sent the first message of an IKEv1 exchange to whom, by the initiator's cookie.
    pub(crate) ike: Recent<[u8; 8], (IpAddr, IpAddr)>,
    /// What the calls of NFS asked for.
    pub(crate) nfs: Calls<NfsCall, NfsProcedure>,
    /// The numbers of the procedures that were called by Rx.
    pub(crate) rx: Calls<RxCall, u32>,
    /// What the latest transaction of SMB asked for.
    pub(crate) smb: Transaction2,
}

/// A request of SMBtrans2, as far as its reply is read by it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Transaction2 {
    /// Its number.
    pub(crate) number: u16,
    /// The level of what it wants to know of a file system.
    pub(crate) level: u16,
}

/// A call of NFS, as its reply is known to belong to it.
#[derive(Debug, PartialEq)]
pub(crate) struct NfsCall {
    /// Its transaction identifier.
    pub(crate) xid: u32,
    /// Who calls.
    pub(crate) client: IpAddr,
    /// Who is called.
    pub(crate) server: IpAddr,
}

/// A procedure of NFS.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NfsProcedure {
    /// The version of the program.
    pub(crate) version: u32,
    /// The procedure's number in it.
    pub(crate) number: u32,
}

/// A call of Rx, as its reply is known to belong to it.
#[derive(Debug, PartialEq)]
pub(crate) struct RxCall {
    /// Its number in the connection.
    pub(crate) number: u32,
    /// The service's identifier.
    pub(crate) service: u16,
    /// The service's port.
    pub(crate) server_port: u16,
    /// Who calls.
    pub(crate) client: IpAddr,
    /// Who is called.
    pub(crate) server: IpAddr,
}

/// The latest entries of a kind, at most [`KEPT`]: what is not among them was asked too long ago.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    entries: Vec<(K, V)>,
    oldest: usize,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            oldest: 0,
        }
    }
}

impl<K: PartialEq, V> Recent<K, V> {
    /// What was remembered under `key`.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.entries
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value)
    }

    /// Remembers `value` in place of what was remembered under `key`, or of the oldest entry.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        if let Some(entry) = self.entries.iter_mut().find(|(known, _)| *known == key) {
            entry.1 = value;
        } else if self.entries.len() < KEPT {
            self.entries.push((key, value));
        } else if let Some(entry) = self.entries.get_mut(self.oldest) {
            *entry = (key, value);
            self.oldest = (self.oldest + 1) % KEPT;
        }
    }
}

/// The latest calls, at most [`KEPT`], of which some may look alike: as tcpdump does it, the search for the call of
/// a reply begins where the last one ended.
#[derive(Debug)]
pub(crate) struct Calls<K, V> {
    entries: Vec<(K, V)>,
    next: usize,
    found: usize,
}

impl<K, V> Default for Calls<K, V> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            next: 0,
            found: 0,
        }
    }
}

impl<K: PartialEq, V> Calls<K, V> {
    /// What was asked by the call.
    pub(crate) fn get(&mut self, key: &K) -> Option<&V> {
        let (before, from) = self.entries.split_at_checked(self.found)?;
        let is_it = |(known, _): &(K, V)| known == key;
        let at = match from.iter().position(is_it) {
            Some(further) => self.found + further,
            None => before.iter().position(is_it)?,
        };
        self.found = at;
        self.entries.get(at).map(|(_, value)| value)
    }

    /// Remembers a call in place of the oldest.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        match self.entries.get_mut(self.next) {
            Some(entry) => *entry = (key, value),
            None => self.entries.push((key, value)),
        }
        self.next = (self.next + 1) % KEPT;
    }
}

/// How many entries of a kind are kept: enough for what is in flight between a few hosts.
const KEPT: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_calls_that_look_alike_the_next_is_taken() {
        let mut calls = Calls::default();
        for (call, asked) in [(1, 10), (2, 20), (1, 30)] {
            calls.insert(call, asked);
        }
        assert_eq!(calls.get(&1), Some(&10));
        assert_eq!(calls.get(&2), Some(&20));
        assert_eq!(calls.get(&1), Some(&30));
        for call in 0..KEPT {
            calls.insert(call, 0);
        }
        assert_eq!(calls.get(&1), Some(&0));
        assert_eq!(calls.get(&KEPT), None);
    }

    #[test]
    fn the_oldest_entry_goes_first() {
        let mut recent = Recent::default();
        for key in 0..=KEPT {
            recent.insert(key, key * 2);
        }
        recent.insert(5, 0);
        assert_eq!(recent.get(&0), None);
        assert_eq!(recent.get(&1), Some(&2));
        assert_eq!(recent.get(&5), Some(&0));
        assert_eq!(recent.get(&KEPT), Some(&(KEPT * 2)));
    }
}
